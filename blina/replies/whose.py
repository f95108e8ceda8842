"""Whom it is about: the patient, or the one a carer writes for ("your daughter")."""

from __future__ import annotations

from blina.knowledge.wording import Voice
from blina.triage.conversation import Conversation


def subject(conversation: Conversation, voice: Voice) -> str:
    """How the call begins: "I am", or "My daughter is"."""
    if conversation.who:
        return voice.say("whose", "carer_is", name=conversation.who)
    return voice.say("whose", "i_am")
