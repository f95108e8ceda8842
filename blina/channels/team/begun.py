"""Sign-ins that have begun and whose people have not come back yet: each is good once, for some minutes."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from blina.channels.team.sessions import hash_of
from blina.storage.tables import Statements, tables_at

MINUTES = 10
_MOST = 2_000
_PRAGMAS = ("journal_mode=TRUNCATE", "secure_delete=ON")
_BUSY_SECONDS = 2.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_ins (
    state TEXT PRIMARY KEY,
    browser TEXT NOT NULL,
    content TEXT NOT NULL,
    until REAL NOT NULL
);
"""
_TOO_MANY = "state NOT IN (SELECT state FROM sign_ins ORDER BY until DESC LIMIT ?)"


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun.

    Args:
        url: where the browser is sent.
        state: that comes back with it.
        nonce: that has to be in the ID token.
        verifier: the secret half of PKCE.
    """

    url: str
    state: str
    nonce: str
    verifier: str


class BegunSignIns:
    """Remembers them, beside the sessions: the browser may come back to another replica.

    Used by one thread at a time; may raise one of `FAILURES`.
    """

    def __init__(self, place: str, clock: Callable[[], float] = time.time) -> None:
        """Open what remembers them.

        Args:
            place: path of the file, ``:memory:``, or the URL of the PostgreSQL database.
            clock: seconds since 1970.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        self._tables = tables_at(place, _PRAGMAS, _SCHEMA, _BUSY_SECONDS)
        self._clock = clock

    def keep(self, begun: Begun) -> str:
        """Remember one.

        Args:
            begun: the sign-in.

        Returns:
            What the browser's cookie holds: only from this browser it can be finished.
        """
        secret, now = secrets.token_urlsafe(), self._clock()
        row = (begun.state, hash_of(secret), json.dumps(asdict(begun)), now + MINUTES * 60)

        def keep(on: Statements) -> None:
            on.changed(f"DELETE FROM sign_ins WHERE until < ? OR {_TOO_MANY}", now, _MOST - 1)  # noqa: S608
            on.add("sign_ins", "state, browser, content, until", [row])

        self._tables.change(keep)
        return secret

    def take(self, state: object, secret: object) -> Begun | None:
        """Finish one; a second time there is none.

        Args:
            state: that came back.
            secret: of the browser's cookie.

        Returns:
            None when none has begun with this state, it was another browser, or it took too long.
        """
        if not isinstance(state, str) or not isinstance(secret, str) or not state.isprintable():
            return None
        found = self._tables.look(
            lambda on: on.rows("SELECT browser, content, until FROM sign_ins WHERE state = ?", state)
        )
        if not found or not hmac.compare_digest(found[0][0], hash_of(secret)):
            return None
        if not self._tables.change(lambda on: on.changed("DELETE FROM sign_ins WHERE state = ?", state)):
            return None  # it came twice, at once
        _, content, until = found[0]
        return Begun(**json.loads(content)) if self._clock() <= until else None

    def close(self) -> None:
        """Close it."""
        self._tables.close()
