"""The two cookies of the inbox: no script reads them, and no other site's page sends them with a change."""

from __future__ import annotations

from dataclasses import dataclass

from sanic.request import Request
from sanic.response import BaseHTTPResponse

_PATH = "/team"
_SECURE = "__Secure-"  # browsers take a cookie of such a name over TLS only


@dataclass(frozen=True)
class Cookie:
    """A cookie.

    Args:
        name: without a prefix.
        is_secure: whether it travels over TLS only.
        seconds: that it is kept.
    """

    name: str
    is_secure: bool
    seconds: int

    def read(self, request: Request) -> str | None:
        """What a browser sent.

        Args:
            request: of the browser.
        """
        value: str | None = request.cookies.get(self._full_name)
        return value

    def set(self, answer: BaseHTTPResponse, value: str) -> None:
        """Have a browser keep it.

        Args:
            answer: to the browser.
            value: to keep; empty takes the cookie away.
        """
        answer.cookies[self._full_name] = value
        made = answer.cookies[self._full_name]
        made["path"] = _PATH
        made["httponly"] = True
        made["samesite"] = "Lax"  # coming back from the provider is a way from another site
        made["max-age"] = self.seconds if value else 0
        made["secure"] = self.is_secure

    @property
    def _full_name(self) -> str:
        return f"{_SECURE if self.is_secure else ''}{self.name}"
