"""Through a real RabbitMQ every alert arrives, in order, also when the broker is restarted or lies down."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
import pytest

from blina.alerts import broker
from blina.alerts.book import AlertBook
from blina.alerts.broker import BrokerConsumer, BrokerReceiver
from blina.alerts.delivering import Deliverer
from blina.alerts.receivers.webhook import WebhookReceiver
from scripts import services
from tests.unit.alerted import KEY, SECRET, Team, at_work, new, until

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
    await channel.queue_delete(queue)
    await connection.close()


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
            connection = await aio_pika.connect(server.url)
            channel = await connection.channel()
            await broker._declared(channel)
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), queue)
            await connection.close()
            await books[0].add(new(1), ["broker"])
            await until(lambda: team.keys == ["key-1"], 120)
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
