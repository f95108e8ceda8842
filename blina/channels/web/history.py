"""What the page needs of the conversations that are kept: what was said, page by page, and their deletion."""

from __future__ import annotations

from typing import NamedTuple

from rasa.core.agent import Agent

from blina.channels.web.messages import Item, from_events
from blina.rasa_adapter.tracker_store import ConversationStore, conversation_store

TURNS_A_PAGE = 50


class NoStore(RuntimeError):
    """Another store than this project's is configured."""


class Page(NamedTuple):
    """A part of a conversation.

    Args:
        items: oldest first.
        more: where the next part begins, None when this is the last one.
    """

    items: list[Item]
    more: int | None


async def page(agent: Agent, sender: str, start: int = 0) -> Page:
    """A part of what was said in a conversation.

    Args:
        agent: holds the store.
        sender: the conversation.
        start: how many messages of the patient come before it.

    Raises:
        NoStore: see there.
        StorageFailed: when it cannot be read.
    """
    events, later = await _store(agent).said(sender, start, TURNS_A_PAGE)
    return Page(from_events(events), start + TURNS_A_PAGE if later else None)


async def is_kept(agent: Agent, sender: str, key: str) -> bool:
    """Whether a message of a conversation was answered before.

    Args:
        agent: holds the store.
        sender: the conversation.
        key: the message's.

    Raises:
        NoStore: see there.
        StorageFailed: when it cannot be read.
    """
    return await _store(agent).has_message(sender, key)


async def delete(agent: Agent, sender: str) -> None:
    """Delete a conversation, after the messages that are being answered.

    Args:
        agent: holds the store and the locks.
        sender: the conversation.

    Raises:
        NoStore: see there.
    """
    store = _store(agent)
    async with agent.lock_store.lock(sender):
        await store.forget(sender)


def _store(agent: Agent) -> ConversationStore:
    store = conversation_store(agent)
    if store is None:
        raise NoStore
    return store
