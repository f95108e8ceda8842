"""Where conversations are kept: one SQLite file, or the memory of the process."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from actions.resources import settings
from actions.turn import MEMORY

_HOUR = 3600.0
_BETWEEN_CLEARINGS = 600.0  # seconds
IN_MEMORY = ":memory:"
DATABASE_VARIABLE = "BLINA_DATABASE"  # where conversations are kept, instead of what endpoints.yml says


class StorageFailed(Exception):
    """The database failed; the text names the kind of error and quotes nothing that was stored."""


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store on SQLite, at a cost that does not grow with the conversation.

    Rasa reads and replays every event of a session for each message. What is remembered here
    is in one slot, so a turn needs the events since that slot was last set and no others.
    """

    engine: Engine

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        db: str = IN_MEMORY,
        **options: Any,
    ) -> None:
        """Open the store; a missing folder is made.

        Args:
            domain: of the assistant.
            event_broker: told of every event, when one is configured.
            db: path of the SQLite file, or ``:memory:``; the variable ``BLINA_DATABASE`` wins over it.
            options: what Rasa's SQL store takes beside these; only SQLite is supported, so
                what names a host is refused.

        Raises:
            ValueError: for another dialect or a host.
        """
        given = {name: value for name, value in options.items() if value is not None}
        if set(given) - {"dialect"} or given.get("dialect", "sqlite") != "sqlite":
            raise ValueError("this store is for SQLite: for other databases use Rasa's type 'SQL'")
        db = os.environ.get(DATABASE_VARIABLE) or db
        if db != IN_MEMORY:
            Path(db).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(domain, db=db, event_broker=event_broker)
        # Rasa's engine opens the file anew for every message
        self.engine = sa.create_engine(
            self.engine.url, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        sa.event.listen(self.engine, "connect", _prepare)
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sessionmaker(bind=self.engine)
        self._next_clearing = 0.0

    @contextmanager
    def session_scope(self) -> Iterator[Session]:
        """A transaction; unlike Rasa's, a damaged row is an error and not the end of the process."""
        session = self.sessionmaker()
        try:
            yield session
        finally:
            session.close()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what is new in a conversation.

        Args:
            tracker: the conversation.

        Raises:
            StorageFailed: when the database does not take it. Rasa then logs the error's text.
        """
        with _quoting_nothing():
            await self.stream_events(tracker)
            stored = getattr(tracker, "events_stored", 0)
            rows = [
                self._row(tracker.sender_id, event)
                for event in itertools.islice(tracker.events, stored, None)
            ]
            if rows:
                with self.engine.begin() as connection:
                    connection.execute(self.SQLEvent.__table__.insert(), rows)
            tracker.events_stored = stored + len(rows)
            self._clear_in_time()

    def delete_expired(self, now: float) -> int:
        """Delete conversations whose last event is older than the setting ``retention_hours``.

        Args:
            now: seconds since the epoch.

        Returns:
            How many rows went.
        """
        table = self.SQLEvent.__table__
        oldest = now - settings().retention_hours * _HOUR
        expired = sa.select(table.c.sender_id).group_by(table.c.sender_id)
        expired = expired.having(sa.func.max(table.c.timestamp) < oldest)
        with self.engine.begin() as connection:
            return int(connection.execute(table.delete().where(table.c.sender_id.in_(expired))).rowcount)

    def _clear_in_time(self) -> None:
        """Delete what expired, at the first message after a start and then every few minutes."""
        now = time.time()
        if now >= self._next_clearing:
            self._next_clearing = now + _BETWEEN_CLEARINGS
            self.delete_expired(now)

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        with _quoting_nothing():
            return await self._read(sender_id, fetch_events_from_all_sessions)

    async def _read(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        if fetch_events_from_all_sessions or self.domain is None:
            return _all_stored(await super()._retrieve(sender_id, fetch_events_from_all_sessions))
        table = self.SQLEvent.__table__.c
        with self.engine.connect() as connection:
            start = self._start_of_turn(connection, sender_id)
            wanted = sa.select(table.data).where(table.sender_id == sender_id, table.id >= start)
            rows = connection.execute(wanted.order_by(table.id)).all()
        if not rows:
            return None
        events = [json.loads(data) for (data,) in rows]
        return _all_stored(DialogueStateTracker.from_dict(sender_id, events, self.domain.slots))

    def _start_of_turn(self, connection: Connection, sender_id: str) -> int:
        """The row of the patient's message at which the memory was last set, 0 when it never was."""
        table = self.SQLEvent.__table__.c
        last = sa.select(sa.func.max(table.id)).where(table.sender_id == sender_id)
        is_memory = (table.type_name == SlotSet.type_name) & (table.action_name == MEMORY)
        memory = connection.execute(last.where(is_memory)).scalar()
        if memory is None:
            return 0
        is_message = (table.type_name == UserUttered.type_name) & (table.id < memory)
        return int(connection.execute(last.where(is_message)).scalar() or 0)

    @staticmethod
    def _row(sender_id: str, event: Event) -> dict[str, Any]:
        """An event in the columns of Rasa's table."""
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }


def _all_stored(tracker: DialogueStateTracker | None) -> DialogueStateTracker | None:
    """Note on a tracker that was read that none of its events have to be stored again."""
    if tracker is not None:
        tracker.events_stored = len(tracker.events)
    return tracker


@contextmanager
def _quoting_nothing() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - every kind of error can quote what was to be stored
        raise StorageFailed(type(error).__name__) from None


def _prepare(connection: Any, _: Any) -> None:
    """Readers and the writer do not wait for each other; what was answered survives the process."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=2000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
