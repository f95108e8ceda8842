"""Asking whether the team has been reached: once after each new advice to call, never beside a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Urgency
from blina.triage import cues
from blina.triage.chips import choice
from blina.triage.conversation import CheckBack, Conversation
from blina.triage.decision import Decision
from blina.triage.progress import has_reached_help
from blina.triage.turn import Chip, Message

ASKED_AFTER = (Urgency.CALL_TODAY, Urgency.CONTACT_NOW)


class Heard(str, Enum):
    """What a message does with it."""

    YES = "yes"
    NO = "no"
    STOP = "stop"


_CUES = {
    Heard.YES: "check_back_yes",
    Heard.NO: "check_back_no",
    Heard.STOP: "check_back_stop",
}


def is_wanted(conversation: Conversation, urgency: Urgency) -> bool:
    """Whether it would be asked, were it time: not where help knows already, and not once it was stopped.

    Args:
        conversation: as it is.
        urgency: of the advice that stands.
    """
    back = conversation.check_back
    return urgency in ASKED_AFTER and not has_reached_help(conversation) and not (back and back.is_stopped)


def ask(conversation: Conversation, decision: Decision, now: datetime) -> Conversation | None:
    """The conversation in which it is asked.

    Args:
        conversation: after `blina.triage.memory.expire`.
        decision: what it adds up to.
        now: the time.

    Returns:
        None where it must not be asked: beside an open question, twice after one advice, or not wanted.
    """
    back, alarm = conversation.check_back, conversation.raised
    is_asked = back is not None and (alarm is None or alarm.turn <= back.turn)
    is_busy = conversation.question or conversation.check or conversation.deleting == conversation.turn
    if is_asked or is_busy or not is_wanted(conversation, decision.urgency):
        return None
    return replace(conversation, check_back=CheckBack(conversation.turn, now))


def hear(conversation: Conversation, message: Message, knowledge: Knowledge) -> Heard | None:
    """What a message does with it: a plain yes, no or stop right after it was asked, "stop asking me" always.

    Args:
        conversation: before the message.
        message: as it was read.
        knowledge: the cues ``check_back_...`` of ``lexicon/conversation.yml``.
    """
    back = conversation.check_back
    is_open = back is not None and back.turn == conversation.turn and conversation.question is None
    text = choice(message.text, chips(knowledge)) if is_open else message.text
    refuses_only = conversation.question is not None and back is None
    if not refuses_only and cues.is_all(text, tuple(knowledge.cues["check_back_stop_always"])):
        return Heard.STOP
    if not is_open:
        return None
    heard = (one for one, cue in _CUES.items() if cues.is_all(text, tuple(knowledge.cues[cue])))
    return next(heard, None)


def noted(conversation: Conversation, heard: Heard | None, now: datetime) -> Conversation:
    """The conversation with what was heard.

    Args:
        conversation: with the turn already counted.
        heard: as from `hear`.
        now: the time.
    """
    if heard is not Heard.STOP:
        return conversation
    return replace(conversation, check_back=CheckBack(conversation.turn, now, is_stopped=True))


def chips(knowledge: Knowledge) -> tuple[Chip, ...]:
    """The answers to tap."""
    chip = knowledge.wording["chip"]
    return tuple(Chip(title, title) for title in (chip["yes"], chip["no"], chip["stop_asking"]))
