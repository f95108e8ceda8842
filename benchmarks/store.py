"""What storing a turn costs, in a file and in PostgreSQL, in one run: `python -m benchmarks.store`."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg2
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

from blina.assistant import settings
from blina.rasa_adapter import generate, tracker_store
from blina.rasa_adapter.tracker_store import ConversationStore
from blina.triage.turn import MEMORY
from scripts import services

_MILLISECONDS = 1000
_TEXT, _MEMORY = "a reply of usual length " * 20, {"reports": ["a symptom, its words and its time"] * 20}
_SIZE = """
SELECT count(*), count(DISTINCT sender_id), pg_total_relation_size('events'), pg_table_size('events')
FROM events
"""


def measure(turns: int = 500, conversations: int = 20) -> list[float]:
    """Save turns one after the other, on the disk that holds temporary files.

    Args:
        turns: how many.
        conversations: among which the turns go round.

    Returns:
        Milliseconds of each save, from the call to the commit.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = ConversationStore(_domain(), db=str(Path(folder) / "conversations.db"))
        saves, _ = asyncio.run(_measured(store, turns, conversations))
        store.close()
        return saves


def compare(turns: int = 500, conversations: int = 20) -> None:
    """Print what reading and saving a turn takes in a file, in PostgreSQL, and how large rows are there.

    Args:
        turns: how many.
        conversations: among which the turns go round.
    """
    with tempfile.TemporaryDirectory() as folder, services.postgres() as server:
        file = str(Path(folder) / "conversations.db")
        for name, made in {
            "SQLite": lambda: ConversationStore(_domain(), db=file),
            "PostgreSQL": lambda: _shared(server.url),
        }.items():
            _print(name, made, turns, conversations)
        rows, senders, whole, table = _sizes(server.url)
    print(
        f"PostgreSQL: {rows / turns:.0f} rows a turn, {whole / rows:.0f} bytes a row with its indexes"
        f" ({table / rows:.0f} without), {whole / turns / 1024:.1f} KiB a turn,"
        f" {turns / senders:.0f} turns a conversation: {whole / senders / 1024:.0f} KiB"
    )


def _print(name: str, made: Callable[[], ConversationStore], turns: int, conversations: int) -> None:
    store = made()
    start = time.process_time()
    saves, reads = asyncio.run(_measured(store, turns, conversations))
    own = (time.process_time() - start) * _MILLISECONDS / turns
    store.close()
    print(f"{name}: reading {_spread(reads)}, storing {_spread(saves)}; {own:.2f} ms of its processor")


def _spread(times: list[float]) -> str:
    late = sorted(times)[int(0.95 * len(times))]
    return f"median {statistics.median(times):.2f} ms (95 of 100 within {late:.2f} ms)"


def _domain() -> Domain:
    return Domain.from_dict(generate.domain(["fever"]))


def _shared(url: str) -> ConversationStore:
    """A store in PostgreSQL, as the setting makes one."""
    shared = settings().copy(update={"database_url": url})
    with mock.patch.object(tracker_store, "settings", return_value=shared):
        return ConversationStore(_domain())


def _sizes(url: str) -> Any:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_SIZE)
        return cursor.fetchone()


async def _measured(store: TrackerStore, turns: int, conversations: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each save and of each read."""
    saves, reads = [], []
    for number in range(turns):
        start = time.perf_counter()
        tracker = await store.get_or_create_tracker(f"patient {number % conversations}")
        reads.append((time.perf_counter() - start) * _MILLISECONDS)
        for event in (
            UserUttered(f"message {number}", {"name": "fever"}, []),
            ActionExecuted("action_triage"),
            BotUttered(_TEXT),
            SlotSet(MEMORY, _MEMORY),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, store.domain)
        start = time.perf_counter()
        await store.save(tracker)
        saves.append((time.perf_counter() - start) * _MILLISECONDS)
    return saves, reads[conversations:]  # the first of each makes the conversation


if __name__ == "__main__":
    compare()
