"""Delivering: again and again until a receiver has an alert, in the order of each conversation."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable

from blina.alerts.book import AlertBook, Waiting
from blina.alerts.receivers.model import NotTaken, Receiver
from blina.observe import metrics

_log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 20.0  # seconds between two tries; doubled each time
GIVEN_UP_AFTER = 24 * 3600.0  # seconds; advice from yesterday may no longer be right
REFUSED_FOR = 3600.0  # seconds after which an alert is given up that a receiver refuses by itself
_AT_ONCE = 20  # deliveries to one receiver
_LOOK_AGAIN = 1.0  # seconds after which something may be due


class Deliverer:
    """Delivers to one receiver.

    Each alert is tried at intervals that double, up to 20 seconds. While the receiver itself is in trouble
    one alert at a time finds out whether it is back; then all the others follow.
    """

    def __init__(self, book: AlertBook, receiver: Receiver, clock: Callable[[], float] = time.time) -> None:
        """Get ready.

        Args:
            book: what has to be delivered.
            receiver: takes it.
            clock: seconds since 1970.
        """
        self._book = book
        self._receiver = receiver
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}  # by conversation
        self._pause = 0.0  # seconds between two tries while the receiver is in trouble, else 0
        self._paused_until = 0.0
        self._more = asyncio.Event()
        self._is_behind = False  # more waits than can be under way: then several are started at a time

    async def run(self) -> None:
        """Deliver until cancelled; what is not delivered then stays in the book."""
        watching = asyncio.ensure_future(self._watch())
        try:
            while True:
                self._more.clear()
                try:
                    await self._start_what_is_due()
                except Exception as error:  # noqa: BLE001 - it has to go on
                    _log.error(
                        "alerts for %s could not be read (%s)", self._receiver.name, type(error).__name__
                    )
                await self._rest_of_the_second()
        finally:
            tasks = [watching, *self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._receiver.close()

    async def _rest_of_the_second(self) -> None:
        """Wait for something to do; `asyncio.wait_for` could lose the cancellation in doing so."""
        more = asyncio.ensure_future(self._more.wait())
        try:
            await asyncio.wait({more}, timeout=_LOOK_AGAIN)
        finally:
            more.cancel()

    async def _watch(self) -> None:
        known = self._book.revision
        while True:
            known = await self._book.changed(known, 60.0)
            self._more.set()

    async def _start_what_is_due(self) -> None:
        if self._clock() < self._paused_until:
            return
        busy = set(self._running)  # before the look: what is delivered meanwhile is not sent once more
        free = (1 if self._pause else _AT_ONCE) - len(busy)
        if free <= 0 or (self._is_behind and free < _AT_ONCE // 2 and not self._pause):
            return
        todo = await self._book.due(self._receiver.name, free, busy)
        self._is_behind = len(todo) >= free
        for waiting in todo:
            self._running[waiting.alert.conversation] = asyncio.ensure_future(self._deliver(waiting))

    async def _deliver(self, waiting: Waiting) -> None:
        try:
            await self._try(waiting)
        finally:
            del self._running[waiting.alert.conversation]
            self._more.set()

    async def _try(self, waiting: Waiting) -> None:
        try:
            await self._receiver.send(waiting.alert)
        except NotTaken as error:
            await self._not_taken(waiting, error)
        except Exception as error:  # noqa: BLE001 - one alert that cannot be sent must not hold up the others
            await self._not_taken(waiting, NotTaken(type(error).__name__, is_refused=True))
        else:
            self._pause = 0.0
            await self._book.delivered(waiting)
            delay = max(0.0, self._clock() - waiting.alert.time.timestamp())
            metrics.ALERT_DELAY.labels(self._receiver.name).observe(delay)

    async def _not_taken(self, waiting: Waiting, error: NotTaken) -> None:
        name, delivery = self._receiver.name, waiting.delivery
        age = self._clock() - delivery.first_try
        if age > (REFUSED_FOR if error.is_refused else GIVEN_UP_AFTER):
            _log.error("an alert for %s is given up (%s)", name, error.reason)
            await self._book.given_up(waiting, error.reason)
            return
        if not error.is_refused:
            self._rest(error)
        elif delivery.tries == 0:
            _log.error("%s refuses an alert (%s)", name, error.reason)
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(delivery.tries, 10))
        await self._book.failed(waiting, error.reason, _with_chance(wait))

    def _rest(self, error: NotTaken) -> None:
        """Leave the receiver alone for a while; what was under way when it failed counts once."""
        if self._clock() < self._paused_until:
            return
        if not self._pause:
            _log.error("alerts wait: %s does not take them (%s)", self._receiver.name, error.reason)
        self._pause = min(LONGEST_WAIT, max(FIRST_WAIT, 2 * self._pause))
        self._paused_until = self._clock() + (error.seconds or _with_chance(self._pause))


def _with_chance(seconds: float) -> float:
    """Somewhat less, so that what failed together does not come back together."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311
