"""Sending: in order, off the patient's turn, and again and again until the provider takes it."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import aiohttp

from blina.channels.messaging.kept import Part
from blina.channels.messaging.message_queue import MessageQueue
from blina.channels.messaging.model import ApiCall, ApiResponse, Button, Refused, Retry
from blina.observe import metrics
from blina.storage.failures import FAILURES

_log = logging.getLogger(__name__)

SECONDS_FOR_A_CALL = 15.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0  # seconds between two tries; doubled each time
LONGEST_ASKED_WAIT = 900.0  # seconds; a provider that asks for more is asked again earlier
GIVEN_UP_AFTER = 24 * 3600.0  # seconds; advice from yesterday may no longer be right
_CALLS_AT_ONCE = 20


class Provider(Protocol):
    """What sending needs of a provider's file."""

    def post(self, address: dict[str, str], text: str, buttons: tuple[Button, ...]) -> ApiCall:
        """The call that sends a part."""

    def verdict(self, response: ApiResponse) -> Retry | Refused | None:
        """What the provider's answer means; None when the part was taken."""


class Outbox:
    """Sends what is in a queue, one part of a conversation after the other."""

    def __init__(
        self, name: str, provider: Provider, queue: MessageQueue, clock: Callable[[], float] = time.time
    ) -> None:
        """Get ready to send.

        Args:
            name: of the channel, for the log.
            provider: how to call its API.
            queue: what has to go out.
            clock: seconds since 1970.
        """
        self._name = name
        self._provider = provider
        self._queue = queue
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._more: set[str] = set()  # conversations with something new
        metrics.UNSENT.labels(name).set_function(lambda: len(self._tasks))
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=SECONDS_FOR_A_CALL),
            connector=aiohttp.TCPConnector(limit=_CALLS_AT_ONCE),
            trust_env=True,  # hospitals reach the internet through proxies
        )

    def send(self, conversation: str) -> None:
        """Send what is there for a conversation; returns at once.

        Args:
            conversation: its name.
        """
        self._more.add(conversation)
        if conversation not in self._tasks:
            self._tasks[conversation] = asyncio.ensure_future(self._drain(conversation))

    async def close(self) -> None:
        """Stop; what is not sent stays in the queue."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await self._session.close()

    async def _drain(self, conversation: str) -> None:
        while conversation in self._more:
            self._more.discard(conversation)
            try:
                while waiting := await self._queue.next_part(conversation):
                    await self._deliver(waiting.part)
                    await self._queue.sent(waiting)
            except FAILURES:
                self._more.add(conversation)
                await asyncio.sleep(FIRST_WAIT)
        del self._tasks[conversation]

    async def _deliver(self, part: Part) -> None:
        """Send one part; returns when it was taken, refused, or is too old."""
        wait = FIRST_WAIT
        while True:
            verdict = await self._try(part)
            if verdict is None:
                return
            if isinstance(verdict, Refused):
                _log.error("%s refused a reply (%s)", self._name, verdict.reason)
                if not part.buttons:
                    return
                part = replace(part, buttons=())  # the words matter more, and name the answers too
                continue
            seconds = min(LONGEST_ASKED_WAIT, verdict.seconds or 0.0) or wait * random.uniform(0.5, 1.0)  # noqa: S311
            if self._clock() + seconds > part.made + GIVEN_UP_AFTER:
                _log.error("%s did not take a reply in time: it is given up", self._name)
                return
            await asyncio.sleep(seconds)
            wait = min(LONGEST_WAIT, 2 * wait)

    async def _try(self, part: Part) -> Retry | Refused | None:
        try:
            response = await self._call(self._provider.post(part.address, part.text, part.buttons))
            verdict = self._provider.verdict(response)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # the type only: the text of an error holds the address, and that a token
            _log.warning("%s cannot be reached (%s)", self._name, type(error).__name__)
            return Retry()
        except Exception as error:  # noqa: BLE001 - one part that cannot be sent must not hold up the next
            return Refused(type(error).__name__)
        if isinstance(verdict, Retry):
            _log.warning("%s cannot take a reply now (status %d)", self._name, response.status)
        return verdict

    async def _call(self, call: ApiCall) -> ApiResponse:
        async with self._session.post(
            call.url,
            json=call.json,
            data=call.form,
            headers=call.headers,
            auth=aiohttp.BasicAuth(*call.login) if call.login else None,
            allow_redirects=False,
        ) as response:
            return ApiResponse(
                response.status, _seconds(response.headers.get("Retry-After")), _object(await response.read())
            )


def _seconds(header: str | None) -> float | None:
    """The header's number of seconds; its other form, a date, is not used by these providers."""
    return float(header) if header and header.isascii() and header.isdecimal() else None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
