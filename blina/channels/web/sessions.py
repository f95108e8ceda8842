"""Who a browser is: conversation ids that this server signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

LONGEST_TOKEN = 200
_ID_BYTES = 16


class Sessions:
    """Gives out conversation ids and recognises them again.

    A token is ``id.issued.signature``. The browser keeps the token; every connection gets a
    fresh one, so a token that leaks is of use no longer than the conversation is kept.
    """

    def __init__(self, key: bytes, seconds: int, clock: Callable[[], float] = time.time) -> None:
        """Sign with a key.

        Args:
            key: secret.
            seconds: how long a token is good for.
            clock: seconds since 1970.
        """
        self._key = key
        self._seconds = seconds
        self._clock = clock

    def new(self) -> str:
        """An id that nobody can guess."""
        return secrets.token_urlsafe(_ID_BYTES)

    def token(self, session: str) -> str:
        """A signed token for an id, issued now."""
        body = f"{session}.{int(self._clock())}"
        return f"{body}.{self._signature(body)}"

    def read(self, token: object) -> str | None:
        """The id in a token.

        Args:
            token: what a browser sent.

        Returns:
            None when it is not one of ours or too old.
        """
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(body)):
            return None
        session, _, issued = body.rpartition(".")
        age = self._clock() - int(issued)
        # a token from the future is one from before the machine's clock was set back
        return session if abs(age) <= self._seconds else None

    def _signature(self, body: str) -> str:
        digest = hmac.new(self._key, body.encode("ascii"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
