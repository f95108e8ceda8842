"""What others are told of a conversation: that it was answered and how urgently, and that it is forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache

from rasa.shared.core.events import Event, SlotSet

from blina.assistant import settings
from blina.observe.announcing import Announcer
from blina.triage.turn import FORGOTTEN, MEMORY


@lru_cache(maxsize=1)
def announcer() -> Announcer | None:
    """What tells the broker of the settings; None without one."""
    url = settings().broker_url
    return Announcer(url) if url else None


def announce(sender: str, events: Iterable[Event]) -> None:
    """Tell of new events of a conversation, if anybody is to be told.

    Args:
        sender: the conversation.
        events: that are new.
    """
    to = announcer()
    if to is None:
        return
    for event in events:
        if not isinstance(event, SlotSet) or event.key != MEMORY or not isinstance(event.value, dict):
            continue
        if event.value == dict(FORGOTTEN):  # the store tells of that, however it was asked for
            continue
        to.announce(
            "answered",
            sender,
            event.timestamp,
            turn=event.value.get("turn"),
            urgency=event.value.get("last_urgency") or "none",
            awaiting_answer=event.value.get("question") is not None,
        )


def announce_forgotten(sender: str) -> None:
    """Tell that a conversation is deleted, if anybody is to be told.

    Args:
        sender: the conversation.
    """
    if to := announcer():
        to.announce("forgotten", sender, time.time())
