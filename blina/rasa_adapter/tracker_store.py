"""Rasa's tracker store: where conversations are kept, at a cost that does not grow with them."""

from __future__ import annotations

import itertools
import json
import logging
import os
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from blina.alerts.book import AlertBook
from blina.alerts.store import FILE as ALERTS_FILE
from blina.assistant import settings
from blina.http_server.signing_keys import signing_key
from blina.observe import metrics
from blina.rasa_adapter import announcements, safety_net
from blina.replicas.notices import notices
from blina.stop import Stop
from blina.storage.conversations import Row
from blina.storage.opening import DATABASE_VARIABLE, Opened, in_file, in_postgres
from blina.storage.sqlite import IN_MEMORY
from blina.storage.worker import Worker
from blina.storage.write_behind import CHORE_SECONDS
from blina.triage.turn import FORGOTTEN, MEMORY

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

FILE = "conversations.db"  # in the data folder


def database_file(configured: str | None = None) -> str:
    """Where conversations are kept.

    Args:
        configured: what ``endpoints.yml`` says, if it does.

    Returns:
        What ``BLINA_DATABASE`` says, else what is configured, else a file in the data folder.
    """
    return os.environ.get(DATABASE_VARIABLE) or configured or str(Path(settings().data_folder) / FILE)


def alerts_file(conversations: str) -> str:
    """Where alerts are kept: beside the conversations.

    Args:
        conversations: as from `database_file`.
    """
    return IN_MEMORY if conversations == IN_MEMORY else str(Path(conversations).with_name(ALERTS_FILE))


class StorageFailed(Exception):
    """A conversation could not be read; the text names the kind of error and quotes nothing."""


class ConversationStore(TrackerStore):
    """Keeps conversations in one SQLite file, or in the PostgreSQL database that replicas share.

    Rasa's own stores read and replay every event of a session for each message. What is
    remembered here is in one slot, so a turn needs the events since that slot was last set and
    no others, and only new events are written. The database is used in a thread of its own; a
    message counts as answered when its events are committed.

    A conversation in whose memory stands that it is forgotten is deleted instead of stored, so no
    channel has to know how. ``alerts`` is the book of what the care team is told, None where the settings
    turn that and the follow-up off.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        db: str | None = None,
        **options: Any,
    ) -> None:
        """Open the store; a missing file is made.

        Args:
            domain: of the assistant.
            event_broker: told of every event, when one is configured.
            db: path of the SQLite file, or ``:memory:``; see `database_file`.
                The setting ``database_url`` comes before it.
            options: what Rasa's SQL store takes beside these; none of them is used, so what names a
                host is refused.

        Raises:
            ValueError: for another dialect or a host.
            Stop: when the file or the database cannot be used, or another server uses the file.
        """
        given = {name: value for name, value in options.items() if value is not None}
        if set(given) - {"dialect"} or given.get("dialect", "sqlite") != "sqlite":
            raise ValueError(
                "this store takes a file for SQLite; PostgreSQL is named by the setting database_url"
            )
        super().__init__(domain, event_broker)
        self.url, self.file = settings().database_url, database_file(db)
        opened = in_postgres(self.url) if self.url else in_file(self.file)
        self._write_behind = opened.write_behind
        self._deletions = notices("deleted", self._deleted_elsewhere)
        self._worker = Worker("conversations", self._write_behind.chore, CHORE_SECONDS)
        self.alerts = _book(self.url, self.file) if settings().alerts or settings().follow_up else None
        self.close = weakref.finalize(self, _close, self._worker, opened, self.alerts)

    @property
    def state(self) -> str:
        """How the database is: ``ok``, ``failing``, or ``made anew`` since the start."""
        return self._write_behind.state

    @property
    def waiting(self) -> int:
        """How many events the database has not taken yet."""
        return self._write_behind.waiting

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what is new in a conversation, or delete it when the patient asked for that.

        Args:
            tracker: the conversation.
        """
        with metrics.timed("store"):
            await self._save(tracker)

    async def _save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        stored = getattr(tracker, "events_stored", 0)
        new = list(itertools.islice(tracker.events, stored, None))
        tracker.events_stored = stored + len(new)
        if _names(itertools.islice(tracker.events, stored)) & _names(new):
            return  # delivered twice while nobody could know of the first time: it is kept once
        await self._keep(tracker, new)
        announcements.announce(tracker.sender_id, new)

    async def _keep(self, tracker: DialogueStateTracker, new: list[Event]) -> None:
        sender = tracker.sender_id
        if any(isinstance(event, SlotSet) and _is_forgotten(event) for event in new):
            await self.forget(sender)
            return
        rows = [_row(event) for event in new if not safety_net.is_history_missing() or _is_said(event)]
        if rows:
            mark = None if safety_net.is_history_missing() else getattr(tracker, "mark", 0)
            tracker.mark = await self._worker.do(partial(self._write_behind.keep, sender, rows, mark))

    async def forget(self, sender_id: str) -> None:
        """Delete a conversation.

        Args:
            sender_id: the conversation.
        """
        await self._worker.do(partial(self._write_behind.forget, sender_id))
        await self._deletions.tell({"conversation": self._deletions.mark(sender_id)})
        if self.alerts is not None:
            await self.alerts.forget(sender_id)
        announcements.announce_forgotten(sender_id)
        safety_net.note_forgotten()

    async def _deleted_elsewhere(self, notice: dict[str, str | None]) -> None:
        """What waits here of a conversation that another replica has deleted would bring it back."""

        def drop() -> None:
            waiting = self._write_behind.waiting_senders
            gone = [name for name in waiting if self._deletions.mark(name) == notice["conversation"]]
            self._write_behind.drop(gone)

        await self._worker.do(drop)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What the next turn needs of a conversation.

        Args:
            sender_id: the conversation.

        Returns:
            None for a new one, and while a message is handled also for one that cannot be read: the
            message is answered by itself, and `_save` keeps it for the next turn.

        Raises:
            StorageFailed: when it cannot be read, outside of that.
        """
        try:
            return await self._read(sender_id, self._write_behind.turn)
        except StorageFailed as error:
            if not safety_net.note_history_missing():
                raise
            _log.error("a message is answered without what was said before (%s)", error)
            return None

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All of a conversation.

        Args:
            conversation_id: the conversation.

        Returns:
            None for a new one.

        Raises:
            StorageFailed: when it cannot be read.
        """
        return await self._read(conversation_id, self._write_behind.all)

    async def said(self, sender_id: str, skipped: int, most: int) -> tuple[list[dict[str, Any]], bool]:
        """What was said in some turns; read and decoded where nobody waits for it.

        Args:
            sender_id: the conversation.
            skipped: messages of the patient before the first of these turns.
            most: messages of the patient in them.

        Returns:
            The events of what was said, as Rasa has them in JSON, and whether there are later turns.

        Raises:
            StorageFailed: when it cannot be read.
        """

        def read() -> tuple[list[dict[str, Any]], bool]:
            rows, later = self._write_behind.said(sender_id, skipped, most)
            return [json.loads(row.data) for row in rows], later

        return await self._careful(read)

    async def has_message(self, sender_id: str, message_id: str) -> bool:
        """Whether a message of the patient is kept.

        Args:
            sender_id: the conversation.
            message_id: as the channel named it.

        Raises:
            StorageFailed: when it cannot be read.
        """

        def look() -> bool:
            rows = self._write_behind.messages(sender_id)
            return any(json.loads(row.data).get("message_id") == message_id for row in reversed(rows))

        return await self._careful(look)

    async def keys(self) -> Iterable[str]:
        """The names of all conversations."""
        return await self._worker.do(self._write_behind.senders)

    async def _careful(self, job: Callable[[], Result]) -> Result:
        try:
            return await self._worker.do(job)
        except Exception as error:  # noqa: BLE001 - its text can quote what was stored
            raise StorageFailed(type(error).__name__) from None

    async def _read(self, sender: str, read: Callable[[str], list[Row]]) -> DialogueStateTracker | None:
        try:
            # the mark first: what another replica writes in between is read, and counts as not known
            mark, rows = await self._worker.do(lambda: (self._write_behind.mark(sender), read(sender)))
            if not rows:
                return None
            events = [json.loads(row.data) for row in rows]
            tracker = DialogueStateTracker.from_dict(sender, events, self.domain.slots)
        except Exception as error:  # noqa: BLE001 - Rasa logs the text, which can quote what was stored
            raise StorageFailed(type(error).__name__) from None
        tracker.events_stored, tracker.mark = len(tracker.events), mark
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


def require(agent: Any) -> None:
    """See that an agent keeps conversations here: in another store "forget me" would delete nothing.

    Args:
        agent: Rasa's, or None when none could be loaded.

    Raises:
        Stop: when another store is configured.
    """
    if agent is not None and agent.is_ready() and conversation_store(agent) is None:
        raise Stop(
            "Conversations have to be kept in this project's own store: see tracker_store in endpoints.yml."
        )


def _book(url: str | None, conversations: str) -> AlertBook:
    file, key = alerts_file(conversations), signing_key(settings().session_secret_env, os.environ)
    return AlertBook(url, key, left_behind=Path(file)) if url else AlertBook(file, key)


def _row(event: Event) -> Row:
    data = event.as_dict()
    intent = data.get("parse_data", {}).get("intent", {}).get("name")
    return Row(event.type_name, data["timestamp"], intent, data.get("name"), json.dumps(data))


def _close(worker: Worker, opened: Opened, alerts: AlertBook | None) -> None:
    if alerts is not None:
        alerts.close()
    worker.close()
    opened.write_behind.close()
    opened.give_up()


def _names(events: Iterable[Event]) -> set[str]:
    """What channels call the patient's messages among some events."""
    return {event.message_id for event in events if isinstance(event, UserUttered) and event.message_id}


def _is_said(event: Event) -> bool:
    """Whether an event leaves alone what is remembered; a new session and a new memory do not."""
    return isinstance(event, (UserUttered, BotUttered)) or (
        isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
    )


def _is_forgotten(event: SlotSet) -> bool:
    return bool(event.key == MEMORY and event.value == dict(FORGOTTEN))
