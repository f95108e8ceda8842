"""Two readings of one sentence that differ: the more urgent one counts, and one question settles it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.knowledge.settings import Settings
from blina.reading.model import Disagreement, Finding, Reading, Sign, Status
from blina.triage.conversation import Conversation, OpenQuestion
from blina.triage.decision import Decision
from blina.triage.policy import decide
from blina.triage.questions import SURE

_FROM_CALM = (Status.NOT_REPORTED, Status.DENIED, Status.PAST, Status.UNCERTAIN, Status.PRESENT)


def more_urgent(reading: Reading, knowledge: Knowledge) -> Reading:
    """The reading with the more urgent status of whatever two readers disagree about.

    Args:
        reading: with its disagreements.
        knowledge: tells symptoms from signs.
    """
    for item in reading.disagreements:
        reading = _as_urgent(reading, item, knowledge)
    return reading


def question(
    conversation: Conversation,
    reading: Reading,
    decision: Decision,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
) -> OpenQuestion | None:
    """The one direct question about what two readers disagree about, where a no would change the advice.

    Args:
        conversation: with the message taken in, the more urgent reading counting.
        reading: the message's.
        decision: what it adds up to.
        knowledge: the knowledge files.
        settings: for deciding what a no would change.
        now: the time of the question.
    """
    if len(conversation.asked) >= knowledge.policy.numbers.max_questions:
        return None
    asked = {item.about[0] for item in conversation.asked if item.id == SURE}
    for item in reading.disagreements:
        if item.subject in asked:
            continue
        asking = OpenQuestion(SURE, (item.subject, _calmer(item).value), conversation.turn, now)
        calmer = settle(asking, False, conversation, knowledge, now)
        if decide(calmer, knowledge, settings, now).urgency < decision.urgency:
            return asking
    return None


def settle(
    question: OpenQuestion, there: bool, conversation: Conversation, knowledge: Knowledge, now: datetime
) -> Conversation:
    """The conversation once the question is answered with yes or no.

    What was reported before the question is over then, not denied.

    Args:
        question: about the symptom or sign, and the status that a no stands for.
        there: whether the answer was yes.
        conversation: with the message that raised the question.
        knowledge: which symptom a sign reports by itself.
        now: the time of the answer.
    """
    subject, other = question.about
    words = knowledge.signs.get(subject)
    turn = conversation.turn
    reports = []
    for report in conversation.reports:
        implied = words is not None and report.symptom == words.implies and subject in report.qualifiers
        if report.symptom == subject or implied:
            before = report.first_turn < question.turn
            status = Status.PRESENT if there else Status.PAST if before else Status(other)
            when = now if there else report.present_time if before else None
            report = replace(report, status=status, turn=turn, time=now, present_time=when)
        if not there and subject in report.qualifiers:
            report = replace(report, qualifiers=tuple(q for q in report.qualifiers if q != subject))
        reports.append(report)
    settled = Status.PRESENT if there else Status(other)
    signs = tuple(
        replace(sign, status=settled, turn=turn, time=now) if sign.id == subject else sign
        for sign in conversation.signs
    )
    return replace(conversation, reports=tuple(reports), signs=signs)


def _as_urgent(reading: Reading, item: Disagreement, knowledge: Knowledge) -> Reading:
    status = max(item.urgent, item.other, key=_FROM_CALM.index)
    if item.subject in knowledge.signs:
        signs = [sign for sign in reading.signs if sign.id == item.subject]
        status = max([status, *(sign.status for sign in signs)], key=_FROM_CALM.index)
        others = tuple(sign for sign in reading.signs if sign.id != item.subject)
        return replace(reading, signs=(*others, Sign(item.subject, status, item.text, 0, len(reading.text))))
    found = [finding for finding in reading.findings if finding.symptom == item.subject]
    status = max([status, *(finding.status for finding in found)], key=_FROM_CALM.index)
    first = found[0] if found else Finding(item.subject, status, item.text, 0, len(reading.text))
    rest = tuple(finding for finding in reading.findings if finding.symptom != item.subject)
    return replace(reading, findings=(*rest, replace(first, status=status)))


def _calmer(item: Disagreement) -> Status:
    status = min(item.urgent, item.other, key=_FROM_CALM.index)
    return Status.DENIED if status is Status.NOT_REPORTED else status
