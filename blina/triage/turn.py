"""What goes into one turn of the conversation and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from blina.reading.model import Reading
from blina.triage.conversation import Conversation

MEMORY = "conversation"  # name of what is remembered between two turns
FORGOTTEN: Mapping[str, bool] = MappingProxyType({"forgotten": True})  # kept in its place: delete all of it
UNREAD = "unread"  # value of the entity `note` on a message that could not be read
ZONE = "zone"  # in a message's metadata: the patient's time zone, as the page named it
SHOWS_CHIPS = "shows_chips"  # in a message's metadata: its channel shows chips


@dataclass(frozen=True)
class Message:
    """One message of the patient.

    Args:
        text: as the patient wrote it.
        intent: what the classifier made of it: a symptom id or another intent's name.
        reading: what the symptom reader found in it.
        topic: id from ``questions.yml`` when it asks about the drug.
        medicines: names of medicines in it, as written.
    """

    text: str
    intent: str
    reading: Reading
    topic: str | None = None
    medicines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chip:
    """A short answer to tap: what it shows, and the text it sends."""

    title: str
    value: str


@dataclass(frozen=True)
class Reply:
    """One message of the assistant.

    Args:
        text: plain text, readable in a text message.
        chips: answers to tap.
        payload: the JSON object for programs; None when the reply assesses nothing.
        is_whole: whether it is said in full, however often it was said before.
    """

    text: str
    chips: tuple[Chip, ...] = ()
    payload: dict[str, Any] | None = None
    is_whole: bool = False


@dataclass(frozen=True)
class Turn:
    """The conversation after the message, and what to say.

    Args:
        conversation: to keep for the next message.
        replies: never empty.
        is_forgotten: whether all that is stored of it is to be deleted.
    """

    conversation: Conversation
    replies: tuple[Reply, ...]
    is_forgotten: bool = False
