"""Through a real RabbitMQ every alert arrives, in order, also when the broker is restarted or lies down."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from blina.alerts import broker
from blina.alerts.book import AlertBook
from blina.alerts.broker import BrokerConsumer, BrokerReceiver
from blina.alerts.delivering import Deliverer
from blina.alerts.forms import as_message, from_message
from blina.alerts.model import Alert
from blina.alerts.receivers.webhook import WebhookReceiver
from scripts import services
from tests.unit.alerted import KEY, SECRET, WORDS, Team, at_work, new, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue of this test's own."""
    name = f"blina.alerts.{uuid.uuid4().hex}"
    monkeypatch.setattr(broker, "QUEUE", name)
    return name


@pytest.fixture
def books(tmp_path: Path) -> Iterator[list[AlertBook]]:
    """Those of the replica that raises alerts, and of the one that delivers them."""
    opened = [AlertBook(str(tmp_path / f"{name}.db"), KEY) for name in ("raises", "delivers")]
    yield opened
    for book in opened:
        book.close()


@asynccontextmanager
async def at_both_ends(url: str, books: list[AlertBook], team: Team) -> AsyncIterator[None]:
    """Publish, consume and deliver as long as the block lasts."""
    raises, delivers = books
    work = [
        Deliverer(raises, BrokerReceiver(url)).run(),
        BrokerConsumer(url, delivers, ["webhook"]).run(),
        Deliverer(delivers, WebhookReceiver(team.url, SECRET)).run(),
    ]
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def drop(url: str, queue: str) -> None:
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    for name in (queue, f"{queue}.aside"):
        await channel.queue_delete(name)
    await connection.close()


async def put(url: str, queue: str, *bodies: object) -> None:
    """Put something into the queue as another version may do."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    await broker._declared(channel)
    for body in bodies:
        await channel.default_exchange.publish(aio_pika.Message(json.dumps(body).encode()), queue)
    await connection.close()


async def aside(url: str, queue: str) -> int:
    """How much is put aside."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    found = await channel.declare_queue(f"{queue}.aside", durable=True)
    await connection.close()
    return found.declaration_result.message_count or 0


def in_order(team: Team) -> bool:
    orders = {one["conversation"]: [] for one in team.came}  # type: dict[str, list[int]]
    for one in team.once():
        orders[one["conversation"]].append(one["number"])
    return all(numbers == sorted(numbers) for numbers in orders.values())


async def test_every_alert_arrives_in_its_order(books: list[AlertBook], queue: str) -> None:
    team = Team()
    with services.rabbitmq() as server:
        async with at_work(team), at_both_ends(server.url, books, team):
            for number in range(100):
                await books[0].add(new(number, number % 10), ["broker"])
            await until(lambda: len(team.once()) == 100, 120)
        await drop(server.url, queue)
    assert in_order(team)
    assert await books[0].counts() == (0, 0)


async def test_an_alert_that_comes_twice_is_one(books: list[AlertBook], queue: str) -> None:
    team = Team()
    with services.rabbitmq() as server:
        async with at_work(team), at_both_ends(server.url, books, team):
            alert = await books[0].add(new(1), ["broker"])
            assert alert
            again = BrokerReceiver(server.url)
            await again.send(alert)
            await again.close()
            await books[0].add(new(2), ["broker"])
            await until(lambda: "key-2" in team.keys, 120)
        await drop(server.url, queue)
    assert team.keys == ["key-1", "key-2"]


async def test_what_is_no_alert_is_put_aside(books: list[AlertBook], queue: str) -> None:
    team = Team()
    with services.rabbitmq() as server:
        async with at_work(team), at_both_ends(server.url, books, team):
            await put(server.url, queue, {}, [], "x", None, {"version": "one"})
            await books[0].add(new(1), ["broker"])
            await until(lambda: team.keys == ["key-1"], 120)
            assert await aside(server.url, queue) == 5
        await drop(server.url, queue)


def told(number: int) -> dict[str, Any]:
    """An alert as processes tell each other."""
    return as_message(Alert(**vars(replace(new(number), hand_over=WORDS))))


async def test_an_alert_of_the_form_from_before_there_were_versions_is_understood(
    books: list[AlertBook], queue: str
) -> None:
    team, old = Team(), told(1)
    del old["version"]
    with services.rabbitmq() as server:
        await put(server.url, queue, old)
        async with at_work(team), at_both_ends(server.url, books, team):
            await until(lambda: team.keys == ["key-1"], 120)
        await drop(server.url, queue)
    assert team.came[0]["hand_over"]["text"] == WORDS.text


async def test_an_alert_of_a_newer_version_reaches_the_team_as_the_most_urgent(
    books: list[AlertBook], queue: str
) -> None:
    more = {"version": 99, "ward": "3", "urgency": "at_once", "kind": "watch", "hand_over": {"pages": []}}
    team = Team()
    with services.rabbitmq() as server:
        await put(server.url, queue, {**told(1), **more}, {**told(2), "version": 2, "ward": "3"})
        async with at_work(team), at_both_ends(server.url, books, team):
            await until(lambda: len(team.came) == 2, 120)
        await drop(server.url, queue)
    strange, known = team.came
    assert (strange["key"], strange["urgency"], strange["hand_over"]) == ("key-1", "emergency", None)
    assert (known["key"], known["urgency"]) == ("key-2", "contact_now")
    assert known["hand_over"]["text"] == WORDS.text


async def test_what_only_a_newer_version_can_read_waits_for_it(
    books: list[AlertBook], queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = {"version": 99, "alert": told(1)}
    team = Team()
    with services.rabbitmq() as server:
        await put(server.url, queue, newer)
        async with at_work(team), at_both_ends(server.url, books, team):
            await books[0].add(new(2), ["broker"])
            await until(lambda: team.keys == ["key-2"], 120)  # nothing waits behind it
        assert await aside(server.url, queue) == 1
        monkeypatch.setattr(broker, "from_message", lambda told: from_message(told.get("alert", told)))
        async with at_work(team), at_both_ends(server.url, books, team):
            await until(lambda: team.keys == ["key-2", "key-1"], 120)
        assert await aside(server.url, queue) == 0
        await drop(server.url, queue)


async def test_a_broker_that_is_killed_and_comes_back_loses_none(
    books: list[AlertBook], caplog: pytest.LogCaptureFixture
) -> None:
    team = Team()
    loop = asyncio.get_running_loop()
    with services.rabbitmq(private=True) as server:
        assert isinstance(server, services.OwnService)
        async with at_work(team), at_both_ends(server.url, books, team):
            for number in range(30):
                await books[0].add(new(number, number % 5), ["broker"])
            await until(lambda: len(team.came) > 5, 120)
            server.kill()
            for number in range(30, 60):
                await books[0].add(new(number, number % 5), ["broker"])
            await loop.run_in_executor(None, server.start)
            await until(lambda: len(team.once()) == 60, 120)
    assert in_order(team)
    assert "guest" not in caplog.text  # no address of the broker in the log


async def test_a_thousand_alerts_arrive_in_order_though_broker_and_receiver_fail(
    books: list[AlertBook],
) -> None:
    team = Team(answers=None)
    loop = asyncio.get_running_loop()
    numbers = iter(range(1000))

    async def raise_alerts(count: int) -> None:
        for number in itertools.islice(numbers, count):
            await books[0].add(new(number, number * 7 % 200), ["broker"])

    async with at_work(team) as port:
        pass  # nobody listens there
    with services.rabbitmq(private=True) as server:
        assert isinstance(server, services.OwnService)
        async with at_both_ends(server.url, books, team):
            await raise_alerts(500)
            server.kill()
            await raise_alerts(200)
            await loop.run_in_executor(None, server.start)
            async with at_work(team, port=port):
                team.answers = 500
                await raise_alerts(300)
                await until(lambda: team.calls > 0, 120)
                team.slow, team.answers = 0.02, 200
                await until(lambda: len(team.once()) == 1000, 180)
    assert in_order(team)
    assert len(set(team.keys)) == 1000
    assert await books[0].counts() == (0, 0)
