"""Replicas in one process, each with a connection of its own to a Redis that a test may kill and hold up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

import pytest

from blina.replicas.link import BEAT_SECONDS, Down, Link
from scripts import services
from scripts.services import OwnService

KEY = b"a key that all replicas of these tests share"
PATIENCE = 30.0  # seconds


@pytest.fixture(scope="package")
def redis() -> Iterator[OwnService]:
    """A Redis of these tests' own."""
    with services.redis(private=True) as server:
        assert isinstance(server, OwnService)
        yield server


@pytest.fixture
async def links(redis: OwnService) -> AsyncIterator[Callable[[], Link]]:
    """Makes a connection as another replica has one."""
    made: list[Link] = []

    def make() -> Link:
        made.append(Link(redis.url, KEY))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def dies(link: Link) -> None:
    """End a replica from one moment to the next: it gives no sign of life and says nothing."""
    link._is_closed = True
    tasks = [task for task in (link._keeping, link._listening) if task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=PATIENCE)
    await link._redis.connection_pool.disconnect()
    link._is_up = False


async def answers(link: Link) -> None:
    """Wait until a replica knows that Redis is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(Down):
            await link.call("return 1", [])
            return
        await asyncio.sleep(BEAT_SECONDS / 10)
    pytest.fail("Redis was not found again")
