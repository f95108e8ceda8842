"""Every alert arrives, in the order of its conversation, whatever the receiver does meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager

import pytest

from blina.alerts import delivering
from blina.alerts.book import AlertBook, Waiting
from blina.alerts.delivering import Deliverer
from blina.alerts.receivers import http
from blina.alerts.receivers.webhook import WebhookReceiver
from blina.alerts.shared_store import store_at
from blina.observe import metrics
from tests.unit.alerted import KEY, SECRET, Team, at_work, new, until

MINUTE = 60.0


@pytest.fixture
def book(place: str) -> Iterator[AlertBook]:
    opened = AlertBook(place, KEY)
    yield opened
    opened.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again soon."""
    monkeypatch.setattr(delivering, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(delivering, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(delivering, "_LOOK_AGAIN", 0.02)
    monkeypatch.setattr(http, "SECONDS_FOR_A_TRY", 0.2)


@asynccontextmanager
async def delivered_to(book: AlertBook, url: str) -> AsyncIterator[None]:
    """Deliver as long as the block lasts."""
    task = asyncio.ensure_future(Deliverer(book, WebhookReceiver(url, SECRET)).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def raised(book: AlertBook, *numbers: int, conversation: int = 1) -> None:
    for number in numbers:
        await book.add(new(number, conversation), ["webhook"])


async def test_an_alert_arrives_at_once(book: AlertBook) -> None:
    team = Team()
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1)
        await until(lambda: team.keys == ["key-1"])


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("trouble", [500, 503, 404, 400, 307, 0, None])
async def test_it_arrives_once_the_receiver_is_well_again(book: AlertBook, trouble: int | None) -> None:
    team = Team(answers=trouble)
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1, 2, 3)
        await until(lambda: team.calls > 1)
        assert team.came == []
        team.answers = 200
        await until(lambda: len(team.came) == 3)
    assert team.keys == ["key-1", "key-2", "key-3"]
    assert await book.counts() == (0, 0)


@pytest.mark.usefixtures("hasty")
async def test_an_answer_that_is_lost_brings_the_same_key_again(book: AlertBook) -> None:
    team = Team()
    async with at_work(team), delivered_to(book, team.url):
        team.slow = 0.4  # longer than anybody waits
        await raised(book, 1)
        await until(lambda: len(team.came) > 1)
        team.slow = 0.0
    assert set(team.keys) == {"key-1"}
    assert len(team.once()) == 1


@pytest.mark.usefixtures("hasty")
async def test_one_alert_that_is_refused_holds_up_its_conversation_only(book: AlertBook) -> None:
    team = Team(answers=400)
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1)
        await until(lambda: team.calls > 0)
        team.answers = 200
        await raised(book, 2)
        await raised(book, 3, conversation=2)
        await until(lambda: len(team.came) == 3)
    assert team.keys.index("key-1") < team.keys.index("key-2")


@pytest.mark.usefixtures("hasty")
async def test_what_is_refused_for_long_is_given_up_kept_and_sent_again_when_asked(
    book: AlertBook, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "REFUSED_FOR", 0.1)
    team = Team(answers=422)
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1)
        dead = 0
        while not dead:
            await asyncio.sleep(0.02)
            _, dead = await book.counts()
        team.answers = 200
        await raised(book, 2)
        await until(lambda: team.keys == ["key-2"])  # the next one no longer waits for it
        while await book.counts() != (0, 1):
            await asyncio.sleep(0.01)
        other = store_at(place)  # as `blina alerts retry` does
        ((alert, delivery),) = other.undelivered()
        assert (alert.key, delivery.dead, delivery.error) == ("key-1", True, "status 422")
        assert other.retry_dead(time.time()) == 1
        other.close()
        await until(lambda: team.keys == ["key-2", "key-1"])


@pytest.mark.usefixtures("hasty")
async def test_advice_from_yesterday_is_given_up(book: AlertBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "GIVEN_UP_AFTER", 0.1)
    team = Team(answers=500)
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1)
        while await book.counts() != (0, 1):
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("hasty")
async def test_a_file_that_does_not_take_what_became_of_it_is_no_storm(
    book: AlertBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = Team()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("blina.alerts.store.AlertStore.delivered", full)
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1)
        await until(lambda: team.calls > 0)
        await raised(book, 2, conversation=2)
        await until(lambda: "key-2" in team.keys)
    assert team.calls == 2


@pytest.mark.usefixtures("hasty")
async def test_a_receiver_in_trouble_is_asked_by_one_alert_at_a_time(
    book: AlertBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "FIRST_WAIT", 0.2)
    monkeypatch.setattr(delivering, "LONGEST_WAIT", 0.2)
    team = Team(answers=503)
    for number in range(100):
        await raised(book, number, conversation=number)
    async with at_work(team), delivered_to(book, team.url):
        await until(lambda: team.calls >= delivering._AT_ONCE)
        at_first = team.calls
        began = time.monotonic()
        await until(lambda: team.calls >= at_first + 3)
        assert time.monotonic() - began > 0.2
        team.answers = 200
        await until(lambda: len(team.once()) == 100)


async def test_the_delay_is_measured(book: AlertBook) -> None:
    def counted() -> float:
        name = "blina_alert_delay_seconds_count"
        return metrics.REGISTRY.get_sample_value(name, {"receiver": "webhook"}) or 0.0

    before, team = counted(), Team()
    async with at_work(team), delivered_to(book, team.url):
        await raised(book, 1)
        while counted() == before:
            await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_a_thousand_alerts_wait_for_a_receiver_that_is_down_wrong_and_slow_and_all_arrive(
    book: AlertBook,
) -> None:
    conversations = [number * 7 % 200 for number in range(1000)]
    team = Team(answers=None)
    async with at_work(team) as port:
        pass  # nobody listens there
    async with delivered_to(book, team.url):
        for number, conversation in enumerate(conversations[:700]):
            await book.add(new(number, conversation), ["webhook"])
        await asyncio.sleep(0)
        async with at_work(team, port=port):
            team.answers = 500
            for number, conversation in enumerate(conversations[700:], start=700):
                await book.add(new(number, conversation), ["webhook"])
            await until(lambda: team.calls > 0)
            team.slow = 0.05
            team.answers = 200
            back = time.time()
            await until(lambda: len(team.once()) == 1000, 2 * MINUTE)
    assert max(team.moments) - back < MINUTE
    assert sorted(team.keys) == sorted(f"key-{number}" for number in range(1000))  # here none came twice
    for conversation in range(200):
        came = [one["number"] for one in team.once() if one["conversation"] == f"conversation-{conversation}"]
        assert came == sorted(came)


async def test_what_was_delivered_while_somebody_looked_is_not_sent_once_more(book: AlertBook) -> None:
    team = Team()
    async with at_work(team):
        deliverer = Deliverer(book, WebhookReceiver(team.url, SECRET))
        await raised(book, 1)
        due = book.due
        seen: list[Waiting] = []

        async def looks_long(receiver: str, most: int, busy: Collection[str] = ()) -> list[Waiting]:
            found = await due(receiver, most, busy)
            seen.extend(found)
            await asyncio.sleep(0.05)
            return found

        book.due = looks_long  # type: ignore[method-assign]
        task = asyncio.ensure_future(deliverer.run())
        await until(lambda: len(team.came) == 1)
        for _ in range(20):
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert team.keys == ["key-1"]
