"""What comes next: "it won't stop", "now my other arm too", "it came back", and trouble with the infusion."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.knowledge.references import UNLISTED
from blina.reading.judgement import LEARNED
from blina.reading.model import REPORTED, Reading, Sign, Status
from blina.triage import cues
from blina.triage.conversation import AGAIN, WORSE, Conversation, Report, SignReport
from blina.triage.turn import Message

INFUSION = "infusion_trouble"
_WORSE_SIGN = "getting_worse"
_LONG_AGO = "long_ago"
# Intents that a message about the infusion may have and still be a report.
_MAY_REPORT = ("nlu_fallback", "unlisted_complaint", "out_of_scope", "getting_worse", "deny", "affirm")
_NO_REPORT = ("question", "progress", "thanks", "smalltalk", "admin", "well")  # acts, or how they start
_LEAST_SURE = 0.5
_SCREENING = "screening"  # the check question, which asks about other things than what is there


def take_in(
    conversation: Conversation,
    message: Message,
    said: Collection[str],
    knowledge: Knowledge,
    now: datetime,
) -> Conversation:
    """The conversation with what a message adds to symptoms that were told in an earlier one.

    Args:
        conversation: with the turn counted; the symptoms of this message are not in it yet.
        message: what the patient wrote.
        said: the symptoms that the message itself speaks of.
        knowledge: the policy's ``follow_ups`` and their words.
        now: the time of the message.
    """
    if not any(finding.symptom == UNLISTED for finding in message.reading.findings):
        said = set(said) - {UNLISTED}  # "it doesn't stop whatever I do" is no complaint of its own
    if not said and cues.says(message.text, "came_back", knowledge):
        conversation = _back(conversation, now)
    if not said and _is_over(message, conversation, knowledge):
        conversation = _over(conversation, message, now)
    for entry in knowledge.policy.follow_ups:
        if set(said) - set(entry.about) or not cues.says(message.text, entry.cue, knowledge):
            continue
        about = {report.symptom for report in conversation.reports if report.present} & set(entry.about)
        if about:
            conversation = _with_sign(conversation, about, entry.adds, message, knowledge, now)
    return conversation


def belongs(message: Message, conversation: Conversation, knowledge: Knowledge) -> bool:
    """Whether a message adds to what was told before ("that's five now")."""
    there = {report.symptom for report in conversation.reports if report.present}
    return any(
        there & set(entry.about) and cues.says(message.text, entry.cue, knowledge)
        for entry in knowledge.policy.follow_ups
    )


def with_infusion(message: Message, knowledge: Knowledge) -> Message:
    """The message, with trouble of the infusion where it names a part of it beside anything not plainly good.

    Args:
        message: what the patient wrote.
        knowledge: the parts, and the words that are plainly good.
    """
    reading, text = message.reading, message.text
    if (
        knowledge.policy.roles.infusion_rule is None
        or not _may_be_trouble(text, knowledge)
        or message.intent not in _MAY_REPORT
        or message.topic is not None
        or "?" in text
        or cues.starts_with(text, "asks", knowledge) is not None
        or _is_told_otherwise(reading)
    ):
        return message
    suspected = Sign(INFUSION, Status.UNCERTAIN, text, 0, len(text))
    return replace(message, reading=replace(reading, signs=(*reading.signs, suspected)))


def without_guess(message: Message, conversation: Conversation, knowledge: Knowledge) -> Message:
    """The message without what the learned reader guesses that "there was blood in it" speaks of.

    Behind what was told last, of which the policy has a rule for it, it speaks of that.

    Args:
        message: as it was read.
        conversation: before the message.
        knowledge: the policy's rules.
    """
    reading = message.reading
    described = {sign.id for sign in reading.signs if sign.status in REPORTED}
    described &= cues.describing_signs(knowledge)
    told = {f"symptom:{item.symptom}" for item in conversation.reports if item.turn == conversation.turn}
    meant = any(
        told.intersection(terms) and described.intersection(terms)
        for rule in knowledge.policy.rules
        for terms in rule.any_of
    )
    if not meant or any(finding.source != LEARNED for finding in reading.findings):
        return message
    return replace(message, reading=replace(reading, findings=()))


def infusion_status(message: Message, knowledge: Knowledge) -> Status:
    """Over only when the message says that it runs again: an alarm that went silent proves nothing.

    Args:
        message: says that some trouble of the infusion is over.
        knowledge: the words for what was put right.
    """
    runs = cues.says_loosely(message.text, "progress_fixed", knowledge)
    return Status.PAST if runs else Status.PRESENT


def _may_be_trouble(text: str, knowledge: Knowledge) -> bool:
    goes_wrong = cues.says(text, "infusion_not_fine", knowledge)
    if not cues.says(text, "infusion_things", knowledge):
        named = cues.says(text, "infusion_rates", knowledge)
        return goes_wrong and named and not cues.says(text, "not_of_the_pump", knowledge)
    return goes_wrong or not cues.says(text, "infusion_fine", knowledge)


def _is_told_otherwise(reading: Reading) -> bool:
    """Whether something else explains the message, or the infusion was spoken of in so many words."""
    if reading.act.startswith(_NO_REPORT) and reading.act_confidence >= _LEAST_SURE:
        return True
    return any(sign.id == INFUSION for sign in reading.signs) or any(
        finding.status in REPORTED for finding in reading.findings
    )


def says_over(text: str, knowledge: Knowledge) -> bool:
    """Whether a message says nothing but that something is over: "it has stopped"."""
    kinds = ("over_now", "over_beside")
    return cues.says(text, "over_now", knowledge) and cues.consists_of(text, kinds, knowledge)


def _is_over(message: Message, conversation: Conversation, knowledge: Knowledge) -> bool:
    """Whether it says so, and answers no question about what is there."""
    question = conversation.question
    if question is not None and question.id != _SCREENING:
        return False
    return says_over(message.text, knowledge)


def _over(conversation: Conversation, message: Message, now: datetime) -> Conversation:
    """What is over: what the message before told, or the only thing that is there; of several none."""
    there = [report for report in conversation.reports if report.present]
    last = [report for report in there if report.turn == conversation.turn - 1]
    meant = last if len(last) == 1 else there
    if len(meant) != 1:
        return conversation
    words = cues.quote(message.text)
    over = replace(meant[0], status=Status.PAST, text=words, turn=conversation.turn, time=now)
    others = (report for report in conversation.reports if report is not meant[0])
    return replace(conversation, reports=(*others, over))


def _back(conversation: Conversation, now: datetime) -> Conversation:
    """What was over has come back."""
    return replace(
        conversation,
        reports=tuple(
            replace(report, status=Status.PRESENT, present_time=now, course=AGAIN)
            if report.status is Status.PAST and _LONG_AGO not in report.qualifiers
            else report
            for report in conversation.reports
        ),
    )


def _with_sign(
    conversation: Conversation,
    about: set[str],
    sign: str,
    message: Message,
    knowledge: Knowledge,
    now: datetime,
) -> Conversation:
    def described(report: Report) -> Report:
        if report.symptom not in about:
            return report
        if sign == _WORSE_SIGN:
            return replace(report, course=WORSE)
        return replace(report, qualifiers=tuple(sorted({*report.qualifiers, sign})))

    signs = conversation.signs
    if sign not in cues.describing_signs(knowledge) | cues.steering_signs(knowledge):
        told = SignReport(sign, Status.PRESENT, cues.quote(message.text), conversation.turn, now)
        signs = (*(item for item in signs if item.id != sign), told)
    return replace(conversation, signs=signs, reports=tuple(map(described, conversation.reports)))
