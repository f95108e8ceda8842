"""One SQLite file (or memory) with what came in and what has to go out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from blina.channels.messaging.kept import Part, QueuedMessage, queued_messages, read, written
from blina.storage.sqlite import opened, transaction

FILE = "messaging.db"  # in the folder of the conversations
_BUSY_SECONDS = 2.0  # how long to wait for another program that reads the file, such as a backup

# What is deleted is overwritten, and no journal keeps a copy; what was kept survives a power cut.
_PRAGMAS = ("journal_mode=TRUNCATE", "synchronous=FULL", "secure_delete=ON")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS incoming (
    id INTEGER NOT NULL PRIMARY KEY,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    conversation TEXT NOT NULL,
    received REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    content TEXT,
    UNIQUE (channel, key)
);
CREATE TABLE IF NOT EXISTS outgoing (
    id INTEGER NOT NULL PRIMARY KEY,
    channel TEXT NOT NULL,
    conversation TEXT NOT NULL,
    made REAL NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS outgoing_of_conversation ON outgoing (channel, conversation);
"""


class MessageStore:
    """The messages of one channel in a file of this process's own; see `Messages`."""

    IS_SHARED = False

    def __init__(self, file: str, channel: str) -> None:
        """Open the file; a missing one is made, readable by its owner only.

        Args:
            file: path, or ``:memory:``. The channels share one.
            channel: name of the channel.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        self._channel = channel
        self._connection = opened(file, _PRAGMAS, _SCHEMA, _BUSY_SECONDS)

    def add(self, queued: QueuedMessage, now: float) -> bool:
        """Keep a message until it is answered.

        Args:
            queued: the message.
            now: seconds since 1970.

        Returns:
            False when it was delivered before.
        """
        kept = self._connection.execute(
            "INSERT OR IGNORE INTO incoming (channel, key, conversation, received, content)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                self._channel,
                queued.incoming.key,
                queued.conversation,
                now,
                json.dumps(asdict(queued.incoming)),
            ),
        )
        return kept.rowcount == 1

    def unanswered(self) -> list[QueuedMessage]:
        """What an earlier process kept and did not answer, oldest first; each counts as tried once more."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE incoming SET tries = tries + 1 WHERE channel = ? AND content IS NOT NULL",
                (self._channel,),
            )
            found = self._connection.execute(
                "SELECT content, conversation, tries FROM incoming"
                " WHERE channel = ? AND content IS NOT NULL ORDER BY id",
                (self._channel,),
            ).fetchall()
        return queued_messages(found)

    def is_next(self, queued: QueuedMessage) -> bool:
        """Whether nobody else has to answer an earlier message of the conversation: nobody is there.

        Args:
            queued: the message.
        """
        return True

    def answer(self, queued: QueuedMessage, parts: Sequence[Part], forget: bool) -> None:
        """Put a reply into the post and drop the words that it answers, in one step.

        Args:
            queued: what is answered; need not be here.
            parts: what to send, in order.
            forget: whether to drop also what else has to go out in the conversation.
        """
        rows = [(self._channel, queued.conversation, part.made, written(part)) for part in parts]
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE incoming SET content = NULL WHERE channel = ? AND key = ?",
                (self._channel, queued.incoming.key),
            )
            if forget:
                self._connection.execute(
                    "DELETE FROM outgoing WHERE channel = ? AND conversation = ?",
                    (self._channel, queued.conversation),
                )
            self._connection.executemany(
                "INSERT INTO outgoing (channel, conversation, made, content) VALUES (?, ?, ?, ?)", rows
            )

    def conversations(self) -> list[str]:
        """The conversations in which something has to go out."""
        found = self._connection.execute(
            "SELECT DISTINCT conversation FROM outgoing WHERE channel = ?", (self._channel,)
        )
        return [conversation for (conversation,) in found]

    def next_part(self, conversation: str, after: int) -> Part | None:
        """What has to go out next in a conversation.

        Args:
            conversation: its name.
            after: the row of the part that was sent last, 0 to begin with.
        """
        found = self._connection.execute(
            "SELECT id, content FROM outgoing WHERE channel = ? AND conversation = ? AND id > ?"
            " ORDER BY id LIMIT 1",
            (self._channel, conversation, after),
        ).fetchone()
        return read(*found) if found else None

    def sent(self, row: int) -> None:
        """Drop a part that was sent or given up."""
        self._connection.execute("DELETE FROM outgoing WHERE id = ?", (row,))

    def stay_alive(self, keys: Iterable[str], conversations: Iterable[str]) -> None:
        """Tell the others what is still being done here: there are none."""

    def clear(self, known: float, kept: float) -> None:
        """Drop what is old.

        Args:
            known: ids of answered messages from before go; seconds since 1970.
            kept: words from before go, answered and sent or not.
        """
        with transaction(self._connection):
            self._connection.execute(
                "DELETE FROM incoming WHERE received < ? OR received < ? AND content IS NULL", (kept, known)
            )
            self._connection.execute("DELETE FROM outgoing WHERE made < ?", (kept,))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
