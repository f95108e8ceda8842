"""Who is signed in: signed cookies, of which only hashes are kept, beside the audit log."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from blina.storage.tables import tables_at

_ID_BYTES = 32
_LONGEST = 200  # characters of a cookie
_COOKIE, _CHANGES = b"blina team: cookie", b"blina team: changes"
_PRAGMAS = ("journal_mode=TRUNCATE", "secure_delete=ON")
_BUSY_SECONDS = 2.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    who TEXT NOT NULL,
    begun REAL NOT NULL,
    active REAL NOT NULL
);
"""


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in.

    Args:
        id: hash of the cookie's secret.
        who: the person.
        token: has to come with every change.
        seconds: until the person is signed out unless something is done.
        is_last: whether nothing can be done about that: the time of the whole session is over then.
    """

    id: str
    who: str
    token: str
    seconds: int
    is_last: bool


class Sessions:
    """Begins, finds and ends sessions. Used by one thread at a time; may raise one of `FAILURES`."""

    def __init__(
        self, place: str, key: bytes, idle: float, longest: float, clock: Callable[[], float] = time.time
    ) -> None:
        """Open them.

        Args:
            place: path of the file, ``:memory:``, or the URL of the PostgreSQL database.
            key: secret, signs cookies.
            idle: seconds without anything done.
            longest: seconds of a whole session.
            clock: seconds since 1970.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        self._tables = tables_at(place, _PRAGMAS, _SCHEMA, _BUSY_SECONDS)
        self._cookie = hmac.new(key, _COOKIE, hashlib.sha256).digest()
        self._changes = hmac.new(key, _CHANGES, hashlib.sha256).digest()
        self._idle = idle
        self._longest = longest
        self._clock = clock

    def begin(self, who: str) -> str:
        """Sign somebody in.

        Args:
            who: the person.

        Returns:
            What the browser's cookie holds from now on.
        """
        secret, now = secrets.token_urlsafe(_ID_BYTES), self._clock()
        row = (hash_of(secret), who, now, now)
        self._tables.change(lambda on: on.add("sessions", "id, who, begun, active", [row]))
        return f"{secret}.{_signed(self._cookie, secret)}"

    def find(self, cookie: object, is_active: bool) -> Session | None:
        """Whose a cookie is.

        Args:
            cookie: what a browser sent.
            is_active: whether somebody did something; a page that only looks for news does not count.

        Returns:
            None when nobody is signed in by it, or the time is over.
        """
        secret = self._secret(cookie)
        if secret is None:
            return None
        id_, now = hash_of(secret), self._clock()
        found = self._tables.look(
            lambda on: on.rows("SELECT who, begun, active FROM sessions WHERE id = ?", id_)
        )
        if not found:
            return None
        ((who, begun, active),) = found
        left = begun + self._longest - now
        if now - active > self._idle or left <= 0:
            self.end(id_)
            return None
        if is_active:
            active = now
            self._do("UPDATE sessions SET active = ? WHERE id = ?", now, id_)
        idle = active + self._idle - now
        return Session(id_, who, _signed(self._changes, secret), int(min(idle, left)), left <= idle)

    def end(self, id: str) -> None:
        """Sign somebody out.

        Args:
            id: of the session.
        """
        self._do("DELETE FROM sessions WHERE id = ?", id)

    def clear(self) -> None:
        """Delete the sessions whose time is over."""
        now = self._clock()
        self._do("DELETE FROM sessions WHERE begun < ? OR active < ?", now - self._longest, now - self._idle)

    def close(self) -> None:
        """Close them."""
        self._tables.close()

    def _do(self, statement: str, *values: object) -> None:
        self._tables.change(lambda on: on.changed(statement, *values))

    def _secret(self, cookie: object) -> str | None:
        if not isinstance(cookie, str) or len(cookie) > _LONGEST or not cookie.isascii():
            return None
        secret, _, signature = cookie.partition(".")
        return secret if hmac.compare_digest(signature, _signed(self._cookie, secret)) else None


def _signed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def hash_of(secret: str) -> str:
    """What is kept of the secret in a cookie.

    Args:
        secret: as a browser sent it, of whatever characters.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
