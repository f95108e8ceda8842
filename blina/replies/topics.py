"""Answers from the documents: topics, and questions about a symptom that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice, fill, temperature
from blina.reading.model import Measurement, Reading, Status
from blina.replies.assessment import advice, places
from blina.triage.conversation import Conversation
from blina.triage.in_general import InGeneral
from blina.triage.questions import HAVE_IT
from blina.triage.values import TEMPERATURE, Limits

_MOST_ASKED_ABOUT = 2
_CENTRE = "{centre}"


def topic_answer(topic: str, voice: Voice) -> str | None:
    """The answer to a topic of ``questions.yml`` with its sources; None for an unknown topic."""
    entry = voice.knowledge.questions.get(topic)
    if entry is None:
        return None
    paragraphs = [voice.fill(entry.answer)]
    if entry.caution:
        paragraphs.append(voice.fill(entry.caution))
    if _CENTRE in entry.answer + (entry.caution or ""):  # it says to call them
        paragraphs[-1] += f" {voice.say('topic', 'reach')}"
    if all(voice.knowledge.documents[source.document].kind == "beyond" for source in entry.sources):
        paragraphs.append(voice.say("topic", "beyond"))
    paragraphs.append(places(entry.sources, voice))
    return "\n\n".join(paragraphs)


def asked_about(reading: Reading) -> list[str]:
    """Symptoms that are spoken of without being reported ("can it cause seizures?"), in order."""
    symptoms = dict.fromkeys(
        finding.symptom for finding in reading.findings if finding.status is Status.NOT_REPORTED
    )
    return list(symptoms)[:_MOST_ASKED_ABOUT]


def in_general_answer(asked: InGeneral, conversation: Conversation, voice: Voice) -> str:
    """What the rules say of a number and the documents of a symptom that are asked about in general.

    Args:
        asked: what the question names.
        conversation: for the direct question that follows.
        voice: wording and settings.
    """
    limits = Limits.of(voice.knowledge, voice.settings)
    rules = (_of_value(value, limits, voice) for value in asked.values)
    is_asked = conversation.question is not None and conversation.question.id == HAVE_IT
    symptoms = asked.symptoms[:_MOST_ASKED_ABOUT]
    told = [" ".join(_about(symptom, voice, tells_me=not is_asked)) for symptom in symptoms]
    if not told:
        told = [" ".join(_about_signs(asked.signs, voice, tells_me=not is_asked))]
    return "\n\n".join(part for part in (" ".join(dict.fromkeys(filter(None, rules))), *told) if part)


def _about_signs(signs: Iterable[str], voice: Voice, *, tells_me: bool) -> Iterator[str]:
    """What to do if a sign that stands for itself is there."""
    rules = [
        rule
        for rule in voice.knowledge.policy.rules
        for terms in rule.any_of
        if rule.urgency and set(terms) <= set(signs)
    ]
    urgency = max((rule.urgency for rule in rules if rule.urgency), default=Urgency.CALL_TODAY)
    yield voice.say("about", "if_it_happens")
    yield from advice(urgency, voice)
    if tells_me:
        yield voice.say("about", "tell_me")


def _of_value(value: Measurement, limits: Limits, voice: Voice) -> str:
    limit = limits.meaning(value.kind)
    if limit is None:
        return ""
    is_degrees = value.kind == TEMPERATURE
    number = limits.numbers[limit.number]
    shown = temperature(value.value, voice.settings) if is_degrees else f"{value.value:g}"
    threshold = temperature(number, voice.settings) if is_degrees else f"{number:g}"
    return fill(voice.knowledge.policy.rule(limit.rule).reason, value=shown, threshold=threshold)


def symptom_answer(symptoms: Iterable[str], voice: Voice) -> str | None:
    """What the documents say about symptoms that nobody reports, and what to do if they happen."""
    paragraphs = []
    for symptom in symptoms:
        paragraphs.append(" ".join(_about(symptom, voice)))
    return "\n\n".join(paragraphs) or None


def _about(id: str, voice: Voice, *, tells_me: bool = True) -> Iterator[str]:
    knowledge = voice.knowledge
    symptom = knowledge.symptoms.get(id)
    if symptom is None:
        yield voice.say("about", "not_listed")
        if tells_me:
            yield voice.say("about", "tell_me")
        return
    yield voice.fill(knowledge.policy.category_words(symptom.category).reason, lay=symptom.lay)
    yield voice.say("about", "if_it_happens")
    yield from advice(symptom.urgency, voice)
    if tells_me:
        yield voice.say("about", "tell_me")
    yield places(symptom.mentions[:1], voice)
