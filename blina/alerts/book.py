"""The alerts: in a file or a database that replicas share, and in memory while that does not take them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import math
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from blina.alerts.model import Alert, Delivery, NewAlert
from blina.alerts.shared_store import store_at
from blina.alerts.store import AlertStore
from blina.alerts.timers import Timer
from blina.assistant import settings
from blina.knowledge.schema import Urgency
from blina.storage.clock import SteadyClock
from blina.storage.failures import FAILURES
from blina.storage.sqlite import IN_MEMORY
from blina.storage.tables import is_shared
from blina.storage.worker import Worker

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_CHORE_SECONDS = 2.0
_BETWEEN_CLEARINGS = 600.0  # seconds
_HOUR = 3600.0  # seconds
_KEPT_OPEN = 30 * 24 * _HOUR  # seconds after which also an alert goes that nobody closed
_MOST_CLOSED = 200
_DIGITS = 32  # of a pseudonym
_HELD_BACK = 30.0  # seconds until something is sent again of which could not be noted what became of it


@dataclass(frozen=True)
class Waiting:
    """An alert that has to be delivered, and the store that holds it."""

    alert: Alert
    delivery: Delivery
    store: AlertStore


class AlertBook:
    """Keeps alerts and hands them out. Whoever waits for changes is woken by each one.

    An alert is worth more than its record: a file that is locked, full or read-only, or a database that is
    away, loses none. What that does not take is kept in memory, delivered from there, and written as soon as
    it can be.
    """

    def __init__(
        self,
        place: str,
        key: bytes,
        clock: Callable[[], float] = time.time,
        left_behind: Path | None = None,
    ) -> None:
        """Open the book.

        Args:
            place: path of the SQLite file, ``:memory:``, or the URL of the PostgreSQL database.
            key: secret, from which conversations get the names that they have here.
            clock: seconds since 1970.
            left_behind: a file from before there was a database; what is in it goes there.
        """
        self._clock = clock
        self._place = place
        self._key = key
        self._steady = SteadyClock(clock)
        self._next_clearing = 0.0
        self._spare = AlertStore(IN_MEMORY)
        self._left_behind = left_behind
        self._is_failing = False
        try:
            self._main = store_at(place)
        except (sqlite3.Error, OSError) as error:
            _log.error("alerts are kept in memory only: %s cannot be used (%s)", place, error)
            self._main = self._spare
        self._notes: list[tuple[Waiting, Callable[[AlertStore], None]]] = []  # to be written
        self._held: dict[tuple[str, str], float] = {}  # until when, of what could not be noted
        self._under_way: set[tuple[str, str]] = set()  # alert and receiver of what was handed out to be sent
        self._to_forget: dict[str, float] = {}  # names of conversations, and when that was asked
        self._revision = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._worker = Worker("alerts", self._chore, _CHORE_SECONDS)

    # --- for whoever looks after the alerts

    async def open_alerts(self) -> list[Alert]:
        """The alerts that are not closed, the oldest of the most urgent first."""
        found = await self._in_all(lambda store: store.open_alerts(), is_whole=True)
        return _most_urgent_first(found)

    async def closed_alerts(self, most: int = _MOST_CLOSED) -> list[Alert]:
        """The alerts that were closed, the latest first.

        Args:
            most: how many at most.
        """
        return (await self._in_all(lambda store: store.closed_alerts(most), is_whole=True))[:most]

    async def alert(self, id: str) -> Alert | None:
        """An alert by its id.

        Args:
            id: of the alert.

        Returns:
            None when there is none.
        """
        return await self._first(lambda store: store.alert(id))

    async def take(self, id: str, who: str) -> bool:
        """Take an open alert; of several people who do so one succeeds.

        Args:
            id: of the alert.
            who: takes it.

        Returns:
            False when it is not open or not there.
        """
        return await self._change(lambda store: store.take(id, who, self._clock()))

    async def give_back(self, id: str) -> bool:
        """Make an alert that was taken open again, whoever has taken it.

        Args:
            id: of the alert.

        Returns:
            False when it is not taken or not there.
        """
        return await self._change(lambda store: store.give_back(id))

    async def close_alert(self, id: str, who: str, note: str) -> bool:
        """Close an alert that is open, or taken by the one who closes it.

        Args:
            id: of the alert.
            who: closes it.
            note: what was done; may be empty.

        Returns:
            False when somebody else has taken it, or it is closed or not there.
        """
        return await self._change(lambda store: store.close_alert(id, who, note, self._clock()))

    @property
    def revision(self) -> int:
        """A number that grows with every change of an alert, counted since the start."""
        return self._revision

    async def changed(self, since: int, seconds: float) -> int:
        """Wait for a change.

        Args:
            since: the revision that is known.
            seconds: to wait at most.

        Returns:
            The revision now; the same as before when nothing has changed in this time.
        """
        if self._revision <= since:
            change: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(change)
            try:
                await asyncio.wait({change}, timeout=seconds)
            finally:
                self._waiting.discard(change)
        return self._revision

    # --- for whoever raises them

    def pseudonym(self, *parts: str) -> str:
        """A keyed hash, from which nobody without the key gets back to what it stands for.

        Args:
            parts: a conversation's name in the tracker store, or more for what happened in it.
        """
        said = "\n".join(("alert", *parts)).encode("utf-8", "replace")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:_DIGITS]

    async def add(self, new: NewAlert, receivers: Iterable[str]) -> Alert | None:
        """Keep an alert; it survives the end of the process from now on.

        Args:
            new: the alert.
            receivers: names of those it has to be delivered to.

        Returns:
            None when it is kept already under its key.
        """
        names = tuple(receivers)
        alert = await self._keep(lambda store: store.add(new, names, self._clock()))
        if alert is not None:
            self._tell()
        return alert

    async def forward(self, alert: Alert, receivers: Iterable[str]) -> None:
        """Keep an alert that another book has kept, to be delivered from here.

        Args:
            alert: the alert; it is known by its key.
            receivers: names of those it has to be delivered to.

        Raises:
            Exception: one of `FAILURES`, when it is not taken; whoever has kept it so far must go on.
        """
        names = tuple(receivers)
        await self._worker.do(lambda: self._main.forward(alert, names, self._clock()))
        self._tell()

    async def forget(self, conversation: str) -> None:
        """Delete what holds the patient's words, and let nothing more happen in the conversation.

        That the team was told stays: the advice was given.

        Args:
            conversation: its name in the tracker store.
        """
        await self._worker.do(lambda: self._forget(conversation, math.inf))
        self._tell()

    # --- for whoever delivers them

    async def due(self, receiver: str, most: int, busy: Collection[str] = ()) -> list[Waiting]:
        """What is to be sent now: of each conversation the earliest, the most urgent first.

        Among replicas it is this one's until it is noted what became of it, or the replica is gone.

        Args:
            receiver: name of the receiver.
            most: how many at most.
            busy: conversations that are left out.
        """

        def due(store: AlertStore) -> list[Waiting]:
            found = store.due(receiver, self._clock(), most, busy)
            alerts = store.alerts(delivery.alert for delivery in found)
            return [
                Waiting(alerts[delivery.alert], delivery, store)
                for delivery in found
                if delivery.alert in alerts and not self._is_held(delivery)
            ]

        def hand_out() -> list[Waiting]:
            first: dict[str, Waiting] = {}  # both stores may have something of a conversation
            for waiting in sorted(self._of_all(due), key=lambda one: one.alert.time, reverse=True):
                first[waiting.alert.conversation] = waiting
            found = sorted(first.values(), key=lambda one: _urgency(one.alert))[:most]
            self._under_way |= {_name(waiting.delivery) for waiting in found}
            return found

        return await self._worker.do(hand_out)

    async def delivered(self, waiting: Waiting) -> None:
        """Note that a receiver has taken an alert.

        Args:
            waiting: what was sent.
        """
        await self._noted(waiting, lambda store: store.delivered(waiting.delivery, self._clock()))

    async def failed(self, waiting: Waiting, error: str, seconds: float) -> None:
        """Note that a receiver has not taken an alert.

        Args:
            waiting: what was sent.
            error: the kind of error; quotes nobody.
            seconds: after which it is to be sent again.
        """
        again = self._clock() + seconds
        await self._noted(waiting, lambda store: store.failed(waiting.delivery, error, again))

    async def given_up(self, waiting: Waiting, error: str) -> None:
        """Note that an alert is not sent to a receiver any more.

        Args:
            waiting: what was sent.
            error: the kind of the last error; quotes nobody.
        """
        await self._noted(waiting, lambda store: store.given_up(waiting.delivery, error))

    async def counts(self) -> tuple[int, int]:
        """How many deliveries wait, and how many were given up."""
        found = await self._in_all(lambda store: [store.counts()], is_whole=True)
        return sum(waiting for waiting, _ in found), sum(dead for _, dead in found)

    # --- timers

    async def start_timer(self, timer: Timer) -> None:
        """Start a timer in place of one of its kind in its conversation.

        Args:
            timer: what is to happen.
        """
        await self._keep(lambda store: store.timers.start(timer))

    async def stop_timers(self, conversation: str, kind: str | None = None) -> None:
        """Stop a timer of a conversation, or all of them.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer, all when None.
        """
        await self._in_all(lambda store: [store.stop_timers(conversation, kind)])

    async def add_to_timer(self, conversation: str, kind: str, content: Mapping[str, object]) -> None:
        """Keep more with a timer, if there is one.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer.
            content: what has to be known beside what is kept already.
        """
        await self._in_all(lambda store: [store.timers.add_to(conversation, kind, content)])

    async def timer_done(self, timer: Timer) -> None:
        """Drop a timer that has done its work, unless it was started anew meanwhile.

        Args:
            timer: as it was due.
        """
        await self._in_all(lambda store: [store.timer_done(timer)])

    async def due_timers(self) -> list[Timer]:
        """The timers whose time has come, the earliest first; other replicas are not told for some time."""
        return await self._in_all(lambda store: store.timers.due(self._clock()))

    def close(self) -> None:
        """Let go of the file."""
        self._worker.close()
        for store in self._stores():
            store.close()

    # --- both stores

    def _stores(self) -> tuple[AlertStore, ...]:
        return (self._main,) if self._main is self._spare else (self._main, self._spare)

    async def _in_all(
        self, look: Callable[[AlertStore], Iterable[Result]], is_whole: bool = False
    ) -> list[Result]:
        return await self._worker.do(lambda: self._of_all(look, is_whole))

    def _of_all(self, look: Callable[[AlertStore], Iterable[Result]], is_whole: bool = False) -> list[Result]:
        """What both stores have.

        Args:
            look: what is asked of each.
            is_whole: whether a part of it would mislead; otherwise a store that fails just now has nothing.

        Raises:
            Exception: one of `FAILURES`, when a part would mislead.
        """
        found: list[Result] = []
        for store in self._stores():
            try:
                found += self._asked(store, look)
            except FAILURES:
                if is_whole:
                    raise
        return found

    async def _keep(self, keep: Callable[[AlertStore], Result]) -> Result:
        """Have something kept by the first store that takes it."""

        def kept() -> Result:
            try:
                return self._asked(self._main, keep)
            except FAILURES:
                return keep(self._spare)

        return await self._worker.do(kept)

    def _failed(self, error: Exception) -> None:
        """Say once that a store fails, until it works again; the kind only, as its text could quote."""
        if not self._is_failing:
            _log.error("what keeps the alerts fails (%s)", type(error).__name__)
        self._is_failing = True

    async def _change(self, change: Callable[[AlertStore], bool]) -> bool:
        is_changed = bool(await self._first(change))
        if is_changed:
            self._tell()
        return is_changed

    async def _first(self, ask: Callable[[AlertStore], Result | None]) -> Result | None:
        """What the first store that has something says; memory first, for which the other need not work.

        Raises:
            Exception: one of `FAILURES`, when memory has nothing.
        """
        return await self._worker.do(
            lambda: next(filter(None, (self._asked(store, ask) for store in reversed(self._stores()))), None)
        )

    def _asked(self, store: AlertStore, ask: Callable[[AlertStore], Result]) -> Result:
        """What a store says."""
        try:
            found = ask(store)
        except FAILURES as error:
            self._failed(error)
            raise
        self._is_failing = self._is_failing and store is not self._main
        return found

    async def _noted(self, waiting: Waiting, note: Callable[[AlertStore], None]) -> None:
        """Note what became of a delivery; what is not taken is sent again, with the same key."""
        self._notes.append((waiting, note))
        await self._worker.do(self._write_notes)

    def _write_notes(self) -> None:
        """Write all that has come together since the last time: the disk is waited for once."""
        notes, self._notes = self._notes, []
        for store in self._stores():
            of_store = [(waiting, note) for waiting, note in notes if waiting.store is store]
            if not of_store:
                continue
            try:
                self._asked(store, lambda store: store.in_one_step(note for _, note in of_store))  # noqa: B023
                until = None
            except FAILURES:
                until = self._clock() + _HELD_BACK
            for waiting, _ in of_store:
                name = _name(waiting.delivery)
                self._under_way.discard(name)
                self._held.pop(name, None)
                if until is not None:
                    self._held[name] = until

    def _forget(self, conversation: str, until: float) -> None:
        """Drop words and timers; what is not let go of is tried again with each chore."""
        name = self.pseudonym(conversation)
        try:
            for store in reversed(self._stores()):  # memory first: that works
                self._asked(store, lambda store: store.stop_timers(conversation))
                self._asked(store, lambda store: store.drop_words(name, until))
        except FAILURES:
            self._to_forget.setdefault(conversation, self._clock())
        else:
            self._to_forget.pop(conversation, None)

    def _is_held(self, delivery: Delivery) -> bool:
        return self._held.get(_name(delivery), 0.0) > self._clock()

    def _tell(self) -> None:
        self._revision += 1
        for change in self._waiting:
            if not change.done():
                change.set_result(None)

    def _chore(self) -> None:
        try:
            self._tidy()
        except FAILURES as error:  # it is done again
            self._failed(error)

    def _tidy(self) -> None:
        """Bring together what is kept elsewhere, and delete what is too old."""
        if self._main is self._spare and self._place != IN_MEMORY:
            with suppress(sqlite3.Error, OSError):  # it could not be opened so far
                self._main = store_at(self._place)
        now = self._steady.now()
        if is_time := now >= self._next_clearing:
            self._clear(self._spare, now)  # what is in memory goes also where the other fails
        for conversation, asked in tuple(self._to_forget.items()):
            self._forget(conversation, asked)  # before what came later is moved
        if self._main is not self._spare:
            self._main.stay_alive(self._under_way)
            while self._spare.move_to(self._main):
                pass
        if is_time:
            self._clear(self._main, now)
            self._next_clearing = now + _BETWEEN_CLEARINGS
        if self._main.to_scrub:
            self._main.scrub()
        self._take_over()

    def _clear(self, store: AlertStore, now: float) -> None:
        kept = now - settings().retention_hours * _HOUR
        store.clear(words=kept, closed=kept, opened=now - _KEPT_OPEN)

    def _take_over(self) -> None:
        """Bring what is in the file from before there was a database into that, once."""
        if self._left_behind is not None and is_shared(self._place) and self._left_behind.is_file():
            with closing(AlertStore(str(self._left_behind))) as before:
                while before.move_to(self._main):
                    pass
                before.scrub()
        self._left_behind = None


def _most_urgent_first(alerts: Iterable[Alert]) -> list[Alert]:
    """What two stores have in the order that each of them has."""
    return sorted(alerts, key=_urgency)


def _urgency(alert: Alert) -> tuple[int, datetime]:
    return -Urgency(alert.urgency).rank, alert.time


def _name(delivery: Delivery) -> tuple[str, str]:
    return delivery.alert, delivery.receiver
