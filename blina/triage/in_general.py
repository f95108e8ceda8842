"""Questions in general ("is a fever of 38 bad?"): they report nothing; whether it is there is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.knowledge.references import UNLISTED
from blina.knowledge.schema import Urgency
from blina.reading.model import REPORTED, Measurement, Reading, Status
from blina.triage import cues, heard
from blina.triage.conversation import Conversation, OpenQuestion
from blina.triage.decision import Decision
from blina.triage.questions import HAVE_IT
from blina.triage.turn import Message
from blina.triage.values import Limits

_SELF_HARM = "self_harm"  # the sign
_INTENT = "ask_drug"
_ASKING = (_INTENT, "nlu_fallback", "out_of_scope", "unlisted_complaint", "ask_bot")  # intents of a question
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.,](?=\d)[^.!?\n]+)*")


@dataclass(frozen=True)
class InGeneral:
    """What a question in general names.

    Args:
        symptoms: symptoms that it names, or that its numbers would mean.
        signs: signs that it names.
        values: its numbers, which nobody said to have.
    """

    symptoms: tuple[str, ...]
    signs: tuple[str, ...]
    values: tuple[Measurement, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """What to ask about directly; a complaint that no list names has no name to ask by."""
        return tuple(symptom for symptom in self.symptoms if symptom != UNLISTED) + self.signs


def read(message: Message, limits: Limits, knowledge: Knowledge) -> tuple[Message, InGeneral | None]:
    """The message without what it only asks about, and that; as it was where it may be a report.

    "Is it bad that I have a fever?", "is this fever bad?" and "is 38.2 ok for him?" report one.

    Args:
        message: as it was read.
        limits: which symptom a number means.
        knowledge: the words with which such questions begin, and those that speak of somebody.
    """
    reading = message.reading
    symptoms = [item.symptom for item in reading.findings if item.status in REPORTED]
    beside = cues.describing_signs(knowledge) | cues.steering_signs(knowledge) | cues.circumstances(knowledge)
    signs = [sign.id for sign in reading.signs if sign.status in REPORTED and sign.id not in beside]
    symptoms += [limits.means[item.kind] for item in reading.measurements if item.kind in limits.means]
    if not symptoms and not signs:
        return message, _named_only(message, beside, knowledge)
    if _SELF_HARM in signs or not _is_in_general(reading, knowledge):
        return message, None
    mentioned = tuple(replace(item, status=Status.NOT_REPORTED) for item in reading.findings)
    if not _may_be_nobodys(reading, limits):
        return replace(message, reading=replace(reading, findings=mentioned, disagreements=())), None
    symptoms += [item.symptom for item in reading.findings]
    asked = InGeneral(
        tuple(dict.fromkeys(symptoms)), tuple(dict.fromkeys(signs)), tuple(reading.measurements)
    )
    said = tuple(sign for sign in reading.signs if sign.status not in REPORTED)
    left = replace(reading, findings=mentioned, signs=said, measurements=(), disagreements=())
    return replace(message, reading=left, intent=_INTENT), asked


def _named_only(message: Message, beside: frozenset[str], knowledge: Knowledge) -> InGeneral | None:
    """What a question names and does not report ("can it cause confusion?")."""
    reading = message.reading
    named = [item.symptom for item in reading.findings if item.status is Status.NOT_REPORTED]
    signs = [
        sign.id for sign in reading.signs if sign.status is Status.NOT_REPORTED and sign.id not in beside
    ]
    is_more = message.topic is not None or message.medicines or reading.measurements
    if is_more or message.intent not in _ASKING or _SELF_HARM in signs or not (named or signs):
        return None
    if not heard.is_question(message, knowledge) or cues.says(message.text, "other_people", knowledge):
        return None
    return InGeneral(tuple(dict.fromkeys(named)), () if named else tuple(dict.fromkeys(signs)), ())


def _may_be_nobodys(reading: Reading, limits: Limits) -> bool:
    """Whether each number is one that means a symptom: any other is written down, and harms nobody."""
    return all(
        item.plausible and (item.kind not in limits.means or limits.is_alarming(item.kind, item.value))
        for item in reading.measurements
    )


def _is_in_general(reading: Reading, knowledge: Knowledge) -> bool:
    """Whether each of its sentences asks in general, with no word of anybody or of a time."""
    if cues.says(reading.text, "speaks_of_one", knowledge):
        return False
    sentences = [cues.plain(sentence) for sentence in _SENTENCE.findall(reading.text)]
    asking = [
        sentence
        for sentence in sentences
        if sentence and not cues.consists_of(sentence, ("general_beside",), knowledge)
    ]
    named = {cues.plain(reading.text[item.start : item.end]).split(" ")[0] for item in reading.findings}
    named |= {cues.plain(reading.text[item.start : item.end]).split(" ")[0] for item in reading.signs}
    named.discard("")
    named |= {cues.plain(name) for kind in knowledge.values.kinds for name in kind.names}
    return bool(asking) and all(_asks(sentence, named, knowledge) for sentence in asking)


def _asks(sentence: str, named: set[str], knowledge: Knowledge) -> bool:
    """Whether it begins like "is a ...", "is it normal to ...", "is 38 ..." or "are chills ..."."""
    while (rest := cues.starts_with(sentence, "general_beside", knowledge)) is not None:
        sentence = rest
    if cues.starts_with(sentence, "asks_in_general", knowledge) is not None:
        return True
    rest = cues.starts_with(sentence, "asks_yes_or_no", knowledge)
    first = (rest or "").split(" ")[0]
    return first[:1].isdigit() or first in named


def question(
    asked: InGeneral | None, conversation: Conversation, decision: Decision, now: datetime
) -> OpenQuestion | None:
    """The direct question whether it is there, unless that is known, or the advice is to call now anyway.

    Args:
        asked: what the message asked about in general.
        conversation: with the message taken in.
        decision: what it adds up to.
        now: the time of the question.

    Returns:
        None where nothing is to be asked.
    """
    if asked is None or decision.urgency >= Urgency.CONTACT_NOW:
        return None
    there = {report.symptom for report in conversation.reports if report.present}
    there |= {sign.id for sign in conversation.signs if sign.present}
    about = tuple(subject for subject in asked.subjects if subject not in there)
    return OpenQuestion(HAVE_IT, about, conversation.turn, now) if about else None
