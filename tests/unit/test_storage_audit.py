"""The audit log refuses change, and whoever goes round that is found."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from blina.storage.audit import AuditLog, breaks, read
from blina.storage.failures import FAILURES
from blina.storage.tables import is_shared

KEY, OTHER = b"the key of the seals", b"a key that somebody made up"
TIME = "2026-11-28T15:00:00.000+00:00"


@pytest.fixture
def log(place: str) -> str:
    """A log of five entries: where it is."""
    with closing(AuditLog(place, KEY)) as opened:
        for act in ("signed_in", "looked", "takes", "closes", "signed_out"):
            opened.add(TIME, "ada@ward.example", act, "alert 1")
    return place


def found(log: str, key: bytes = KEY) -> list[str]:
    return list(breaks(*read(log), key))


def execute(log: str, *statements: str) -> None:
    connection = psycopg2.connect(log) if is_shared(log) else sqlite3.connect(log)
    with closing(connection), connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)


def test_a_log_that_nobody_touched_is_whole(log: str) -> None:
    assert found(log) == []
    assert [entry.number for entry in read(log)[0]] == [1, 2, 3, 4, 5]


def test_it_goes_on_after_a_restart(log: str) -> None:
    with closing(AuditLog(log, KEY)) as again:
        assert again.add(TIME, "ben", "signed_in").number == 6
    assert found(log) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'ben' WHERE number = 2",
        "DELETE FROM audit WHERE number = 5",
        "DELETE FROM audit",
        "INSERT INTO audit VALUES (2, 'now', 'ben', 'looked', '', '', '')"
        " ON CONFLICT (number) DO UPDATE SET who = 'ben'",
    ],
)
def test_the_file_refuses_every_change(log: str, statement: str) -> None:
    with pytest.raises(FAILURES, match="is not changed"):
        execute(log, statement)
    assert found(log) == []


def test_a_file_lets_nobody_replace_an_entry(tmp_path: Path) -> None:
    file = str(tmp_path / "team.db")
    with closing(AuditLog(file, KEY)) as log:
        log.add(TIME, "ada", "signed_in")
    with pytest.raises(sqlite3.IntegrityError, match="is not changed"):
        execute(file, "INSERT OR REPLACE INTO audit VALUES (1, 'now', 'ben', 'looked', '', '', '')")


def test_a_database_lets_nobody_empty_it(shared: str) -> None:
    with pytest.raises(psycopg2.Error, match="is not changed"):
        execute(shared, "TRUNCATE audit")


def test_replicas_write_one_log_without_gaps(shared: str) -> None:
    def write(name: str) -> None:
        with closing(AuditLog(shared, KEY)) as log:
            for _ in range(20):
                log.add(TIME, name, "looked")

    with ThreadPoolExecutor() as threads:
        list(threads.map(write, ("ada", "ben", "eve")))
    assert found(shared) == []
    assert len(read(shared)[0]) == 60


def without_triggers(log: str, *statements: str) -> None:
    """What somebody does who owns the file or the database."""
    if is_shared(log):
        execute(log, "SET session_replication_role = replica", *statements)
        return
    names = ("changed", "deleted", "replaced")
    execute(log, *(f"DROP TRIGGER audit_is_not_{name}" for name in names), *statements)


def made_anew(log: str) -> None:
    """Change an entry and make the chain of hashes anew; the seals cannot be."""
    entries, _ = read(log)
    before, statements = "0" * 64, []
    for entry in entries:
        who = "ben" if entry.number == 2 else entry.who
        content = [before, entry.number, entry.time, who, entry.act, entry.about]
        before = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        change = f"SET who = '{who}', hash = '{before}' WHERE number = {entry.number}"
        statements.append(f"UPDATE audit {change}")
    without_triggers(log, *statements)


CHANGES: dict[str, tuple[Callable[[str], None], str]] = {
    "a changed entry": (
        lambda log: without_triggers(log, "UPDATE audit SET who = 'ben' WHERE number = 2"),
        "Entry 2 was changed, or does not follow the one before it.",
    ),
    "a deleted entry": (
        lambda log: without_triggers(log, "DELETE FROM audit WHERE number = 3"),
        "Entry 3 is missing.",
    ),
    "deleted entries": (
        lambda log: without_triggers(log, "DELETE FROM audit WHERE number IN (2, 3)"),
        "Entry 2 to 3 is missing.",
    ),
    "a deleted start": (
        lambda log: without_triggers(log, "DELETE FROM audit WHERE number = 1"),
        "Entry 1 is missing.",
    ),
    "an end that was cut off": (
        lambda log: without_triggers(log, "DELETE FROM audit WHERE number > 3"),
        "Entry 5 was the last one and is missing: the end was cut off.",
    ),
    "an end that was cut off and its seal with it": (
        lambda log: without_triggers(log, "DELETE FROM audit WHERE number > 3", "DELETE FROM audit_end"),
        "The seal of the end is missing: entries may have been cut off.",
    ),
    "an end that was cut off and another seal put there": (
        lambda log: without_triggers(
            log,
            "DELETE FROM audit WHERE number > 3",
            "UPDATE audit_end SET number = 3, seal = (SELECT seal FROM audit WHERE number = 3)",
        ),
        "The seal of the end does not fit entry 3: entries were cut off or added.",
    ),
    "everything deleted": (
        lambda log: without_triggers(log, "DELETE FROM audit"),
        "Entry 5 was the last one and is missing: the end was cut off.",
    ),
    "a chain that was made anew without the key": (
        made_anew,
        "Entry 2 is not sealed with this key: made anew, or the key was another then.",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), CHANGES.values(), ids=CHANGES.keys())
def test_whoever_goes_round_that_is_found(log: str, change: Callable[[str], None], sentence: str) -> None:
    change(log)
    assert sentence in found(log)


def test_with_another_key_no_seal_fits(log: str) -> None:
    assert len(found(log, OTHER)) == 6  # each entry and the end


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "team.db"
    AuditLog(str(file), KEY).close()
    assert file.stat().st_mode & 0o777 == 0o600
