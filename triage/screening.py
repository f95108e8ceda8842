"""Which question to ask next: only where the answer can change what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from reading.model import Measurement, Status
from triage import measurements
from triage.conditions import Situation
from triage.conversation import Conversation, OpenQuestion, Report, SignReport
from triage.decision import Decision
from triage.knowledge.base import Knowledge
from triage.knowledge.schema import Urgency
from triage.policy import MEDICINE_SIGN, SCREENING, decide, is_active, needs_screening
from triage.settings import Settings
from triage.turn import Chip
from triage.wording import Voice, listing

FEVERISH = "feverish"
NO_THERMOMETER = "no_thermometer"
AGAIN_PREFIX = "again_"  # "again_temperature": asks a value again that cannot be right
# What each chip of the screening question reports.
SCREENING_SYMPTOMS: Mapping[str, str] = MappingProxyType(
    {
        "fever_or_chills": "fever",
        "trouble_breathing": "trouble_breathing",
        "vomiting": "vomiting",
        "confusion": "confusion",
        "trouble_speaking": "difficulty_talking",
        "trouble_walking": "loss_of_balance",
        "trouble_seeing": "blurred_vision",
        "fainting": "fainting",
    }
)


def next_question(
    conversation: Conversation,
    decision: Decision,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
    impossible: Measurement | None = None,
) -> OpenQuestion | None:
    """The question to ask now, None when no answer could make the advice more urgent.

    Nothing is asked once the advice is to call now, never more than the policy's number of
    questions, and no question twice. Source: triage policy, step 6, and PRO-CTCAE for what is
    asked about a symptom (how bad, how often, does it get in the way).

    Args:
        conversation: with the message and any answer taken in.
        decision: what it adds up to.
        knowledge: the knowledge files.
        settings: the limits.
        now: the time of the question.
        impossible: a value in this message that cannot be right.
    """
    if decision.urgency >= Urgency.CONTACT_NOW:
        return None
    if len(conversation.asked) >= knowledge.policy.numbers.max_questions:
        return None
    for question, about in _candidates(conversation, decision, knowledge, settings, now, impossible):
        if all(asked.id != question for asked in conversation.asked):
            return OpenQuestion(question, about, conversation.turn, now)
    return None


def chips_of(question: OpenQuestion, conversation: Conversation, voice: Voice) -> tuple[Chip, ...]:
    """The answers to tap for a question; a value that was read wrongly is typed, so it has none."""
    if question.id.startswith(AGAIN_PREFIX):
        return ()
    titles = [voice.say("chip", name) for name in ("yes", "no", "unsure")]
    if question.id == SCREENING:
        items = [voice.say("screening_chip", item) for item in _items(question, conversation)]
        titles = [*items, voice.say("chip", "none_of_these"), voice.say("chip", "unsure")]
    return tuple(Chip(title, title) for title in titles)


def words_of(question: OpenQuestion, conversation: Conversation, voice: Voice) -> str:
    """The question's words; the screening question leaves out what is known already."""
    if question.id.startswith(AGAIN_PREFIX):
        return voice.say("value", "again", value=question.about[0])
    if question.id == SCREENING:
        items = [voice.say("screening_chip", item) for item in _items(question, conversation)]
        items = [item[:1].lower() + item[1:] for item in items]
        return voice.say("question", SCREENING, symptoms=listing(items, last="or"))
    return voice.say("question", question.id)


def denied_since(question: OpenQuestion, conversation: Conversation) -> set[str]:
    """Symptoms that were denied in answer to a question, in one message or several."""
    return {
        report.symptom
        for report in conversation.reports
        if report.status is Status.DENIED and report.turn > question.turn
    }


def _items(question: OpenQuestion, conversation: Conversation) -> list[str]:
    """What is left to ask about: neither reported nor denied in answer to the question."""
    known = {report.symptom for report in conversation.reports if report.present}
    denied = denied_since(question, conversation)
    if "chills" not in denied:  # "no fever" says nothing about chills
        denied.discard(SCREENING_SYMPTOMS["fever_or_chills"])
    left = [item for item, symptom in SCREENING_SYMPTOMS.items() if symptom not in known]
    return [item for item in left if SCREENING_SYMPTOMS[item] not in denied] or left


def _candidates(
    conversation: Conversation,
    decision: Decision,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
    impossible: Measurement | None,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if impossible:
        yield f"{AGAIN_PREFIX}{impossible.kind}", (impossible.text,)
    limits = measurements.Limits.of(knowledge, settings)
    active = tuple(report for report in conversation.reports if is_active(report, knowledge, now))
    screened = tuple(
        report.symptom
        for report in active
        if report.symptom in knowledge.symptoms and needs_screening(knowledge.symptoms[report.symptom])
    )
    if screened:
        yield SCREENING, screened
    spoken_of = {report.symptom for report in conversation.reports}
    if any(sign.id == NO_THERMOMETER and sign.present for sign in conversation.signs) and not (
        spoken_of & {"fever", "chills"}
    ):
        yield FEVERISH, ()
    for question, entry in knowledge.policy.questions.items():
        if question == SCREENING:
            continue
        for report in active:
            if not Situation(knowledge, (report,), frozenset()).holds(entry.about):
                continue
            if set(entry.yes) <= set(report.qualifiers):
                continue
            supposed = _with_qualifiers(conversation, report, entry.yes)
            if _would_raise(supposed, decision, knowledge, settings, now):
                yield question, (report.symptom,)
        if MEDICINE_SIGN in entry.yes and measurements.has_low_reading(conversation, limits):
            if any(sign.id == MEDICINE_SIGN for sign in conversation.signs):
                continue
            taken = SignReport(MEDICINE_SIGN, Status.PRESENT, "", conversation.turn, now)
            supposed = replace(conversation, signs=(*conversation.signs, taken))
            if _would_raise(supposed, decision, knowledge, settings, now):
                yield question, ()


def _with_qualifiers(conversation: Conversation, report: Report, signs: tuple[str, ...]) -> Conversation:
    described = replace(report, qualifiers=tuple(sorted({*report.qualifiers, *signs})))
    return replace(
        conversation, reports=tuple(described if item is report else item for item in conversation.reports)
    )


def _would_raise(
    supposed: Conversation, decision: Decision, knowledge: Knowledge, settings: Settings, now: datetime
) -> bool:
    return decide(supposed, knowledge, settings, now).urgency > decision.urgency
