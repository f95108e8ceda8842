"""What clinicians may want to know of all conversations: numbers only, not a word of a patient.

It counts what is kept, so it goes back as far as ``retention_hours``.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import psycopg2

from blina.knowledge.settings import place_of
from blina.stop import Stop
from blina.storage.failures import reason

_TURNS = "SELECT data FROM events WHERE type_name = 'slot' AND action_name = 'conversation'"
_MESSAGES = "SELECT data FROM events WHERE type_name = 'user'"
_TIMES = "SELECT min(timestamp), max(timestamp), count(DISTINCT sender_id) FROM events"


@dataclass
class Counts:
    """Numbers over all conversations that are kept.

    Args:
        conversations: that are kept.
        since: time of the oldest event, None without any.
        messages: of patients.
        urgencies: answered messages by the urgency that stood after them.
        not_understood: messages in which nothing was understood and that may be a complaint.
        no_complaint: those that most likely are none, such as talk.
        other_language: messages in another language.
        differed: warning signs on which the two readings of a message differed.
    """

    conversations: int = 0
    since: datetime | None = None
    messages: int = 0
    urgencies: Counter[str] = field(default_factory=Counter)
    not_understood: int = 0
    no_complaint: int = 0
    other_language: int = 0
    differed: Counter[str] = field(default_factory=Counter)

    def count_turn(self, memory: Mapping[str, Any]) -> None:
        """Count what was remembered after a message.

        Args:
            memory: the conversation as it is stored.
        """
        if "turn" not in memory:
            return  # it was forgotten
        self.urgencies[str(memory.get("last_urgency") or "none")] += 1
        for kept in memory.get("unclear") or ():
            if kept["turn"] == memory["turn"]:
                self.not_understood += bool(kept["complaint"])
                self.no_complaint += not kept["complaint"]

    def count_message(self, entities: Iterable[Mapping[str, Any]]) -> None:
        """Count a message.

        Args:
            entities: what was read in it.
        """
        self.messages += 1
        for entity in entities:
            if entity.get("entity") == "disagreement":
                self.differed[str(entity.get("value"))] += 1
            elif entity.get("entity") == "note" and entity.get("language") == "other":
                self.other_language += 1


def counted(file: Path) -> Counts:
    """The numbers of a database, which is only read: the assistant may be running.

    Args:
        file: of the conversations.

    Raises:
        Stop: when there is none, or it cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return _counted(connection.execute)
    except sqlite3.Error as error:
        raise Stop(f"The conversations in {file} cannot be read: {error}.") from None


def counted_in_postgres(url: str) -> Counts:
    """The numbers of the database that replicas share.

    Args:
        url: of it.

    Raises:
        Stop: it cannot be read.
    """
    try:
        with closing(psycopg2.connect(url, options="-c default_transaction_read_only=on")) as connection:

            def execute(query: str) -> Iterator[Any]:
                cursor = connection.cursor()
                cursor.execute(query)
                yield from cursor

            return _counted(execute)
    except psycopg2.Error as error:
        raise Stop(f"The conversations in {place_of(url)} cannot be read ({reason(error)}).") from None


def _counted(execute: Callable[[str], Iterator[Any]]) -> Counts:
    counts = Counts()
    first, _, counts.conversations = next(iter(execute(_TIMES)))
    counts.since = datetime.fromtimestamp(first, timezone.utc) if first else None
    for (data,) in execute(_TURNS):
        counts.count_turn(json.loads(data).get("value") or {})
    for (data,) in execute(_MESSAGES):
        counts.count_message(json.loads(data).get("parse_data", {}).get("entities") or ())
    return counts


def page(counts: Counts) -> str:
    """The numbers as a page of Markdown.

    Args:
        counts: the numbers.
    """
    since = counts.since.strftime("%d %B %Y, %H:%M UTC") if counts.since else "nothing is kept"
    rows = [
        ("conversations", counts.conversations),
        ("messages of patients", counts.messages),
        ("not understood, may be a complaint", counts.not_understood),
        ("not understood, most likely none (talk, thanks, a question)", counts.no_complaint),
        ("in another language than English", counts.other_language),
        ("warning signs on which the two readings differed", counts.differed.total()),
    ]
    return "\n".join(
        [
            "# What was understood",
            "",
            f"Counted over what is kept (since: {since}). No patient's words are in it.",
            "",
            *_table("what", rows),
            *_table("urgency after a message", counts.urgencies.most_common()),
            *_table("the two readings differed on", counts.differed.most_common()),
        ]
    )


def _table(head: str, rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"| {head} | how often |"
    yield "|---|---:|"
    yield from (f"| {name} | {number} |" for name, number in rows)
    yield ""
