"""Answers to what was done since: the team's word stands, and it is said when to ring again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice, listing
from blina.triage.conversation import Conversation
from blina.triage.decision import Decision
from blina.triage.progress import CALLED, NO_ANSWER, NO_PHONE, WILL_CALL, WROTE

_MOST_ANSWERED = 2
_MOST_NAMED = 3
_LESS_URGENT = {NO_ANSWER: "no_answer_yet", CALLED: "called", WILL_CALL: "will_call"}
# After these there is something to say to those who were reached.
_TO_BE_TOLD = frozenset({CALLED, WILL_CALL, WROTE, "told_wait", "told_expected", "ring_back", "arrived"})
# With these nobody has to be told once more to ring.
_IN_HAND = frozenset({"arrived", WILL_CALL, WROTE})


def progress_answer(
    steps: Sequence[str], conversation: Conversation, decision: Decision, voice: Voice
) -> str:
    """What to say to somebody who tells what was done.

    Args:
        steps: as from ``triage.progress.steps``, the one to answer first.
        conversation: with the message.
        decision: over everything still current; no step changes it.
        voice: wording and settings.
    """
    return " ".join(_sentences(steps, conversation, decision, voice))


def _sentences(
    steps: Sequence[str], conversation: Conversation, decision: Decision, voice: Voice
) -> Iterator[str]:
    first = steps[0]
    earlier = {event.kind for event in conversation.events if event.turn < conversation.turn}
    if first == NO_ANSWER and NO_ANSWER in earlier and decision.urgency >= Urgency.CALL_TODAY:
        yield voice.say("progress", "no_answer_again")
        yield voice.say("progress", "keep_trying")
        return
    for step in steps[:_MOST_ANSWERED]:
        urgent = decision.urgency >= Urgency.CALL_TODAY or step not in _LESS_URGENT
        yield voice.say("progress", step if urgent else _LESS_URGENT[step])
    if decision.urgency is Urgency.EMERGENCY and first in (CALLED, WILL_CALL, "ring_back"):
        yield voice.say("progress", "emergency_too")
    told = [item.lay for item in decision.symptoms if item.report.present and item.urgency > Urgency.NONE]
    if first in (WILL_CALL, WROTE) and decision.urgency > Urgency.NONE:
        yield voice.say("action", decision.urgency.value)
    if told and first in _TO_BE_TOLD:
        names = listing(list(dict.fromkeys(told))[:_MOST_NAMED])
        yield voice.say("progress", "they_must_know", symptoms=names)
    if first in (NO_ANSWER, NO_PHONE):
        yield voice.say("progress", "keep_trying")
    elif first not in _IN_HAND:
        yield voice.say("progress", "ring_again")
