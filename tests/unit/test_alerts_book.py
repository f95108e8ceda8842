"""An alert is kept once, taken by one, closed with a note, and outlives what holds it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from blina.alerts.book import AlertBook
from blina.alerts.model import HandedOver, Kind, NewAlert, State
from blina.alerts.shared_store import store_at
from blina.alerts.store import AlertStore
from blina.alerts.timers import Timer

KEY = b"a key of these tests"
NEW = NewAlert(
    key="key 1",
    conversation="conversation 1",
    time=datetime(2026, 11, 28, 15, 0, tzinfo=timezone.utc),
    centre="St. Anna",
    urgency="contact_now",
    rule="red_flag",
    kind=Kind.ADVICE,
)
WORDS = HandedOver("I have chills", "<svg/>", "{}")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NEW.time.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(place: str, clock: Clock) -> Iterator[AlertBook]:
    opened = AlertBook(place, KEY, clock)
    yield opened
    opened.close()


@pytest.fixture
def store(place: str) -> Iterator[AlertStore]:
    opened = store_at(place)
    yield opened
    opened.close()


def later(number: int, **changes: object) -> NewAlert:
    return replace(NEW, key=f"key {number}", **changes)  # type: ignore[arg-type]


async def test_the_same_happening_is_one_alert(book: AlertBook) -> None:
    first = await book.add(NEW, ["webhook"])
    assert first is not None
    assert await book.add(replace(NEW, urgency="emergency"), ["webhook"]) is None
    assert await book.open_alerts() == [first]


async def test_alerts_of_a_conversation_are_numbered_in_their_order(book: AlertBook) -> None:
    kept = [await book.add(later(number), []) for number in range(3)]
    assert [alert.number for alert in kept if alert] == [1, 2, 3]
    ids = [alert.id for alert in kept if alert]
    assert ids == sorted(ids)


async def test_the_oldest_of_the_most_urgent_comes_first(book: AlertBook) -> None:
    await book.add(later(1), [])
    await book.add(later(2, urgency="emergency", time=datetime(2026, 11, 28, 16, tzinfo=timezone.utc)), [])
    await book.add(later(3, time=datetime(2026, 11, 28, 14, tzinfo=timezone.utc)), [])
    assert [alert.key for alert in await book.open_alerts()] == ["key 2", "key 3", "key 1"]


async def test_of_two_nurses_who_take_it_at_once_one_gets_it(book: AlertBook) -> None:
    alert = await book.add(NEW, [])
    assert alert
    took = await asyncio.gather(book.take(alert.id, "Ann"), book.take(alert.id, "Ben"))
    assert sorted(took) == [False, True]
    taken = await book.alert(alert.id)
    assert taken
    assert (taken.state, taken.taken_by) == (State.TAKEN, "Ann" if took[0] else "Ben")


async def test_it_is_closed_with_a_note_by_whoever_took_it(book: AlertBook, clock: Clock) -> None:
    alert = await book.add(NEW, [])
    assert alert
    await book.take(alert.id, "Ann")
    assert not await book.close_alert(alert.id, "Ben", "it is not mine")
    clock.now += 60
    assert await book.close_alert(alert.id, "Ann", "She comes in.")
    assert await book.open_alerts() == []
    (closed,) = await book.closed_alerts()
    assert (closed.state, closed.closed_by, closed.note) == (State.CLOSED, "Ann", "She comes in.")
    assert closed.closed_at is not None
    assert (closed.closed_at - NEW.time).total_seconds() == 60
    assert not await book.close_alert(alert.id, "Ann", "once more")


async def test_what_was_taken_can_be_given_back(book: AlertBook) -> None:
    alert = await book.add(NEW, [])
    assert alert
    assert not await book.give_back(alert.id)
    await book.take(alert.id, "Ann")
    assert await book.give_back(alert.id)
    assert await book.take(alert.id, "Ben")


async def test_whoever_waits_is_woken_by_a_change(book: AlertBook) -> None:
    known = book.revision
    waiting = asyncio.ensure_future(book.changed(known, 30))
    await asyncio.sleep(0)
    await book.add(NEW, [])
    assert await waiting > known
    assert await book.changed(book.revision, 0.01) == book.revision


async def test_it_survives_the_end_of_the_process(place: str) -> None:
    first = AlertBook(place, KEY)
    alert = await first.add(replace(NEW, hand_over=WORDS), ["webhook"])
    second = AlertBook(place, KEY)  # the first one was not closed
    assert await second.open_alerts() == [alert]
    assert [waiting.delivery.receiver for waiting in await second.due("webhook", 9)] == ["webhook"]
    for book in (first, second):
        book.close()


async def test_it_is_kept_and_delivered_although_the_file_takes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "alerts.db"
    folder.mkdir()  # no database can be made of it
    book = AlertBook(str(folder), KEY)
    alert = await book.add(NEW, ["mail"])
    assert await book.open_alerts() == [alert]
    assert len(await book.due("mail", 9)) == 1
    book.close()


async def test_the_patients_words_can_be_dropped_and_the_alert_stays(book: AlertBook) -> None:
    await book.add(replace(NEW, conversation=book.pseudonym("web-1"), hand_over=WORDS), [])
    await book.start_timer(Timer("web-1", "unanswered", 0.0))
    await book.forget("web-1")
    assert await book.due_timers() == []
    (alert,) = await book.open_alerts()
    assert alert.hand_over is None


def test_what_was_kept_in_memory_goes_where_it_belongs(store: AlertStore) -> None:
    spare = AlertStore(":memory:")
    for number in range(120):
        spare.add(later(number), ["webhook", "mail"], 1.0)
    spare.timers.start(Timer("web-1", "unanswered", 5.0, {"urgency": "call_today"}))
    while spare.move_to(store):
        pass
    assert [alert.key for alert in store.open_alerts()] == [f"key {number}" for number in range(120)]
    assert store.counts() == (240, 0)
    assert len(store.due("webhook", 2.0, 9)) == 1
    assert [timer.kind for timer in store.timers.due(5.0)] == ["unanswered"]
    assert (spare.open_alerts(), spare.timers.everything(), spare.counts()) == ([], [], (0, 0))


def test_of_an_alert_that_is_known_nothing_is_moved(store: AlertStore) -> None:
    spare = AlertStore(":memory:")
    known = store.add(NEW, ["webhook"], 1.0)
    spare.add(NEW, ["mail"], 1.0)
    assert spare.move_to(store)
    assert store.open_alerts() == [known]
    assert store.counts() == (1, 0)


def test_a_timer_is_started_anew_filled_and_stopped(store: AlertStore) -> None:
    store.timers.start(Timer("web-1", "unanswered", 5.0, {"urgency": "call_today"}))
    store.timers.start(Timer("web-1", "unanswered", 7.0, {"urgency": "contact_now"}))
    store.timers.start(Timer("web-1", "check_back", 6.0))
    assert store.timers.add_to("web-1", "unanswered", {"address": {"to": "somewhere"}})
    assert not store.timers.add_to("web-2", "unanswered", {})
    kept = Timer("web-1", "unanswered", 7.0, {"urgency": "contact_now", "address": {"to": "somewhere"}})
    assert store.timers.everything() == [Timer("web-1", "check_back", 6.0), kept]
    assert store.timers.due(6.5) == [Timer("web-1", "check_back", 6.0)]
    assert not store.timers.done(Timer("web-1", "unanswered", 5.0))
    assert store.timers.done(kept)
    assert store.timers.stop("web-1")
    assert store.timers.everything() == []


def test_what_is_busy_is_left_out(store: AlertStore) -> None:
    store.add(NEW, ["webhook"], 1.0)
    other = store.add(later(3, conversation="another"), ["webhook"], 1.0)
    assert other
    assert [one.alert for one in store.due("webhook", 1.0, 9, {"conversation 1", "a third"})] == [other.id]


def test_a_conversation_waits_for_its_earlier_alert_and_no_other_does(store: AlertStore) -> None:
    first = store.add(NEW, ["webhook"], 1.0)
    store.add(later(2, urgency="emergency"), ["webhook"], 1.0)
    other = store.add(later(3, conversation="another"), ["webhook"], 1.0)
    assert first
    assert other
    (one, two) = store.due("webhook", 1.0, 9)
    assert [one.alert, two.alert] == [first.id, other.id]
    store.failed(one, "TimeoutError", 10.0)
    store.failed(two, "TimeoutError", 1.0)
    assert [item.alert for item in store.due("webhook", 1.0, 9)] == [other.id]
    store.failed(two, "TimeoutError", 1.0)
    store.given_up(one, "TimeoutError")
    found = store.due("webhook", 1.0, 9)
    assert len(found) == 2
    store.in_one_step(lambda store, one=one: store.failed(one, "", 1.0) for one in found)  # type: ignore[misc]
    assert store.counts() == (2, 1)
    assert store.retry_dead(2.0) == 1
    assert [item.alert for item in store.due("webhook", 2.0, 9)] == [first.id, other.id]


def test_what_is_too_old_goes(store: AlertStore) -> None:
    alert = store.add(replace(NEW, hand_over=WORDS), ["webhook"], 1.0)
    assert alert
    at = NEW.time.timestamp()
    assert store.clear(words=at + 1, closed=0.0, opened=0.0)
    assert store.open_alerts()[0].hand_over is None
    store.close_alert(alert.id, "Ann", "", at + 10)
    assert not store.clear(words=0.0, closed=at + 10, opened=0.0)
    assert store.clear(words=0.0, closed=at + 11, opened=0.0)
    assert store.undelivered() == []


async def test_a_file_that_cannot_be_read_is_no_empty_list(book: AlertBook) -> None:
    alert = await book.add(NEW, [])
    assert alert
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(AlertStore, "open_alerts", fails)
        patched.setattr(AlertStore, "take", fails)
        with pytest.raises(sqlite3.OperationalError):
            await book.open_alerts()
        with pytest.raises(sqlite3.OperationalError):
            await book.take(alert.id, "ada")
    assert await book.take(alert.id, "ada")


async def test_what_is_to_be_forgotten_goes_once_the_file_takes_it(book: AlertBook) -> None:
    await book.add(replace(NEW, conversation=book.pseudonym("anna"), hand_over=WORDS), [])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(AlertStore, "drop_words", fails)
        await book.forget("anna")
    book._chore()
    (kept,) = await book.open_alerts()
    assert kept.hand_over is None


def fails(*_: object) -> None:
    raise sqlite3.OperationalError("database is locked")
