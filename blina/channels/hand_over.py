"""The hand-over of a stored conversation, for the channels that give it out."""

from __future__ import annotations

from rasa.core.agent import Agent

from blina.assistant import Conversation, hand_over, local_time
from blina.rasa_adapter.tracker_store import StorageFailed, conversation_store
from blina.replies.handover.model import HandOver
from blina.triage.turn import MEMORY


async def of_conversation(agent: Agent | None, sender: str, zone: object = None) -> HandOver | None:
    """What the team must know of a conversation.

    Args:
        agent: holds the tracker store; None while it starts.
        sender: the conversation.
        zone: of the patient, as the page named it; without one that of the settings.

    Returns:
        None when nothing is kept of this conversation.

    Raises:
        StorageFailed: it cannot be read, or another store than this project's is configured.
    """
    store = conversation_store(agent)
    if store is None:
        raise StorageFailed("no store")
    tracker = await store.retrieve(sender)
    conversation = Conversation.from_json(tracker.get_slot(MEMORY)) if tracker else Conversation()
    return hand_over(conversation, local_time(zone)) if conversation.turn else None
