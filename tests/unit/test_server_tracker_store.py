"""Conversations survive a restart, at a cost that does not grow with them."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from actions.resources import settings
from actions.turn import MEMORY
from server import generate
from server.tracker_store import DATABASE_VARIABLE, ConversationStore, StorageFailed

DOMAIN = Domain.from_dict(generate.domain(["fever"]))
SECRET = "my secret words"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "conversations.db"


def opened(database: Path) -> ConversationStore:
    return ConversationStore(DOMAIN, db=str(database))


async def take_turn(store: ConversationStore, number: int, sender: str = "anna") -> DialogueStateTracker:
    """One turn as Rasa's processor takes it: read, add events, save."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in (
        UserUttered(f"message {number}", {"name": "fever"}, []),
        ActionExecuted("action_triage"),
        BotUttered("Call now."),
        SlotSet(MEMORY, {"turn": number}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return tracker


def rows(database: Path, sender: str = "anna") -> int:
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("select count(*) from events where sender_id = ?", [sender]).fetchone()
    return int(count)


async def test_conversations_are_deleted_when_their_time_is_over(database: Path) -> None:
    store = opened(database)
    await take_turn(store, 1, "anna")
    await take_turn(store, 1, "bert")
    kept_hours = settings().retention_hours
    with sqlite3.connect(database) as connection:
        connection.execute(
            "update events set timestamp = timestamp - ? where sender_id = 'anna'", [3600 * kept_hours]
        )
    assert store.delete_expired(time.time()) == rows(database, "bert")
    assert (rows(database, "anna"), rows(database, "bert") > 0) == (0, True)


async def test_a_message_after_a_start_clears_what_expired_meanwhile(database: Path) -> None:
    await take_turn(opened(database), 1, "anna")
    with sqlite3.connect(database) as connection:
        connection.execute("update events set timestamp = 1")
    await take_turn(opened(database), 1, "bert")
    assert rows(database, "anna") == 0


async def test_rasa_makes_the_store_from_its_configuration(database: Path) -> None:
    config = EndpointConfig(type="server.tracker_store.ConversationStore", db=str(database))
    store = TrackerStore.create(config, DOMAIN)
    assert isinstance(store, ConversationStore)
    assert database.exists()


async def test_a_conversation_survives_a_restart(database: Path) -> None:
    await take_turn(opened(database), 1)
    tracker = await opened(database).retrieve("anna")
    assert tracker is not None
    assert tracker.get_slot(MEMORY) == {"turn": 1}
    assert tracker.latest_message is not None
    assert tracker.latest_message.text == "message 1"


async def test_every_event_is_stored_once(database: Path) -> None:
    store = opened(database)
    for number in range(20):
        tracker = await take_turn(store, number)
        assert rows(database) == 5 * (number + 1)
    await store.save(tracker)
    assert rows(database) == 100
    full = await store.retrieve_full_tracker("anna")
    assert full is not None
    await store.save(full)
    assert rows(database) == 100
    assert [event.text for event in full.events if isinstance(event, UserUttered)] == [
        f"message {number}" for number in range(20)
    ]


async def test_a_late_turn_reads_no_more_than_an_early_one(database: Path) -> None:
    store = opened(database)
    read = []
    for number in range(30):
        await take_turn(store, number)
        tracker = await store.retrieve("anna")
        assert tracker is not None
        read.append(len(tracker.events))
        assert tracker.get_slot(MEMORY) == {"turn": number}
    assert set(read) == {5}


async def test_turns_without_memory_keep_the_last_one(database: Path) -> None:
    store = opened(database)
    await take_turn(store, 1)
    for _ in range(10):
        tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
        tracker.update(UserUttered("not handled", {"name": "fever"}, []), DOMAIN)
        await store.save(tracker)
    tracker = await store.retrieve("anna")
    assert tracker is not None
    assert tracker.get_slot(MEMORY) == {"turn": 1}


async def test_conversations_do_not_mix(database: Path) -> None:
    store = opened(database)
    for number in range(3):
        await take_turn(store, number, "anna")
        await take_turn(store, 10 + number, "ben")
    for sender, turn in (("anna", 2), ("ben", 12)):
        tracker = await store.retrieve(sender)
        assert tracker is not None
        assert tracker.get_slot(MEMORY) == {"turn": turn}
    assert await store.retrieve("nobody") is None


async def test_a_damaged_row_does_not_end_the_process(database: Path) -> None:
    store = opened(database)
    await take_turn(store, 1)
    with sqlite3.connect(database) as connection:
        connection.execute("update events set data = '{broken'")
    with pytest.raises(StorageFailed, match=r"^JSONDecodeError$"):
        await store.retrieve("anna")


async def test_a_store_that_fails_quotes_nothing(database: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = opened(database)
    tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
    tracker.update(UserUttered(SECRET, {"name": "fever"}, []), DOMAIN)
    with sqlite3.connect(database) as connection:
        connection.execute("drop table events")
    with caplog.at_level(logging.DEBUG), pytest.raises(StorageFailed) as failed:
        await store.save(tracker)
    assert str(failed.value) == "OperationalError"
    assert SECRET not in caplog.text


async def test_the_environment_names_the_database(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, str(tmp_path / "other.db"))
    await take_turn(opened(database), 1)
    assert (tmp_path / "other.db").exists()
    assert not database.exists()


async def test_conversations_can_stay_in_memory() -> None:
    store = ConversationStore(DOMAIN)
    await take_turn(store, 1)
    tracker = await store.retrieve("anna")
    assert tracker is not None
    assert tracker.get_slot(MEMORY) == {"turn": 1}


@pytest.mark.parametrize(
    "settings", [{"dialect": "postgresql"}, {"host": "db.example.org"}, {"colour": "red"}]
)
def test_other_databases_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        ConversationStore(DOMAIN, **settings)


def test_rasas_empty_settings_are_taken() -> None:
    ConversationStore(DOMAIN, host=None, dialect="sqlite")
