"""Which question to ask next: only where the answer can change what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Urgency
from blina.knowledge.settings import Settings
from blina.knowledge.wording import Voice, listing
from blina.reading.model import Measurement, Status
from blina.triage import values
from blina.triage.conditions import Situation
from blina.triage.conversation import Conversation, OpenQuestion, Report, SignReport
from blina.triage.decision import Decision
from blina.triage.policy import MEDICINE_SIGN, SCREENING, decide, is_active, needs_screening
from blina.triage.turn import Chip

FEVERISH = "feverish"
HAVE_IT = "have_it"  # whether what was only asked about is there
SURE = "sure"  # settles what two readings disagree about
NO_THERMOMETER = "no_thermometer"
AGAIN_PREFIX = "again_"  # "again_temperature": asks a value again that cannot be right


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


def beside_warning(
    conversation: Conversation, decision: Decision, knowledge: Knowledge
) -> OpenQuestion | None:
    """The question to ask although the advice is to call now: what the team or the patient must know at once.

    Args:
        conversation: with the message taken in.
        decision: what it adds up to.
        knowledge: the knowledge files.
    """
    numbers = knowledge.policy.numbers
    if decision.urgency is not Urgency.CONTACT_NOW or len(conversation.asked) >= numbers.max_questions:
        return None
    said = {sign.id: sign for sign in conversation.signs}
    present = frozenset(id for id, sign in said.items() if sign.present and sign.turn == conversation.turn)
    for id, entry in knowledge.policy.questions.items():
        if not entry.in_warning or any(asked.id == id for asked in conversation.asked):
            continue
        if said.keys() & set(entry.signs):
            continue
        if Situation(knowledge, (), present).holds(entry.about):
            return OpenQuestion(id, (), conversation.turn, conversation.signs[-1].time)
    return None


def chips_of(question: OpenQuestion, conversation: Conversation, voice: Voice) -> tuple[Chip, ...]:
    """The answers to tap for a question; a value that was read wrongly is typed, so it has none."""
    if question.id.startswith(AGAIN_PREFIX):
        return ()
    titles = voice.say_all("chip", ("yes", "no", "unsure"))
    if question.id == SCREENING:
        items = voice.say_all("screening_chip", items_left(question, conversation, voice.knowledge))
        titles = [*items, *voice.say_all("chip", ("none_of_these", "unsure"))]
    return tuple(Chip(title, title) for title in titles)


def words_of(question: OpenQuestion, conversation: Conversation, voice: Voice) -> str:
    """The question's words; the screening question leaves out what is known already."""
    if question.id.startswith(AGAIN_PREFIX):
        return voice.say("value", "again", value=question.about[0])
    if question.id == SURE:
        return _sure_words(question.about[0], voice)
    if question.id == HAVE_IT:
        named = listing([_lay(subject, voice) for subject in question.about], last="or")
        return voice.say(_section(question, voice), HAVE_IT, symptoms=named)
    if question.id == SCREENING:
        items = voice.say_all("screening_chip", items_left(question, conversation, voice.knowledge))
        items = [item[:1].lower() + item[1:] for item in items]
        return voice.say(_section(question, voice), SCREENING, symptoms=listing(items, last="or"))
    return voice.say(_section(question, voice), question.id)


def _sure_words(subject: str, voice: Voice) -> str:
    if subject in voice.knowledge.wording["sure"]:
        return voice.say("sure", subject)
    if subject in voice.knowledge.symptoms:
        return voice.say("sure", "symptom", lay=_lay(subject, voice))
    return voice.say("sure", "sign", lay=_lay(subject, voice))


def _lay(subject: str, voice: Voice) -> str:
    """The plain name of a symptom or sign."""
    if subject in voice.knowledge.symptoms:
        return voice.knowledge.symptoms[subject].lay
    return voice.knowledge.wording["sign"].get(subject) or voice.knowledge.signs[subject].meaning


def _section(question: OpenQuestion, voice: Voice) -> str:
    """Where the words are: what was no answer is followed by the question in other words."""
    again = question.reminded and question.id in voice.knowledge.wording["question_again"]
    return "question_again" if again else "question"


def alarming(question: OpenQuestion, knowledge: Knowledge) -> str:
    """The answer that makes things more urgent: ``yes``, or ``no`` ("Have you passed urine?")."""
    entry = knowledge.policy.questions.get(question.id)
    return entry.alarming if entry else "yes"


def is_asked_in_warning(question: OpenQuestion, knowledge: Knowledge) -> bool:
    """Whether a question stays open beside the advice to call now."""
    entry = knowledge.policy.questions.get(question.id)
    return question.id == SURE or bool(entry and entry.in_warning)


def calm(question: OpenQuestion, knowledge: Knowledge) -> str:
    """The answer that leaves things as they are: ``no``, or ``yes``."""
    return "yes" if alarming(question, knowledge) == "no" else "no"


def denied_since(question: OpenQuestion, conversation: Conversation) -> set[str]:
    """Symptoms that were denied in answer to a question, in one message or several."""
    return {
        report.symptom
        for report in conversation.reports
        if report.status is Status.DENIED and report.turn > question.turn
    }


def items_left(question: OpenQuestion, conversation: Conversation, knowledge: Knowledge) -> list[str]:
    """What is left to ask about: neither reported nor denied in answer to the question.

    Args:
        question: the check question.
        conversation: what is remembered.
        knowledge: names the items.
    """
    known = {report.symptom for report in conversation.reports if report.present}
    denied = denied_since(question, conversation)
    left = [item for item in knowledge.policy.screening if item.symptom not in known]
    open_ones = [  # "no fever": chills?
        item for item in left if not (denied and denied.issuperset(item.denied_by))
    ]
    return [item.id for item in open_ones or left]


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
        spoken_of & set(knowledge.policy.roles.feverish)
    ):
        yield FEVERISH, ()
    yield from _of_the_policy(conversation, active, decision, knowledge, settings, now)


def _of_the_policy(
    conversation: Conversation,
    active: tuple[Report, ...],
    decision: Decision,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The policy's questions about what is there, whose alarming answer would change the advice."""
    limits = values.Limits.of(knowledge, settings)
    for question, entry in knowledge.policy.questions.items():
        if question == SCREENING or entry.in_warning:
            continue
        for report in active:
            if not Situation(knowledge, (report,), frozenset()).holds(entry.about):
                continue
            if set(entry.signs) <= set(report.qualifiers):
                continue
            supposed = _with_qualifiers(conversation, report, entry.signs)
            if _would_raise(supposed, decision, knowledge, settings, now):
                yield question, (report.symptom,)
        if MEDICINE_SIGN in entry.signs and values.has_low_reading(conversation, limits):
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
