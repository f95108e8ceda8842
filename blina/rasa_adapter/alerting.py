"""What the care team has to be told is kept before the patient is answered, and never holds the answer up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from blina.alerts.book import AlertBook
from blina.alerts.raising import UNANSWERED, alert_of_turn, question_timer
from blina.alerts.receivers import chosen
from blina.assistant import Conversation, local_time, settings
from blina.observe import metrics
from blina.rasa_adapter.tracker_store import conversation_store
from blina.triage.turn import MEMORY, ZONE

_log = logging.getLogger(__name__)

LONGEST_WAIT = 2.0  # seconds that an answer may wait for the file of the alerts


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
            # done also where the answer does not wait for it any longer
            await asyncio.wait_for(_keep(store.alerts, tracker, memory[-1]), LONGEST_WAIT)
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        _log.error("an alert could not be kept in time (%s)", type(error).__name__)


async def _keep(book: AlertBook, tracker: DialogueStateTracker, memory: Any) -> None:
    conversation = Conversation.from_json(memory)
    name, latest = tracker.sender_id, tracker.latest_message
    message = str(getattr(latest, "message_id", None) or conversation.turn)
    zone = (getattr(latest, "metadata", None) or {}).get(ZONE)
    new = alert_of_turn(book, name, message, conversation, local_time(zone))
    if new is not None and await book.add(new, chosen.names(settings())):
        metrics.ALERTS.labels(new.urgency, new.kind.value).inc()
    timer = question_timer(book, name, message, conversation)
    if timer is None:
        await book.stop_timers(name, UNANSWERED)
    else:
        await book.start_timer(timer)
