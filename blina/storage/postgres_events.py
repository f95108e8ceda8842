"""The PostgreSQL database that the replicas keep conversations in.

Each turn says how far the conversation was read when it was made. Where another replica has written since
(this one stalled while it held the conversation, or its rows waited while the database could not be reached),
the turn is not written behind that: both are put in the order in which the patient wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from blina.observe import metrics
from blina.storage import order
from blina.storage.conversations import Mark, Row
from blina.storage.postgres import InDoubt, Line

_COLUMNS = "type_name, timestamp, intent_name, action_name, data"
_AFTER_ALL = 2**62  # greater than any id
_MOST_OVER = 2000  # conversations that are looked for at once
_LATELY = 3600.0  # seconds: longer ago a conversation that grew has been looked at

_INSERT = f"""
INSERT INTO events (sender_id, {_COLUMNS})
SELECT sender_id, {_COLUMNS} FROM unnest(
    %s::text[], %s::text[], %s::float8[], %s::text[], %s::text[], %s::text[]
) WITH ORDINALITY AS new (sender_id, {_COLUMNS}, place) ORDER BY place
RETURNING sender_id, id
"""  # noqa: S608 - nothing of it comes from outside
_INSERT_AT = f"""
INSERT INTO events (sender_id, id, {_COLUMNS}) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s, %s)
"""  # noqa: S608 - nothing of it comes from outside
# Who comes second looks when the first one is done: each statement sees what was committed before it.
_HOLD = """
SELECT count(pg_advisory_xact_lock(number)) FROM (
    SELECT hashtextextended(name, 0) AS number FROM unnest(%(all)s::text[]) AS name ORDER BY number
) AS numbers;
DELETE FROM events WHERE sender_id = ANY(%(gone)s::text[]);
SELECT name, mark, (SELECT min(id) FROM events WHERE sender_id = name),
    (SELECT max(id) FROM events WHERE sender_id = name)
FROM (
    SELECT name, coalesce(mark, (
        SELECT max(id) FROM events WHERE sender_id = name AND timestamp <= moment
    ), 0) AS mark
    FROM unnest(%(names)s::text[], %(marks)s::bigint[], %(moments)s::float8[]) AS asked (name, mark, moment)
) AS asked
"""
_NAMES = "SELECT data::json ->> 'message_id' FROM events WHERE sender_id = %s AND type_name = 'user'"
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
        # a transaction, the rows that it wrote, and the marks after it
        self._doubt: tuple[str, list[Row], Mapping[str, Mark]] | None = None

    def write(
        self, forgotten: Iterable[str], rows: Mapping[str, Sequence[Row]], marks: Mapping[str, Mark]
    ) -> Mapping[str, Mark]:
        """Delete and add, all of it or nothing.

        Args:
            forgotten: conversations to delete.
            rows: to add afterwards, by conversation.
            marks: how far each of these conversations had been read when its rows were made.

        Returns:
            How far they are known now.

        Raises:
            psycopg2.Error: nothing of it was done, as far as is known.
        """
        written, known = self._written()
        # what a transaction in doubt deleted and wrote anew is there: deleting again would lose it
        gone = [sender for sender in forgotten if not any(id(row) in written for row in rows.get(sender, ()))]
        new = _without(written, rows)
        read = {sender: known.get(sender, marks.get(sender)) for sender in new}

        late: list[str] = []

        def write(cursor: Any) -> dict[str, Mark]:
            late.clear()
            places = _hold(cursor, gone, new, read)
            placed = {sender: _placed(cursor, places[sender], new[sender], late) for sender in new}
            return {**{sender: places[sender].after for sender in new}, **_inserted(cursor, places, placed)}

        if not gone and not new:
            self.look_after()
            self._doubt = None
            return known
        try:
            after = self._line.transact(write)
        except InDoubt as doubt:
            self._doubt = doubt.transaction, [row for added in new.values() for row in added], doubt.result
            raise
        self._doubt = None  # not before: what fails now is tried again, and the same rows are left out then
        for outcome in late:
            metrics.LATE_TURNS.labels(outcome).inc()
        return {**known, **after}

    def _written(self) -> tuple[set[int], Mapping[str, Mark]]:
        """Of a transaction in doubt that was committed: its rows by identity, and the marks after it."""
        written: set[int] = set()
        known: Mapping[str, Mark] = {}
        if self._doubt:
            transaction, doubtful, after = self._doubt
            if self._line.was_committed(transaction):
                written = {id(row) for row in doubtful}  # the very same ones: two may say the same
                known = after
        return written, known

    def mark(self, sender: str) -> Mark:
        """How far a conversation goes at this moment.

        Args:
            sender: the conversation.
        """

        def ask(cursor: Any) -> int:
            cursor.execute("SELECT coalesce(max(id), 0) FROM events WHERE sender_id = %s", (sender,))
            return int(cursor.fetchone()[0])

        return self._line.run(ask)

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


class _Place(NamedTuple):
    """Where a conversation stands, as against what was read of it.

    Args:
        sender: the conversation.
        read: how far it was read; see `Mark`.
        mark: the last event before what is to be written.
        first: its first event, None where there is none.
        last: its last event, None where there is none.
    """

    sender: str
    read: Mark
    mark: int
    first: int | None
    last: int | None

    @property
    def is_deleted(self) -> bool:
        """Whether what was read is gone: the patient asked for that meanwhile, or it was too old."""
        return bool(self.read) and (self.first is None or self.first > self.mark)

    @property
    def went_on(self) -> bool:
        """Whether somebody else wrote after what was read."""
        return self.last is not None and self.last > self.mark

    @property
    def after(self) -> Mark:
        """How far it is known where nothing is written."""
        return self.read if self.is_deleted else None


def _hold(
    cursor: Any, gone: Sequence[str], rows: Mapping[str, Sequence[Row]], read: Mapping[str, Mark]
) -> dict[str, _Place]:
    """Keep others from these conversations until the end of the transaction, and delete some of them."""
    cursor.execute(
        _HOLD,
        {
            "all": [*gone, *rows],
            "gone": [*gone],
            "names": [*rows],
            "marks": [read[sender] for sender in rows],
            "moments": [added[0].timestamp for added in rows.values()],
        },
    )
    return {sender: _Place(sender, read[sender], *found) for sender, *found in cursor.fetchall()}


def _placed(cursor: Any, place: _Place, ours: Sequence[Row], late: list[str]) -> Sequence[Row]:
    """What is to be written behind the mark, where what others wrote there is taken out."""
    if place.is_deleted:
        late.append("of_a_deleted_conversation")
        return []
    if place.read is None:
        ours = order.without_memory(ours)
        if place.first is not None:
            cursor.execute(_NAMES, (place.sender,))
            ours = order.without_repeated(ours, {name for (name,) in cursor.fetchall()})
    if not place.went_on or not ours:
        return ours
    late.append("put_in_order")
    behind = (place.sender, place.mark)
    cursor.execute(f"SELECT {_COLUMNS} FROM events WHERE sender_id = %s AND id > %s ORDER BY id", behind)  # noqa: S608
    theirs = [Row(*row) for row in cursor.fetchall()]
    cursor.execute("DELETE FROM events WHERE sender_id = %s AND id > %s", behind)
    return order.together(theirs, ours)


def _inserted(
    cursor: Any, places: Mapping[str, _Place], placed: Mapping[str, Sequence[Row]]
) -> dict[str, Mark]:
    """Insert; how far the conversations are known afterwards."""
    flat: list[tuple[Any, ...]] = []
    for sender, rows in placed.items():
        place = places[sender]
        if rows and place.went_on and place.first is not None and place.first > place.mark:
            # its first event keeps its number: by that others see that it is not a new conversation
            cursor.execute(_INSERT_AT, (sender, place.first, *rows[0]))
            rows = rows[1:]
        flat += [(sender, *row) for row in rows]
    known: dict[str, Mark] = {}
    if flat:
        cursor.execute(_INSERT, [list(column) for column in zip(*flat, strict=True)])
        for sender, number in cursor.fetchall():
            is_known = places[sender].read is not None and not places[sender].went_on
            known[sender] = max(number, known.get(sender) or 0) if is_known else None
    return known
