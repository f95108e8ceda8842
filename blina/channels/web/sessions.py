"""Who a browser is: conversation ids that this server signed, and the key that signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from blina.http_server import signing_keys

KEY_FILE = Path(__file__).resolve().parents[3] / "var" / "session_secret"
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


def signing_key(variable: str, environ: Mapping[str, str], file: Path = KEY_FILE) -> bytes:
    """The key from the environment, or one made once and kept in a file that only its owner reads.

    Args:
        variable: name of the environment variable.
        environ: the environment.
        file: where a key of our own is kept, so that a restart ends no conversation.

    Returns:
        The key.

    Raises:
        WeakKey: naming the variable or the file.
    """
    given = signing_keys.from_environment(variable, environ)
    if given:
        return given
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return signing_keys.strong(file.read_text("ascii").strip(), str(file))
    key = secrets.token_urlsafe(signing_keys.LEAST_CHARACTERS)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(key)
    return key.encode("ascii")
