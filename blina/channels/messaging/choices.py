"""Answers that were offered in a conversation: tapped, or picked by their number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import BotUttered, Event, UserUttered

from blina.channels.messaging.model import Button
from blina.triage.turn import Chip, Reply

_ID_CHARACTERS = 12


@dataclass(frozen=True)
class Exchange:
    """One message of a conversation and the replies to it.

    Args:
        key: of the message.
        replies: with the answers that they offered.
    """

    key: str
    replies: tuple[Reply, ...] = ()

    @property
    def offered(self) -> tuple[Chip, ...]:
        """The answers that the replies offered."""
        return offered(self.replies)


def offered(replies: Iterable[Reply]) -> tuple[Chip, ...]:
    """The answers that the last of the replies with any offers."""
    return next((reply.chips for reply in reversed([*replies]) if reply.chips), ())


def exchanges(events: Iterable[Event]) -> list[Exchange]:
    """A conversation as messages with their replies.

    Args:
        events: of the conversation, from a message on.
    """
    found: list[Exchange] = []
    for event in events:
        if isinstance(event, UserUttered):
            found.append(Exchange(event.message_id or ""))
        elif isinstance(event, BotUttered) and found:
            found[-1] = Exchange(found[-1].key, (*found[-1].replies, *replies([event.message()])))
    return found


def replies(messages: Iterable[dict[str, Any]]) -> list[Reply]:
    """Rasa's bot messages as replies; what has no words (for programs only) is left out."""
    return [
        Reply(
            message["text"],
            tuple(Chip(button["title"], button["payload"]) for button in message.get("buttons") or ()),
        )
        for message in messages
        if message.get("text")
    ]


def buttons(key: str, chips: Sequence[Chip]) -> tuple[Button, ...]:
    """Answers as buttons.

    Args:
        key: of the message in reply to which they are offered.
        chips: the answers.
    """
    offer = hashlib.sha256(key.encode()).hexdigest()[:_ID_CHARACTERS]
    return tuple(Button(chip.title, f"{offer}:{number}") for number, chip in enumerate(chips))


def tapped(tap: str, among: Iterable[Exchange]) -> Chip | None:
    """The answer behind a tapped button.

    Args:
        tap: what the button carries.
        among: the exchanges in which it may have been offered.

    Returns:
        None when nothing of the kind was offered in them.
    """
    for exchange in among:
        for chip, button in zip(exchange.offered, buttons(exchange.key, exchange.offered), strict=True):
            if button.tap == tap:
                return chip
    return None
