"""The setting `data_folder`: files lie there, and where they cannot one sentence says so."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from blina.assistant import settings
from blina.rasa_adapter.tracker_store import alerts_file, database_file
from blina.stop import Stop
from blina.storage.opening import DATABASE_VARIABLE, in_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the settings name and that is not there yet."""
    named = tmp_path / "kept" / "here"
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    changed = settings().copy(update={"data_folder": str(named)})
    monkeypatch.setattr("blina.rasa_adapter.tracker_store.settings", lambda: changed)
    return named


def test_the_folder_is_made_and_its_files_are_readable_by_their_owner_only(folder: Path) -> None:
    opened = in_file(database_file())
    try:
        made = folder / "conversations.db"
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
        assert Path(alerts_file(database_file())) == folder / "alerts.db"
    finally:
        opened.write_behind.close()
        opened.give_up()


@pytest.mark.parametrize("blocked", ["by a file", "by the machine"])
def test_a_folder_that_cannot_be_written_is_one_sentence(folder: Path, blocked: str) -> None:
    file = database_file()
    if blocked == "by a file":  # also root cannot make a folder in one
        folder.parent.write_text("", encoding="utf-8")
    else:
        file = "/proc/blina/conversations.db"
    with pytest.raises(Stop, match=r"^The database \S+ cannot be used: [^\n]+\.$"):
        in_file(file)
