"""Tells RabbitMQ what happens in conversations: never a word of a patient, and nobody waits for it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from contextlib import suppress
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange

from blina.observe import correlation, metrics

_log = logging.getLogger(__name__)

EXCHANGE = "blina.events"  # of type topic; the routing keys are the names of the events
SECONDS_TO_CONNECT = 5.0
SECONDS_TO_FINISH = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0  # seconds between two tries; doubled each time
MOST_WAITING = 10_000  # events, about 3 MB; the oldest go first

# What aio_pika raises when the broker is away; its own errors and those of the socket below it.
_FAILURES = (aio_pika.exceptions.AMQPError, OSError, asyncio.TimeoutError, RuntimeError)


class BrokerFailed(Exception):
    """The broker cannot be used; the text says why, without a password."""


class Announcer:
    """Publishes events in order, from a bounded memory, on a connection that is made again when it breaks."""

    def __init__(self, url: str, exchange: str = EXCHANGE) -> None:
        """Connect with the first event.

        Args:
            url: of the broker.
            exchange: made if it is missing.
        """
        self._url = url
        self._name = exchange
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None
        self._is_failing = False
        metrics.ANNOUNCEMENTS_WAITING.set_function(lambda: len(self._waiting))
        metrics.BROKER_FAILING.set_function(lambda: self._is_failing)

    def announce(self, event: str, conversation: str, time: float, **details: Any) -> None:
        """Tell of an event; returns at once and never raises. To be called where an event loop runs.

        Args:
            event: its name.
            conversation: its name in the store; the broker is told a keyed hash of it.
            time: seconds since 1970.
            details: plain values that quote nobody.
        """
        body = {
            "version": 1,
            "event": event,
            "conversation": correlation.safe_id(conversation),
            "time": time,
            **details,
        }
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            metrics.ANNOUNCEMENTS_LOST.inc()
        self._waiting.append((event, json.dumps(body).encode()))
        self._more.set()
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._publish())

    async def close(self) -> None:
        """Publish what waits, for two seconds at most, and let go of the broker."""
        if self._task is None:
            return
        if not self._is_failing:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._done(), SECONDS_TO_FINISH)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._leave()
        metrics.ANNOUNCEMENTS_LOST.inc(len(self._waiting))

    async def _done(self) -> None:
        while self._waiting:
            await asyncio.sleep(0.02)

    async def _publish(self) -> None:
        try:
            await self._publish_for_ever()
        finally:  # a connection that is lost can end this too: the next event begins anew
            self._exchange = None

    async def _publish_for_ever(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            await self._more.wait()
            try:
                while self._waiting:
                    event = self._waiting[0]
                    await self._send(*event)
                    if self._waiting and self._waiting[0] is event:  # it was not pushed out meanwhile
                        self._waiting.popleft()
                    pause = _FIRST_PAUSE
                    self._works()
                self._more.clear()
            except _FAILURES as error:
                self._fails(error)
                await self._leave()
                await asyncio.sleep(pause)
                pause = min(_LONGEST_PAUSE, 2 * pause)

    async def _send(self, event: str, body: bytes) -> None:
        if self._exchange is None:
            await self._leave()
            self._connection = await aio_pika.connect(self._url, timeout=SECONDS_TO_CONNECT)
            channel = await self._connection.channel()
            self._exchange = await _exchange(channel, self._name)
        message = aio_pika.Message(
            body, content_type="application/json", delivery_mode=aio_pika.DeliveryMode.PERSISTENT
        )
        await self._exchange.publish(message, routing_key=event, mandatory=False, timeout=SECONDS_TO_CONNECT)

    async def _leave(self) -> None:
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            with suppress(*_FAILURES):
                await asyncio.wait_for(connection.close(), SECONDS_TO_FINISH)

    def _fails(self, error: Exception) -> None:
        if not self._is_failing:
            # the kind only: the text of an error can hold the password
            _log.error("events wait in memory: the broker fails (%s)", type(error).__name__)
        self._is_failing = True

    def _works(self) -> None:
        if self._is_failing:
            _log.error("the broker works again: events are published")
        self._is_failing = False


async def check(url: str, place: str) -> None:
    """See whether the broker takes events.

    Args:
        url: of the broker.
        place: how to name it without a password.

    Raises:
        BrokerFailed: it does not.
    """
    try:
        connection = await aio_pika.connect(url, timeout=SECONDS_TO_CONNECT)
        async with connection:
            channel = await connection.channel()
            await _exchange(channel, EXCHANGE)
    except aio_pika.exceptions.ChannelClosed:
        raise BrokerFailed(
            f"The broker {place} does not let its user have the exchange {EXCHANGE}: give the user the "
            "rights to configure and write it, or remove an exchange of that name and another type."
        ) from None
    except _FAILURES:
        raise BrokerFailed(
            f"The broker {place} cannot be reached: see that RabbitMQ runs there, and that the name, the "
            "user and the password are right."
        ) from None


async def _exchange(channel: AbstractChannel, name: str) -> AbstractExchange:
    return await channel.declare_exchange(name, aio_pika.ExchangeType.TOPIC, durable=True)
