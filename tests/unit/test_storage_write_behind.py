"""A database that fails holds up nobody, and nothing that it was given is lost."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from blina.assistant import settings
from blina.storage import file_care
from blina.storage import write_behind as keeping
from blina.storage.clock import SteadyClock
from blina.storage.conversations import Row
from blina.storage.events import Database
from blina.storage.file_care import FileWriteBehind
from blina.storage.watch import BETWEEN_CHECKS, is_damaged
from blina.storage.worker import Worker
from blina.storage.write_behind import CHORE_SECONDS
from blina.triage.turn import MEMORY

HOUR = 3600.0


class Time:
    """The wall's clock and a steady one."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 0.0

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def time_() -> Time:
    return Time()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.db"


@pytest.fixture
def write_behind(file: Path, time_: Time) -> Iterator[FileWriteBehind]:
    clock = SteadyClock(lambda: time_.wall, lambda: time_.steady)
    made = FileWriteBehind(Database(str(file)), clock, lambda: time_.steady)
    yield made
    made.close()


@pytest.fixture
def lock(file: Path, write_behind: FileWriteBehind) -> Iterator[sqlite3.Connection]:  # noqa: ARG001 - it is there first
    """Another program that keeps the database for itself until it commits."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield other
    other.close()


def message(text: str, moment: float = 1_800_000_000.0) -> list[Row]:
    return [
        Row("user", moment, "fever", None, f'{{"text": "{text}"}}'),
        Row("slot", moment, None, MEMORY, "{}"),
    ]


def stored(file: Path, sender: str) -> list[str]:
    with sqlite3.connect(file) as connection:
        query = "SELECT data FROM events WHERE sender_id = ? AND type_name = 'user' ORDER BY id"
        return [data for (data,) in connection.execute(query, [sender])]


def said(rows: list[Row]) -> list[str]:
    return [row.data for row in rows if row.type_name == "user"]


def test_what_a_locked_database_does_not_take_waits_in_memory_in_order(
    write_behind: FileWriteBehind, lock: sqlite3.Connection, file: Path, time_: Time
) -> None:
    for text in ("one", "two", "three"):
        write_behind.keep("anna", message(text))
    assert said(write_behind.all("anna")) == ['{"text": "one"}', '{"text": "two"}', '{"text": "three"}']
    assert said(write_behind.turn("anna")) == ['{"text": "three"}']
    assert write_behind.senders() == {"anna"}
    assert stored(file, "anna") == []
    lock.execute("ROLLBACK")
    time_.wait(1)
    write_behind.chore()
    assert stored(file, "anna") == ['{"text": "one"}', '{"text": "two"}', '{"text": "three"}']
    assert said(write_behind.all("anna")) == stored(file, "anna")


def test_a_long_backlog_is_written_bit_by_bit_in_order(
    write_behind: FileWriteBehind, lock: sqlite3.Connection, file: Path, time_: Time
) -> None:
    for number in range(700):
        write_behind.keep(("anna", "ben")[number % 2], message(str(number)))
    assert write_behind.waiting == 1400
    lock.execute("ROLLBACK")
    time_.wait(1)
    write_behind.chore()
    assert (write_behind.state, write_behind.waiting) == ("ok", 0)
    assert stored(file, "anna") == [f'{{"text": "{number}"}}' for number in range(0, 700, 2)]
    assert stored(file, "ben") == [f'{{"text": "{number}"}}' for number in range(1, 700, 2)]


def test_while_a_backlog_is_written_patients_are_served(
    write_behind: FileWriteBehind, lock: sqlite3.Connection, time_: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(700):
        write_behind.keep("anna", message(str(number)))
    lock.execute("ROLLBACK")
    time_.wait(1)
    write = write_behind._database.write

    def slowly(*given: Any) -> Any:
        time_.wait(0.4)
        return write(*given)

    monkeypatch.setattr(write_behind._database, "write", slowly)
    write_behind.chore()
    assert 0 < write_behind.waiting < 1400
    assert write_behind.state == "failing"
    assert len(said(write_behind.all("anna"))) == 700
    write_behind.chore()
    assert (write_behind.state, write_behind.waiting) == ("ok", 0)


def test_what_was_stored_before_and_what_waits_are_one_conversation(
    write_behind: FileWriteBehind, file: Path
) -> None:
    write_behind.keep("anna", message("one"))
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        write_behind.keep("anna", message("two")[:1])  # a turn that set no memory
        assert said(write_behind.turn("anna")) == ['{"text": "one"}', '{"text": "two"}']
        other.execute("ROLLBACK")


@pytest.mark.usefixtures("lock")
def test_nobody_waits_for_a_database_that_failed_just_now(
    write_behind: FileWriteBehind, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_behind.keep("anna", message("one"))
    monkeypatch.setattr(write_behind._database, "write", lambda *_: pytest.fail("tried again at once"))
    write_behind.keep("ben", message("two"))
    assert said(write_behind.all("ben")) == ['{"text": "two"}']
    monkeypatch.undo()


def test_forgetting_does_not_need_the_database_to_work(
    write_behind: FileWriteBehind, file: Path, time_: Time, caplog: pytest.LogCaptureFixture
) -> None:
    write_behind.keep("anna", message("secret"))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    write_behind.keep("anna", message("also secret"))
    write_behind.forget("anna")
    assert write_behind.all("anna") == write_behind.turn("anna") == []
    assert write_behind.senders() == set()
    write_behind.keep("anna", message("new"))
    other.execute("ROLLBACK")
    other.close()
    time_.wait(1)
    write_behind.chore()
    assert stored(file, "anna") == ['{"text": "new"}']
    assert b"secret" not in b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert "secret" not in caplog.text


def test_a_reader_delays_the_scrubbing_and_does_not_prevent_it(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    write_behind.keep("anna", message("secret"))
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    write_behind.forget("anna")
    assert stored(file, "anna") == []
    reader.execute("COMMIT")
    reader.close()
    time_.wait(10)
    write_behind.chore()
    assert b"secret" not in b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_a_journal_that_cannot_be_emptied_stores_nothing_twice(
    write_behind: FileWriteBehind,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(write_behind._database, "scrub", fail)
    write_behind.forget("ben")
    write_behind.keep("anna", message("one"))
    write_behind.keep("anna", message("two"))
    assert stored(file, "anna") == ['{"text": "one"}', '{"text": "two"}']
    assert "still in the journal (OperationalError: disk I/O error)" in caplog.text


def test_the_log_says_once_that_the_database_fails_and_once_that_it_works(
    write_behind: FileWriteBehind, lock: sqlite3.Connection, time_: Time, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        write_behind.keep("anna", message(f"secret {number}"))
    lock.execute("ROLLBACK")
    time_.wait(1)
    write_behind.chore()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "conversations wait in memory: the database fails (OperationalError: database is locked)",
        "the database works again: conversations are stored",
    ]


@pytest.mark.usefixtures("lock")
def test_memory_is_not_filled_without_end_and_the_log_says_what_is_lost(
    write_behind: FileWriteBehind,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(keeping, "_MOST_WAITING", 3)
    write_behind.keep("anna", message("one"))
    write_behind.keep("anna", message("two"))
    assert said(write_behind.all("anna")) == ['{"text": "one"}']
    assert "2 events are lost" in caplog.text


def test_closing_writes_what_waits(file: Path) -> None:
    write_behind = FileWriteBehind(Database(str(file)))
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        write_behind.keep("anna", message("one"))
        other.execute("ROLLBACK")
    write_behind.close()
    assert stored(file, "anna") == ['{"text": "one"}']


def test_what_cannot_be_written_at_the_end_is_counted(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_behind = FileWriteBehind(Database(str(file)))
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        write_behind.keep("anna", message("one"))
        write_behind.forget("ben")
        write_behind.close()
        other.execute("ROLLBACK")
    assert "2 events and 1 deletions are lost" in caplog.text


# --- how long conversations are kept


def test_conversations_are_deleted_when_their_time_is_over(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    write_behind.keep("anna", message("secret", time_.wall))
    time_.wait(settings().retention_hours * HOUR)
    write_behind.keep("ben", message("new", time_.wall))
    write_behind.chore()
    assert stored(file, "anna")  # exactly as long as the setting says
    time_.wait(HOUR)
    write_behind.chore()
    assert (stored(file, "anna"), stored(file, "ben")) == ([], ['{"text": "new"}'])
    assert b"secret" not in b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_a_conversation_that_goes_on_is_kept_whole(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    write_behind.keep("anna", message("old", time_.wall))
    time_.wait(settings().retention_hours * HOUR)
    write_behind.keep("anna", message("new", time_.wall))
    time_.wait(HOUR)
    write_behind.chore()
    assert len(stored(file, "anna")) == 2


def test_of_a_very_long_conversation_the_latest_messages_are_kept(
    write_behind: FileWriteBehind, file: Path, time_: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "settings", lambda: settings().copy(update={"turns_kept": 3}))
    for number in range(5):
        write_behind.keep("anna", message(str(number), time_.wall))
    for number in range(3):
        write_behind.keep("ben", message(str(number), time_.wall))
    write_behind.chore()
    assert stored(file, "anna") == [f'{{"text": "{number}"}}' for number in (2, 3, 4)]
    assert [row.type_name for row in write_behind.all("anna")] == ["user", "slot"] * 3
    assert len(stored(file, "ben")) == 3


def test_many_conversations_are_deleted_a_few_at_a_time(write_behind: FileWriteBehind, time_: Time) -> None:
    for number in range(70):
        write_behind.keep(f"patient-{number}", message("old", time_.wall))
    time_.wait(settings().retention_hours * HOUR + 601)
    write_behind.chore()
    left = write_behind.senders()
    assert 0 < len(left) < 70  # nobody has waited for all of them
    back = min(left)
    write_behind.keep(back, message("new", time_.wall))
    for _ in range(5):
        write_behind.chore()
    assert write_behind.senders() == {back}
    assert len(write_behind.all(back)) == 4


def test_a_clock_that_jumps_forward_deletes_nothing(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    write_behind.keep("anna", message("one", time_.wall))
    time_.wall += 10_000 * HOUR
    time_.wait(601)
    write_behind.chore()
    assert stored(file, "anna")


def test_a_clock_that_jumps_back_deletes_nothing(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    write_behind.keep("anna", message("one", time_.wall))
    time_.wall -= 10_000 * HOUR
    write_behind.keep("anna", message("two", time_.wall))
    time_.wait(601)
    write_behind.chore()
    assert stored(file, "anna") == ['{"text": "one"}', '{"text": "two"}']


def test_deleting_that_fails_is_tried_again(
    write_behind: FileWriteBehind,
    lock: sqlite3.Connection,
    file: Path,
    time_: Time,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lock.execute("INSERT INTO events (sender_id, type_name, timestamp, data) VALUES ('a', 'user', 1, '')")
    lock.execute("COMMIT")
    lock.execute("BEGIN IMMEDIATE")
    write_behind.chore()
    assert "old conversations could not be deleted" in caplog.text
    lock.execute("COMMIT")
    time_.wait(1)
    write_behind.chore()
    assert stored(file, "a") == []


# --- the thread


async def test_the_thread_keeps_the_order_and_hands_errors_back() -> None:
    worker = Worker("test", lambda: None, 60)
    done: list[int] = []
    await asyncio.gather(*(worker.do(partial(done.append, number)) for number in range(100)))
    assert done == list(range(100))
    assert await worker.do(threading.current_thread) is not threading.current_thread()
    with pytest.raises(ValueError, match="wrong"):
        await worker.do(_fail)
    worker.close()


async def test_a_job_is_done_also_when_nobody_waits_for_it() -> None:
    worker, started, done = Worker("test", lambda: None, 60), threading.Event(), threading.Event()
    first = asyncio.ensure_future(worker.do(lambda: started.wait(5)))
    second = asyncio.ensure_future(worker.do(done.set))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    await asyncio.sleep(0)
    started.set()
    assert await asyncio.to_thread(done.wait, 5)
    worker.close()


async def test_a_slow_job_does_not_hold_up_the_others() -> None:
    worker = Worker("test", lambda: None, 60)
    slow = asyncio.ensure_future(worker.do(lambda: time.sleep(0.2)))
    for _ in range(3):  # the loop runs on meanwhile
        await asyncio.sleep(0.01)
    assert not slow.done()
    await slow
    worker.close()


async def test_a_chore_that_fails_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker("test", _fail, 0.01)
    await asyncio.sleep(0.05)
    assert await worker.do(lambda: "alive") == "alive"
    assert "a chore failed (ValueError)" in caplog.text
    worker.close()


def _fail() -> None:
    raise ValueError("wrong")


# --- a file that is taken away or spoilt while the server runs


def delete(file: Path) -> None:
    file.unlink()


def delete_all(file: Path) -> None:
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()


def replace(file: Path) -> None:
    other = file.with_name("other.db")
    Database(str(other)).close()
    other.replace(file)


def replace_by_nonsense(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(b"nonsense")
    other.replace(file)


@pytest.mark.parametrize("harm", [delete, delete_all, replace, replace_by_nonsense])
def test_a_file_that_was_taken_away_is_written_anew(
    write_behind: FileWriteBehind,
    file: Path,
    time_: Time,
    harm: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_behind.keep("anna", message("a"))
    write_behind.keep("bert", message("x"))
    harm(file)
    write_behind.keep("anna", message("b"))  # before anybody noticed
    time_.wait(CHORE_SECONDS)
    write_behind.chore()
    write_behind.keep("anna", message("c"))
    assert stored(file, "anna") == ['{"text": "a"}', '{"text": "b"}', '{"text": "c"}']
    assert stored(file, "bert") == ['{"text": "x"}']
    assert write_behind.state == "made anew"
    assert "2 conversations are written anew" in caplog.text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_was_forgotten_is_not_written_anew(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    write_behind.keep("anna", message("a"))
    write_behind.keep("bert", message("x"))
    file.unlink()
    write_behind.forget("anna")
    time_.wait(CHORE_SECONDS)
    write_behind.chore()
    assert stored(file, "anna") == []
    assert write_behind.senders() == {"bert"}


def test_a_damaged_file_is_noticed_and_what_can_be_read_is_kept(
    write_behind: FileWriteBehind, file: Path, time_: Time
) -> None:
    for number in range(200):
        write_behind.keep(f"patient {number}", message("a" * 500))
    write_behind._database.scrub()  # out of the journal, into the file
    with file.open("r+b") as opened:  # in its middle, as a failing disk does
        opened.seek(file.stat().st_size // 2)
        opened.write(b"\xff" * 20_000)
    end = time.monotonic() + 30
    while write_behind.state == "ok" and time.monotonic() < end:
        time_.wait(BETWEEN_CHECKS)
        write_behind.chore()
        time.sleep(0.05)
    assert write_behind.state == "made anew"
    assert not is_damaged(str(file))
    assert list(file.parent.glob(f"{file.name}.damaged-*"))
    write_behind.keep("anna", message("b"))
    assert stored(file, "anna") == ['{"text": "b"}']


def test_without_a_place_for_a_file_memory_stands_in(
    write_behind: FileWriteBehind, file: Path, time_: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_behind.keep("anna", message("a"))
    file.unlink()

    def full(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(file_care, "put_aside", full)
        time_.wait(CHORE_SECONDS)
        write_behind.chore()
        assert write_behind.state == "failing"
        write_behind.keep("anna", message("b"))
        assert len(write_behind.all("anna")) == 4
    time_.wait(60)
    write_behind.chore()
    assert write_behind.state == "made anew"
    assert stored(file, "anna") == ['{"text": "a"}', '{"text": "b"}']
