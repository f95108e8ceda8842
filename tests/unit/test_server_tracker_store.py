"""Conversations survive a restart, at a cost that does not grow with them."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from blina.assistant import settings
from blina.rasa_adapter import generate, tracker_store
from blina.rasa_adapter.tracker_store import ConversationStore, StorageFailed
from blina.stop import Stop
from blina.storage import opening
from blina.storage.opening import DATABASE_VARIABLE
from blina.storage.sqlite import IN_MEMORY
from blina.triage.turn import FORGOTTEN, MEMORY
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
    store: ConversationStore, number: int, sender: str = "anna", text: str = "", forgets: bool = False
) -> DialogueStateTracker:
    """One turn as Rasa's processor takes it: read, add events, save."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    for event in (
        UserUttered(text or f"message {number}", {"name": "fever"}, []),
        ActionExecuted("action_triage"),
        BotUttered("Call now."),
        SlotSet(MEMORY, dict(FORGOTTEN) if forgets else {"turn": number}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    return tracker


async def test_a_message_that_is_answered_twice_is_kept_once(database: Path) -> None:
    store = opened(database)
    for name in ("b7", "b7", "c9"):
        tracker = await store.get_or_create_tracker("anna", append_action_listen=False)
        message = UserUttered("I have a fever", {"name": "fever"}, [], message_id=name)
        for event in (message, SlotSet(MEMORY, {"said": name}), ActionExecuted("action_listen")):
            tracker.update(event, DOMAIN)
        await store.save(tracker)
    kept = await store.retrieve_full_tracker("anna")
    assert kept
    assert [event.message_id for event in kept.events if isinstance(event, UserUttered)] == ["b7", "c9"]


def rows(database: Path, sender: str = "anna") -> int:
    return counted(database, "select count(*) from events where sender_id = ?", sender)


async def test_asking_to_be_forgotten_leaves_no_row_and_no_byte(database: Path) -> None:
    store = opened(database)
    for number in range(40):  # more than the journal's first page
        await take_turn(store, number, "anna", f"{SECRET} {number}")
    await take_turn(store, 1, "bert")
    assert SECRET.encode() in on_disk(database.parent)
    await take_turn(store, 41, "anna", f"delete {SECRET}", forgets=True)
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
    config = EndpointConfig(type="blina.rasa_adapter.tracker_store.ConversationStore", db=str(database))
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


async def test_a_conversation_is_read_page_by_page_where_nobody_waits(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(database)
    for number in range(7):
        await take_turn(store, number)
    decoded_in = set()

    def loads(text: str) -> Any:
        decoded_in.add(threading.current_thread().name)
        return json.loads(text)

    monkeypatch.setattr(tracker_store, "json", SimpleNamespace(loads=loads))
    pages = [await store.said("anna", start, 3) for start in (0, 3, 6, 9)]
    assert [(len(events), later) for events, later in pages] == [(6, True), (6, True), (2, False), (0, False)]
    said = [event["text"] for events, _ in pages for event in events]
    assert said == [text for number in range(7) for text in (f"message {number}", "Call now.")]
    assert decoded_in == {"conversations"}


async def test_a_message_is_known_again(database: Path) -> None:
    store = opened(database)
    tracker = await store.get_or_create_tracker("anna")
    tracker.update(UserUttered("a", message_id="key-0001"), DOMAIN)
    await store.save(tracker)
    assert await store.has_message("anna", "key-0001")
    assert not await store.has_message("anna", "key-0002")
    assert not await store.has_message("bert", "key-0001")


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
    store = ConversationStore(DOMAIN, db=IN_MEMORY)
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
    ConversationStore(DOMAIN, db=IN_MEMORY, host=None, dialect="sqlite")


def test_without_another_word_conversations_are_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    folder = settings().copy(update={"data_folder": str(tmp_path)})
    monkeypatch.setattr("blina.rasa_adapter.tracker_store.settings", lambda: folder)
    assert ConversationStore(DOMAIN).file == str(tmp_path / "conversations.db")


def test_a_second_server_on_the_same_file_is_refused(database: Path) -> None:
    """Another process: one may open its own file again."""
    store = opened(database)
    claims = (
        "import sys\nfrom blina.storage.sqlite import Claim\n"
        "try:\n    Claim(sys.argv[1])\nexcept BlockingIOError:\n    print('taken')"
    )
    other = [sys.executable, "-c", claims, str(database)]
    assert subprocess.run(other, capture_output=True, text=True, check=True).stdout == "taken\n"
    store.close()
    assert subprocess.run(other, capture_output=True, text=True, check=True).stdout == ""


def test_the_refusal_of_a_second_server_is_one_sentence(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(_: str) -> None:
        raise BlockingIOError

    monkeypatch.setattr(opening, "Claim", taken)
    with pytest.raises(
        Stop, match="is used by another server: stop that, or name another file with BLINA_DATABASE"
    ):
        opened(database)


def test_a_database_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Stop, match=r"^The database .* cannot be used: [^\n]+\.$"):
        opened(tmp_path / "file" / "conversations.db")


def test_an_agent_with_another_store_is_refused(database: Path) -> None:
    """Plain `rasa run` looks at no file before it loads."""
    agent = SimpleNamespace(is_ready=lambda: True, tracker_store=opened(database))
    tracker_store.require(agent)
    tracker_store.require(None)
    agent.tracker_store = InMemoryTrackerStore(DOMAIN)
    with pytest.raises(Stop, match="own store"):
        tracker_store.require(agent)
