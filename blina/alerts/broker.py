"""Alerts through RabbitMQ: from the book of the replica that raised them to the one that delivers them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

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
from blina.alerts.forms import as_json, from_json
from blina.alerts.model import Alert
from blina.alerts.receivers.model import SECONDS_FOR_A_TRY, NotTaken
from blina.storage.failures import FAILURES

_log = logging.getLogger(__name__)

QUEUE = "blina.alerts"
# One consumer at a time, so that the order of each conversation is kept. Not a quorum queue: one of RabbitMQ
# 3.10 that is killed soon after it was declared finds no leader any more, and nothing can be taken (tried).
_ARGUMENTS: dict[str, str | bool] = {"x-queue-type": "classic", "x-single-active-consumer": True}
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
            json.dumps(as_json(alert), ensure_ascii=False).encode("utf-8"),
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


class BrokerConsumer:
    """Takes alerts from the broker into a book, from which they are delivered."""

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
            except _FAILURES as error:
                if self._is_well:
                    _log.error("alerts wait in the broker: it cannot be reached (%s)", type(error).__name__)
                self._is_well = False
            await asyncio.sleep(_BETWEEN_TRIES)

    async def _consume(self) -> None:
        connection = await aio_pika.connect(self._url, timeout=SECONDS_FOR_A_TRY)
        try:
            # a broker that has just started answers late or never: then it is asked anew
            messages = await asyncio.wait_for(_messages(connection), SECONDS_FOR_A_TRY)
            self._is_well = True
            await _while_open(connection, self._take_all(messages))
        finally:
            await _hang_up(connection)

    async def _take_all(self, messages: AbstractQueueIterator) -> None:
        async for message in messages:
            await self._take(message)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        """Keep one alert, then say so: one that comes twice is known by its key."""
        try:
            alert = from_json(json.loads(message.body))
        except (ValueError, KeyError, TypeError) as error:
            _log.error("something in the broker is no alert (%s)", type(error).__name__)
            await message.reject(requeue=False)
            return
        try:
            await self._book.forward(alert, self._receivers)
        except FAILURES as error:
            _log.error("an alert stays in the broker: it cannot be kept here (%s)", type(error).__name__)
            await asyncio.sleep(_BETWEEN_TRIES)
            await message.reject(requeue=True)
            return
        await message.ack()


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


async def _declared(channel: AbstractChannel) -> AbstractQueue:
    return await channel.declare_queue(QUEUE, durable=True, arguments={**_ARGUMENTS})


async def _hang_up(connection: AbstractConnection) -> None:
    with suppress(*_FAILURES):  # it may be gone already
        await asyncio.wait_for(connection.close(), _BETWEEN_TRIES)
