"""What some replicas answer in a second, and what each answer costs whom."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]
import psycopg2

from benchmarks.performance.client import messages
from benchmarks.scaling.patients import RestPatient
from scripts.replicas import Group, Replica

PATIENTS = 48  # who write at the same time, without a pause
_TURNS = 8  # messages in a conversation
_MEGABYTE = 1024 * 1024
_WHO = ("replicas", "PostgreSQL", "Redis", "RabbitMQ", "nginx")
HEAD = (
    "replicas",
    "messages a second",
    "median",
    "95th percentile",
    "processor ms a message: replicas",
    "PostgreSQL",
    "Redis",
    "RabbitMQ",
    "nginx",
    "memory a replica",
)


@dataclass(frozen=True)
class Step:
    """What came of letting patients write for a while.

    Args:
        name: what was measured.
        seconds: of each message.
        total: seconds of it all.
        busy: processor seconds by who used them.
        megabytes: of each replica afterwards.
    """

    name: str
    seconds: Sequence[float]
    total: float
    busy: Mapping[str, float]
    megabytes: Sequence[float]

    @property
    def rate(self) -> float:
        """Messages a second."""
        return len(self.seconds) / self.total

    def cost(self, who: str) -> float:
        """Processor seconds of somebody for a message."""
        return self.busy.get(who, 0.0) / len(self.seconds)

    def row(self) -> list[str]:
        """As a row under `HEAD`."""
        *_, p95 = statistics.quantiles(self.seconds, n=20)
        return [
            self.name,
            f"{self.rate:.1f}",
            *(f"{value * 1000:.0f} ms" for value in (statistics.median(self.seconds), p95)),
            *(f"{self.cost(who) * 1000:.1f}" for who in _WHO),
            f"{max(self.megabytes):.0f} MB",
        ]


def measure(
    name: str, url: str, token: str, seconds: float, replicas: Sequence[Replica], others: Mapping[str, int]
) -> Step:
    """Let patients write for a while.

    Args:
        name: of the step.
        url: where to.
        token: of the REST channel.
        seconds: how long.
        replicas: that answer.
        others: the engines' first processes, by name.
    """
    first = [replica.process.pid for replica in replicas if replica.process]
    watched = {"replicas": first, **{who: [pid] for who, pid in others.items()}}
    before = {who: _busy(pids) for who, pids in watched.items()}
    started = time.perf_counter()
    taken = asyncio.run(load(url, token, seconds))
    total = time.perf_counter() - started
    busy = {who: _busy(pids) - before[who] for who, pids in watched.items()}
    return Step(
        name, taken, total, busy, [psutil.Process(pid).memory_info().rss / _MEGABYTE for pid in first]
    )


async def load(url: str, token: str, seconds: float) -> list[float]:
    """Write for a while; the seconds of each message.

    Args:
        url: where to.
        token: of the REST channel.
        seconds: how long.
    """
    texts, taken = messages(), []
    end = time.perf_counter() + seconds

    async def writes(start: int) -> None:
        number = start
        while time.perf_counter() < end:
            patient = RestPatient(url, token, uuid.uuid4().hex)
            for _ in range(_TURNS):
                began = time.perf_counter()
                await patient.say(texts[number % len(texts)])
                taken.append(time.perf_counter() - began)
                number += 1
            await patient.leave()

    await asyncio.gather(*(writes(_TURNS * number) for number in range(PATIENTS)))
    return taken


def engines(group: Group) -> dict[str, int]:
    """The first processes of the engines, by name."""
    return {
        "PostgreSQL": group.postgres.pid,
        "Redis": group.redis.pid,
        "RabbitMQ": group.rabbitmq.pid,
        "nginx": group.nginx.pid,
    }


def size(url: str) -> tuple[float, float]:
    """Rows and bytes of a conversation in PostgreSQL, with its indices.

    Args:
        url: of the database, in which there is nothing else.
    """
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT sender_id), pg_total_relation_size('events') FROM events"
        )
        rows, conversations, size = cursor.fetchone()
    connection.close()
    return rows / conversations, size / conversations


def _busy(pids: Iterable[int]) -> float:
    """Processor seconds of processes and of all that they started and that still run."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # a connection of PostgreSQL ended just now
                times = one.cpu_times()
                total += times.user + times.system
    return total
