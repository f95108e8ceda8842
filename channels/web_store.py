"""What the page needs of Rasa's agent and tracker store: the conversation so far, and its deletion."""

from __future__ import annotations

from typing import Any

from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore

from channels.web_messages import Item, from_events

FORGET_INTENT = "forget_me"


class CannotDelete(RuntimeError):
    """The tracker store offers no way to delete a conversation."""


async def shown(agent: Agent, sender: str) -> list[Item]:
    """Everything that was said in a conversation, oldest first.

    Args:
        agent: holds the tracker store.
        sender: the conversation.
    """
    tracker = await agent.tracker_store.retrieve_full_tracker(sender)
    return from_events(tracker.events) if tracker else []


async def asked_to_forget(agent: Agent, sender: str) -> bool:
    """Whether the latest message asks for the conversation to be deleted.

    Args:
        agent: holds the tracker store.
        sender: the conversation.
    """
    tracker = await agent.tracker_store.retrieve(sender)
    latest = tracker.latest_message if tracker else None
    return latest is not None and latest.intent.get("name") == FORGET_INTENT


async def delete(agent: Agent, sender: str) -> None:
    """Delete a conversation, after the messages that are being answered.

    Args:
        agent: holds the tracker store and the locks.
        sender: the conversation.

    Raises:
        CannotDelete: for tracker stores other than SQL databases.
    """
    store: Any = agent.tracker_store
    while not isinstance(store, SQLTrackerStore):
        store = getattr(store, "_tracker_store", None)  # Rasa wraps the configured store twice
        if store is None:
            raise CannotDelete
    async with agent.lock_store.lock(sender):
        with store.session_scope() as session:
            session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender).delete()
            session.commit()
