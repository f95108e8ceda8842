"""Conversations survive a restart, at a cost that does not grow with them."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
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
from server.stop import Stop
from server.tracker_store import DATABASE_VARIABLE, ConversationStore, StorageFailed
from tests.server.running import until
from tests.stored import counted, on_disk

DOMAIN = Domain.from_dict(generate.domain(["fever"]))
SECRET = "my secret words"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "conversations.db"


def opened(database: Path) -> ConversationStore:
    return ConversationStore(DOMAIN, db=str(database))


async def take_turn(
    store: ConversationStore, number: int, sender: str = "anna", text: str = "", intent: str = "fever"
) -> DialogueStateTracker:
    """One turn as Rasa's processor takes it: read, add events, save."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in (
        UserUttered(text or f"message {number}", {"name": intent}, []),
        ActionExecuted("action_triage"),
        BotUttered("Call now."),
        SlotSet(MEMORY, {"turn": number}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return tracker


def rows(database: Path, sender: str = "anna") -> int:
    return counted(database, "select count(*) from events where sender_id = ?", sender)


async def test_asking_to_be_forgotten_leaves_no_row_and_no_byte(database: Path) -> None:
    store = opened(database)
    for number in range(40):  # more than the journal's first page
        await take_turn(store, number, "anna", f"{SECRET} {number}")
    await take_turn(store, 1, "bert")
    assert SECRET.encode() in on_disk(database.parent)
    await take_turn(store, 41, "anna", f"forget {SECRET}", intent="forget_me")
    assert rows(database, "anna") == 0
    assert SECRET.encode() not in on_disk(database.parent)
    assert b"message 1" in on_disk(database.parent)
    assert await store.retrieve("anna") is None
    await take_turn(store, 1, "anna")
    assert rows(database, "anna") == 5


async def test_a_conversation_can_be_deleted_from_outside_a_turn(database: Path) -> None:
    store = opened(database)
    await take_turn(store, 1, "anna", SECRET)
    await store.forget("anna")
    assert list(await store.keys()) == []
    assert SECRET.encode() not in on_disk(database.parent)


async def test_only_its_owner_can_read_the_file(database: Path) -> None:
    store = opened(database)
    await take_turn(store, 1)
    files = list(database.parent.iterdir())
    assert len(files) >= 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_what_expired_goes_at_the_start_without_any_message(database: Path) -> None:
    first = opened(database)
    await take_turn(first, 1, "anna")
    first.close()
    with sqlite3.connect(database) as connection:
        connection.execute("update events set timestamp = timestamp - ?", [3600 * settings().retention_hours])
    opened(database)
    await until(lambda: rows(database, "anna") == 0)


async def test_a_store_that_is_closed_has_written_everything(database: Path) -> None:
    store = opened(database)
    await take_turn(store, 1)
    store.close()
    assert rows(database) == 5
    assert [file.name for file in database.parent.iterdir()] == [database.name]


@pytest.mark.parametrize("content", [b"this is no database at all", b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_one_sentence(database: Path, content: bytes) -> None:
    database.parent.mkdir()
    database.write_bytes(content)
    with pytest.raises(Stop, match=r"^The database .*conversations\.db cannot be used: [a-z ]+\.$"):
        opened(database)


async def test_a_damaged_file_is_one_sentence(database: Path) -> None:
    store = opened(database)
    for number in range(40):
        await take_turn(store, number)
    store.close()
    content = bytearray(database.read_bytes())
    content[8192 : 8192 + 4096] = os.urandom(4096)
    database.write_bytes(content)
    with pytest.raises(Stop, match=r"^The database .* (is damaged|cannot be used): .*\.$"):
        opened(database)


async def test_a_file_that_cannot_be_written_is_one_sentence(database: Path) -> None:
    store = opened(database)
    store.close()
    content = bytearray(database.read_bytes())
    content[18] = 3  # the version that has to be known for writing: SQLite then only reads
    database.write_bytes(content)
    with pytest.raises(Stop, match="readonly"):
        opened(database)


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


async def test_a_store_that_fails_keeps_what_it_was_given(
    database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(database)
    await take_turn(store, 1)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("begin exclusive")
    with caplog.at_level(logging.DEBUG):
        await take_turn(store, 2, text=SECRET)
        tracker = await store.retrieve("anna")
    assert tracker is not None
    assert tracker.get_slot(MEMORY) == {"turn": 2}
    assert "the database fails (OperationalError: database is locked)" in caplog.text
    assert SECRET not in caplog.text
    other.close()
    await until(lambda: rows(database) == 10)


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
