"""Advice that the knowledge or the settings no longer give while its conversation goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Urgency
from blina.knowledge.settings import Settings
from blina.triage import memory
from blina.triage.conversation import Conversation, Standing
from blina.triage.policy import decide


def current(
    conversation: Conversation, knowledge: Knowledge, settings: Settings, now: datetime
) -> Conversation:
    """What still counts of a conversation, with advice that only an edit of the files would lower.

    What is remembered is triaged again as of the last message. Where that gives less than was advised
    then, the patient said nothing that lowers it: the files are others now.

    Args:
        conversation: as it was kept.
        knowledge: the knowledge files of now.
        settings: the settings of now.
        now: the time.
    """
    return memory.expire(_kept(conversation, knowledge, settings), knowledge, now)


def _kept(conversation: Conversation, knowledge: Knowledge, settings: Settings) -> Conversation:
    if not conversation.told or conversation.last_urgency is None:
        return conversation
    advised, last = Urgency(conversation.last_urgency), conversation.told[-1]
    then = memory.expire(conversation, knowledge, last.time)
    if decide(then, knowledge, settings, last.time).urgency >= advised:
        return conversation
    return replace(conversation, stands=Standing(last.turn, last.time, advised.value))
