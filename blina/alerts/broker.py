"""Alerts through RabbitMQ: from the book of the replica that raised them to the one that delivers them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import aio_pika
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractIncomingMessage,
    AbstractQueue,
    AbstractQueueIterator,
)
from aiormq.exceptions import AMQPError

from blina.alerts.book import AlertBook
from blina.alerts.forms import as_message, from_message
from blina.alerts.model import Alert
from blina.alerts.receivers.model import SECONDS_FOR_A_TRY, NotTaken
from blina.storage.failures import FAILURES

_log = logging.getLogger(__name__)

QUEUE = "blina.alerts"
# One consumer at a time, so that the order of each conversation is kept. Not a quorum queue: one of RabbitMQ
# 3.10 that is killed soon after it was declared finds no leader any more, and nothing can be taken (tried).
_ARGUMENTS: dict[str, str | bool] = {"x-queue-type": "classic", "x-single-active-consumer": True}
_ASIDE = "aside"  # the end of the name of the queue of what cannot be read
_AT_ONCE = 50  # alerts that are taken before the first of them is in the book
_BETWEEN_TRIES = 2.0  # seconds
_FAILURES = (AMQPError, OSError, asyncio.TimeoutError, RuntimeError)


class BrokerReceiver:
    """Publishes each alert; it counts as taken when the broker has confirmed that it keeps it."""

    name = "broker"

    def __init__(self, url: str) -> None:
        """Get ready.

        Args:
            url: of the broker, with user and password.
        """
        self._url = url
        self._line: tuple[AbstractConnection, AbstractChannel] | None = None
        self._connecting = asyncio.Lock()

    async def send(self, alert: Alert) -> None:
        """Publish an alert.

        Args:
            alert: what the team is told.

        Raises:
            NotTaken: the broker did not say that it keeps it.
        """
        message = aio_pika.Message(
            json.dumps(as_message(alert), ensure_ascii=False).encode("utf-8"),
            message_id=alert.key,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            await asyncio.wait_for(self._publish(message), SECONDS_FOR_A_TRY)
        except _FAILURES as error:
            await self.close()
            # the type only: the text of an error holds the address
            raise NotTaken(type(error).__name__) from None

    async def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            await _hang_up(line[0])

    async def _publish(self, message: aio_pika.Message) -> None:
        async with self._connecting:
            if self._line is None or self._line[0].is_closed or self._line[1].is_closed:
                connection = await aio_pika.connect(self._url, timeout=SECONDS_FOR_A_TRY)
                channel = await connection.channel(publisher_confirms=True)
                await _declared(channel)
                self._line = connection, channel
            channel = self._line[1]
        await channel.default_exchange.publish(message, QUEUE, mandatory=True)


class _Aside(NamedTuple):
    """Where what cannot be read is kept."""

    channel: AbstractChannel
    queue: AbstractQueue


class BrokerConsumer:
    """Takes alerts from the broker into a book, from which they are delivered.

    What it cannot read it puts aside, in a queue of its own: a newer version may have written it, and takes
    it from there as soon as it is started.
    """

    def __init__(self, url: str, book: AlertBook, receivers: Sequence[str]) -> None:
        """Get ready.

        Args:
            url: of the broker, with user and password.
            book: takes the alerts.
            receivers: names of those that they are delivered to.
        """
        self._url = url
        self._book = book
        self._receivers = tuple(receivers)
        self._is_well = True

    async def run(self) -> None:
        """Take alerts until cancelled; a connection that is lost is made anew."""
        while True:
            try:
                await self._consume()
            except Exception as error:  # noqa: BLE001 - whatever it is, the alerts have to be taken
                if self._is_well:
                    _log.error("alerts wait in the broker (%s)", type(error).__name__)
                self._is_well = False
            await asyncio.sleep(_BETWEEN_TRIES)

    async def _consume(self) -> None:
        connection = await aio_pika.connect(self._url, timeout=SECONDS_FOR_A_TRY)
        try:
            # a broker that has just started answers late or never: then it is asked anew
            aside = await asyncio.wait_for(_aside(connection), SECONDS_FOR_A_TRY)
            await self._look_through(aside)
            messages = await asyncio.wait_for(_messages(connection), SECONDS_FOR_A_TRY)
            self._is_well = True
            await _while_open(connection, self._take_all(messages, aside))
        finally:
            await _hang_up(connection)

    async def _look_through(self, aside: _Aside) -> None:
        """Take what was put aside and can be read now."""
        found = []
        while (message := await aside.queue.get(fail=False, timeout=SECONDS_FOR_A_TRY)) is not None:
            found.append(message)
        for message in found:
            alert = _read(message)
            if alert is None:
                await message.reject(requeue=True)
            else:
                await self._take(message, alert)

    async def _take_all(self, messages: AbstractQueueIterator, aside: _Aside) -> None:
        async for message in messages:
            alert = _read(message)
            if alert is None:
                _log.error("something in the broker cannot be read and is put aside")
                again = aio_pika.Message(message.body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
                await aside.channel.default_exchange.publish(again, aside.queue.name, mandatory=True)
                await message.ack()
            else:
                await self._take(message, alert)

    async def _take(self, message: AbstractIncomingMessage, alert: Alert) -> None:
        """Keep one alert, then say so: one that comes twice is known by its key."""
        try:
            await self._book.forward(alert, self._receivers)
        except FAILURES as error:
            _log.error("an alert stays in the broker: it cannot be kept here (%s)", type(error).__name__)
            await asyncio.sleep(_BETWEEN_TRIES)
            await message.reject(requeue=True)
            return
        await message.ack()


def _read(message: AbstractIncomingMessage) -> Alert | None:
    try:
        return from_message(json.loads(message.body))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


async def _while_open(connection: AbstractConnection, work: Coroutine[Any, Any, None]) -> None:
    """Do some work until the connection is lost: an iterator over a queue does not notice that.

    Raises:
        ConnectionError: it was lost.
    """
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def note(*_: object) -> None:
        if not lost.done():
            lost.set_result(None)

    connection.close_callbacks.add(note)
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ConnectionError("the connection to the broker is lost")
        working.result()
    finally:
        working.cancel()
        lost.cancel()


async def _messages(connection: AbstractConnection) -> AbstractQueueIterator:
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=_AT_ONCE)
    queue = await _declared(channel)
    return await queue.iterator().__aenter__()  # left by hanging up


async def _aside(connection: AbstractConnection) -> _Aside:
    channel = await connection.channel(publisher_confirms=True)
    return _Aside(channel, await channel.declare_queue(f"{QUEUE}.{_ASIDE}", durable=True))


async def _declared(channel: AbstractChannel) -> AbstractQueue:
    return await channel.declare_queue(QUEUE, durable=True, arguments={**_ARGUMENTS})


async def _hang_up(connection: AbstractConnection) -> None:
    with suppress(*_FAILURES):  # it may be gone already
        await asyncio.wait_for(connection.close(), _BETWEEN_TRIES)
