"""The patient's messages in whole words, with what was taken from each, for whoever takes over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from blina.reading.model import REPORTED
from blina.triage.conversation import WORSE, Conversation, Mention, Told
from blina.triage.decision import Decision
from blina.triage.turn import Message

LONGEST = 500  # characters of one message
MOST = 12_000  # characters of all of them as they are stored, which is again with each turn
_BESIDE = 130  # characters that are stored beside the words of a message
_BESIDE_MENTION = 60
_MOST_MENTIONS = 20
_LONGEST_WORDS = 120
_WORSE_SIGN = "getting_worse"


def keep(
    before: Conversation, after: Conversation, message: Message, decision: Decision, now: datetime
) -> Conversation:
    """The conversation with the message in whole words.

    Of very much that was written, the first message (the reason for writing) and the last ones stay.

    Args:
        before: what was remembered before the message.
        after: with everything in the message taken in.
        message: what the patient wrote.
        decision: what is advised after it.
        now: the time of the message.
    """
    if not message.text.strip():
        return after
    rules = tuple(
        dict.fromkeys(reason.rule for reason in decision.reasons if reason.urgency is decision.urgency)
    )
    new = Told(
        text=_cut(message.text, LONGEST),
        turn=after.turn,
        time=now,
        mentions=tuple(_mentions(before, after, message))[:_MOST_MENTIONS],
        urgency=decision.urgency.value,
        rules=rules,
    )
    return _with(after, new)


def _with(conversation: Conversation, new: Told) -> Conversation:
    kept = [*conversation.told, new]
    size = sum(map(_size, kept))
    while size > MOST and len(kept) > 2:
        size -= _size(kept.pop(1))
    return replace(conversation, told=tuple(kept))


def _size(told: Told) -> int:
    mentions = sum(len(item.text) + len(item.id) + _BESIDE_MENTION for item in told.mentions)
    return len(told.text) + mentions + sum(len(rule) + 4 for rule in told.rules) + _BESIDE


def _mentions(before: Conversation, after: Conversation, message: Message) -> Iterator[Mention]:
    worse = {report.symptom for report in after.reports if report.course == WORSE}
    known = {report.symptom for report in before.reports if report.course == WORSE}
    named = {report.symptom for report in after.reports if report.turn == after.turn and report.present}
    is_of_values = bool(message.reading.measurements)
    says_worse = any(
        sign.id == _WORSE_SIGN and sign.status in REPORTED for sign in message.reading.signs
    ) or any(_WORSE_SIGN in finding.qualifiers for finding in message.reading.findings)
    for report in after.reports:
        is_worse = report.symptom in worse and (report.symptom not in known or says_worse)
        said = report.turn == after.turn
        may_be_meant = is_worse and report.present and not named and not is_of_values
        if said or may_be_meant:
            words = _cut(report.text, _LONGEST_WORDS) if said else ""
            yield Mention(report.symptom, report.status, words, is_worse and report.present)
    for sign in after.signs:
        if sign.turn == after.turn:
            yield Mention(sign.id, sign.status, _cut(sign.text, _LONGEST_WORDS))


def _cut(text: str, longest: int) -> str:
    """The words on one line, with a mark where the end is left out."""
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
