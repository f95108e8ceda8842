"""Rasa's tracker store: where conversations are kept, at a cost that does not grow with them."""

from __future__ import annotations

import itertools
import json
import os
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from channels import safety_net
from server.database import Database, Row, Unusable
from server.keeper import CHORE_SECONDS, Keeper
from server.sqlite_file import IN_MEMORY
from server.stop import Stop
from server.worker import Worker

DATABASE_VARIABLE = "BLINA_DATABASE"  # where conversations are kept, instead of what endpoints.yml says
FORGET_INTENT = "forget_me"


class StorageFailed(Exception):
    """A conversation could not be read; the text names the kind of error and quotes nothing."""


class ConversationStore(TrackerStore):
    """Keeps conversations in one SQLite file.

    Rasa's own stores read and replay every event of a session for each message. What is
    remembered here is in one slot, so a turn needs the events since that slot was last set and
    no others, and only new events are written. The database is used in a thread of its own; a
    message counts as answered when its events are committed.

    A conversation whose latest message asks to be forgotten is deleted instead of stored, so no
    channel has to know how.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        db: str = IN_MEMORY,
        **options: Any,
    ) -> None:
        """Open the store; a missing file is made.

        Args:
            domain: of the assistant.
            event_broker: told of every event, when one is configured.
            db: path of the SQLite file, or ``:memory:``; the variable ``BLINA_DATABASE`` wins over it.
            options: what Rasa's SQL store takes beside these; only SQLite is supported, so
                what names a host is refused.

        Raises:
            ValueError: for another dialect or a host.
            Stop: when the file cannot be used.
        """
        given = {name: value for name, value in options.items() if value is not None}
        if set(given) - {"dialect"} or given.get("dialect", "sqlite") != "sqlite":
            raise ValueError("this store is for SQLite: for other databases use Rasa's type 'SQL'")
        super().__init__(domain, event_broker)
        self.file = os.environ.get(DATABASE_VARIABLE) or db
        try:
            self._keeper = Keeper(Database(self.file))
        except Unusable as error:
            raise Stop(str(error)) from None
        self._worker = Worker("conversations", self._keeper.chore, CHORE_SECONDS)
        self.close = weakref.finalize(self, _close, self._worker, self._keeper)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what is new in a conversation, or delete it when the patient asked for that.

        Args:
            tracker: the conversation.
        """
        await self.stream_events(tracker)
        stored = getattr(tracker, "events_stored", 0)
        new = list(itertools.islice(tracker.events, stored, None))
        tracker.events_stored = stored + len(new)
        latest = tracker.latest_message
        if new and latest is not None and latest.intent.get("name") == FORGET_INTENT:
            await self.forget(tracker.sender_id)
        elif new:
            rows = [_row(event) for event in new]
            await self._worker.do(partial(self._keeper.keep, tracker.sender_id, rows))

    async def forget(self, sender_id: str) -> None:
        """Delete a conversation.

        Args:
            sender_id: the conversation.
        """
        await self._worker.do(partial(self._keeper.forget, sender_id))
        safety_net.note_forgotten()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What the next turn needs of a conversation.

        Args:
            sender_id: the conversation.

        Returns:
            None for a new one.

        Raises:
            StorageFailed: when it cannot be read.
        """
        return await self._read(sender_id, self._keeper.turn)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All of a conversation.

        Args:
            conversation_id: the conversation.

        Returns:
            None for a new one.

        Raises:
            StorageFailed: when it cannot be read.
        """
        return await self._read(conversation_id, self._keeper.all)

    async def keys(self) -> Iterable[str]:
        """The names of all conversations."""
        return await self._worker.do(self._keeper.senders)

    async def _read(self, sender: str, read: Callable[[str], list[Row]]) -> DialogueStateTracker | None:
        try:
            rows = await self._worker.do(partial(read, sender))
            if not rows:
                return None
            events = [json.loads(row.data) for row in rows]
            tracker = DialogueStateTracker.from_dict(sender, events, self.domain.slots)
        except Exception as error:  # noqa: BLE001 - Rasa logs the text, which can quote what was stored
            raise StorageFailed(type(error).__name__) from None
        tracker.events_stored = len(tracker.events)
        return tracker


def conversation_store(agent: Any) -> ConversationStore | None:
    """The store that an agent keeps conversations in.

    Args:
        agent: Rasa's, or None.

    Returns:
        None without an agent, or when another store than this project's is configured.
    """
    store = getattr(agent, "tracker_store", None)
    while store is not None and not isinstance(store, ConversationStore):
        store = getattr(store, "_tracker_store", None)  # Rasa wraps the configured store
    return store


def _row(event: Event) -> Row:
    data = event.as_dict()
    intent = data.get("parse_data", {}).get("intent", {}).get("name")
    return Row(event.type_name, data["timestamp"], intent, data.get("name"), json.dumps(data))


def _close(worker: Worker, keeper: Keeper) -> None:
    worker.close()
    keeper.close()
