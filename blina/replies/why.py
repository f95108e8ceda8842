"""The answer to "why?": each rule that was applied, in plain words, with its place in the documents."""

from __future__ import annotations

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.replies.assessment import places
from blina.triage.decision import Decision

_MOST_REASONS = 4
_MOST_PLACES = 3  # for one reason


def explanation(decision: Decision, voice: Voice) -> str:
    """Why the advice is what it is, the most urgent reason first.

    Args:
        decision: over everything still current.
        voice: wording and settings.
    """
    reasons = [reason for reason in decision.reasons if reason.urgency > Urgency.NONE]
    if not reasons:
        return voice.say("why", "nothing")
    paragraphs = [voice.say("why", "heading")]
    for reason in reasons[:_MOST_REASONS]:
        text = voice.say("why", "rule", reason=reason.text)
        paragraphs.append(f"{text} {places(reason.sources[:_MOST_PLACES], voice)}")
    paragraphs.append(voice.say("why", "approved"))
    return "\n\n".join(paragraphs)
