"""Who may use the REST channel: whoever shows the token, or, where none is set, this machine only."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass

from sanic.request import Request

from blina.http_server import signing_keys

_SCHEME = "bearer"


@dataclass(frozen=True)
class RestToken:
    """The token.

    Args:
        token: None when the operator has set none.
    """

    token: bytes | None

    @classmethod
    def from_environment(cls, variable: str) -> RestToken:
        """The token of this server.

        Args:
            variable: name of the environment variable that holds it.

        Raises:
            WeakKey: when it could be guessed.
        """
        return cls(signing_keys.from_environment(variable, os.environ))

    def is_shown_by(self, request: Request) -> bool:
        """Whether a request carries ``Authorization: Bearer`` and the token; takes equally long for any."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        given = shown.strip().encode("utf-8", "surrogateescape")
        right = hmac.compare_digest(given, self.token or b"")
        return right and bool(self.token) and scheme.lower() == _SCHEME
