"""What is to happen at a time, unless the patient writes before: kept beside the alerts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from blina.storage.tables import Tables

SCHEMA = """
CREATE TABLE IF NOT EXISTS timers (
    conversation TEXT NOT NULL,
    kind TEXT NOT NULL,
    due REAL NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (conversation, kind)
);
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
    """The timers of a store; every method may raise one of `FAILURES`."""

    _LET_GO = ""
    _MERGED = "json_patch(content, ?)"

    def __init__(self, tables: Tables) -> None:
        """Be ready.

        Args:
            tables: hold them.
        """
        self._tables = tables

    def start(self, timer: Timer) -> None:
        """Start a timer in place of one of its kind.

        Args:
            timer: what is to happen.
        """
        content = json.dumps(dict(timer.content))
        self._changed(
            "INSERT INTO timers (conversation, kind, due, content) VALUES (?, ?, ?, ?)"  # noqa: S608
            " ON CONFLICT (conversation, kind) DO UPDATE"
            f" SET due = excluded.due, content = excluded.content{self._LET_GO}",
            *(timer.conversation, timer.kind, timer.due, content),
        )

    def stop(self, conversation: str, kind: str | None = None) -> bool:
        """Stop a timer of a conversation, or all of them.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer, all when None.

        Returns:
            Whether there was any.
        """
        one = ("", ()) if kind is None else (" AND kind = ?", (kind,))
        return self._changed(f"DELETE FROM timers WHERE conversation = ?{one[0]}", conversation, *one[1])  # noqa: S608

    def add_to(self, conversation: str, kind: str, content: Mapping[str, object]) -> bool:
        """Keep more with a timer.

        Args:
            conversation: its name in the tracker store.
            kind: of the timer.
            content: what has to be known beside what is kept already.

        Returns:
            Whether there is such a timer.
        """
        return self._changed(
            f"UPDATE timers SET content = {self._MERGED} WHERE conversation = ? AND kind = ?",  # noqa: S608
            *(json.dumps(dict(content)), conversation, kind),
        )

    def done(self, timer: Timer) -> bool:
        """Drop a timer that has done its work, unless it was started anew meanwhile.

        Args:
            timer: as it was due.

        Returns:
            Whether it was there.
        """
        return self._changed(
            "DELETE FROM timers WHERE conversation = ? AND kind = ? AND due = ?",
            *(timer.conversation, timer.kind, timer.due),
        )

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
        self._changed("DELETE FROM timers")

    def _changed(self, statement: str, *values: object) -> bool:
        return self._tables.change(lambda on: on.changed(statement, *values)) > 0

    def _timers(self, where: str, *values: object) -> list[Timer]:
        statement = f"SELECT conversation, kind, due, content FROM timers {where}"  # noqa: S608
        found = self._tables.look(lambda on: on.rows(statement, *values))
        return [Timer(row[0], row[1], row[2], json.loads(row[3])) for row in found]
