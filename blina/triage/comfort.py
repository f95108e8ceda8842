"""When a reply may comfort: comfort has to be earned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Urgency
from blina.reading.judgement import LEARNED
from blina.reading.model import REPORTED, Reading, Status
from blina.triage import cues, facts, progress
from blina.triage.conversation import Conversation
from blina.triage.decision import Decision
from blina.triage.turn import Message
from blina.triage.values import without_value_words, words_of_values

_QUOTED = re.compile(r'"[^"]*"')  # the patient's own words
_NO_TROUBLE = frozenset({"none_of_those"})  # the only sign that says that all is well
_UNANSWERED = frozenset({"unsure", "refused", "not_understood"})  # answers
_LEAST_SURE = 0.5
_NOT_SETTLED = ("answer_unsure", "answer_refuses", "question", "progress")  # acts, or how they start


def may_comfort(
    conversation: Conversation, decision: Decision, message: Message, knowledge: Knowledge
) -> bool:
    """Whether a reply may say that nothing needs doing, or that it is good to hear.

    Never while a question is open or was left without a plain answer, advice stands, help was asked for or
    came, a value is not known to be fine, a warning of an earlier turn holds, or anything in this message or
    an earlier one was not understood, or can be read no more.

    Args:
        conversation: after the message and its answer.
        decision: what it adds up to.
        message: what the patient wrote.
        knowledge: the knowledge files.
    """
    return (
        decision.urgency is Urgency.NONE
        and conversation.question is None
        and all(report.status is Status.DENIED for report in conversation.reports)
        and all(sign.status is Status.DENIED or sign.id in _NO_TROUBLE for sign in conversation.signs)
        and not any(kept.complaint for kept in conversation.unclear)
        and not any(given.answer in _UNANSWERED for given in conversation.answers)
        and all(event.kind == progress.FIXED for event in conversation.events)
        and not conversation.is_incomplete
        and _values_are_fine(conversation, knowledge)
        and is_understood(message, knowledge)
    )


def comforts(text: str, knowledge: Knowledge) -> bool:
    """Whether a reply comforts, apart from what it quotes of the patient."""
    return cues.says(_QUOTED.sub(" ", text), "comforting", knowledge)


def is_understood(message: Message, knowledge: Knowledge) -> bool:
    """Whether every word of the message is known to say that all is well, or what is denied or measured."""
    reading = message.reading
    if reading.language != "english" or reading.truncated or reading.disagreements:
        return False
    if "?" in message.text:
        return False  # "no fever?" may ask what it seems to say
    if reading.act.startswith(_NOT_SETTLED) and reading.act_confidence >= _LEAST_SURE:
        return False
    if reading.suspicion >= knowledge.policy.reading.comfort_below:
        return False
    if any(not value.plausible for value in reading.measurements):
        return False
    if any(finding.status is not Status.DENIED for finding in reading.findings):
        return False
    if any(sign.status in REPORTED and sign.id not in _NO_TROUBLE for sign in reading.signs):
        return False
    left = facts.without_course(cues.plain(" ".join(_unexplained(message.text, reading, knowledge))))
    if reading.measurements:
        left = without_value_words(left, knowledge.values, reading.measurements)
    said_fine = not cues.says_loosely(left, "not_fine", knowledge)
    return said_fine and (not left or cues.consists_of(left, ("plain_words",), knowledge))


def _unexplained(text: str, reading: Reading, knowledge: Knowledge) -> Iterator[str]:
    """What no denial, no value and no time of one in the message accounts for.

    The words of a denial that only the learned reader heard stay: its guess makes no word understood.
    """
    named = [finding for finding in reading.findings if finding.source != LEARNED]
    spans = sorted(
        [
            *((finding.start, finding.end) for finding in named),
            *((value.start, value.end) for value in reading.measurements),
        ]
    )
    for words in words_of_values(reading.measurements):
        text = text.replace(words, " " * len(words))
    at = 0
    denied = {finding.start for finding in named}
    for start, end in spans:
        before = text[at : max(at, start)]
        yield cues.without_ending(before, "denies_before", knowledge) if start in denied else before
        at = max(at, end)
    yield text[at:]


def _values_are_fine(conversation: Conversation, knowledge: Knowledge) -> bool:
    """Whether each value lies where the policy knows it to be fine; what has no such range never does."""
    kinds = {kind.id: kind for kind in knowledge.values.kinds}
    return all(
        value.status is Status.DENIED
        or (
            value.kind in kinds
            and not value.is_uncertain
            and kinds[value.kind].is_fine(value.value, value.bound)
        )
        for value in conversation.values
    )
