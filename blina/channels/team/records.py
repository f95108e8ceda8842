"""Sign-ins, sessions and audit log, used in a thread of its own: no patient waits for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timezone
from enum import Enum
from typing import NamedTuple, TypeVar

from blina.channels.team.begun import Begun, BegunSignIns
from blina.channels.team.sessions import Session, Sessions
from blina.knowledge.settings import Settings
from blina.storage.audit import AuditLog
from blina.storage.failures import FAILURES
from blina.storage.worker import Worker

FILE = "team.db"  # in the folder of the conversations
_CHORE_SECONDS = 600.0
_MINUTE, _HOUR = 60.0, 3600.0

_FAILURES: tuple[type[Exception], ...] = (*FAILURES, OSError)

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
    """What is kept of nurses does not work now; the log says why."""


class _Parts(NamedTuple):
    sessions: Sessions
    audit: AuditLog
    begun: BegunSignIns


class Records:
    """What is kept of nurses. Nothing is shown or changed that cannot be written down."""

    def __init__(self, place: str, key: bytes, settings: Settings) -> None:
        """Open nothing yet: a file that cannot be used does not keep the assistant from starting.

        Args:
            place: path of the SQLite file, ``:memory:``, or the URL of the PostgreSQL database.
            key: secret, signs cookies and seals the audit log.
            settings: how long sessions last.
        """
        self._place = place
        self._key = key
        self._idle = settings.team_idle_minutes * _MINUTE
        self._longest = settings.team_session_hours * _HOUR
        self._opened: _Parts | None = None
        self._worker = Worker("team", self._chore, _CHORE_SECONDS)

    async def sign_in(self, who: str) -> str:
        """Write down that somebody signs in.

        Args:
            who: the person.

        Returns:
            What the browser's cookie holds.

        Raises:
            Fails: it cannot be written.
        """

        def begin(parts: _Parts) -> str:
            parts.audit.add(_now(), who, Act.SIGNED_IN.value)
            return parts.sessions.begin(who)

        return await self._do(begin)

    async def sign_out(self, session: Session) -> None:
        """Write down that somebody signs out.

        Args:
            session: ends.

        Raises:
            Fails: it cannot be written.
        """

        def end(parts: _Parts) -> None:
            parts.sessions.end(session.id)
            parts.audit.add(_now(), session.who, Act.SIGNED_OUT.value)

        await self._do(end)

    async def find(self, cookie: object, is_active: bool) -> Session | None:
        """Whose a cookie is; see `Sessions.find`.

        Args:
            cookie: what a browser sent.
            is_active: whether somebody did something.

        Raises:
            Fails: it cannot be written.
        """
        return await self._do(lambda parts: parts.sessions.find(cookie, is_active))

    async def note(self, who: str, act: Act, about: str = "") -> None:
        """Write something down.

        Args:
            who: the person.
            act: what was done.
            about: id of an alert.

        Raises:
            Fails: it cannot be written.
        """
        await self._do(lambda parts: parts.audit.add(_now(), who, act.value, about))

    async def keep_begun(self, begun: Begun) -> str:
        """Remember a sign-in that has begun; see `BegunSignIns.keep`.

        Args:
            begun: the sign-in.

        Raises:
            Fails: it cannot be written.
        """
        return await self._do(lambda parts: parts.begun.keep(begun))

    async def take_begun(self, state: object, secret: object) -> Begun | None:
        """Finish a sign-in that has begun; see `BegunSignIns.take`.

        Args:
            state: that came back.
            secret: of the browser's cookie.

        Raises:
            Fails: it cannot be written.
        """
        return await self._do(lambda parts: parts.begun.take(state, secret))

    def close(self) -> None:
        """Let go of it."""
        self._worker.close()
        for part in self._opened or ():
            part.close()

    async def _do(self, job: Callable[[_Parts], Result]) -> Result:
        try:
            return await self._worker.do(lambda: job(self._parts()))
        except _FAILURES as error:
            _log.error("what is kept of the nurses' inbox fails (%s)", type(error).__name__)
            raise Fails from None

    def _parts(self) -> _Parts:
        if self._opened is None:
            self._opened = _Parts(
                Sessions(self._place, self._key, self._idle, self._longest),
                AuditLog(self._place, self._key),
                BegunSignIns(self._place),
            )
        return self._opened

    def _chore(self) -> None:
        self._parts().sessions.clear()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
