"""Answers from the documents: topics, and questions about a symptom that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blina.knowledge.wording import Voice
from blina.reading.model import Reading, Status
from blina.replies.assessment import advice, places

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


def symptom_answer(symptoms: Iterable[str], voice: Voice) -> str | None:
    """What the documents say about symptoms that nobody reports, and what to do if they happen."""
    paragraphs = []
    for symptom in symptoms:
        paragraphs.append(" ".join(_about(symptom, voice)))
    return "\n\n".join(paragraphs) or None


def _about(id: str, voice: Voice) -> Iterator[str]:
    knowledge = voice.knowledge
    symptom = knowledge.symptoms.get(id)
    if symptom is None:
        yield voice.say("about", "not_listed")
        yield voice.say("about", "tell_me")
        return
    yield voice.fill(knowledge.policy.category_words(symptom.category).reason, lay=symptom.lay)
    yield voice.say("about", "if_it_happens")
    yield from advice(symptom.urgency, voice)
    yield voice.say("about", "tell_me")
    yield places(symptom.mentions[:1], voice)
