"""What is deleted at one replica is not brought back by what another one could not write yet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered

from blina.rasa_adapter import generate, tracker_store
from blina.rasa_adapter.tracker_store import ConversationStore
from blina.replicas.link import Link
from blina.replicas.notices import Notices
from blina.storage import schema
from blina.storage.postgres_events import PostgresEvents
from blina.storage.sqlite import IN_MEMORY
from blina.storage.write_behind import WriteBehind
from blina.triage.turn import MEMORY
from scripts import services
from tests.replicas.conftest import PATIENCE, answers
from tests.server.cable import Cable

DOMAIN = Domain.from_dict(generate.domain(["fever"]))


@pytest.fixture
async def stores(
    links: Callable[[], Link], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[ConversationStore, ConversationStore, Cable]]:
    """The stores of two replicas, and the line of the first to the database."""
    with services.postgres() as database:
        schema.migrate(database.url)
        with closing(Cable(database.url)) as line:
            made = []
            for url in (line.url, database.url):
                shared = links()
                monkeypatch.setattr(
                    tracker_store, "notices", lambda kind, heard, at=shared: Notices(kind, heard, at)
                )
                store = ConversationStore(DOMAIN, db=IN_MEMORY)
                store._write_behind = WriteBehind(PostgresEvents(url))
                await answers(shared)
                made.append(store)
            yield made[0], made[1], line
            for store in made:
                store._write_behind.close()
                store.close()


async def says(store: ConversationStore, text: str) -> None:
    tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
    for event in (UserUttered(text, {"name": "fever"}, []), SlotSet(MEMORY, {"said": text})):
        tracker.update(event, DOMAIN)
    await store.save(tracker)


async def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.02)


def recovers(store: ConversationStore) -> bool:
    store._write_behind.chore()
    return store.state == "ok"


async def test_what_waits_elsewhere_of_a_deleted_conversation_is_dropped(
    stores: tuple[ConversationStore, ConversationStore, Cable],
) -> None:
    near, far, line = stores
    line.cut()
    near._write_behind.keep("anna", [], None)  # it is not known what was said before
    near._write_behind.keep("ben", [tracker_store._row(UserUttered("other"))], None)
    near._write_behind.keep("anna", [tracker_store._row(UserUttered("secret"))], None)
    await far.forget("anna")
    await until(lambda: near._write_behind.waiting_senders == ["ben"])
    await says(far, "new")
    line.mend()
    await until(lambda: recovers(near))
    kept = await far.retrieve_full_tracker("anna")
    assert kept
    assert [event.text for event in kept.events if isinstance(event, UserUttered)] == ["new"]
    assert set(await far.keys()) == {"anna", "ben"}
