"""What the care team has to be told is kept before the patient is answered, and never holds the answer up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from blina.alerts import check_backs, raising
from blina.alerts.book import AlertBook
from blina.assistant import Conversation, local_time, settings
from blina.rasa_adapter.tracker_store import conversation_store
from blina.triage.turn import MEMORY, ZONE

_log = logging.getLogger(__name__)

LONGEST_WAIT = 2.0  # seconds that an answer may wait for the file of the alerts

_keeping: set[asyncio.Task[None]] = set()  # goes on where the answer does not wait for it any longer


async def keep(processor: Any, tracker: DialogueStateTracker, events: Iterable[Event]) -> None:
    """Keep the alert that a message gives rise to, and the timer of a question; never raises.

    Args:
        processor: Rasa's; holds the store.
        tracker: the conversation, with its latest message.
        events: what the action brought.
    """
    store = conversation_store(processor)
    if store is None or store.alerts is None:
        return
    try:
        memory = [event.value for event in events if isinstance(event, SlotSet) and event.key == MEMORY]
        if memory:
            keeping = asyncio.ensure_future(_keep(store.alerts, tracker, memory[-1]))
            _keeping.add(keeping)
            keeping.add_done_callback(_kept)
            await asyncio.wait_for(asyncio.shield(keeping), LONGEST_WAIT)
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        _log.error("an alert could not be kept in time (%s)", type(error).__name__)


def _kept(keeping: asyncio.Task[None]) -> None:
    _keeping.discard(keeping)
    if not keeping.cancelled() and (error := keeping.exception()):
        _log.error("an alert could not be kept (%s)", type(error).__name__)


async def _keep(book: AlertBook, tracker: DialogueStateTracker, memory: Any) -> None:
    conversation = Conversation.from_json(memory)
    name, latest = tracker.sender_id, tracker.latest_message
    message = str(getattr(latest, "message_id", None) or conversation.turn)
    zone = (getattr(latest, "metadata", None) or {}).get(ZONE)
    channel, now = str(tracker.get_latest_input_channel()), local_time(zone)
    if settings().alerts:
        await raising.add(book, raising.alert_of_turn(book, name, message, conversation, now))
        timer = raising.question_timer(book, name, message, conversation)
        if timer is None:
            await book.stop_timers(name, raising.UNANSWERED)
        else:
            await book.start_timer(timer)
    if not check_backs.is_wanted(conversation):
        await book.stop_timers(name, check_backs.CHECK_BACK)
    elif later := check_backs.timer(name, channel, zone, conversation, now):
        await book.start_timer(later)
