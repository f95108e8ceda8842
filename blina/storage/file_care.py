"""Keeps conversations in a file, and the file whole: where it is taken away or spoilt, it is written anew."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from blina.storage.clock import SteadyClock
from blina.storage.conversations import Mark, Row
from blina.storage.events import Database
from blina.storage.failures import Unusable, reason
from blina.storage.sqlite import IN_MEMORY
from blina.storage.watch import Trouble, Watch
from blina.storage.write_behind import WriteBehind

_log = logging.getLogger(__name__)

_BETWEEN_REPAIRS = 30.0  # seconds
_BETWEEN_SCRUBS = 10.0  # seconds; a try may wait for a reader


class FileWriteBehind(WriteBehind):
    """Events by conversation in one SQLite file, which somebody may delete or a disk may damage."""

    _database: Database

    def __init__(
        self,
        database: Database,
        clock: SteadyClock | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep.

        Args:
            database: where.
            clock: tells what is too old to be kept.
            steady: seconds; never jumps.
        """
        super().__init__(database, clock, steady)
        self._file = database.file
        self._watch = Watch(self._file, steady)
        self._made_anew = False
        self._next_repair = self._next_scrub = steady()

    @property
    def state(self) -> str:
        """How the database is: ``ok``, ``failing``, or ``made anew`` since the start."""
        if self._failing or self._is_stand_in:
            return "failing"
        return "made anew" if self._made_anew else "ok"

    @property
    def _is_stand_in(self) -> bool:
        """Whether conversations are kept in memory because no file can be made."""
        return self._database.file != self._file

    def forget(self, sender: str) -> None:
        """Delete a conversation; from now on nothing of it is read; never raises.

        Args:
            sender: the conversation.
        """
        super().forget(sender)
        self._scrub_in_time()

    def chore(self) -> None:
        """Look after the file, write what waits and delete some of what is old, every few seconds."""
        self._look_after_the_file()
        super().chore()
        self._scrub_in_time()

    def close(self) -> None:
        """Write what waits, for the last time, and close the database."""
        if self._is_stand_in:
            _log.error("%d conversations are lost: there is no database", len(self._database.senders()))
        super().close()

    def _look_after_the_file(self) -> None:
        """Where the file was taken away or spoilt, write all that is known into a new one."""
        trouble = self._watch.trouble()
        if trouble is None or self._steady() < self._next_repair:
            return
        self._next_repair = self._steady() + _BETWEEN_REPAIRS
        # read and closed before anything is opened: SQLite takes a journal away by its name
        found = self._database.everything()
        known = {sender: rows for sender, rows in found.items() if sender not in self._forgotten}
        self._database.close()
        try:
            aside = put_aside(self._file, trouble)
            self._database = Database(self._file)
        except (OSError, Unusable) as error:
            self._database = Database(IN_MEMORY)
            _log.error(
                "the database was %s; there is no making it anew (%s)", trouble.value, type(error).__name__
            )
        else:
            self._watch = Watch(self._file, self._steady)
            self._made_anew = True
            where = f"; what stood there is in {aside}" if aside else ""
            _log.error(
                "the database was %s: %d conversations are written anew%s", trouble.value, len(known), where
            )
        self._over, self._long = [], []
        waiting = {sender: known.get(sender, []) + rows for sender, rows in self._rows.items()}
        self._rows, self._tried = {**known, **waiting}, {}
        self._next_try = self._steady()

    def _written(self, some: Mapping[str, list[Row]], known: Mapping[str, Mark]) -> None:
        if self._forgotten:
            self._next_scrub = self._steady()
        super()._written(some, known)

    def _scrub_in_time(self) -> None:
        """Overwrite what was deleted in the journal too, at once and then as often as it takes."""
        if self._failing or not self._database.to_scrub or self._steady() < self._next_scrub:
            return
        self._next_scrub = self._steady() + _BETWEEN_SCRUBS
        try:
            self._database.scrub()
        except sqlite3.Error as error:
            _log.error("what was deleted is still in the journal (%s)", reason(error))


def put_aside(file: str, trouble: Trouble) -> str | None:
    """Make room for a new database.

    Args:
        file: where it is to be.
        trouble: what became of the one before.

    Returns:
        Where what stands there now went to, None when there was nothing.

    Raises:
        OSError: when there is no way to.
    """
    aside = f"{file}.{trouble.value}-{time.strftime('%Y%m%d-%H%M%S')}"
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            if trouble is Trouble.DAMAGED:
                Path(f"{file}{suffix}").replace(f"{aside}{suffix}")
            else:
                Path(f"{file}{suffix}").unlink()
    try:
        Path(file).replace(aside)
    except FileNotFoundError:
        return None
    return aside
