"""For whom somebody writes: "my daughter is hot" is the daughter's, also in what is said later."""

from __future__ import annotations

import re
from dataclasses import replace

from blina.knowledge.base import Knowledge
from blina.reading.model import REPORTED
from blina.triage import cues
from blina.triage.conversation import Conversation
from blina.triage.turn import Message

_WRITER = re.compile(r"\b(?:i|im|ive|id|me|my|myself|mine)\b")
_SOMEBODY_ELSE = re.compile(
    r"\b(?:he|hes|him|his|himself|she|shes|her|hers|herself|they|theyre|them|their|we|our|us)\b"
)
_AGE = r"\d{1,2} (?:year|month|week)s? old"
_ADJECTIVE = (
    rf"(?: (?:{_AGE}|little|older|elder|eldest|younger|youngest|dear|poor|own|step|grand|baby|twin|wee))*"
)


def note(
    conversation: Conversation, message: Message, knowledge: Knowledge, *, tells_facts: bool = False
) -> Conversation:
    """The conversation with the one that a carer writes for, from the first message that reports of them.

    Args:
        conversation: what is remembered.
        message: the new message.
        knowledge: ``carer_of`` in ``lexicon/conversation.yml`` lists the relations.
        tells_facts: whether it tells facts of the patient and nothing else.
    """
    if is_handed_over(message.text, knowledge):
        return replace(conversation, who=None)
    reading = message.reading
    no_report = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
    reports = any(f.status in REPORTED for f in reading.findings) or any(
        s.status in REPORTED and s.id not in no_report for s in reading.signs
    )
    about = (
        tells_facts
        or reports
        or bool(reading.measurements)
        or cues.says(message.text, "on_treatment", knowledge)
    )
    if conversation.who or not about:
        return conversation
    return replace(conversation, who=named(message.text, knowledge))


def is_handed_over(text: str, knowledge: Knowledge) -> bool:
    """Whether the patient says that it is them who write now: "it's me now, the patient".

    Args:
        text: the message.
        knowledge: the words for it.
    """
    return cues.says(text, "patient_writes", knowledge)


def speaks_of_the_writer(text: str, knowledge: Knowledge) -> bool:
    """Whether words are about the one who writes them and about nobody else: "I have a headache too".

    Args:
        text: the patient's or carer's own words.
        knowledge: the relations.
    """
    said = cues.plain(text)
    is_of_else = _SOMEBODY_ELSE.search(said) or cues.says(text, "carer_of", knowledge)
    return bool(_WRITER.search(said)) and not is_of_else


def named(text: str, knowledge: Knowledge) -> str | None:
    """The relation that the text reports of, as the carer called it: "daughter", "husband"."""
    said = cues.plain(text)
    for phrase in cues.longest_first(tuple(knowledge.cues["carer_says"])):
        said = said.replace(phrase, "")
    relations = cues.any_of("carer_of", knowledge)
    if re.search(
        rf"\b(?:i|im|ive|me|myself)\b|\bmy(?!{_ADJECTIVE} (?:{relations}|{_AGE}|phone|team|nurse|doctor))\b",
        said,
    ):
        return None  # they write of themselves too: it cannot be told who is meant
    owned = rf"\b(?:my|our|for|the){_ADJECTIVE} ({relations}|{_AGE})"
    called = cues.any_of("carer_names", knowledge)
    beside = cues.any_of("carer_beside", knowledge)
    for names in (owned, rf"^({called})"):
        if found := re.search(rf"{names}(?:s| is| has)?(?! (?:{beside})\b)(?: \w+|$)", said):
            return found[1]
    return None
