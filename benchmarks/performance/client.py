"""Patients who write over REST; the same for both bots."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

PATH = "/webhooks/rest/webhook"
_TURNS = 8  # messages in a conversation
_SECONDS = 120.0
_APART = 0.002  # seconds between messages "at once", so that their order is known


def messages() -> list[str]:
    """The benchmark's own messages; eight in a row are one conversation."""
    lines = Path(__file__).with_name("messages.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@dataclass(frozen=True)
class Load:
    """What came of sending messages.

    Args:
        seconds: of each message, from sending to the whole answer.
        total: seconds that all took together.
    """

    seconds: tuple[float, ...]
    total: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return len(self.seconds) / self.total


class Client:
    """Sends messages to one bot.

    Args:
        url: of the bot.
        tick: called after every answer.
    """

    def __init__(self, url: str, tick: Callable[[], object] = lambda: None) -> None:
        self._address = url + PATH
        self._tick = tick

    def load(self, texts: Sequence[str], users: int = 1) -> Load:
        """Several patients share out messages; each waits for an answer before the next.

        Args:
            texts: all messages together.
            users: how many write at the same time.

        Returns:
            The times.
        """
        return asyncio.run(self._load(texts, users))

    def conversation(self, texts: Sequence[str]) -> list[float]:
        """One conversation.

        Args:
            texts: its messages.

        Returns:
            Seconds of each turn.
        """
        return asyncio.run(self._conversation(texts))

    def at_once(self, texts: Sequence[str]) -> tuple[float, bool]:
        """All messages of one sender at the same time.

        Args:
            texts: the messages.

        Returns:
            Seconds until the last answer, and whether they were answered in order.
        """
        return asyncio.run(self._at_once(texts))

    async def _load(self, texts: Sequence[str], users: int) -> Load:
        taken: list[float] = []

        async def patient(session: aiohttp.ClientSession, own: Sequence[str]) -> None:
            for turn, text in enumerate(own):
                if turn % _TURNS == 0:
                    sender = uuid.uuid4().hex
                taken.append(await self._send(session, sender, text))

        size = -(-len(texts) // users)
        async with _session() as session:
            started = time.perf_counter()
            parts = [texts[first : first + size] for first in range(0, len(texts), size)]
            await asyncio.gather(*(patient(session, part) for part in parts))
            total = time.perf_counter() - started
        return Load(tuple(taken), total)

    async def _conversation(self, texts: Sequence[str]) -> list[float]:
        sender = uuid.uuid4().hex
        async with _session() as session:
            return [await self._send(session, sender, text) for text in texts]

    async def _at_once(self, texts: Sequence[str]) -> tuple[float, bool]:
        sender = uuid.uuid4().hex
        answered: list[int] = []

        async def send(session: aiohttp.ClientSession, number: int) -> None:
            await asyncio.sleep(number * _APART)
            await self._send(session, sender, texts[number])
            answered.append(number)

        async with _session() as session:
            # opened beforehand: which of four new connections is taken first is not up to the bot
            await asyncio.gather(*(self._open(session) for _ in texts))
            started = time.perf_counter()
            await asyncio.gather(*(send(session, number) for number in range(len(texts))))
            taken = time.perf_counter() - started
        return taken, answered == sorted(answered)

    async def _open(self, session: aiohttp.ClientSession) -> None:
        async with session.get(self._address.removesuffix(PATH) + "/") as answer:
            await answer.read()

    async def _send(self, session: aiohttp.ClientSession, sender: str, text: str) -> float:
        started = time.perf_counter()
        async with session.post(self._address, json={"sender": sender, "message": text}) as answer:
            await answer.json()  # the stock bot, which learned for two epochs, may have nothing to say
            if answer.status != 200:
                raise RuntimeError(f"a message was answered with status {answer.status}")
        taken = time.perf_counter() - started
        self._tick()
        return taken


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
