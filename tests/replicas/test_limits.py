"""How many messages may come in a minute: the same in one process and over replicas with Redis."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from blina.replicas import limits
from blina.replicas.limits import Limit, OwnLimit, SharedLimit
from blina.replicas.link import Link
from scripts.services import OwnService
from tests.replicas.conftest import answers

WINDOW = 1.5  # seconds
Make = Callable[[int], Awaitable[tuple[Limit, Limit]]]


@pytest.fixture(params=["in one process", "of one replica", "of two replicas"])
async def make(request: pytest.FixtureRequest, links: Callable[[], Link]) -> Make:
    """Makes the limit through which the first and the second of two messages go."""

    async def made(most: int) -> tuple[Limit, Limit]:
        if request.param == "in one process":
            own = OwnLimit(most, window=WINDOW)
            return own, own
        kind = uuid.uuid4().hex  # nothing is left of another test
        connections = [links() for _ in range(1 if request.param == "of one replica" else 2)]
        for one in connections:
            await answers(one)
        shared = [SharedLimit(OwnLimit(most, window=WINDOW), kind, one) for one in connections]
        return shared[0], shared[-1]

    return made


async def test_more_than_allowed_waits_until_the_first_is_old(make: Make) -> None:
    first, second = await make(2)
    assert await first.wait("anna") == 0
    assert await second.wait("anna") == 0
    seconds = await first.wait("anna")
    assert 0 < seconds <= WINDOW
    await asyncio.sleep(seconds + 0.01)
    assert await second.wait("anna") == 0


async def test_one_conversation_does_not_slow_another(make: Make) -> None:
    first, second = await make(1)
    assert await first.wait("ben") == 0
    assert await second.wait("carl") == 0
    assert await second.wait("ben") > 0


async def test_what_waits_is_not_counted(make: Make) -> None:
    first, second = await make(1)
    assert await first.wait("dora") == 0
    start = time.monotonic()
    while (seconds := await second.wait("dora")) > 0:
        await asyncio.sleep(min(seconds + 0.01, 0.2))
    assert time.monotonic() - start < WINDOW + 0.5


async def test_no_more_than_allowed_pass_at_the_same_time(make: Make) -> None:
    pair = await make(5)
    waits = await asyncio.gather(*(pair[number % 2].wait("emil") for number in range(40)))
    assert waits.count(0) == 5


def test_idle_conversations_are_dropped() -> None:
    moments = iter(range(100 * limits._MOST_KEYS))
    limit = OwnLimit(1, clock=lambda: 0.0 if next(moments) < 2 * limits._MOST_KEYS else 61.0)
    for number in range(limits._MOST_KEYS):
        assert limit.left(str(number)) == 0
        limit.count(str(number))
    limit.count("new")
    assert len(limit._times) == 1


async def test_while_redis_fails_each_replica_holds_the_limit_by_itself(
    redis: OwnService, links: Callable[[], Link]
) -> None:
    link = links()
    await answers(link)
    limit = SharedLimit(OwnLimit(2), "test", link)
    assert await limit.wait("frieda") == 0
    with held_up(redis):
        start = time.monotonic()
        assert await limit.wait("frieda") == 0
        assert await limit.wait("frieda") > 0
        assert time.monotonic() - start < 3.0
    await answers(link)


async def test_a_flood_does_not_reach_redis(
    links: Callable[[], Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = links()
    await answers(link)
    limit, asked = SharedLimit(OwnLimit(3), "test", link), 0
    ask = link.call

    async def counted(*arguments: object) -> object:
        nonlocal asked
        asked += 1
        return await ask(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(link, "call", counted)
    for _ in range(100):
        await limit.wait("gustav")
    assert asked == 3


@contextmanager
def held_up(redis: OwnService) -> Iterator[None]:
    """While Redis answers nobody."""
    redis.hold_up()
    try:
        yield
    finally:
        redis.go_on()


async def test_keys_of_which_nothing_is_counted_any_more_hold_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 1)
    now = 0.0
    own = OwnLimit(1, clock=lambda: now, window=WINDOW)
    own.count("anna")
    now = 10.0
    assert own.left("anna") == 0  # what Redis refuses now is not counted here
    for name in ("ben", "carl"):
        own.count(name)
    assert await own.wait("dora") == 0
