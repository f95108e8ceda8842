"""Fear of dying, and the talk after somebody said that they want to die: calm, human, no triage talk."""

from __future__ import annotations

from blina.knowledge.wording import Voice
from blina.replies.repeats import marks
from blina.triage import cues
from blina.triage.conversation import Conversation
from blina.triage.turn import Message


def fear(conversation: Conversation, voice: Voice) -> str:
    """The answer to somebody who is afraid of dying; asked once more, it goes on from there."""
    if marks([voice.say("despair", "fear")])[0] in conversation.said:
        return voice.say("despair", "fear_again")
    line = "line" if voice.settings.crisis_line else "no_line"
    return f"{voice.say('despair', 'fear')} {voice.say('despair', line)}"


def afterwards(message: Message, voice: Voice) -> str:
    """How the talk goes on after the crisis reply, when the message tells nothing to assess."""
    if message.intent == "feels_fine" or cues.says(message.text, "says_better", voice.knowledge):
        return voice.say("despair", "better")
    if message.intent == "deny" or cues.starts_with(message.text, "answer_no", voice.knowledge) is not None:
        return voice.say("despair", "no")
    if message.intent in ("thanks", "goodbye"):
        return voice.say("despair", "thanks")
    return voice.say("despair", "here")
