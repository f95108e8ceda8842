"""Several replicas answer the messages of one channel: each once, in order, also when one of them is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from blina.channels.messaging.dispatcher import Dispatcher, Form
from blina.channels.messaging.kept import Part, QueuedMessage
from blina.channels.messaging.message_queue import MessageQueue
from blina.channels.messaging.shared_store import LEASE_SECONDS
from blina.channels.messaging.turns import Turns
from tests.channels.test_answering import ADDRESS, KEY, NoOutbox, Rasa, message
from tests.server.cable import Cable
from tests.shared_database import execute, with_schema

A_WHILE = 30.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A database with the schema, and its URL."""
    with with_schema() as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    """The same, empty."""
    execute(server, "TRUNCATE incoming, outgoing, sending")
    return server


class Replica:
    """One process's part in a channel.

    Args:
        url: of the database.
        rasa: who answers.
    """

    def __init__(self, url: str, rasa: Rasa | None = None) -> None:
        self.rasa = rasa or Rasa()
        self.queue = MessageQueue(url, "toy")
        turns = Turns("toy", True, self.rasa.handle, lambda: self.rasa)
        self.dispatcher = Dispatcher("toy", Form(1600, False), KEY, self.queue, NoOutbox(), turns)  # type: ignore[arg-type]

    def die(self) -> None:
        """End as with kill -9: nothing more is said or answered, and nothing is left to others in order."""
        for task in self.dispatcher._running:
            task.cancel()
        self.queue._worker.close()

    async def close(self) -> None:
        """End as a service manager ends it."""
        await self.dispatcher.close()


def queued(replica: Replica, key: str, text: str = "I have a headache") -> QueuedMessage:
    incoming = message(key, text)
    return QueuedMessage(incoming, replica.dispatcher.conversation(incoming))


async def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + A_WHILE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.05)


async def test_a_delivery_is_known_to_all_replicas(url: str) -> None:
    one, other = Replica(url), Replica(url)
    await one.dispatcher.accept(message("1"))
    await other.dispatcher.accept(message("1"))
    await until(lambda: not one.dispatcher._running and not other.dispatcher._running)
    assert one.rasa.heard + other.rasa.heard == ["I have a headache"]
    for replica in (one, other):
        await replica.close()


async def test_what_a_dead_replica_left_is_answered_by_exactly_one_other_within_seconds(url: str) -> None:
    dead, living = Replica(url, Rasa(seconds=60)), [Replica(url) for _ in range(2)]
    for number in range(6):
        await dead.dispatcher.accept(message(str(number), f"message {number}"))
    dead.die()
    for replica in living:
        await replica.dispatcher.resume()
    start = time.monotonic()
    await until(lambda: len([text for replica in living for text in replica.rasa.heard]) == 6)
    assert time.monotonic() - start < 2 * LEASE_SECONDS
    heard = [text for replica in living for text in replica.rasa.heard]
    assert sorted(heard) == [f"message {number}" for number in range(6)]
    for replica in living:
        assert replica.rasa.heard == sorted(replica.rasa.heard)
        await replica.close()


async def test_a_message_waits_for_the_one_before_it_that_a_dead_replica_was_answering(url: str) -> None:
    dead, living = Replica(url, Rasa(seconds=60)), Replica(url)
    await dead.dispatcher.accept(message("1", "I feel hot"))
    dead.die()
    await living.dispatcher.resume()
    await living.dispatcher.accept(message("2", "no, I do not"))
    await until(lambda: len(living.rasa.heard) == 2)
    assert living.rasa.heard == ["I feel hot", "no, I do not"]
    await living.close()


async def test_a_living_replica_keeps_its_messages_however_long_they_take(url: str) -> None:
    slow, other = Replica(url, Rasa(seconds=LEASE_SECONDS + 3)), Replica(url)
    await slow.dispatcher.accept(message("1"))
    await other.dispatcher.resume()
    await until(lambda: not slow.dispatcher._running)
    assert (slow.rasa.heard, other.rasa.heard) == (["I have a headache"], [])
    for replica in (slow, other):
        await replica.close()


async def test_a_replica_that_is_stopped_leaves_its_messages_to_the_others_at_once(url: str) -> None:
    stopped, other = Replica(url), Replica(url)
    await stopped.queue.add(queued(stopped, "1"))
    await stopped.close()
    assert [found.incoming.key for found in await other.queue.unanswered()] == ["1"]
    await other.close()


async def test_a_message_that_two_have_answered_is_posted_once(url: str) -> None:
    one, other = Replica(url), Replica(url)
    given = queued(one, "1")
    await one.queue.add(given)
    parts = [Part(ADDRESS, "Call now.", (), time.time())]
    await one.queue.answer(given, parts)
    await other.queue.answer(given, parts)
    waiting = await one.queue.next_part(given.conversation)
    assert waiting
    await one.queue.sent(waiting)
    assert await one.queue.next_part(given.conversation) is None
    for replica in (one, other):
        await replica.close()


async def test_one_replica_at_a_time_sends_in_a_conversation(url: str) -> None:
    one, other = Replica(url), Replica(url)
    given = queued(one, "1")
    await one.queue.answer(given, [Part(ADDRESS, text, (), time.time()) for text in ("first", "second")])
    first = await one.queue.next_part(given.conversation)
    assert first
    assert first.part.text == "first"
    assert await other.queue.next_part(given.conversation) is None
    assert await other.queue.conversations() == []
    one.die()
    end = time.monotonic() + A_WHILE
    while not await other.queue.conversations():
        assert time.monotonic() < end
        await asyncio.sleep(0.1)
    again = await other.queue.next_part(given.conversation)
    assert again  # nobody knows whether it was sent
    assert again.part.text == "first"
    await other.close()


async def test_a_database_that_is_away_keeps_nobody_from_an_answer(url: str) -> None:
    cable = Cable(url)
    replica = Replica(cable.url)
    await replica.dispatcher.accept(message("1"))
    await until(lambda: not replica.dispatcher._running)
    cable.cut()
    start = time.monotonic()
    for key in ("2", "3", "2"):
        await replica.dispatcher.accept(message(key, f"message {key}"))
    await until(lambda: not replica.dispatcher._running)
    assert time.monotonic() - start < 5
    assert replica.rasa.heard == ["I have a headache", "message 2", "message 3"]
    cable.mend()
    await replica.close()
    cable.close()
