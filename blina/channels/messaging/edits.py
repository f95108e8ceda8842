"""Taking back the last message of a conversation, because the person has changed it."""

from __future__ import annotations

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUtteranceReverted

from blina.triage.turn import MEMORY


async def take_back(store: TrackerStore, conversation: str) -> None:
    """Make a conversation what it was before its last message: what is remembered, and the open question.

    Rasa's own event says so; what is remembered is set again behind it, because a turn is answered from
    the latest events only.

    Args:
        store: of the conversations.
        conversation: its name.

    Raises:
        Exception: of the store, which could not be read or written.
    """
    tracker = await store.retrieve_full_tracker(conversation)
    if tracker is None:
        return
    tracker.update(UserUtteranceReverted())
    for event in (SlotSet(MEMORY, tracker.get_slot(MEMORY)), ActionExecuted(ACTION_LISTEN_NAME)):
        tracker.update(event)
    await store.save(tracker)
