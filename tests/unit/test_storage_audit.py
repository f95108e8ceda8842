"""The audit log refuses change, and whoever goes round that is found."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from blina.storage.audit import AuditLog, breaks, read

KEY, OTHER = b"the key of the seals", b"a key that somebody made up"
TIME = "2026-11-28T15:00:00.000+00:00"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log of five entries."""
    path = tmp_path / "team.db"
    log = AuditLog(str(path), KEY)
    for act in ("signed_in", "looked", "takes", "closes", "signed_out"):
        log.add(TIME, "ada@ward.example", act, "alert 1")
    log.close()
    return path


def found(file: Path, key: bytes = KEY) -> list[str]:
    return list(breaks(*read(file), key))


def test_a_log_that_nobody_touched_is_whole(file: Path) -> None:
    assert found(file) == []
    assert [entry.number for entry in read(file)[0]] == [1, 2, 3, 4, 5]


def test_it_goes_on_after_a_restart(file: Path) -> None:
    log = AuditLog(str(file), KEY)
    assert log.add(TIME, "ben", "signed_in").number == 6
    log.close()
    assert found(file) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'ben' WHERE number = 2",
        "DELETE FROM audit WHERE number = 5",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (2, 'now', 'ben', 'looked', '', '', '')",
    ],
)
def test_the_file_refuses_every_change(file: Path, statement: str) -> None:
    with sqlite3.connect(file) as connection, pytest.raises(sqlite3.IntegrityError, match="is not changed"):
        connection.execute(statement)
    assert found(file) == []


def without_triggers(file: Path, *statements: str) -> None:
    """What somebody does who owns the file."""
    with sqlite3.connect(file) as connection:
        for name in ("changed", "deleted", "replaced"):
            connection.execute(f"DROP TRIGGER audit_is_not_{name}")
        for statement in statements:
            connection.execute(statement)


def rewritten(file: Path) -> None:
    """Change an entry and make the chain of hashes anew; the seals cannot be."""
    entries, _ = read(file)
    before = "0" * 64
    for entry in entries:
        who = "ben" if entry.number == 2 else entry.who
        content = [before, entry.number, entry.time, who, entry.act, entry.about]
        before = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        with sqlite3.connect(file) as connection:
            connection.execute(
                "UPDATE audit SET who = ?, hash = ? WHERE number = ?", (who, before, entry.number)
            )


def made_anew(file: Path) -> None:
    without_triggers(file)
    rewritten(file)


CHANGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a changed entry": (
        lambda file: without_triggers(file, "UPDATE audit SET who = 'ben' WHERE number = 2"),
        "Entry 2 was changed, or does not follow the one before it.",
    ),
    "a deleted entry": (
        lambda file: without_triggers(file, "DELETE FROM audit WHERE number = 3"),
        "Entry 3 is missing.",
    ),
    "deleted entries": (
        lambda file: without_triggers(file, "DELETE FROM audit WHERE number IN (2, 3)"),
        "Entry 2 to 3 is missing.",
    ),
    "a deleted start": (
        lambda file: without_triggers(file, "DELETE FROM audit WHERE number = 1"),
        "Entry 1 is missing.",
    ),
    "an end that was cut off": (
        lambda file: without_triggers(file, "DELETE FROM audit WHERE number > 3"),
        "Entry 5 was the last one and is missing: the end was cut off.",
    ),
    "an end that was cut off and its seal with it": (
        lambda file: without_triggers(file, "DELETE FROM audit WHERE number > 3", "DELETE FROM audit_end"),
        "The seal of the end is missing: entries may have been cut off.",
    ),
    "an end that was cut off and another seal put there": (
        lambda file: without_triggers(
            file,
            "DELETE FROM audit WHERE number > 3",
            "UPDATE audit_end SET number = 3, seal = (SELECT seal FROM audit WHERE number = 3)",
        ),
        "The seal of the end does not fit entry 3: entries were cut off or added.",
    ),
    "everything deleted": (
        lambda file: without_triggers(file, "DELETE FROM audit"),
        "Entry 5 was the last one and is missing: the end was cut off.",
    ),
    "a chain that was made anew without the key": (
        made_anew,
        "Entry 2 is not sealed with this key: made anew, or the key was another then.",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), CHANGES.values(), ids=CHANGES.keys())
def test_whoever_goes_round_that_is_found(file: Path, change: Callable[[Path], None], sentence: str) -> None:
    change(file)
    assert sentence in found(file)


def test_with_another_key_no_seal_fits(file: Path) -> None:
    assert len(found(file, OTHER)) == 6  # each entry and the end


def test_only_its_owner_can_read_the_file(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
