"""What the page needs of Rasa's agent and tracker store: the conversation so far, and its deletion."""

from __future__ import annotations

from rasa.core.agent import Agent

from channels.web_messages import Item, from_events
from server.tracker_store import conversation_store


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


async def delete(agent: Agent, sender: str) -> None:
    """Delete a conversation, after the messages that are being answered.

    Args:
        agent: holds the tracker store and the locks.
        sender: the conversation.

    Raises:
        CannotDelete: when another store than this project's is configured.
    """
    store = conversation_store(agent)
    if store is None:
        raise CannotDelete
    async with agent.lock_store.lock(sender):
        await store.forget(sender)
