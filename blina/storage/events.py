"""The SQLite file that conversations are kept in. What is deleted cannot be read from the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from blina.storage.conversations import Mark, Row
from blina.storage.failures import Unusable
from blina.storage.sqlite import opened, transaction

_BUSY_SECONDS = 0.5  # how long to wait for another program that writes to the file

# The form of Rasa's table, so that files of earlier versions can be read.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER NOT NULL PRIMARY KEY,
    sender_id VARCHAR(255) NOT NULL,
    type_name VARCHAR(255) NOT NULL,
    timestamp FLOAT,
    intent_name VARCHAR(255),
    action_name VARCHAR(255),
    data TEXT
);
CREATE INDEX IF NOT EXISTS ix_events_sender_id ON events (sender_id);
CREATE INDEX IF NOT EXISTS events_by_age ON events (sender_id, timestamp);
CREATE INDEX IF NOT EXISTS messages ON events (sender_id, id) WHERE type_name = 'user';
"""

_VERSION = 1  # of the schema
_AFTER_ALL = 2**62  # greater than any id

# Readers and the writer do not wait for each other; what was committed survives the end of the
# process; freed space is overwritten.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON")


class Database:
    """Events by conversation; see `Conversations`. Used by one thread at a time."""

    def __init__(self, file: str) -> None:
        """Open the file; a missing one is made, readable by its owner only.

        Args:
            file: path, or ``:memory:``.

        Raises:
            Unusable: when it is no database, damaged, or cannot be written.
        """
        self.file = file
        try:
            self._connection = opened(file, _PRAGMAS, _SCHEMA, _BUSY_SECONDS)
            self._connection.execute(f"PRAGMA user_version={_VERSION}")  # also shows that it can be written
            (state,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise Unusable(f"The database {file} cannot be used: {error}.") from None
        if state != "ok":
            raise Unusable(f"The database {file} is damaged: put it aside to start with an empty one.")
        self.to_scrub = True  # what was deleted before a sudden end may still be in the journal

    def write(
        self, forgotten: Iterable[str], rows: Mapping[str, Iterable[Row]], marks: Mapping[str, Mark]
    ) -> Mapping[str, Mark]:
        """Delete and add in one transaction.

        Args:
            forgotten: conversations to delete.
            rows: to add afterwards, by conversation.
            marks: of no use here, where nobody else writes.

        Returns:
            The same marks.

        Raises:
            sqlite3.Error: when nothing of it was done.
        """
        gone = [(sender,) for sender in forgotten]
        new = [(sender, *row) for sender, added in rows.items() for row in added]
        with transaction(self._connection):
            self._connection.executemany("DELETE FROM events WHERE sender_id = ?", gone)
            self._connection.executemany(
                "INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                new,
            )
        if gone:
            self.to_scrub = True
        return marks

    def mark(self, sender: str) -> Mark:
        """Always the same: nobody else writes."""
        return 0

    def look_after(self) -> None:
        """Nobody can take the connection to a file away; `Watch` looks after the file."""

    def over_since(self, oldest: float) -> list[str]:
        """See `Conversations.over_since`."""
        found = self._connection.execute(
            "SELECT sender_id FROM events GROUP BY sender_id HAVING max(timestamp) < ?", (oldest,)
        )
        return [sender for (sender,) in found]

    def longer_than(self, messages: int) -> list[str]:
        """See `Conversations.longer_than`."""
        found = self._connection.execute(
            "SELECT sender_id FROM events WHERE type_name = 'user' GROUP BY sender_id HAVING count(*) > ?",
            (messages,),
        )
        return [sender for (sender,) in found]

    def delete_over(self, senders: Iterable[str], oldest: float) -> None:
        """See `Conversations.delete_over`."""
        self._delete(
            "DELETE FROM events WHERE sender_id = ?1"
            " AND (SELECT max(timestamp) FROM events WHERE sender_id = ?1) < ?2",
            [(sender, oldest) for sender in senders],
        )

    def delete_starts(self, senders: Iterable[str], messages: int) -> None:
        """See `Conversations.delete_starts`."""
        self._delete(
            "DELETE FROM events WHERE sender_id = ?1 AND id < (SELECT id FROM events"
            " WHERE sender_id = ?1 AND type_name = 'user' ORDER BY id DESC LIMIT 1 OFFSET ?2 - 1)",
            [(sender, messages) for sender in senders],
        )

    def _delete(self, statement: str, values: Sequence[tuple[str, float]]) -> None:
        with transaction(self._connection):
            deleted = self._connection.executemany(statement, values).rowcount
        if deleted > 0:
            self.to_scrub = True

    def scrub(self) -> None:
        """Empty the journal, which holds copies of what was deleted; ``to_scrub`` stays while somebody reads.

        Raises:
            sqlite3.Error: when it cannot be emptied.
        """
        (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self.to_scrub = bool(busy)

    def rows(self, sender: str, first: int = 0) -> list[Row]:
        """The events of a conversation, oldest first.

        Args:
            sender: the conversation.
            first: id of the first row wanted.
        """
        found = self._connection.execute(
            "SELECT type_name, timestamp, intent_name, action_name, data FROM events"
            " WHERE sender_id = ? AND id >= ? ORDER BY id",
            (sender, first),
        )
        return [Row(*row) for row in found]

    def last_turn(self, sender: str, slot: str) -> list[Row]:
        """See `Conversations.last_turn`."""
        set_at = self._last(sender, "slot", slot)
        return self.rows(sender, self._last(sender, "user", before=set_at) if set_at else 0)

    def turns(self, sender: str, skipped: int, most: int) -> tuple[list[Row], bool]:
        """See `Conversations.turns`."""
        start = self._message(sender, skipped) if skipped else 0
        if start is None:
            return [], False
        end = self._message(sender, skipped + most)
        found = self._connection.execute(
            "SELECT type_name, timestamp, intent_name, action_name, data FROM events"
            " WHERE sender_id = ? AND id >= ? AND id < ? AND type_name IN ('user', 'bot') ORDER BY id",
            (sender, start, _AFTER_ALL if end is None else end),
        )
        return [Row(*row) for row in found], end is not None

    def _message(self, sender: str, number: int) -> int | None:
        """The id of the row of the patient's message with a number, from 0."""
        found = self._connection.execute(
            "SELECT id FROM events WHERE sender_id = ? AND type_name = 'user' ORDER BY id LIMIT 1 OFFSET ?",
            (sender, number),
        ).fetchone()
        return int(found[0]) if found else None

    def messages(self, sender: str) -> list[Row]:
        """The patient's messages of a conversation, oldest first.

        Args:
            sender: the conversation.
        """
        found = self._connection.execute(
            "SELECT type_name, timestamp, intent_name, action_name, data FROM events"
            " WHERE sender_id = ? AND type_name = 'user' ORDER BY id",
            (sender,),
        )
        return [Row(*row) for row in found]

    def _last(
        self, sender: str, type_name: str, action_name: str | None = None, before: int = _AFTER_ALL
    ) -> int:
        """The id of the last row of a kind, 0 when there is none."""
        found = self._connection.execute(
            "SELECT id FROM events WHERE sender_id = ? AND type_name = ? AND id < ?"
            " AND (? IS NULL OR action_name = ?) ORDER BY id DESC LIMIT 1",
            (sender, type_name, before, action_name, action_name),
        ).fetchone()
        return int(found[0]) if found else 0

    def everything(self) -> dict[str, list[Row]]:
        """Every conversation that can be read."""
        found = {}
        with suppress(sqlite3.Error):
            for sender in self.senders():
                with suppress(sqlite3.Error):
                    found[sender] = self.rows(sender)
        return found

    def senders(self) -> list[str]:
        """See `Conversations.senders`."""
        return [sender for (sender,) in self._connection.execute("SELECT DISTINCT sender_id FROM events")]

    def close(self) -> None:
        """Close the file; SQLite then takes the journal in."""
        self._connection.close()
