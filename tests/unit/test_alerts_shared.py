"""Replicas share their alerts: each thing is done by one of them, and what one leaves behind by another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from blina.alerts import book as books
from blina.alerts import shared_store
from blina.alerts.book import AlertBook
from blina.alerts.delivering import Deliverer
from blina.alerts.model import State
from blina.alerts.receivers.webhook import WebhookReceiver
from blina.alerts.store import AlertStore
from blina.alerts.timers import Timer
from blina.storage.failures import FAILURES
from tests.server.cable import Cable
from tests.unit.alerted import KEY, SECRET, WORDS, Team, at_work, new

A_WHILE = 30.0


@pytest.fixture
async def replicas(shared: str) -> AsyncIterator[list[AlertBook]]:
    """The books of two replicas."""
    opened = [await connected(shared) for _ in range(2)]
    yield opened
    for book in opened:
        book.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever says nothing for a second counts as gone."""
    monkeypatch.setattr(shared_store, "LEASE_SECONDS", 1)
    monkeypatch.setattr(shared_store, "TIMER_SECONDS", 1)
    monkeypatch.setattr(books, "_CHORE_SECONDS", 0.2)


def die(book: AlertBook) -> None:
    """End as with kill -9: nothing more is said, and nothing is left to others in order."""
    book._worker.close()


async def comes(happened: Callable[[], Awaitable[bool]], seconds: float = A_WHILE) -> None:
    end = time.monotonic() + seconds
    while not await happened():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.02)


async def connected(url: str) -> AlertBook:
    """A book that has found its database: on a busy machine the first second may be too short for that."""
    book = AlertBook(url, KEY)

    async def is_there() -> bool:
        with suppress(*FAILURES):
            await book.counts()
            return True
        return False

    await comes(is_there)
    return book


@asynccontextmanager
async def delivered_by(*replicas: AlertBook, url: str) -> AsyncIterator[Sequence[asyncio.Future[None]]]:
    """Let replicas deliver as long as the block lasts."""
    tasks = [asyncio.ensure_future(Deliverer(book, WebhookReceiver(url, SECRET)).run()) for book in replicas]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --- what nurses see


async def test_an_alert_is_seen_and_taken_at_every_replica_and_by_one_nurse(
    replicas: list[AlertBook],
) -> None:
    one, other = replicas
    alert = await one.add(new(1), [])
    assert alert
    assert await other.open_alerts() == [alert]
    took = await asyncio.gather(one.take(alert.id, "Ann"), other.take(alert.id, "Ben"))
    assert sorted(took) == [False, True]
    for book in replicas:
        seen = await book.alert(alert.id)
        assert seen
        assert (seen.state, seen.taken_by) == (State.TAKEN, "Ann" if took[0] else "Ben")


async def test_what_two_replicas_raise_at_once_in_a_conversation_is_numbered_and_told_once(
    replicas: list[AlertBook],
) -> None:
    keys = [number % 10 for number in range(40)]
    kept = await asyncio.gather(*(replicas[n % 2].add(new(key), []) for n, key in enumerate(keys)))
    alerts = [alert for alert in kept if alert]
    assert sorted(alert.number for alert in alerts) == list(range(1, 11))
    assert {alert.key for alert in alerts} == {f"key-{key}" for key in range(10)}


async def test_forgetting_at_one_replica_takes_the_words_of_all(replicas: list[AlertBook]) -> None:
    one, other = replicas
    await one.add(replace(new(1), conversation=one.pseudonym("sms-1"), hand_over=WORDS), ["webhook"])
    await one.start_timer(Timer("sms-1", "check_back", 0.0, {"address": {"to": "+44"}}))
    await other.forget("sms-1")
    (alert,) = await one.open_alerts()
    assert alert.hand_over is None
    assert await one.due_timers() == []


# --- what is due


async def test_what_is_due_is_one_replicas_and_the_next_of_its_conversation_nobodys(
    replicas: list[AlertBook],
) -> None:
    for number in range(20):
        await replicas[0].add(new(number, number % 10), ["webhook"])
    found = await asyncio.gather(*(book.due("webhook", 5) for book in replicas for _ in range(3)))
    handed_out = [waiting.alert.key for some in found for waiting in some]
    assert sorted(handed_out) == sorted(f"key-{number}" for number in range(10))


async def test_what_was_sent_is_followed_by_the_next_at_whichever_replica(replicas: list[AlertBook]) -> None:
    one, other = replicas
    for number in (1, 2):
        await one.add(new(number), ["webhook"])
    (first,) = await one.due("webhook", 9)
    await one.failed(first, "status 503", 0.0)
    (again,) = await other.due("webhook", 9)
    assert (again.alert.key, again.delivery.tries) == ("key-1", 1)
    await other.delivered(again)
    (second,) = await one.due("webhook", 9)
    assert second.alert.key == "key-2"


@pytest.mark.usefixtures("hasty")
async def test_what_a_dead_replica_was_sending_is_sent_by_another(replicas: list[AlertBook]) -> None:
    dead, living = replicas
    await dead.add(new(1), ["webhook"])
    assert len(await dead.due("webhook", 9)) == 1
    assert await living.due("webhook", 9) == []
    die(dead)
    began = time.monotonic()

    async def is_found() -> bool:
        return bool(await living.due("webhook", 9))

    await comes(is_found)
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("hasty")
async def test_a_living_replica_keeps_what_it_sends_however_long_that_takes(shared: str) -> None:
    slow, other = await connected(shared), await connected(shared)
    await slow.add(new(1), ["webhook"])
    (waiting,) = await slow.due("webhook", 9)
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        assert await other.due("webhook", 9) == []
        await asyncio.sleep(0.05)
    await slow.delivered(waiting)
    for book in (slow, other):
        book.close()


async def test_a_replica_that_is_stopped_leaves_what_it_was_sending_at_once(shared: str) -> None:
    stopped, other = await connected(shared), await connected(shared)
    await stopped.add(new(1), ["webhook"])
    assert len(await stopped.due("webhook", 9)) == 1
    stopped.close()
    assert len(await other.due("webhook", 9)) == 1
    other.close()


@pytest.mark.usefixtures("hasty")
async def test_a_timer_is_one_replicas_for_a_while_and_then_anothers(replicas: list[AlertBook]) -> None:
    for number in range(10):
        await replicas[0].start_timer(Timer(f"web-{number}", "unanswered", float(number), {}))
    found = await asyncio.gather(*(book.due_timers() for book in replicas))
    handed_out = [timer for some in found for timer in some]
    assert sorted(timer.conversation for timer in handed_out) == [f"web-{number}" for number in range(10)]
    for timer in handed_out[1:]:
        await replicas[0].timer_done(timer)
    die(replicas[0])

    async def is_due() -> bool:
        return await replicas[1].due_timers() == handed_out[:1]

    await comes(is_due)


async def test_a_timer_that_is_started_anew_is_nobodys(replicas: list[AlertBook]) -> None:
    one, other = replicas
    timer = Timer("web-1", "check_back", 1.0, {"channel": "web"})
    await one.start_timer(timer)
    assert await one.due_timers() == [timer]
    await other.start_timer(replace(timer, due=2.0))
    await one.timer_done(timer)
    assert await other.due_timers() == [replace(timer, due=2.0)]


# --- a database that is away


@pytest.fixture
def cable(shared: str) -> Iterator[Cable]:
    """The line of one replica to the database."""
    made = Cable(shared)
    yield made
    made.close()


@pytest.mark.parametrize("how", ["cut", "fall_silent"])
async def test_a_database_that_is_away_costs_no_alert_and_hardly_any_time(
    shared: str, cable: Cable, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    away, team = await connected(cable.url), Team()
    await away.add(new(0), [])
    getattr(cable, how)()
    async with at_work(team), delivered_by(away, url=team.url):
        began = time.monotonic()
        for number in range(1, 6):
            assert await away.add(new(number, number), ["webhook"])
        assert time.monotonic() - began < 2
        await comes(lambda: _holds(len(team.once()) == 5))
        await away._worker.do(away._chore)
        said = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert len(said) == 1  # not again and again
        assert said[0].startswith("what keeps the alerts fails")
        cable.mend()
        other = await connected(shared)

        async def is_there() -> bool:
            return len(await other.open_alerts()) == 6

        await comes(is_there)
    for book in (away, other):
        book.close()


async def _holds(what: bool) -> bool:
    return what


async def test_what_is_forgotten_while_the_database_is_away_goes_when_it_is_back(
    shared: str, cable: Cable
) -> None:
    away, other = await connected(cable.url), await connected(shared)
    conversation = away.pseudonym("sms-1")
    await away.add(replace(new(1), conversation=conversation, hand_over=WORDS), [])
    await away.start_timer(Timer("sms-1", "check_back", 1e12))
    cable.cut()
    await away.add(replace(new(2), conversation=conversation, hand_over=WORDS), [])
    await away.forget("sms-1")
    cable.mend()

    async def is_gone() -> bool:
        alerts = await other.open_alerts()
        return len(alerts) == 2 and not any(alert.hand_over for alert in alerts)

    await comes(is_gone)
    store = shared_store.store_at(shared)
    assert store.timers.everything() == []
    store.close()
    for book in (away, other):
        book.close()


async def test_what_is_too_old_goes_from_memory_while_the_database_is_away(cable: Cable) -> None:
    away = await connected(cable.url)
    cable.cut()
    await away.add(replace(new(1), time=datetime(2020, 1, 1, tzinfo=timezone.utc), hand_over=WORDS), [])
    away._next_clearing = 0.0

    async def is_gone() -> bool:
        return away._spare.open_alerts() == []

    await comes(is_gone)
    away.close()


async def test_what_is_in_the_file_from_before_comes_along(shared: str, tmp_path: Path) -> None:
    file = tmp_path / "alerts.db"
    before = AlertStore(str(file))
    alert = before.add(new(1), ["webhook"], 1.0)
    before.timers.start(Timer("web-1", "unanswered", 1.0))
    book = AlertBook(shared, KEY, left_behind=file)  # as one starts

    async def is_there() -> bool:
        with suppress(*FAILURES):
            return await book.open_alerts() == [alert]
        return False

    await comes(is_there)
    assert await book.counts() == (1, 0)
    assert [timer.conversation for timer in await book.due_timers()] == ["web-1"]
    book.close()
    assert before.open_alerts() == []
    before.close()


# --- all of it


@pytest.mark.slow
@pytest.mark.usefixtures("hasty")
async def test_a_thousand_alerts_arrive_in_order_while_replicas_end_and_the_receiver_is_down_wrong_and_slow(
    shared: str,
) -> None:
    replicas = [await connected(shared) for _ in range(3)]
    conversations = [number * 7 % 200 for number in range(1000)]
    team = Team(answers=500)
    async with at_work(team, port=0) as port:
        pass  # nobody listens there
    async with delivered_by(*replicas, url=team.url) as tasks:
        for number, conversation in enumerate(conversations):
            await replicas[number % 3].add(new(number, conversation), ["webhook"])
        async with at_work(team, port=port):
            await comes(lambda: _holds(team.calls > 3))
            team.slow, team.answers = 0.02, 200
            back = time.time()
            await comes(lambda: _holds(len(team.came) > 200))
            die(replicas[0])
            tasks[0].cancel()
            await comes(lambda: _holds(len(team.once()) == 1000), 120)
    assert max(team.moments) - back < 60
    assert len(team.came) < 1000 + 60  # what the dead one had sent and not noted
    for conversation in range(200):
        came = [one["number"] for one in team.once() if one["conversation"] == f"conversation-{conversation}"]
        assert came == sorted(came)
    for book in replicas[1:]:
        book.close()
