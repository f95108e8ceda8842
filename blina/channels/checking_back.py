"""Asking on our own whether the team has been reached, where a channel lets us write first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.agent import Agent
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from blina.alerts import check_backs
from blina.alerts.book import AlertBook
from blina.alerts.timers import Timer
from blina.assistant import Conversation, core, local_time
from blina.rasa_adapter.tracker_store import ConversationStore
from blina.triage.turn import MEMORY, ZONE, Reply

# Brings a reply to the patient; given the timer, and the conversation with the reply at its end.
Pusher = Callable[[Timer, DialogueStateTracker, Reply], Awaitable[None]]


def pushers(app: Sanic) -> dict[str, Pusher]:
    """How each channel of a server writes first, by the channel's name.

    Args:
        app: the server.
    """
    if not hasattr(app.ctx, "pushers"):
        app.ctx.pushers = {}
    found: dict[str, Pusher] = app.ctx.pushers
    return found


async def ask(
    agent: Agent, store: ConversationStore, book: AlertBook, timer: Timer, push: Mapping[str, Pusher]
) -> None:
    """Ask, unless something speaks against it meanwhile; what was asked is part of the conversation.

    It is stored before it is sent: killed in between, it stands on the page, and is not asked twice.

    Args:
        agent: holds the locks.
        store: of the conversations.
        book: holds the timer.
        timer: that it is time for.
        push: how each channel writes first.

    Raises:
        StorageFailed: the conversation cannot be read now.
    """
    pusher = push.get(str(timer.content.get("channel")))
    now = local_time(timer.content.get(ZONE))
    if pusher is not None:
        if later := check_backs.postponed(timer, now):
            await book.start_timer(later)
            return
        async with agent.lock_store.lock(timer.conversation):
            tracker = await store.retrieve(timer.conversation)
            memory = Conversation.from_json(tracker.get_slot(MEMORY) if tracker else None)
            turn = core().check_back(memory, now)
            if tracker is not None and turn is not None:
                (reply,) = turn.replies
                tracker.update(BotUttered(reply.text, _shown(reply)))
                tracker.update(SlotSet(MEMORY, turn.conversation.to_json()))
                await store.save(tracker)
                await pusher(timer, tracker, reply)
    await book.timer_done(timer)


def _shown(reply: Reply) -> dict[str, Any]:
    return {"buttons": [{"title": chip.title, "payload": chip.value} for chip in reply.chips]}
