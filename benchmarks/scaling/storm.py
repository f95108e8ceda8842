"""Patients write while replicas are killed and engines restarted or cut off; what became of each message."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from benchmarks.scaling.patients import PagePatient, Patient, RestPatient, seconds_to_an_alarm
from scripts.common import say
from scripts.replicas import Group
from scripts.services import OwnService

RED_FLAGS = ("I am having a seizure", "I can't breathe even when I sit still", "my wife cannot be woken")
_THINKING = 4.0  # seconds between an answer and the next message, on average
_BETWEEN_ALARMS = 0.5  # seconds
_MESSAGES_BETWEEN = 60  # acknowledged ones between two faults: everything was at work again
_LEAST_MESSAGES = 3  # of each patient

Fault = Callable[[], Awaitable[None]]


@dataclass
class Seen:
    """What the patients saw.

    Args:
        acknowledged: the texts of each patient's messages, in order.
        alarms: for each red flag the fault that was on, seconds, and whether the emergency number was named.
    """

    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    alarms: list[tuple[str, float, bool]] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """How many were acknowledged."""
        return sum(map(len, self.acknowledged.values()))


def written(number: int, name: str) -> str:
    """A message that tells whose it is.

    Args:
        number: of the patient's messages, from 1.
        name: of the patient.
    """
    return f"I have chills and wrote number {number} of {name}"


class Storm:
    """Drives patients through a group of replicas.

    Args:
        group: the replicas and their engines.
        patients: who write.
        cut_off: seconds for which each engine answers nobody.
    """

    def __init__(self, group: Group, patients: Sequence[Patient], cut_off: float) -> None:
        self._group = group
        self._patients = patients
        self._cut_off = cut_off
        self._seen = Seen()
        self._over = asyncio.Event()
        self._fault = "none"

    async def rage(self) -> Seen:
        """Let everything happen."""
        writing = [asyncio.ensure_future(self._write(patient)) for patient in self._patients]
        alarming = [asyncio.ensure_future(self._alarm(number)) for number in range(2)]
        try:
            for name, happens in self._faults():
                await self._some_messages(writing)
                say(f"{self._seen.messages} messages acknowledged; {name}")
                self._fault = name
                await happens()
                await self._until_all_is_written()
                self._fault = "none"
            await self._some_messages(writing)
        finally:
            self._over.set()
            await asyncio.gather(*writing, *alarming)
            await asyncio.gather(*(patient.leave() for patient in self._patients))
        return self._seen

    def _faults(self) -> list[tuple[str, Fault]]:
        group = self._group
        engines = {"PostgreSQL": group.postgres, "Redis": group.redis, "RabbitMQ": group.rabbitmq}
        return [
            ("a replica is killed", self._kill_a_replica),
            *((f"{name} is restarted", self._restarted(engine)) for name, engine in engines.items()),
            *((f"{name} is cut off", self._cut(engine)) for name, engine in engines.items()),
        ]

    async def _kill_a_replica(self) -> None:
        replica = self._group.replicas[0]
        replica.kill()
        await self._some_messages(())
        replica.start()
        await asyncio.to_thread(replica.wait_until_ready)

    async def _until_all_is_written(self) -> None:
        """A database that is back has not yet got what waits in the replicas: that is a part of the fault."""
        async with aiohttp.ClientSession() as session:
            for replica in self._group.replicas:
                while True:
                    with suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
                        async with session.get(f"http://127.0.0.1:{replica.port}/health") as answer:
                            if (await answer.json())["database"] == "ok":
                                break
                    await asyncio.sleep(0.2)

    def _restarted(self, engine: OwnService) -> Fault:
        async def happen() -> None:
            await asyncio.to_thread(engine.kill)
            await asyncio.to_thread(engine.start)

        return happen

    def _cut(self, engine: OwnService) -> Fault:
        async def happen() -> None:
            engine.hold_up()
            try:
                await asyncio.sleep(self._cut_off)
            finally:
                engine.go_on()

        return happen

    async def _some_messages(self, writing: Sequence[asyncio.Future[None]]) -> None:
        """Wait until some more were acknowledged; a patient who gave up ends everything."""
        wanted = self._seen.messages + _MESSAGES_BETWEEN
        while self._seen.messages < wanted:
            for one in writing:
                if one.done():
                    one.result()
            await asyncio.sleep(0.1)

    async def _write(self, patient: Patient) -> None:
        chance = random.Random(patient.name)  # noqa: S311 - no secret
        said = self._seen.acknowledged.setdefault(patient.name, [])
        taken = 0.0
        while not self._over.is_set() or len(said) < _LEAST_MESSAGES:
            # who waits long for an answer writes less: a slow machine is not asked for more than it can do
            await asyncio.sleep(chance.uniform(0, 2 * _THINKING) + taken)
            began = time.monotonic()
            text = written(len(said) + 1, patient.name)
            if not await patient.say(text):
                raise AssertionError("acknowledged without an answer")
            said.append(text)
            taken = time.monotonic() - began

    async def _alarm(self, number: int) -> None:
        """Write red flags, each in a conversation of its own."""
        kinds = (self._page, self._rest)
        count = 0
        while not self._over.is_set():
            fault = self._fault
            patient = kinds[number](f"alarm-{number}-{count}")
            seconds, named = await seconds_to_an_alarm(patient, RED_FLAGS[count % len(RED_FLAGS)])
            self._seen.alarms.append((fault, seconds, named))
            await patient.leave()
            count += 1
            await asyncio.sleep(_BETWEEN_ALARMS)

    def _page(self, name: str) -> Patient:
        return PagePatient(self._group.url, name)

    def _rest(self, name: str) -> Patient:
        return RestPatient(self._group.url, self._group.token, name)
