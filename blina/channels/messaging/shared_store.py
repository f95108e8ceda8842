"""The messages of a channel in the PostgreSQL database that replicas share.

Each message that is being answered, and each conversation in which something is being sent, belongs to one
replica as long as that says so every few seconds. What belongs to a replica that is gone is taken over by
the first that asks, one by one and in order.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import psycopg2

from blina.channels.messaging.kept import Part, QueuedMessage, queued_messages, read, written
from blina.storage.postgres import Line

LEASE_SECONDS = 8  # after which a replica that says nothing counts as gone
_MOST_TAKEN_OVER = 50  # at once, so that the others get some too

_ALIVE = f"now() + interval '{LEASE_SECONDS} seconds'"
_TAKE_OVER = f"""
WITH left_behind AS (
    SELECT id FROM incoming WHERE channel = %s AND content IS NOT NULL AND alive_until < now()
    ORDER BY id LIMIT {_MOST_TAKEN_OVER} FOR UPDATE SKIP LOCKED
)
UPDATE incoming SET tries = tries + 1, replica = %s, alive_until = {_ALIVE}
FROM left_behind WHERE incoming.id = left_behind.id
RETURNING incoming.id, content, conversation, tries
"""  # noqa: S608 - nothing of it comes from outside
_ADD = f"""
INSERT INTO incoming (channel, key, conversation, received, content, replica, alive_until)
VALUES (%s, %s, %s, %s, %s, %s, {_ALIVE}) ON CONFLICT (channel, key) DO NOTHING
"""  # noqa: S608
_IS_NEXT = """
SELECT NOT EXISTS (
    SELECT FROM incoming WHERE channel = %(channel)s AND conversation = %(conversation)s
    AND content IS NOT NULL
    AND id < (SELECT id FROM incoming WHERE channel = %(channel)s AND key = %(key)s)
)
"""
_MINE_TO_SEND = f"""
INSERT INTO sending (channel, conversation, replica, alive_until) VALUES (%s, %s, %s, {_ALIVE})
ON CONFLICT (channel, conversation) DO UPDATE SET replica = excluded.replica, alive_until = {_ALIVE}
WHERE sending.replica = excluded.replica OR sending.alive_until < now()
"""  # noqa: S608
_TO_SEND = """
SELECT DISTINCT conversation FROM outgoing WHERE channel = %s AND NOT EXISTS (
    SELECT FROM sending WHERE sending.channel = outgoing.channel
    AND sending.conversation = outgoing.conversation AND alive_until >= now()
)
"""


class SharedMessageStore:
    """The messages of one channel; see `Messages`."""

    IS_SHARED = True

    def __init__(self, url: str, channel: str) -> None:
        """Connect with the first use.

        Args:
            url: of a database with the schema of `migrate`.
            channel: name of the channel.
        """
        self._channel = channel
        self._replica = uuid.uuid4().hex
        self._line = Line(url)

    def add(self, queued: QueuedMessage, now: float) -> bool:
        """Keep a message until it is answered; it is this replica's to answer.

        Args:
            queued: the message.
            now: seconds since 1970.

        Returns:
            False when it was delivered before, to whichever replica.
        """
        incoming = queued.incoming
        content = json.dumps(asdict(incoming))
        values = (self._channel, _key(queued), queued.conversation, now, content, self._replica)

        def add(cursor: Any) -> bool:
            cursor.execute(_ADD, values)
            return bool(cursor.rowcount)

        return self._line.transact(add)

    def unanswered(self) -> list[QueuedMessage]:
        """What replicas that are gone left unanswered, oldest first; each counts as tried once more."""

        def take_over(cursor: Any) -> list[Any]:
            cursor.execute(_TAKE_OVER, (self._channel, self._replica))
            return sorted(cursor.fetchall())

        return queued_messages(tuple(row) for _, *row in self._line.transact(take_over))

    def is_next(self, queued: QueuedMessage) -> bool:
        """Whether all earlier messages of the conversation are answered, here or elsewhere.

        Args:
            queued: the message.
        """
        values = {"channel": self._channel, "conversation": queued.conversation, "key": _key(queued)}
        return bool(self._line.run(lambda cursor: _one(cursor, _IS_NEXT, values)))

    def answer(self, queued: QueuedMessage, parts: Sequence[Part], forget: bool) -> None:
        """Put a reply into the post and drop the words that it answers, in one step.

        A message that another replica has answered meanwhile is not answered again.

        Args:
            queued: what is answered; need not be here.
            parts: what to send, in order.
            forget: whether to drop also what else has to go out in the conversation.
        """

        def answer(cursor: Any) -> None:
            query = "SELECT content IS NULL FROM incoming WHERE channel = %s AND key = %s FOR UPDATE"
            if _one(cursor, query, (self._channel, _key(queued))):
                return
            cursor.execute(
                "UPDATE incoming SET content = NULL WHERE channel = %s AND key = %s",
                (self._channel, _key(queued)),
            )
            if forget:
                cursor.execute(
                    "DELETE FROM outgoing WHERE channel = %s AND conversation = %s",
                    (self._channel, queued.conversation),
                )
            for part in parts:
                cursor.execute(
                    "INSERT INTO outgoing (channel, conversation, made, content) VALUES (%s, %s, %s, %s)",
                    (self._channel, queued.conversation, part.made, written(part)),
                )

        self._line.transact(answer)

    def conversations(self) -> list[str]:
        """The conversations in which something has to go out that no living replica sends."""

        def ask(cursor: Any) -> list[str]:
            cursor.execute(_TO_SEND, (self._channel,))
            return [conversation for (conversation,) in cursor.fetchall()]

        return self._line.run(ask)

    def next_part(self, conversation: str, after: int) -> Part | None:
        """What this replica has to send next in a conversation; from then on nobody else sends in it.

        Args:
            conversation: its name.
            after: the row of the part that was sent last, 0 to begin with.

        Returns:
            None when there is nothing, or another replica sends; that one will find what came meanwhile.
        """
        mine = (self._channel, conversation, self._replica)

        def take(cursor: Any) -> Any:
            cursor.execute(_MINE_TO_SEND, mine)
            if not cursor.rowcount:
                return None
            cursor.execute(
                "SELECT id, content FROM outgoing WHERE channel = %s AND conversation = %s AND id > %s"
                " ORDER BY id LIMIT 1",
                (self._channel, conversation, after),
            )
            found = cursor.fetchone()
            if found is None:
                cursor.execute(
                    "DELETE FROM sending WHERE channel = %s AND conversation = %s AND replica = %s", mine
                )
            return found

        found = self._line.transact(take)
        return read(*found) if found else None

    def sent(self, row: int) -> None:
        """Drop a part that was sent or given up."""
        self._line.run(lambda cursor: cursor.execute("DELETE FROM outgoing WHERE id = %s", (row,)))

    def stay_alive(self, keys: Iterable[str], conversations: Iterable[str]) -> None:
        """Tell the others what is still being done here.

        Args:
            keys: of the messages that are being answered.
            conversations: in which something is being sent.
        """
        for table, column, names in (
            ("incoming", "key", [*keys]),
            ("sending", "conversation", [*conversations]),
        ):
            if names:
                self._stay_alive(
                    f"UPDATE {table} SET alive_until = {_ALIVE}"  # noqa: S608 - nothing of it comes from outside
                    f" WHERE channel = %s AND replica = %s AND {column} = ANY(%s)",
                    names,
                )

    def _stay_alive(self, statement: str, names: list[str]) -> None:
        values = (self._channel, self._replica, names)
        self._line.run(lambda cursor: cursor.execute(statement, values))

    def clear(self, known: float, kept: float) -> None:
        """Drop what is old.

        Args:
            known: ids of answered messages from before go; seconds since 1970.
            kept: words from before go, answered and sent or not.
        """

        def clear(cursor: Any) -> None:
            cursor.execute(
                "DELETE FROM incoming WHERE channel = %s"
                " AND (received < %s OR received < %s AND content IS NULL)",
                (self._channel, kept, known),
            )
            cursor.execute("DELETE FROM outgoing WHERE made < %s", (kept,))
            cursor.execute("DELETE FROM sending WHERE alive_until < now() - interval '1 hour'")

        self._line.run(clear)

    def close(self) -> None:
        """Leave what is not done to the others at once, and let go of the connection."""

        def leave(cursor: Any) -> None:
            cursor.execute(
                "UPDATE incoming SET alive_until = now() WHERE replica = %s AND content IS NOT NULL",
                (self._replica,),
            )
            cursor.execute("DELETE FROM sending WHERE replica = %s", (self._replica,))

        with suppress(psycopg2.Error):
            self._line.run(leave)
        self._line.close()


def _key(queued: QueuedMessage) -> str:
    return queued.incoming.key.replace("\0", "")  # the one character that PostgreSQL does not keep


def _one(cursor: Any, query: str, values: Any) -> Any:
    cursor.execute(query, values)
    found = cursor.fetchone()
    return found[0] if found else None
