"""A copy of the databases is whole, and a conversation goes on from it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from blina.stop import Stop
from blina.storage.backup import back_up, restore
from blina.storage.conversations import Row
from blina.storage.events import Database
from tests.stored import added

ROW = Row("user", 1.0, "fever", None, '{"text": "my secret words"}')


def files(folder: Path) -> list[Path]:
    return [folder / "conversations.db", folder / "messaging.db"]


@pytest.fixture
def running(tmp_path: Path) -> Database:
    """The database of an assistant that runs; the other one was never made."""
    database = Database(str(files(tmp_path / "data")[0]))
    added(database, {"anna": [ROW]})
    return database


def test_what_was_written_is_back_after_the_disk_is_lost(running: Database, tmp_path: Path) -> None:
    (copy,) = back_up(files(tmp_path / "data"), tmp_path / "copy")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    added(running, {"anna": [ROW]})  # it goes on meanwhile
    assert len(running.rows("anna")) == 2
    (back,) = restore(tmp_path / "copy", files(tmp_path / "new"))
    again = Database(str(back))
    assert again.rows("anna") == [ROW]
    added(again, {"anna": [ROW]})
    assert len(again.rows("anna")) == 2


@pytest.mark.usefixtures("running")
def test_nothing_is_overwritten(tmp_path: Path) -> None:
    back_up(files(tmp_path / "data"), tmp_path / "copy")
    with pytest.raises(Stop, match="there already"):
        back_up(files(tmp_path / "data"), tmp_path / "copy")
    with pytest.raises(Stop, match="there already"):
        restore(tmp_path / "copy", files(tmp_path / "data"))


@pytest.mark.usefixtures("running")
def test_a_damaged_copy_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (copy,) = back_up(files(tmp_path / "data"), tmp_path / "copy")
    copy.write_bytes(b"SQLite format 3\x00" + b"\x00" * 5000)
    with pytest.raises(Stop, match="cannot be copied"):
        restore(tmp_path / "copy", files(tmp_path / "new"))
    assert list((tmp_path / "new").iterdir()) == []


def test_where_there_is_nothing_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="no database"):
        back_up(files(tmp_path), tmp_path / "copy")
    with pytest.raises(Stop, match="no backup"):
        restore(tmp_path / "copy", files(tmp_path))
