"""What was not understood: it is kept in the patient's words, and adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.triage import cues
from blina.triage.comfort import is_understood
from blina.triage.conversation import Conversation, Unclear
from blina.triage.turn import Message

_NOT_READ = ("nlu_fallback", "feels_fine", "getting_worse")  # intents under which something may be hidden
_MOST_KEPT = 30
_LEAST_SURE = 0.5
_FEWEST_LETTERS = 3
# What the learned reader takes for something else than a complaint, or how it starts.
_NO_COMPLAINT = tuple(
    "progress question thanks smalltalk admin asks_human wants_forget well answer correction".split()
)


def keep(conversation: Conversation, message: Message, knowledge: Knowledge, now: datetime) -> Conversation:
    """The conversation with a message that was not understood.

    Args:
        conversation: after the message, in which nothing was found.
        message: what the patient wrote.
        knowledge: the knowledge files.
        now: the time of the message.
    """
    if not message.text.strip() or any(kept.turn == conversation.turn for kept in conversation.unclear):
        return conversation
    said = Unclear(
        cues.quote(message.text),
        conversation.turn,
        now,
        complaint=may_be_complaint(message, knowledge),
        foreign=is_foreign(message, knowledge),
    )
    return replace(conversation, unclear=(*conversation.unclear, said)[-_MOST_KEPT:])


def is_unclear(message: Message, knowledge: Knowledge) -> bool:
    """Whether a message in which nothing was found was not understood at all."""
    reading = message.reading
    if message.topic is not None or message.medicines or not message.text.strip():
        return False
    if reading.language == "none":
        return not all(character in _marks(knowledge) or character.isspace() for character in message.text)
    if reading.language == "other":
        return True
    return message.intent in _NOT_READ and not is_understood(message, knowledge)


def may_be_complaint(message: Message, knowledge: Knowledge) -> bool:
    """Whether a message that was not understood may be a complaint."""
    reading, text = message.reading, message.text
    if reading.act.startswith(_NO_COMPLAINT) and reading.act_confidence >= _LEAST_SURE:
        return False
    if cues.starts_with(text, "no_answer", knowledge) is not None:
        return False
    return not cues.consists_of(text, ("no_answer_only", "answer_rest"), knowledge)


def is_foreign(message: Message, knowledge: Knowledge) -> bool:
    """Whether it is written in another language: with its small words or letters, no mere row of keys."""
    letters = [character for character in message.text if character.isalpha()]
    if letters and not any(letter.isascii() for letter in letters):
        return len(letters) >= _FEWEST_LETTERS
    if message.reading.language != "other":
        return False
    words = set(message.text.lower().split())
    return bool(words & set(knowledge.cues["foreign"])) or not all(letter.isascii() for letter in letters)


def _marks(knowledge: Knowledge) -> str:
    return "".join(knowledge.cues["friendly_marks"])
