"""The one entry point: a message comes in, the conversation and the replies come out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from triage.conversation import Conversation
from triage.turn import Chip, Message, Reply, Turn

if TYPE_CHECKING:
    from triage.knowledge import Knowledge
    from triage.settings import Settings

__all__ = ["Chip", "Conversation", "Message", "Reply", "Turn", "respond", "safe_reply"]


def respond(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> Turn:
    """Answer one message of the patient.

    Args:
        conversation: what is remembered (``Conversation()`` for a new one).
        message: what the patient wrote and what was read in it.
        knowledge: the validated knowledge files.
        settings: phone numbers, threshold, name of the centre.
        now: the time of the message (with time zone).

    Returns:
        The conversation to keep and one or more replies, never none.
    """
    raise NotImplementedError("the policy follows in the next commits")


def safe_reply(settings: Settings | None, knowledge: Knowledge | None) -> Reply:
    """The warning with the phone numbers for when anything else has failed; never raises."""
    raise NotImplementedError("the policy follows in the next commits")
