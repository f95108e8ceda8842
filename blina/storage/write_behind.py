"""Keeps conversations: in the database, and in memory while the database does not take them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from blina.assistant import settings
from blina.observe import metrics
from blina.storage.clock import SteadyClock
from blina.storage.conversations import Conversations, Mark, Row
from blina.storage.failures import FAILURES, reason
from blina.triage.turn import MEMORY

_log = logging.getLogger(__name__)

CHORE_SECONDS = 2.0
_BETWEEN_TRIES = 1.0  # seconds
_BETWEEN_CLEARINGS = 600.0  # seconds
_CLEARED_AT_ONCE = 20  # conversations: patients wait meanwhile, for some ten milliseconds
_HOUR = 3600.0
_SAID = (UserUttered.type_name, BotUttered.type_name)
_MOST_WAITING = 50_000  # rows, about 75 MB
_AT_ONCE = 500  # rows: a tenth of what a database takes in the second after which it counts as failed
_WRITING_SECONDS = 0.5  # for what waited, while patients wait


class WriteBehind:
    """Events by conversation.

    Advice is worth more than its record: a database that is locked, full or read-only holds up
    nobody. What it does not take waits in memory, is read from there, and is written as soon as
    it can be. Used by one thread at a time.
    """

    def __init__(
        self,
        database: Conversations,
        clock: SteadyClock | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep.

        Args:
            database: where.
            clock: tells what is too old to be kept.
            steady: seconds; never jumps.
        """
        self._database = database
        self._clock = clock or SteadyClock()
        self._steady = steady
        self._next_clearing = steady()
        self._next_try = steady()
        self._failing = False
        self._over: list[str] = []
        self._long: list[str] = []
        self._forgotten: set[str] = set()
        self._rows: dict[str, list[Row]] = {}  # of those, nothing is in the database
        self._marks: dict[str, Mark] = {}  # how far a conversation was read before what waits of it was made
        self._tried: dict[str, int] = {}  # how much of what waits was tried to be written
        metrics.EVENTS_WAITING.set_function(lambda: self.waiting)
        metrics.DATABASE_FAILING.set_function(lambda: self._failing)

    def keep(self, sender: str, rows: list[Row], mark: Mark = 0) -> Mark:
        """Add to a conversation; never raises.

        Args:
            sender: the conversation.
            rows: its new events.
            mark: how far it was read before; see `mark`.

        Returns:
            How far it is known now.
        """
        if self._failing and self.waiting + len(rows) > _MOST_WAITING:
            _log.error("%d events are lost: too many wait for the database", len(rows))
            return mark
        self._rows.setdefault(sender, []).extend(rows)
        self._marks.setdefault(sender, mark)
        return self._write_in_time().get(sender, mark)

    def forget(self, sender: str) -> None:
        """Delete a conversation; from now on nothing of it is read; never raises.

        Args:
            sender: the conversation.
        """
        self.drop([sender])
        self._forgotten.add(sender)
        self._write_in_time()

    def drop(self, senders: Iterable[str]) -> None:
        """Never write what waits of conversations.

        Args:
            senders: the conversations; another replica has deleted them.
        """
        for sender in senders:
            self._rows.pop(sender, None)
            self._marks.pop(sender, None)
            self._tried.pop(sender, None)

    @property
    def waiting_senders(self) -> list[str]:
        """The conversations of which something waits."""
        return [*self._rows]

    def mark(self, sender: str) -> Mark:
        """How far a conversation is known, to be asked before it is read.

        Args:
            sender: the conversation.

        Raises:
            Exception: one of `FAILURES`, when the database cannot be read and nothing of it is in memory.
        """
        if sender in self._rows:
            return self._marks.get(sender)
        return 0 if sender in self._forgotten else self._database.mark(sender)

    def all(self, sender: str) -> list[Row]:
        """Every event of a conversation, oldest first.

        Args:
            sender: the conversation.

        Raises:
            Exception: one of `FAILURES`, when the database cannot be read and nothing of it is in memory.
        """
        return self._stored(sender, self._database.rows) + self._rows.get(sender, [])

    def turn(self, sender: str) -> list[Row]:
        """The events from the patient's message on at which the memory was last set.

        Args:
            sender: the conversation.

        Raises:
            Exception: one of `FAILURES`, when the database cannot be read and the memory does not wait here.
        """
        waiting = self._rows.get(sender, [])
        start = _start_of_turn(waiting)
        if start is not None:
            return waiting[start:]
        # without what is remembered the rest is worth nothing: that must not be taken for all there is
        stored = [] if sender in self._forgotten else self._database.last_turn(sender, MEMORY)
        return stored + waiting

    def said(self, sender: str, skipped: int, most: int) -> tuple[list[Row], bool]:
        """What was said in some turns of a conversation; what waits in memory comes with the last ones.

        Args:
            sender: the conversation.
            skipped: messages of the patient before the first of these turns.
            most: messages of the patient in them, beside those that wait.

        Returns:
            What the patient and the assistant said, and whether there are later turns.

        Raises:
            Exception: one of `FAILURES`, when the database cannot be read and nothing of it is in memory.
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
            Exception: one of `FAILURES`, when the database cannot be read and nothing of it is in memory.
        """
        waiting = [row for row in self._rows.get(sender, []) if row.type_name == UserUttered.type_name]
        return self._stored(sender, self._database.messages) + waiting

    def senders(self) -> set[str]:
        """All conversations."""
        return (set(self._database.senders()) - self._forgotten) | set(self._rows)

    @property
    def state(self) -> str:
        """How the database is: ``ok``, or ``failing``."""
        return "failing" if self._failing else "ok"

    @property
    def waiting(self) -> int:
        """How many events the database has not taken yet."""
        return sum(map(len, [*self._rows.values()]))

    def chore(self) -> None:
        """Look after the database, write what waits and delete some of what is old, every few seconds."""
        if not self._failing:
            try:
                self._database.look_after()
            except FAILURES as error:
                self._fails(error)
        if self._failing or self._forgotten or self._rows:
            self._write_in_time()
        if not self._failing:
            self._clear_some()

    def close(self) -> None:
        """Write what waits, for the last time, and close the database."""
        self._next_try = self._steady()
        self._write_in_time()
        if self._rows or self._forgotten:
            _log.error(
                "%d events and %d deletions are lost: the database did not take them",
                self.waiting,
                len(self._forgotten),
            )
        self._database.close()

    def _write_in_time(self) -> Mapping[str, Mark]:
        """Write what waits, but do not let everybody wait for a database that failed just now.

        Returns:
            How far the conversations are known of which something was written.
        """
        known: dict[str, Mark] = {}
        if self._failing and self._steady() < self._next_try:
            return known
        end = self._steady() + _WRITING_SECONDS
        try:
            known |= self._write_some()
            while self._rows and self._steady() < end:
                known |= self._write_some()
        except FAILURES as error:
            self._fails(error)
            return known
        if self._failing and not self._rows:
            _log.error("the database works again: conversations are stored")
            self._failing = False
        return known

    def _write_some(self) -> Mapping[str, Mark]:
        """Write no more than can be written in time; what failed is tried again as it was."""
        if not self._tried:
            left = _AT_ONCE
            for sender, rows in self._rows.items():
                self._tried[sender] = min(left, len(rows))
                left -= self._tried[sender]
                if not left:
                    break
        some = {sender: self._rows[sender][:count] for sender, count in self._tried.items()}
        known = self._database.write(self._forgotten, some, self._marks)
        self._written(some, known)
        return known

    def _written(self, some: Mapping[str, list[Row]], known: Mapping[str, Mark]) -> None:
        """Called when some of what waited is in the database."""
        self._forgotten.clear()
        self._tried.clear()
        for sender, rows in some.items():
            left, mark = self._rows[sender][len(rows) :], self._marks.pop(sender, None)
            if left:
                self._rows[sender], self._marks[sender] = left, known.get(sender, mark)
            else:
                del self._rows[sender]

    def _fails(self, error: Exception) -> None:
        if not self._failing:
            _log.error("conversations wait in memory: the database fails (%s)", reason(error))
        self._failing = True
        self._next_try = self._steady() + _BETWEEN_TRIES

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
        except FAILURES as error:
            _log.error("old conversations could not be deleted (%s)", reason(error))
            self._over, self._long = [], []
            self._next_clearing = self._steady() + _BETWEEN_TRIES

    def _stored(self, sender: str, read: Callable[[str], Iterable[Row]]) -> list[Row]:
        if sender in self._forgotten:
            return []
        try:
            return list(read(sender))
        except FAILURES:
            if sender in self._rows:
                return []
            raise


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
