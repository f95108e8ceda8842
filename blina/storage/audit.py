"""A log that cannot be changed unnoticed: each entry is chained to the one before and sealed with a key.

The database refuses to change or delete an entry. Whoever goes round that breaks the chain of hashes; whoever
makes the chain anew lacks the key of the seals; what is cut off at the end is missed by the seal of the
end, which is made anew with each entry. Only who puts back an earlier copy of the whole file goes unnoticed
here: a backup, or the number of entries written down, tells. Replicas write one log, one after the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg2

from blina.storage.tables import Statements, is_shared, tables_at

_PRAGMAS = ("journal_mode=TRUNCATE", "synchronous=FULL")
_BUSY_SECONDS = 2.0
_OF_ENTRY, _OF_END = b"blina audit log: entry", b"blina audit log: end"  # a seal is good for one thing
_FIRST = "0" * 64
_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY,
    time TEXT NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    about TEXT NOT NULL,
    hash TEXT NOT NULL,
    seal TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS audit_end (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER, seal TEXT);
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
"""
_COLUMNS = "number, time, who, act, about, hash, seal"
_SELECT = f"SELECT {_COLUMNS} FROM audit ORDER BY number"  # noqa: S608 - nothing of it comes from outside
_LAST = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
_END = "SELECT number, seal FROM audit_end"
_NEW_END = """
INSERT INTO audit_end (one, number, seal) VALUES (1, ?, ?)
ON CONFLICT (one) DO UPDATE SET number = excluded.number, seal = excluded.seal
"""


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    Args:
        number: from 1, without gaps.
        time: when, in UTC, as ISO 8601.
        who: the person.
        act: what was done, one word of the program's.
        about: the id of what it was done to; may be empty.
        hash: SHA-256 of the entry and of the hash before it.
        seal: HMAC-SHA-256 of the hash.
    """

    number: int
    time: str
    who: str
    act: str
    about: str
    hash: str = ""
    seal: str = ""


@dataclass(frozen=True)
class End:
    """Where the log ends.

    Args:
        number: of the last entry.
        seal: HMAC-SHA-256 of its hash, with another purpose than its own.
    """

    number: int
    seal: str


class AuditLog:
    """Adds entries. Used by one thread at a time; may raise one of `FAILURES`."""

    def __init__(self, place: str, key: bytes) -> None:
        """Open the log; a missing file is made, readable by its owner only.

        Args:
            place: path of the file, ``:memory:``, or the URL of the PostgreSQL database.
            key: secret, for the seals.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        self._tables = tables_at(place, _PRAGMAS, _SCHEMA, _BUSY_SECONDS)
        self._key = key

    def add(self, time: str, who: str, act: str, about: str = "") -> Entry:
        """Add an entry; it survives the end of the process from now on.

        Args:
            time: when, in UTC, as ISO 8601.
            who: the person.
            act: what was done.
            about: the id of what it was done to.

        Returns:
            The entry with its hash and seal.
        """

        def add(on: Statements) -> Entry:
            on.alone("audit log")
            ((number, before),) = on.rows(_LAST) or ((0, _FIRST),)
            entry = Entry(number + 1, time, who, act, about)
            entry = replace(entry, hash=_hash(before, entry))
            entry = replace(entry, seal=_seal(self._key, _OF_ENTRY, entry))
            on.add("audit", _COLUMNS, [astuple(entry)])
            on.changed(_NEW_END, entry.number, _seal(self._key, _OF_END, entry))
            return entry

        return self._tables.change(add)

    def close(self) -> None:
        """Close it."""
        self._tables.close()


def read(place: str) -> tuple[list[Entry], End | None]:
    """The entries of a log in their order, and where it ends; a file is only read.

    Args:
        place: path of the file, or the URL of the PostgreSQL database.

    Raises:
        Exception: one of `FAILURES`, when it cannot be read.
    """
    with closing(_to_be_read(place)) as connection:
        cursor = connection.cursor()
        cursor.execute(_SELECT)
        entries = [Entry(*row) for row in cursor.fetchall()]
        cursor.execute(_END)
        end = cursor.fetchone()
        return entries, End(*end) if end else None


def _to_be_read(place: str) -> Any:
    """A connection that changes nothing, and to which nothing changes meanwhile."""
    if not is_shared(place):
        connection = sqlite3.connect(
            f"{Path(place).resolve().as_uri()}?mode=ro", uri=True, isolation_level=None
        )
        connection.execute("BEGIN")
        return connection
    shared = psycopg2.connect(place)
    shared.set_session(isolation_level="REPEATABLE READ", readonly=True)
    return shared


def breaks(entries: Sequence[Entry], end: End | None, key: bytes) -> Iterator[str]:
    """Where a log is not as it was written.

    Args:
        entries: in their order.
        end: where the log says that it ends.
        key: that sealed it.

    Yields:
        A sentence each.
    """
    before, expected = _FIRST, 1
    for entry in entries:
        if entry.number != expected:
            missing = str(expected) if entry.number == expected + 1 else f"{expected} to {entry.number - 1}"
            yield f"Entry {missing} is missing."
        elif entry.hash != _hash(before, entry):
            yield f"Entry {entry.number} was changed, or does not follow the one before it."
        elif not hmac.compare_digest(entry.seal, _seal(key, _OF_ENTRY, entry)):
            yield f"Entry {entry.number} is not sealed with this key: made anew, or the key was another then."
        before, expected = entry.hash, entry.number + 1
    yield from _breaks_at_the_end(entries[-1] if entries else None, end, key)


def _breaks_at_the_end(last: Entry | None, end: End | None, key: bytes) -> Iterator[str]:
    if end is None:
        if last is not None:
            yield "The seal of the end is missing: entries may have been cut off."
    elif last is None or last.number < end.number:
        yield f"Entry {end.number} was the last one and is missing: the end was cut off."
    elif last.number > end.number or not hmac.compare_digest(end.seal, _seal(key, _OF_END, last)):
        yield f"The seal of the end does not fit entry {last.number}: entries were cut off or added."


def _hash(before: str, entry: Entry) -> str:
    content = json.dumps([before, entry.number, entry.time, entry.who, entry.act, entry.about])
    return hashlib.sha256(content.encode()).hexdigest()


def _seal(key: bytes, purpose: bytes, entry: Entry) -> str:
    own = hmac.new(key, purpose, hashlib.sha256).digest()
    return hmac.new(own, entry.hash.encode(), hashlib.sha256).hexdigest()
