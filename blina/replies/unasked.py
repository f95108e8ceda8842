"""What a turn asked in replies that the patient never got is not open: a "no" would answer something else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from blina.knowledge.wording import Voice
from blina.triage import daily_check, questions
from blina.triage.conversation import Conversation
from blina.triage.turn import Turn


def without_unasked(turn: Turn, said: str, voice: Voice, now: datetime) -> Conversation:
    """The conversation after a turn, without what it asked, where that is not in what was said.

    Args:
        turn: of a message that was answered in other words, as what came before it could not be read.
        said: what the patient got instead.
        voice: this centre's wording.
        now: the time of the message.
    """
    conversation = turn.conversation
    question = conversation.question
    is_new = question is not None and question.turn == conversation.turn
    if question and is_new and questions.words_of(question, conversation, voice) not in said:
        asked = tuple(item for item in conversation.asked if item != question)
        conversation = replace(conversation, question=None, asked=asked)
    if all(reply.text in said for reply in turn.replies):
        return conversation
    check = conversation.check
    if check and check.turn == conversation.turn:
        conversation = daily_check.interrupted(conversation, now)
    return replace(conversation, deleting=None)
