"""From what comes in to what goes out, also when the process ends in between."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from blina import assistant
from blina.channels.messaging import store, turns
from blina.channels.messaging.dispatcher import Dispatcher, Form
from blina.channels.messaging.kept import Part, QueuedMessage
from blina.channels.messaging.message_queue import KNOWN_FOR, MessageQueue
from blina.channels.messaging.model import Incoming
from blina.channels.messaging.store import FILE
from blina.channels.messaging.turns import MOST_TRIES, Turns
from blina.http_server.rate_limit import limits
from blina.storage.sqlite import IN_MEMORY
from tests.shared_database import execute, with_schema

ABOUT = "Nobody from your team reads along"  # told once
KEY = b"k" * 32
ADDRESS = {"to": "+447700900001"}
HEADACHE = {"text": "Do you also have a fever?", "buttons": [{"title": "Yes", "payload": "Yes"}]}


def message(key: str, text: str = "I have a headache", **fields: Any) -> Incoming:
    return Incoming(key, "+447700900001", ADDRESS, text, **fields)


class Rasa:
    """Stands in for Rasa's agent: answers every message, and stores what it answered.

    Args:
        fails: what it raises instead.
        is_silent: whether it answers nothing.
        seconds: that it takes.
    """

    def __init__(self, fails: Exception | None = None, is_silent: bool = False, seconds: float = 0.0) -> None:
        self.heard: list[str] = []
        self.events: dict[str, list[Any]] = {}
        self.tracker_store = SimpleNamespace(retrieve=self._read, retrieve_full_tracker=self._read)
        self._fails = fails
        self._is_silent = is_silent
        self._seconds = seconds

    async def handle(self, given: UserMessage) -> None:
        await asyncio.sleep(self._seconds)
        self.heard.append(given.text)
        if self._fails:
            raise self._fails
        if self._is_silent:
            return
        await given.output_channel.send_response(given.sender_id, dict(HEADACHE))
        self.events.setdefault(given.sender_id, []).extend(
            [
                UserUttered(given.text, message_id=given.message_id),
                BotUttered(HEADACHE["text"], {"buttons": HEADACHE["buttons"]}),
            ]
        )

    async def _read(self, conversation: str) -> DialogueStateTracker | None:
        if conversation not in self.events:
            return None
        tracker = DialogueStateTracker(conversation, [])
        for event in self.events[conversation]:
            tracker.update(event)
        return tracker


class NoOutbox:
    """Stands in for the outbox: nothing is ever sent."""

    def send(self, conversation: str) -> None:
        """Leave it in the queue."""

    async def close(self) -> None:
        """Nothing to close."""


Open = Callable[..., Awaitable[tuple[Dispatcher, MessageQueue]]]


@pytest.fixture(autouse=True)
def nobody_has_written_yet() -> None:
    """All tests write from one number: none is to be over the limit because of the others."""
    limits.cache_clear()


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL database with the schema, and its URL."""
    with with_schema() as url:
        yield url


@pytest.fixture(params=["a file", "PostgreSQL"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where messages are kept, empty."""
    if request.param == "a file":
        return str(tmp_path / FILE)
    url: str = request.getfixturevalue("database")
    execute(url, "TRUNCATE incoming, outgoing, sending")
    return url


@pytest.fixture
async def open_dispatcher(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.1)
    opened: list[Dispatcher] = []

    async def one(
        rasa: Rasa, file: str = IN_MEMORY, buttons: bool = False
    ) -> tuple[Dispatcher, MessageQueue]:
        queue = MessageQueue(file, "toy")
        answers = Turns("toy", not buttons, rasa.handle, lambda: rasa)
        dispatcher = Dispatcher("toy", Form(1600, buttons), KEY, queue, NoOutbox(), answers)  # type: ignore[arg-type]
        opened.append(dispatcher)
        await dispatcher.resume()
        return dispatcher, queue

    yield one
    for dispatcher in opened:
        await dispatcher.close()


async def posted(dispatcher: Dispatcher, queue: MessageQueue) -> list[str]:
    """What lies in the queue for the person, once everything is answered."""
    while dispatcher._running:
        await asyncio.sleep(0.001)
    found = []
    while waiting := await queue.next_part(dispatcher.conversation(message(""))):
        if ABOUT not in waiting.part.text:
            found.append(waiting.part.text)
        await queue.sent(waiting)
    return found


async def test_a_message_is_kept_before_anybody_is_told_that_it_arrived(
    open_dispatcher: Open, tmp_path: Path
) -> None:
    rasa = Rasa()
    dispatcher, _ = await open_dispatcher(rasa, str(tmp_path / FILE))
    await dispatcher.accept(message("1"))
    (kept,) = content(tmp_path)
    assert json.loads(kept or "")["text"] == "I have a headache"
    assert rasa.heard == []


async def test_an_answered_message_leaves_nothing_but_its_id(open_dispatcher: Open, tmp_path: Path) -> None:
    dispatcher, queue = await open_dispatcher(Rasa(), str(tmp_path / FILE))
    await dispatcher.accept(message("1"))
    assert len(await posted(dispatcher, queue)) == 1
    assert content(tmp_path) == [None]
    stored = (tmp_path / FILE).read_bytes()
    assert b"headache" not in stored
    assert b"7700900001" not in stored
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


async def test_what_was_not_answered_when_the_process_ended_is_answered_by_the_next(
    open_dispatcher: Open, place: str
) -> None:
    before = MessageQueue(place, "toy")
    conversation = (await open_dispatcher(Rasa()))[0].conversation(message("1"))
    await before.add(QueuedMessage(message("1"), conversation))
    before.close()
    rasa = Rasa()
    dispatcher, queue = await open_dispatcher(rasa, place)
    assert len(await posted(dispatcher, queue)) == 1
    assert rasa.heard == ["I have a headache"]
    await dispatcher.accept(message("1"))
    assert await posted(dispatcher, queue) == []


async def test_what_was_read_before_the_process_ended_is_not_read_twice(
    open_dispatcher: Open, place: str
) -> None:
    """Read twice, "no" would answer two questions."""
    rasa = Rasa()
    dispatcher, queue = await open_dispatcher(rasa)
    await dispatcher.accept(message("1", "no"))
    replies = await posted(dispatcher, queue)
    before = MessageQueue(place, "toy")
    await before.add(QueuedMessage(message("1", "no"), dispatcher.conversation(message("1"))))
    before.close()
    dispatcher, queue = await open_dispatcher(rasa, place)
    assert await posted(dispatcher, queue) == replies
    assert rasa.heard == ["no"]


async def test_a_message_that_ends_the_process_every_time_is_answered_safely(
    open_dispatcher: Open, place: str
) -> None:
    rasa, before = Rasa(), MessageQueue(place, "toy")
    conversation = (await open_dispatcher(Rasa()))[0].conversation(message("1"))
    await before.add(QueuedMessage(message("1"), conversation))
    before.close()
    for _ in range(MOST_TRIES):
        before = MessageQueue(place, "toy")
        assert len(await before.unanswered()) == 1
        before.close()
    dispatcher, queue = await open_dispatcher(rasa, place)
    assert await posted(dispatcher, queue) == [assistant.safe_answer()]
    assert rasa.heard == []


@pytest.mark.parametrize("fails", [RuntimeError("a purple whale"), asyncio.TimeoutError()])
async def test_whatever_fails_the_person_gets_the_phone_numbers(
    open_dispatcher: Open, fails: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    dispatcher, queue = await open_dispatcher(Rasa(fails))
    await dispatcher.accept(message("1"))
    assert await posted(dispatcher, queue) == [assistant.safe_answer()]
    assert "whale" not in caplog.text


async def test_a_number_picks_from_the_answer_to_the_message_before_it(open_dispatcher: Open) -> None:
    """Also when both came before the first was answered."""
    rasa = Rasa(seconds=0.02)
    dispatcher, queue = await open_dispatcher(rasa)
    await dispatcher.accept(message("1"))
    await dispatcher.accept(message("2", "1"))
    assert len(await posted(dispatcher, queue)) == 2
    assert rasa.heard == ["I have a headache", "Yes"]


async def test_nobody_waits_for_ever(open_dispatcher: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SECONDS_FOR_A_TURN", 0.05)
    dispatcher, queue = await open_dispatcher(Rasa(seconds=30))
    await dispatcher.accept(message("1"))
    assert await posted(dispatcher, queue) == [assistant.safe_answer()]


async def test_silence_is_answered_with_the_phone_numbers(open_dispatcher: Open) -> None:
    dispatcher, queue = await open_dispatcher(Rasa(is_silent=True))
    await dispatcher.accept(message("1"))
    assert await posted(dispatcher, queue) == [assistant.safe_answer()]


async def test_without_a_history_there_is_an_answer(open_dispatcher: Open) -> None:
    rasa = Rasa()

    async def fail(_: str) -> None:
        raise sqlite3.OperationalError("database is locked")

    rasa.tracker_store = SimpleNamespace(retrieve=fail, retrieve_full_tracker=fail)
    dispatcher, queue = await open_dispatcher(rasa)
    await dispatcher.accept(message("1"))
    assert len(await posted(dispatcher, queue)) == 1
    assert rasa.heard == ["I have a headache"]


async def test_a_file_that_fails_keeps_nobody_from_an_answer(
    open_dispatcher: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rasa = Rasa()
    dispatcher, queue = await open_dispatcher(rasa, str(tmp_path / FILE))
    with sqlite3.connect(tmp_path / FILE, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        await dispatcher.accept(message("1"))
        await dispatcher.accept(message("1"))
        while dispatcher._running:
            await asyncio.sleep(0.01)
        other.execute("COMMIT")
    assert len(await posted(dispatcher, queue)) == 1
    assert rasa.heard == ["I have a headache"]
    assert "what keeps the messages fails" in caplog.text
    assert "headache" not in caplog.text


async def test_a_file_that_cannot_be_opened_keeps_nobody_from_an_answer(
    open_dispatcher: Open, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text("this is no database")
    dispatcher, queue = await open_dispatcher(Rasa(), str(tmp_path / FILE))
    await dispatcher.accept(message("1"))
    await dispatcher.accept(message("1"))
    assert len(await posted(dispatcher, queue)) == 1


async def test_ids_are_forgotten_when_no_provider_delivers_again(place: str) -> None:
    now = 1_000_000.0
    queue = MessageQueue(place, "toy", lambda: now)
    queued = QueuedMessage(message("1"), "somebody")
    await queue.add(queued)
    await queue.add(QueuedMessage(message("2"), "somebody"))
    await queue.answer(queued, [])
    queue.close()
    now += KNOWN_FOR + 1
    queue = MessageQueue(place, "toy", lambda: now)
    assert await queue.add(queued)
    assert not await queue.add(QueuedMessage(message("2"), "somebody"))  # it still has to be answered
    queue.close()


async def test_no_words_are_kept_longer_than_the_settings_say(tmp_path: Path) -> None:
    now = 1_000_000.0
    queue = MessageQueue(str(tmp_path / FILE), "toy", lambda: now)
    await queue.add(QueuedMessage(message("1", "a purple whale"), "somebody"))
    await queue.answer(
        QueuedMessage(message("2"), "somebody"), [Part(ADDRESS, "You told me of a purple whale.", (), now)]
    )
    queue.close()
    now += assistant.settings().retention_hours * 3600 + 1
    queue = MessageQueue(str(tmp_path / FILE), "toy", lambda: now)
    assert await queue.unanswered() == []
    assert await queue.conversations() == []
    queue.close()
    assert b"whale" not in (tmp_path / FILE).read_bytes()


async def test_what_was_said_before_is_not_sent_once_it_is_to_be_forgotten(place: str) -> None:
    queue = MessageQueue(place, "toy")
    parts = [Part(ADDRESS, text, (), 0.0) for text in ("You told me about a rash.", "I have deleted it.")]
    await queue.answer(QueuedMessage(message("1"), "somebody"), parts[:1])
    await queue.answer(QueuedMessage(message("2"), "another"), parts[:1])
    await queue.answer(QueuedMessage(message("3"), "somebody"), parts[1:], forget=True)
    waiting = await queue.next_part("somebody")
    assert waiting
    assert waiting.part.text == "I have deleted it."
    assert await queue.next_part("another")
    queue.close()


async def test_the_channels_share_a_place_and_nothing_else(place: str) -> None:
    one, other = MessageQueue(place, "one"), MessageQueue(place, "other")
    queued = QueuedMessage(message("1"), "somebody")
    assert await one.add(queued)
    assert await other.add(queued)
    await one.answer(queued, [Part(ADDRESS, "For one.", (), 0.0)])
    assert await other.conversations() == []
    assert await other.next_part("somebody") is None
    other.close()
    next_one = MessageQueue(place, "other")
    assert await next_one.unanswered() == [QueuedMessage(message("1"), "somebody", tries=1)]
    one.close()
    next_one.close()


async def test_a_name_of_a_conversation_tells_nobody_the_number(open_dispatcher: Open) -> None:
    dispatcher, _ = await open_dispatcher(Rasa())
    name = dispatcher.conversation(message("1"))
    assert name == dispatcher.conversation(message("2"))
    assert name.startswith("toy-")
    assert "7700" not in name
    assert dispatcher.conversation(message("1", medium="sms")).startswith("sms-")
    other = Dispatcher("toy", Form(1600, False), b"o" * 32, MessageQueue(IN_MEMORY, "toy"), NoOutbox(), None)  # type: ignore[arg-type]
    assert other.conversation(message("1")) != name
    await other.close()


def content(folder: Path) -> list[str | None]:
    """What is kept of the messages that came in."""
    with sqlite3.connect(folder / FILE) as connection:
        return [row[0] for row in connection.execute("select content from incoming order by id")]
