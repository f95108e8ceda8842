"""A log that cannot be changed unnoticed: each entry is chained to the one before and sealed with a key.

SQLite refuses to change or delete an entry. Whoever goes round that (with the file and an editor) breaks the
chain of hashes; whoever makes the chain anew lacks the key of the seals. What is cut off at the end is noticed
by a seal of the end, which lies in a file of its own and is made anew with each entry. Only who puts back an
earlier copy of both files goes unnoticed here: a backup, or the number of entries written down, tells.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from blina.storage.sqlite import IN_MEMORY, opened, transaction

_PRAGMAS = ("journal_mode=TRUNCATE", "synchronous=FULL")
_BUSY_SECONDS = 2.0
_OWNER_ONLY = 0o600
_OF_ENTRY, _OF_END = b"blina audit log: entry", b"blina audit log: end"  # a seal is good for one thing
_FIRST = "0" * 64
_AFTER_A_KILL = (
    2  # entries from the sealed one on: between an entry and the seal of the end the process may die
)
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
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
"""
_INSERT = "INSERT INTO audit (number, time, who, act, about, hash, seal) VALUES (?, ?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT number, time, who, act, about, hash, seal FROM audit ORDER BY number"


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


class AuditLog:
    """Adds entries. Used by one thread at a time; may raise ``sqlite3.Error`` and ``OSError``."""

    def __init__(self, file: str, key: bytes) -> None:
        """Open the file; a missing one is made, readable by its owner only.

        Args:
            file: path, or ``:memory:``.
            key: secret, for the seals.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        self._connection = opened(file, _PRAGMAS, _SCHEMA, _BUSY_SECONDS)
        self._key = key
        self._head = None if file == IN_MEMORY else head_file(Path(file))

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
        with transaction(self._connection):
            before = self._connection.execute(
                "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
            ).fetchone() or (0, _FIRST)
            entry = Entry(before[0] + 1, time, who, act, about)
            hash_ = _hash(before[1], entry)
            entry = replace(entry, hash=hash_, seal=_seal(self._key, _OF_ENTRY, hash_))
            self._connection.execute(_INSERT, astuple(entry))
        if self._head is not None:
            _write(self._head, f"{entry.number} {_seal(self._key, _OF_END, entry.hash)}\n")
        return entry

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def head_file(file: Path) -> Path:
    """Where the number of the last entry and the seal of the end lie.

    Args:
        file: of the log.
    """
    return file.with_name(f"{file.name}.last")


def entries(file: Path) -> list[Entry]:
    """The entries of a log, in their order; it is only read.

    Args:
        file: of the log.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return [Entry(*row) for row in connection.execute(_SELECT)]


def breaks(found: list[Entry], key: bytes, last: str | None) -> Iterator[str]:
    """Where a log is not as it was written; the first break makes the rest of the chain doubtful too.

    Args:
        found: the entries.
        key: that sealed them.
        last: what the file of the end holds, None when it is not there.

    Yields:
        A sentence each.
    """
    before, expected = _FIRST, 1
    for entry in found:
        if entry.number != expected:
            missing = str(expected) if entry.number == expected + 1 else f"{expected} to {entry.number - 1}"
            yield f"Entry {missing} is missing."
        elif entry.hash != _hash(before, entry):
            yield f"Entry {entry.number} was changed, or does not follow the one before it."
        elif not hmac.compare_digest(entry.seal, _seal(key, _OF_ENTRY, entry.hash)):
            yield f"Entry {entry.number} is not sealed with this key: made anew, or the key was another then."
        before, expected = entry.hash, entry.number + 1
    yield from _breaks_at_the_end(found, key, last)


def _breaks_at_the_end(found: list[Entry], key: bytes, last: str | None) -> Iterator[str]:
    if last is None:
        if found:
            yield "The seal of the end is missing: entries may have been cut off."
        return
    number, _, seal = last.strip().partition(" ")
    sealed = next((entry for entry in found if str(entry.number) == number), None)
    if sealed is None:
        yield f"Entry {number} was the last one and is missing: the end is cut off."
    elif not hmac.compare_digest(seal, _seal(key, _OF_END, sealed.hash)):
        yield f"The seal of the end does not fit entry {number}: entries may have been cut off."
    elif len(found) - found.index(sealed) > _AFTER_A_KILL:
        yield f"The seal of the end is of entry {number}, and the log goes on to entry {found[-1].number}."


def _hash(before: str, entry: Entry) -> str:
    content = json.dumps([before, entry.number, entry.time, entry.who, entry.act, entry.about])
    return hashlib.sha256(content.encode()).hexdigest()


def _seal(key: bytes, purpose: bytes, hash_: str) -> str:
    own = hmac.new(key, purpose, hashlib.sha256).digest()
    return hmac.new(own, hash_.encode(), hashlib.sha256).hexdigest()


def _write(file: Path, text: str) -> None:
    """Put a text in the place of another, all of it or nothing."""
    beside = file.with_name(f"{file.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened_:
        opened_.write(text)
        opened_.flush()
        os.fsync(opened_.fileno())
    beside.replace(file)
