"""What is to happen at a time, unless the patient writes before: kept in the file of the alerts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

_SCHEMA = """
CREATE TABLE IF NOT EXISTS timers (
    conversation TEXT NOT NULL,
    kind TEXT NOT NULL,
    due REAL NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (conversation, kind)
)
"""


@dataclass(frozen=True)
class Timer:
    """Something that is to happen in a conversation.

    Args:
        conversation: its name in the tracker store.
        kind: what is to happen; one of a kind in a conversation.
        due: when (seconds since 1970).
        content: what has to be known then, as JSON values.
    """

    conversation: str
    kind: str
    due: float
    content: Mapping[str, object] = field(default_factory=dict)


class Timers:
    """The timers of a file; every method may raise ``sqlite3.Error``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Make the table where it is missing.

        Args:
            connection: of the file.
        """
        self._connection = connection
        connection.execute(_SCHEMA)

    def start(self, timer: Timer) -> None:
        """Start a timer in place of one of its kind.

        Args:
            timer: what is to happen.
        """
        self._connection.execute(
            "INSERT OR REPLACE INTO timers (conversation, kind, due, content) VALUES (?, ?, ?, ?)",
            (timer.conversation, timer.kind, timer.due, json.dumps(dict(timer.content))),
        )

    def stop(self, conversation: str, kind: str | None = None) -> bool:
        """Stop a timer of a conversation, or all of them.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer, all when None.

        Returns:
            Whether there was any.
        """
        stopped = self._connection.execute(
            "DELETE FROM timers WHERE conversation = ?1 AND (?2 IS NULL OR kind = ?2)", (conversation, kind)
        )
        return stopped.rowcount > 0

    def add_to(self, conversation: str, kind: str, content: Mapping[str, object]) -> bool:
        """Keep more with a timer.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer.
            content: what has to be known beside what is kept already.

        Returns:
            Whether there is such a timer.
        """
        changed = self._connection.execute(
            "UPDATE timers SET content = json_patch(content, ?) WHERE conversation = ? AND kind = ?",
            (json.dumps(dict(content)), conversation, kind),
        )
        return changed.rowcount > 0

    def done(self, timer: Timer) -> bool:
        """Drop a timer that has done its work, unless it was started anew meanwhile.

        Args:
            timer: as it was due.

        Returns:
            Whether it was there.
        """
        dropped = self._connection.execute(
            "DELETE FROM timers WHERE conversation = ? AND kind = ? AND due = ?",
            (timer.conversation, timer.kind, timer.due),
        )
        return dropped.rowcount > 0

    def due(self, now: float) -> list[Timer]:
        """The timers whose time has come, the earliest first.

        Args:
            now: seconds since 1970.
        """
        return self._timers("WHERE due <= ? ORDER BY due", now)

    def everything(self) -> list[Timer]:
        """All timers."""
        return self._timers("ORDER BY due")

    def clear(self) -> None:
        """Stop all timers."""
        self._connection.execute("DELETE FROM timers")

    def _timers(self, where: str, *values: object) -> list[Timer]:
        found = self._connection.execute(
            f"SELECT conversation, kind, due, content FROM timers {where}",  # noqa: S608
            values,
        )
        return [Timer(row[0], row[1], row[2], json.loads(row[3])) for row in found]
