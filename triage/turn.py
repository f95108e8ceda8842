"""What goes into one turn of the conversation and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reading.model import Reading
from triage.conversation import Conversation


@dataclass(frozen=True)
class Message:
    """One message of the patient.

    Args:
        text: as the patient wrote it.
        intent: what the classifier made of it: a symptom id or another intent's name.
        reading: what the symptom reader found in it.
        topic: id from ``knowledge/questions.yml`` when it asks about the drug.
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
    """

    text: str
    chips: tuple[Chip, ...] = ()
    payload: dict[str, Any] | None = None


@dataclass(frozen=True)
class Turn:
    """The conversation after the message, and what to say.

    Args:
        conversation: to keep for the next message.
        replies: never empty.
    """

    conversation: Conversation
    replies: tuple[Reply, ...]
