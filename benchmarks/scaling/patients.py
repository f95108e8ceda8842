"""Patients who go on until they are answered: through the page's socket, and through REST."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import aiohttp
from socketio import AsyncClient
from socketio.exceptions import SocketIOError

SECONDS_FOR_A_TRY = 10.0  # as the page has it
_PAUSE = 0.3  # seconds before the next try
EMERGENCY_NUMBER = "112"
_PATH = "/webhooks/rest/webhook"


class Patient(Protocol):
    """Somebody with a conversation of their own.

    Args:
        name: that nobody else has; stands in each message.
        resends: how often a message was sent again.
    """

    name: str
    resends: int

    async def say(self, text: str) -> str:
        """Write a message, again and again until it is acknowledged; the answer's text.

        Args:
            text: of the message.
        """

    async def leave(self) -> None:
        """Be gone."""


class RestPatient:
    """Somebody whose program writes through REST, and repeats what got no answer."""

    def __init__(self, url: str, token: str, name: str) -> None:
        self.name = name
        self.resends = 0
        self._url = url + _PATH
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=SECONDS_FOR_A_TRY),
        )

    async def say(self, text: str) -> str:
        """See `Patient.say`."""
        body = {"sender": self.name, "message": text}
        while True:
            with suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
                async with self._session.post(self._url, json=body) as answer:
                    if answer.status == 200 and (replies := await answer.json()):
                        return _joined(replies, self.name)
            self.resends += 1
            await asyncio.sleep(_PAUSE)

    async def leave(self) -> None:
        """See `Patient.leave`."""
        await self._session.close()


def _joined(replies: Sequence[dict[str, Any]], name: str) -> str:
    strangers = {reply["recipient_id"] for reply in replies} - {name}
    if strangers:
        raise AssertionError("an answer to somebody else")
    return "\n".join(reply.get("text", "") for reply in replies)


class PagePatient:
    """Somebody in front of the page, which connects again, and sends again what was not acknowledged."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.resends = 0
        self.session = ""  # the conversation
        self.keys: list[str] = []  # of the acknowledged messages
        self._url = f"{url}?place={name}"
        self._token: str | None = None
        self._client: AsyncClient | None = None
        self._items: dict[str, dict[str, Any]] = {}

    async def say(self, text: str) -> str:
        """See `Patient.say`."""
        key, again = uuid.uuid4().hex, False
        while True:
            # whatever breaks, the page connects again
            with suppress(SocketIOError, asyncio.TimeoutError, aiohttp.ClientError, OSError):
                client = await self._connected()
                if self._answer(key):
                    break
                message = {"id": key, "text": text, "again": again}
                again = True
                answer = await client.call("message", message, timeout=SECONDS_FOR_A_TRY)
                if answer.get("ok"):
                    break
            self.resends += 1
            await self._drop()
            await asyncio.sleep(_PAUSE)
        self.keys.append(key)
        if not self._answer(key):  # answered before the connection broke
            await self._drop()
            with suppress(SocketIOError, asyncio.TimeoutError, aiohttp.ClientError, OSError):
                await self._connected()
        return self._answer(key)

    async def leave(self) -> None:
        """See `Patient.leave`."""
        await self._drop()

    def _answer(self, key: str) -> str:
        numbered = [item for name, item in self._items.items() if name.startswith(f"{key}/")]
        return "\n".join(item["text"] for item in numbered)

    async def _connected(self) -> AsyncClient:
        if self._client is not None and self._client.connected:
            return self._client
        client = self._client = AsyncClient(reconnection=False, request_timeout=SECONDS_FOR_A_TRY)
        client.on("item", self._take)
        await client.connect(
            self._url,
            socketio_path="/chat/socket.io",
            transports=["polling"],
            wait_timeout=SECONDS_FOR_A_TRY,
        )
        joined = await client.call("join", {"token": self._token}, timeout=SECONDS_FOR_A_TRY)
        self._token = joined["token"]
        self.session = self._token.split(".")[0]
        items = joined["messages"]
        more = joined["more"]
        while more:
            part = await client.call("more", {"start": more}, timeout=SECONDS_FOR_A_TRY)
            items, more = [*items, *part["messages"]], part["more"]
        for item in items:
            self._take(item)
        return client

    def _take(self, item: dict[str, Any]) -> None:
        if item["from"] == "bot":
            self._items[item["key"]] = item

    async def _drop(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(Exception):  # it is gone already
            http = client.eio.http
            await client.eio.disconnect(abort=True)
            if http is not None:
                await http.close()


async def seconds_to_an_alarm(patient: Patient, text: str) -> tuple[float, bool]:
    """Write a red flag.

    Args:
        patient: who writes it.
        text: of the message.

    Returns:
        Seconds until it was answered, and whether the answer names the emergency number.
    """
    start = time.monotonic()
    answer = await patient.say(text)
    return time.monotonic() - start, EMERGENCY_NUMBER in answer
