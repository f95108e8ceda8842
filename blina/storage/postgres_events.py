"""The PostgreSQL database that the replicas keep conversations in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blina.storage.conversations import Row
from blina.storage.postgres import InDoubt, Line
from blina.triage.turn import MEMORY

_COLUMNS = "type_name, timestamp, intent_name, action_name, data"
_AFTER_ALL = 2**62  # greater than any id
_MOST_OVER = 2000  # conversations that are looked for at once
_LATELY = 3600.0  # seconds: longer ago a conversation that grew has been looked at

_INSERT = f"""
INSERT INTO events (sender_id, {_COLUMNS})
SELECT sender_id, {_COLUMNS} FROM unnest(
    %s::text[], %s::text[], %s::float8[], %s::text[], %s::text[], %s::text[]
) WITH ORDINALITY AS new (sender_id, {_COLUMNS}, place) ORDER BY place
"""  # noqa: S608 - nothing of it comes from outside
_OVER = """
SELECT DISTINCT sender_id FROM events AS early WHERE timestamp < %(oldest)s AND NOT EXISTS (
    SELECT FROM events AS later WHERE later.sender_id = early.sender_id AND later.timestamp >= %(oldest)s
) LIMIT %(most)s
"""
_LONG = """
SELECT sender_id FROM (
    SELECT DISTINCT sender_id FROM events
    WHERE timestamp >= (SELECT max(timestamp) FROM events) - %(lately)s
) AS lately WHERE (
    SELECT count(*) FROM events
    WHERE events.sender_id = lately.sender_id AND type_name = 'user'
) > %(messages)s
"""
_DELETE_OVER = """
DELETE FROM events WHERE sender_id = ANY(%(senders)s) AND NOT EXISTS (
    SELECT FROM events AS later WHERE later.sender_id = events.sender_id AND later.timestamp >= %(oldest)s
)
"""
_DELETE_STARTS = """
DELETE FROM events USING (
    SELECT name, (
        SELECT id FROM events WHERE sender_id = name AND type_name = 'user'
        ORDER BY id DESC LIMIT 1 OFFSET %(messages)s - 1
    ) AS first FROM unnest(%(senders)s::text[]) AS name
) AS kept WHERE sender_id = name AND id < first
"""
_LAST_TURN = f"""
SELECT {_COLUMNS} FROM events WHERE sender_id = %(sender)s AND id >= coalesce((
    SELECT id FROM events WHERE sender_id = %(sender)s AND type_name = 'user' AND id < (
        SELECT id FROM events WHERE sender_id = %(sender)s AND type_name = 'slot' AND action_name = %(slot)s
        ORDER BY id DESC LIMIT 1
    ) ORDER BY id DESC LIMIT 1
), 0) ORDER BY id
"""  # noqa: S608 - nothing of it comes from outside


class PostgresEvents:
    """Events by conversation, shared by all replicas; see `Conversations`. Used by one thread at a time."""

    def __init__(self, url: str) -> None:
        """Connect with the first use.

        Args:
            url: of a database with the schema of `migrate`.
        """
        self._line = Line(url)
        self._doubt: tuple[str, list[Row]] | None = None  # a transaction, and the rows that it wrote

    def write(self, forgotten: Iterable[str], rows: Mapping[str, Iterable[Row]], late: bool = False) -> None:
        """Delete and add, all of it or nothing.

        Rows that waited may be older than what another replica has written since. What was remembered
        when they were made must not replace what is remembered now, so that is left out; their messages
        are read again with the next one.

        Args:
            forgotten: conversations to delete.
            rows: to add afterwards, by conversation.
            late: whether they waited.

        Raises:
            psycopg2.Error: nothing of it was done, as far as is known.
        """
        written = self._written()
        # what a transaction in doubt deleted and wrote anew is there: deleting again would lose it
        gone = [sender for sender in forgotten if not any(id(row) in written for row in rows.get(sender, ()))]
        new = _without(written, rows)

        def write(cursor: Any) -> None:
            if gone:
                cursor.execute("DELETE FROM events WHERE sender_id = ANY(%s)", (gone,))
            made = _without_old_memory(cursor, new) if late else new
            flat = [(sender, *row) for sender, added in made.items() for row in added]
            if flat:
                cursor.execute(_INSERT, [list(column) for column in zip(*flat, strict=True)])

        if not gone and not new:
            self.look_after()
            return
        try:
            self._line.transact(write)
        except InDoubt as doubt:
            self._doubt = doubt.transaction, [row for added in new.values() for row in added]
            raise

    def _written(self) -> set[int]:
        """The identities of the rows of a transaction in doubt that turns out to be committed."""
        written: set[int] = set()
        if self._doubt:
            transaction, doubtful = self._doubt
            if self._line.was_committed(transaction):
                written = {id(row) for row in doubtful}  # the very same ones: two may say the same
            self._doubt = None
        return written

    def look_after(self) -> None:
        """See whether the database can be used.

        Raises:
            psycopg2.Error: it cannot.
        """
        self._line.run(lambda cursor: cursor.execute("SELECT"))

    def over_since(self, oldest: float) -> list[str]:
        """Some of the conversations whose last event is older than a moment.

        Args:
            oldest: seconds since 1970.
        """
        return self._names(_OVER, {"oldest": oldest, "most": _MOST_OVER})

    def longer_than(self, messages: int) -> list[str]:
        """Conversations that grew lately and have more messages of the patient than a number."""
        return self._names(_LONG, {"messages": messages, "lately": _LATELY})

    def delete_over(self, senders: Iterable[str], oldest: float) -> None:
        """See `Conversations.delete_over`."""
        self._do(_DELETE_OVER, {"senders": [*senders], "oldest": oldest})

    def delete_starts(self, senders: Iterable[str], messages: int) -> None:
        """See `Conversations.delete_starts`."""
        self._do(_DELETE_STARTS, {"senders": [*senders], "messages": messages})

    def rows(self, sender: str) -> list[Row]:
        """See `Conversations.rows`."""
        return self._rows(f"SELECT {_COLUMNS} FROM events WHERE sender_id = %s ORDER BY id", (sender,))  # noqa: S608

    def last_turn(self, sender: str, slot: str) -> list[Row]:
        """See `Conversations.last_turn`."""
        return self._rows(_LAST_TURN, {"sender": sender, "slot": slot})

    def turns(self, sender: str, skipped: int, most: int) -> tuple[list[Row], bool]:
        """See `Conversations.turns`."""
        start = self._message(sender, skipped) if skipped else 0
        if start is None:
            return [], False
        end = self._message(sender, skipped + most)
        found = self._rows(
            f"SELECT {_COLUMNS} FROM events"  # noqa: S608 - nothing of it comes from outside
            " WHERE sender_id = %s AND id >= %s AND id < %s AND type_name IN ('user', 'bot') ORDER BY id",
            (sender, start, _AFTER_ALL if end is None else end),
        )
        return found, end is not None

    def messages(self, sender: str) -> list[Row]:
        """See `Conversations.messages`."""
        return self._rows(
            f"SELECT {_COLUMNS} FROM events WHERE sender_id = %s AND type_name = 'user' ORDER BY id",  # noqa: S608
            (sender,),
        )

    def senders(self) -> list[str]:
        """See `Conversations.senders`."""
        return self._names("SELECT DISTINCT sender_id FROM events", {})

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def _message(self, sender: str, number: int) -> int | None:
        """The id of the row of the patient's message with a number, from 0."""

        def ask(cursor: Any) -> Any:
            cursor.execute(
                "SELECT id FROM events WHERE sender_id = %s AND type_name = 'user'"
                " ORDER BY id LIMIT 1 OFFSET %s",
                (sender, number),
            )
            return cursor.fetchone()

        found = self._line.run(ask)
        return int(found[0]) if found else None

    def _rows(self, query: str, values: Any) -> list[Row]:
        def ask(cursor: Any) -> list[Row]:
            cursor.execute(query, values)
            return [Row(*row) for row in cursor.fetchall()]

        return self._line.run(ask)

    def _names(self, query: str, values: Mapping[str, Any]) -> list[str]:
        def ask(cursor: Any) -> list[str]:
            cursor.execute(query, values)
            return [name for (name,) in cursor.fetchall()]

        return self._line.run(ask)

    def _do(self, statement: str, values: Mapping[str, Any]) -> None:
        self._line.run(lambda cursor: cursor.execute(statement, values))


def _without(written: set[int], rows: Mapping[str, Iterable[Row]]) -> dict[str, list[Row]]:
    left = {sender: [row for row in added if id(row) not in written] for sender, added in rows.items()}
    return {sender: added for sender, added in left.items() if added}


def _without_old_memory(cursor: Any, rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """The rows without what was remembered in conversations that have gone on elsewhere since."""
    cursor.execute(
        "SELECT sender_id, max(timestamp) FROM events WHERE sender_id = ANY(%s) GROUP BY sender_id",
        ([*rows],),
    )
    latest = dict(cursor.fetchall())
    return {
        sender: added
        if latest.get(sender, 0.0) <= added[0].timestamp
        else [row for row in added if (row.type_name, row.action_name) != ("slot", MEMORY)]
        for sender, added in rows.items()
    }
