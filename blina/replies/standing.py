"""Advice that stands, in one line: never the whole card again, and not twice the same in a row."""

from __future__ import annotations

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.replies.assessment import CRISIS_RULE
from blina.replies.repeats import marks
from blina.triage.conversation import Conversation
from blina.triage.decision import Decision
from blina.triage.progress import has_reached_help, is_out_of_reach

_WORDINGS = 4


def standing_line(
    conversation: Conversation, decision: Decision, voice: Voice, *, plain: bool = False
) -> str:
    """The advice that still holds; empty when there is none from ``call_today`` on.

    Args:
        conversation: for what was said before, and whether the team has been reached.
        decision: over everything still current.
        voice: wording and settings.
        plain: the action itself, as the first sentence of an answer about it.
    """
    if CRISIS_RULE in decision.rules:
        return _next("crisis_stands", conversation, voice)
    reached = has_reached_help(conversation)
    if is_out_of_reach(conversation) and decision.urgency >= Urgency.CALL_TODAY:
        return _next("out_of_reach", conversation, voice)
    if plain and not reached:
        return voice.say("action", decision.urgency.value) if decision.urgency > Urgency.NONE else ""
    if decision.urgency < Urgency.CALL_TODAY:
        return ""
    return _next("after_call" if reached else decision.urgency.value, conversation, voice)


def is_said(text: str, conversation: Conversation, decision: Decision, voice: Voice) -> bool:
    """Whether a text says the standing advice: a number "if you feel ill" is no advice to call now.

    Args:
        text: of the replies.
        conversation: whether the team has been reached.
        decision: over everything still current.
        voice: wording and settings.
    """
    number = voice.settings.care_team_phone or voice.settings.centre_name
    named = voice.settings.emergency_number if CRISIS_RULE in decision.rules else number
    if standing_line(conversation, decision, voice) in text:
        return True
    if named not in text:
        return False
    if has_reached_help(conversation) or CRISIS_RULE in decision.rules or is_out_of_reach(conversation):
        return True
    if decision.urgency not in _WEAKER:
        return True
    weak = [voice.say(*name, words="") for name in _WEAKER_TEXTS]
    return not any(line.split(":")[0] in text for line in weak)


_WEAKER = (Urgency.CALL_TODAY, Urgency.CONTACT_NOW, Urgency.EMERGENCY)
_WEAKER_TEXTS = (("reading", "not_understood"), ("reading", "not_sure"), ("reading", "worried"))


def _next(name: str, conversation: Conversation, voice: Voice) -> str:
    """The wording that was not said yet, else the one that was said longest ago."""
    if name == "crisis_stands" and not voice.settings.crisis_line:
        name = "crisis_stands_no_line"
    lines = voice.say_all("standing", [f"{name}_{number}" for number in range(1, _WORDINGS + 1)])
    said = list(conversation.said)

    def last_said(line: str) -> int:
        its = set(marks([line]))
        return max((place for place, mark in enumerate(said, start=1) if mark in its), default=0)

    return min(lines, key=last_said)
