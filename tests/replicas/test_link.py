"""What a replica has in Redis: nothing that tells of anybody, and nothing that outlives it for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from blina.observe import metrics
from blina.replicas.limits import OwnLimit, SharedLimit
from blina.replicas.link import Link
from blina.replicas.locks import SharedLocks
from blina.replicas.notices import Notices
from scripts.services import OwnService
from tests.replicas.conftest import PATIENCE, answers

PATIENT = "Zebedee-Quill"


async def everything(redis: OwnService) -> bytes:
    """All that Redis holds: keys and what is in them."""
    client = Redis.from_url(redis.url)
    found = b""
    async for key in client.scan_iter("*"):
        kind = await client.type(key)
        found += key + b"\n"
        if kind == b"zset":
            found += b"".join(await client.zrange(key, 0, -1))
        elif kind == b"list":
            found += b"".join(await client.lrange(key, 0, -1))
        else:
            found += await client.get(key)
    await client.close()
    return found


async def test_redis_holds_no_name_no_address_and_no_key(
    redis: OwnService, links: Callable[[], Link]
) -> None:
    link = links()
    limit, locks = SharedLimit(OwnLimit(9), "test", link), SharedLocks("test", link)
    await limit.wait(PATIENT)
    await limit.wait("198.51.100.7")
    async with locks.hold(PATIENT, PATIENCE):
        found = await everything(redis)
    assert b"blina:" in found
    for private in (PATIENT.encode(), b"198.51", link._key):
        assert private not in found


async def test_a_lock_and_a_limit_of_the_same_name_are_two_things(
    links: Callable[[], Link], caplog: pytest.LogCaptureFixture
) -> None:
    link = links()
    await answers(link)
    limit, locks = SharedLimit(OwnLimit(1), "same", link), SharedLocks("same", link)
    async with locks.hold(PATIENT, PATIENCE):
        assert await limit.wait(PATIENT) == 0
    async with locks.hold(PATIENT, PATIENCE):
        assert await limit.wait(PATIENT) > 0
    assert caplog.text == ""


async def test_whatever_a_replica_leaves_in_redis_goes_by_itself(
    redis: OwnService, links: Callable[[], Link]
) -> None:
    link = links()
    await SharedLimit(OwnLimit(9), "test", link).wait(PATIENT)
    async with SharedLocks("test", link).hold(PATIENT, PATIENCE):
        client = Redis.from_url(redis.url)
        lives = [await client.pttl(key) async for key in client.scan_iter("*")]
        await client.close()
    assert lives
    assert min(lives) > 0


async def test_installations_with_different_keys_do_not_meet(
    redis: OwnService, links: Callable[[], Link]
) -> None:
    other = Link(redis.url, b"the key of another installation on the same Redis")
    async with SharedLocks("test", links()).hold("anna", 5.0), SharedLocks("test", other).hold("anna", 5.0):
        pass
    await other.close()


async def test_a_notice_reaches_the_other_replicas_and_not_the_one_that_told(
    links: Callable[[], Link],
) -> None:
    heard: dict[str, list[dict[str, str | None]]] = {"one": [], "two": []}
    came = asyncio.Event()

    async def first(fields: dict[str, str | None]) -> None:
        heard["one"].append(fields)

    async def second(fields: dict[str, str | None]) -> None:
        heard["two"].append(fields)
        came.set()

    one, two = links(), links()
    notices = Notices("test", first, one)
    Notices("test", second, two)
    await answers(one)
    await answers(two)
    await notices.tell({"conversation": "anna", "keep": None})
    await asyncio.wait_for(came.wait(), PATIENCE)
    assert heard == {"one": [], "two": [{"conversation": "anna", "keep": None}]}


async def test_a_replica_that_has_no_time_itself_does_not_blame_redis(links: Callable[[], Link]) -> None:
    link = links()
    await answers(link)
    asked = asyncio.ensure_future(link.call("return 1", []))
    await asyncio.sleep(0)
    time.sleep(1.5)  # the whole process is held up
    assert await asked == 1


async def test_in_one_process_there_is_nobody_to_tell() -> None:
    async def heard(_: dict[str, str | None]) -> None:
        pytest.fail("there is nobody else")

    await Notices("test", heard, None).tell({"conversation": "anna"})


async def test_that_redis_fails_is_logged_once_and_counted_and_so_is_its_return(
    redis: OwnService, links: Callable[[], Link], caplog: pytest.LogCaptureFixture
) -> None:
    link = links()
    await answers(link)
    locks = SharedLocks("test", link)
    caplog.set_level(logging.WARNING)
    redis.kill()
    for _ in range(5):
        async with locks.hold(PATIENT, 5.0):
            pass
    assert metrics.REGISTRY.get_sample_value("blina_redis_failing") == 1
    assert link.state == "failing"
    redis.start()
    await answers(link)
    assert metrics.REGISTRY.get_sample_value("blina_redis_failing") == 0
    assert link.state == "ok"
    said = [record.getMessage() for record in caplog.records if record.name == "blina.replicas.link"]
    assert said == [
        "Redis fails (ConnectionError): this replica keeps locks and limits by itself",
        "Redis answers again: locks and limits are shared",
    ]
    assert PATIENT not in caplog.text
    assert str(redis.port) not in caplog.text
