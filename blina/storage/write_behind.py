"""Keeps conversations: in the database, and in memory while the database does not take them."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from blina.assistant import settings
from blina.observe import metrics
from blina.storage.clock import SteadyClock
from blina.storage.events import Database, Row, Unusable
from blina.storage.sqlite import IN_MEMORY
from blina.storage.watch import Trouble, Watch
from blina.triage.turn import MEMORY

_log = logging.getLogger(__name__)

CHORE_SECONDS = 2.0
_BETWEEN_TRIES = 1.0  # seconds
_BETWEEN_REPAIRS = 30.0  # seconds
_BETWEEN_CLEARINGS = 600.0  # seconds
_BETWEEN_SCRUBS = 10.0  # seconds; a try may wait for a reader
_CLEARED_AT_ONCE = 20  # conversations: patients wait meanwhile, for some ten milliseconds
_HOUR = 3600.0
_SAID = (UserUttered.type_name, BotUttered.type_name)
_MOST_WAITING = 50_000  # rows, about 75 MB


class WriteBehind:
    """Events by conversation.

    Advice is worth more than its record: a database that is locked, full or read-only holds up
    nobody. What it does not take waits in memory, is read from there, and is written as soon as
    it can be. Used by one thread at a time.
    """

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
        self._file = database.file
        self._database = database
        self._watch = Watch(self._file, steady)
        self._clock = clock or SteadyClock()
        self._steady = steady
        self._next_clearing = steady()
        self._next_try = steady()
        self._next_scrub = steady()
        self._failing = False
        self._made_anew = False
        self._next_repair = steady()
        self._over: list[str] = []
        self._long: list[str] = []
        self._forgotten: set[str] = set()
        self._rows: dict[str, list[Row]] = {}  # of those, nothing is in the database
        metrics.EVENTS_WAITING.set_function(lambda: sum(map(len, [*self._rows.values()])))
        metrics.DATABASE_FAILING.set_function(lambda: self._failing)

    def keep(self, sender: str, rows: list[Row]) -> None:
        """Add to a conversation; never raises.

        Args:
            sender: the conversation.
            rows: its new events.
        """
        if self._failing and sum(map(len, self._rows.values())) + len(rows) > _MOST_WAITING:
            _log.error("%d events are lost: too many wait for the database", len(rows))
            return
        self._rows.setdefault(sender, []).extend(rows)
        self._write_in_time()

    def forget(self, sender: str) -> None:
        """Delete a conversation; from now on nothing of it is read; never raises.

        Args:
            sender: the conversation.
        """
        self._rows.pop(sender, None)
        self._forgotten.add(sender)
        self._write_in_time()
        self._scrub_in_time()

    def all(self, sender: str) -> list[Row]:
        """Every event of a conversation, oldest first.

        Args:
            sender: the conversation.

        Raises:
            sqlite3.Error: when the database cannot be read and nothing of it is in memory.
        """
        return self._stored(sender, self._database.rows) + self._rows.get(sender, [])

    def turn(self, sender: str) -> list[Row]:
        """The events from the patient's message on at which the memory was last set.

        Args:
            sender: the conversation.

        Raises:
            sqlite3.Error: when the database cannot be read and nothing of it is in memory.
        """
        waiting = self._rows.get(sender, [])
        start = _start_of_turn(waiting)
        return waiting[start:] if start is not None else self._stored(sender, self._last_turn) + waiting

    def said(self, sender: str, skipped: int, most: int) -> tuple[list[Row], bool]:
        """What was said in some turns of a conversation; what waits in memory comes with the last ones.

        Args:
            sender: the conversation.
            skipped: messages of the patient before the first of these turns.
            most: messages of the patient in them, beside those that wait.

        Returns:
            What the patient and the assistant said, and whether there are later turns.

        Raises:
            sqlite3.Error: when the database cannot be read and nothing of it is in memory.
        """
        later = False

        def read(sender: str) -> list[Row]:
            nonlocal later
            rows, later = self._database.turns(sender, skipped, most)
            return rows

        stored = self._stored(sender, read)
        waiting = [row for row in self._rows.get(sender, []) if row.type_name in _SAID]
        return (stored, True) if later else (stored + waiting, False)

    def messages(self, sender: str) -> list[Row]:
        """The patient's messages of a conversation, oldest first.

        Args:
            sender: the conversation.

        Raises:
            sqlite3.Error: when the database cannot be read and nothing of it is in memory.
        """
        waiting = [row for row in self._rows.get(sender, []) if row.type_name == UserUttered.type_name]
        return self._stored(sender, self._database.messages) + waiting

    def senders(self) -> set[str]:
        """All conversations."""
        return (set(self._database.senders()) - self._forgotten) | set(self._rows)

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

    def chore(self) -> None:
        """Look after the file, write what waits and delete some of what is old, every few seconds."""
        self._look_after_the_file()
        if self._forgotten or self._rows:
            self._write_in_time()
        if not self._failing:
            self._clear_some()
        self._scrub_in_time()

    def close(self) -> None:
        """Write what waits, for the last time, and close the database."""
        self._next_try = self._steady()
        self._write_in_time()
        if self._rows or self._forgotten:
            events = sum(map(len, self._rows.values()))
            _log.error(
                "%d events and %d deletions are lost: the database did not take them",
                events,
                len(self._forgotten),
            )
        elif self._is_stand_in:
            _log.error("%d conversations are lost: there is no database", len(self._database.senders()))
        self._database.close()

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
        self._rows = {**known, **waiting}
        self._next_try = self._steady()

    def _write_in_time(self) -> None:
        """Write what waits, but do not let everybody wait for a database that failed just now."""
        if self._failing and self._steady() < self._next_try:
            return
        try:
            self._database.write(self._forgotten, self._rows)
        except sqlite3.Error as error:
            if not self._failing:
                _log.error("conversations wait in memory: the database fails (%s)", _reason(error))
            self._failing = True
            self._next_try = self._steady() + _BETWEEN_TRIES
            return
        if self._failing:
            _log.error("the database works again: conversations are stored")
        self._failing = False
        if self._forgotten:
            self._next_scrub = self._steady()
        self._forgotten.clear()
        self._rows.clear()

    def _clear_some(self) -> None:
        """Delete conversations that are over for ``retention_hours``, and the start of very long ones.

        Of a conversation with more messages than the setting ``turns_kept`` the latest stay. What is
        to be remembered of all of it is in its memory, so no advice changes.
        """
        oldest, kept = self._clock.now() - settings().retention_hours * _HOUR, settings().turns_kept
        try:
            if not self._over and not self._long and self._steady() >= self._next_clearing:
                self._next_clearing = self._steady() + _BETWEEN_CLEARINGS
                self._over, self._long = self._database.over_since(oldest), self._database.longer_than(kept)
            if self._over:
                self._database.delete_over(self._over[-_CLEARED_AT_ONCE:], oldest)
                del self._over[-_CLEARED_AT_ONCE:]
            elif self._long:
                self._database.delete_starts(self._long[-_CLEARED_AT_ONCE:], kept)
                del self._long[-_CLEARED_AT_ONCE:]
        except sqlite3.Error as error:
            _log.error("old conversations could not be deleted (%s)", _reason(error))
            self._over, self._long = [], []
            self._next_clearing = self._steady() + _BETWEEN_TRIES

    def _scrub_in_time(self) -> None:
        """Overwrite what was deleted in the journal too, at once and then as often as it takes."""
        if self._failing or not self._database.to_scrub or self._steady() < self._next_scrub:
            return
        self._next_scrub = self._steady() + _BETWEEN_SCRUBS
        try:
            self._database.scrub()
        except sqlite3.Error as error:
            _log.error("what was deleted is still in the journal (%s)", _reason(error))

    def _last_turn(self, sender: str) -> Iterable[Row]:
        memory = self._database.last(sender, SlotSet.type_name, MEMORY)
        start = self._database.last(sender, UserUttered.type_name, before=memory) if memory else 0
        return self._database.rows(sender, start)

    def _stored(self, sender: str, read: Callable[[str], Iterable[Row]]) -> list[Row]:
        if sender in self._forgotten:
            return []
        try:
            return list(read(sender))
        except sqlite3.Error:
            if sender in self._rows:
                return []
            raise


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


def _start_of_turn(rows: list[Row]) -> int | None:
    """Where in some rows the last turn that set the memory begins, None when there is none."""
    memory = None
    for index in range(len(rows) - 1, -1, -1):
        row = rows[index]
        if memory is None and (row.type_name, row.action_name) == (SlotSet.type_name, MEMORY):
            memory = index
        elif memory is not None and row.type_name == UserUttered.type_name:
            return index
    return None


def _reason(error: sqlite3.Error) -> str:
    """The kind of error, and SQLite's own words for what happened to the file: they quote no data."""
    return (
        f"{type(error).__name__}: {error}"
        if isinstance(error, sqlite3.OperationalError)
        else type(error).__name__
    )
