"""Sessions and audit log in one file, used in a thread of its own: no patient waits for it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timezone
from enum import Enum
from typing import TypeVar

from blina.channels.team.sessions import Session, Sessions
from blina.knowledge.settings import Settings
from blina.storage.audit import AuditLog
from blina.storage.worker import Worker

FILE = "team.db"  # in the folder of the conversations
_CHORE_SECONDS = 600.0
_MINUTE, _HOUR = 60.0, 3600.0

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Act(str, Enum):
    """What the audit log knows."""

    SIGNED_IN = "signed_in"
    NOT_LET_IN = "not_let_in"  # the provider knows the person, and the settings do not
    SIGNED_OUT = "signed_out"
    LOOKED = "looked"  # at a hand-over
    TAKES = "takes"
    GIVES_BACK = "gives_back"
    CLOSES = "closes"
    WAS_TOO_LATE = "was_too_late"  # the change before it was not made: somebody else had been there


class Fails(Exception):
    """The file does not work now; the log says why."""


class Records:
    """What is kept of nurses. Nothing is shown or changed that cannot be written down."""

    def __init__(self, file: str, key: bytes, settings: Settings) -> None:
        """Open nothing yet: a file that cannot be used does not keep the assistant from starting.

        Args:
            file: path of the SQLite file, or ``:memory:``.
            key: secret, signs cookies and seals the audit log.
            settings: how long sessions last.
        """
        self._file = file
        self._key = key
        self._idle = settings.team_idle_minutes * _MINUTE
        self._longest = settings.team_session_hours * _HOUR
        self._opened: tuple[Sessions, AuditLog] | None = None
        self._worker = Worker("team", self._chore, _CHORE_SECONDS)

    async def sign_in(self, who: str) -> str:
        """Write down that somebody signs in.

        Args:
            who: the person.

        Returns:
            What the browser's cookie holds.

        Raises:
            Fails: the file does not work.
        """

        def begin(sessions: Sessions, audit: AuditLog) -> str:
            audit.add(_now(), who, Act.SIGNED_IN.value)
            return sessions.begin(who)

        return await self._do(begin)

    async def sign_out(self, session: Session) -> None:
        """Write down that somebody signs out.

        Args:
            session: ends.

        Raises:
            Fails: the file does not work.
        """

        def end(sessions: Sessions, audit: AuditLog) -> None:
            sessions.end(session.id)
            audit.add(_now(), session.who, Act.SIGNED_OUT.value)

        await self._do(end)

    async def find(self, cookie: object, is_active: bool) -> Session | None:
        """Whose a cookie is; see `Sessions.find`.

        Args:
            cookie: what a browser sent.
            is_active: whether somebody did something.

        Raises:
            Fails: the file does not work.
        """
        return await self._do(lambda sessions, _: sessions.find(cookie, is_active))

    async def note(self, who: str, act: Act, about: str = "") -> None:
        """Write something down.

        Args:
            who: the person.
            act: what was done.
            about: id of an alert.

        Raises:
            Fails: the file does not work.
        """
        await self._do(lambda _, audit: audit.add(_now(), who, act.value, about))

    def close(self) -> None:
        """Let go of the file."""
        self._worker.close()
        for part in self._opened or ():
            part.close()

    async def _do(self, job: Callable[[Sessions, AuditLog], Result]) -> Result:
        try:
            return await self._worker.do(lambda: job(*self._parts()))
        except (sqlite3.Error, OSError) as error:
            _log.error("the file of the nurses' inbox fails (%s)", type(error).__name__)
            raise Fails from None

    def _parts(self) -> tuple[Sessions, AuditLog]:
        if self._opened is None:
            audit = AuditLog(self._file, self._key)
            self._opened = Sessions(self._file, self._key, self._idle, self._longest), audit
        return self._opened

    def _chore(self) -> None:
        sessions, _ = self._parts()
        sessions.clear()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
