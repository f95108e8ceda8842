"""What a database holds: read around the program that writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from blina.storage.conversations import Conversations, Row


def counted(database: Path, query: str, *values: str) -> int:
    """The one number that a query of a database gives."""
    with sqlite3.connect(database) as connection:
        return int(connection.execute(query, values).fetchone()[0])


def on_disk(folder: Path) -> bytes:
    """Every byte of the files in a folder: a database has a journal beside it."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


def added(kept: Conversations, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write turns that were made knowing all of their conversations."""
    kept.write([], rows, {sender: kept.mark(sender) for sender in rows})
