"""One thing at a time of each name, in order: the same in one process and over replicas with Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from blina.replicas.link import ALIVE_SECONDS, Link
from blina.replicas.locks import Busy, Locks, OwnLocks, SharedLocks
from scripts.services import OwnService
from tests.replicas.conftest import PATIENCE, answers, dies


@pytest.fixture(params=["in one process", "of one replica", "of two replicas"])
async def pair(
    request: pytest.FixtureRequest, links: Callable[[], Link]
) -> AsyncIterator[tuple[Locks, Locks]]:
    """The locks through which the first and the second of two messages come."""
    if request.param == "in one process":
        own = OwnLocks()
        yield own, own
        return
    first = SharedLocks("test", links())
    yield first, first if request.param == "of one replica" else SharedLocks("test", links())


async def test_messages_keep_their_order_wherever_they_come_in(pair: tuple[Locks, Locks]) -> None:
    served: list[int] = []
    first_is_in, all_are_waiting = asyncio.Event(), asyncio.Event()

    async def message(number: int) -> None:
        async with pair[number % 2].hold("anna", PATIENCE):
            if number == 0:
                first_is_in.set()
                await all_are_waiting.wait()
            served.append(number)

    waiting = [asyncio.ensure_future(message(0))]
    await first_is_in.wait()
    for number in range(1, 8):
        waiting.append(asyncio.ensure_future(message(number)))
        await in_line(pair[number % 2], number + 1)  # the next one is written after this one
    all_are_waiting.set()
    start = time.monotonic()
    await asyncio.gather(*waiting)
    assert served == list(range(8))
    assert time.monotonic() - start < 3  # nobody looks once a second whether it is his turn


async def in_line(locks: Locks, how_many: int) -> None:
    """Wait until so many hold the lock or wait for it."""
    if not isinstance(locks, SharedLocks):
        await asyncio.sleep(0.02)
        return
    key = locks._link.key("lock:test", "anna")
    while await locks._link.call("return redis.call('LLEN', KEYS[1])", [key]) < how_many:
        await asyncio.sleep(0.005)


async def test_never_two_at_a_time(pair: tuple[Locks, Locks]) -> None:
    inside, most = 0, 0

    async def message(number: int) -> None:
        nonlocal inside, most
        async with pair[number % 2].hold("anna", PATIENCE):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(message(number) for number in range(60)))
    assert most == 1


async def test_names_do_not_wait_for_each_other(pair: tuple[Locks, Locks]) -> None:
    async with pair[0].hold("anna", PATIENCE), pair[1].hold("ben", 1.0):
        pass


async def test_waiting_ends(pair: tuple[Locks, Locks]) -> None:
    async with pair[0].hold("anna", PATIENCE):
        with pytest.raises(Busy):
            async with pair[1].hold("anna", 0.05):
                pytest.fail("two at once")
    async with pair[1].hold("anna", PATIENCE):
        pass


async def test_an_error_or_a_cancelled_wait_lets_the_next_through(pair: tuple[Locks, Locks]) -> None:
    with pytest.raises(ValueError, match="broken"):
        async with pair[0].hold("anna", PATIENCE):
            raise ValueError("broken")

    async def waits() -> None:
        async with pair[1].hold("anna", PATIENCE):
            pytest.fail("it was cancelled")

    async with pair[0].hold("anna", PATIENCE):
        waiting = asyncio.ensure_future(waits())
        await asyncio.sleep(0.05)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    async with pair[0].hold("anna", PATIENCE), pair[1].hold("ben", PATIENCE):
        pass


async def test_locks_of_the_past_take_no_memory() -> None:
    own = OwnLocks()
    for number in range(100):
        async with own.hold(f"patient {number}", PATIENCE):
            pass
    assert len(own._locks) <= 1


async def test_a_replica_that_dies_frees_what_it_held_within_seconds(links: Callable[[], Link]) -> None:
    dead, alive = links(), SharedLocks("test", links())
    async with SharedLocks("test", dead).hold("anna", PATIENCE):
        await dies(dead)
        start = time.monotonic()
        async with alive.hold("anna", PATIENCE):
            assert time.monotonic() - start < ALIVE_SECONDS + 3


async def test_what_a_replica_holds_for_long_stays_held(links: Callable[[], Link]) -> None:
    first, second = SharedLocks("test", links()), SharedLocks("test", links())
    async with first.hold("anna", PATIENCE):
        with pytest.raises(Busy):
            async with second.hold("anna", ALIVE_SECONDS + 2):
                pytest.fail("two at once")


async def test_a_replica_that_leaves_frees_what_it_held_at_once(links: Callable[[], Link]) -> None:
    leaving, staying = links(), SharedLocks("test", links())
    async with SharedLocks("test", leaving).hold("anna", PATIENCE):
        await leaving.close()
        async with staying.hold("anna", 3.0):
            pass


async def test_while_redis_is_held_up_nobody_waits_and_order_is_kept_in_each_replica(
    redis: OwnService, links: Callable[[], Link]
) -> None:
    shared = links()
    locks = SharedLocks("test", shared)
    async with locks.hold("anna", PATIENCE):
        pass
    redis.hold_up()
    try:
        served: list[int] = []

        async def message(number: int) -> None:
            async with locks.hold("anna", PATIENCE):
                served.append(number)

        start = time.monotonic()
        await asyncio.gather(*(message(number) for number in range(20)))
        assert time.monotonic() - start < 3.0
        assert served == list(range(20))
        start = time.monotonic()
        await message(20)
        assert time.monotonic() - start < 0.4  # only the first ones waited
    finally:
        redis.go_on()
    other = SharedLocks("test", links())
    await answers(shared)
    async with other.hold("anna", 5.0):  # what Redis heard late holds up nobody
        pass


async def test_locks_are_shared_again_as_soon_as_redis_is_back(
    redis: OwnService, links: Callable[[], Link]
) -> None:
    one, two = links(), links()
    first, second = SharedLocks("test", one), SharedLocks("test", two)
    async with first.hold("anna", PATIENCE), second.hold("ben", PATIENCE):
        redis.kill()
        async with first.hold("carl", 1.0), second.hold("dora", 1.0):
            pass
        redis.start()
        await answers(one)
        await answers(two)
    async with first.hold("anna", 5.0):
        with pytest.raises(Busy):
            async with second.hold("anna", 0.2):
                pytest.fail("two at once")
