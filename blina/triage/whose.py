"""For whom somebody writes: "my daughter is hot" is the daughter's, also in what is said later."""

from __future__ import annotations

import re
from dataclasses import replace

from blina.knowledge.base import Knowledge
from blina.triage import cues
from blina.triage.conversation import Conversation
from blina.triage.turn import Message

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
    about = (
        tells_facts
        or message.reading.reports
        or bool(message.reading.measurements)
        or cues.says(message.text, "on_treatment", knowledge)
    )
    if conversation.who or not about:
        return conversation
    return replace(conversation, who=named(message.text, knowledge))


def named(text: str, knowledge: Knowledge) -> str | None:
    """The relation that the text reports of, as the carer called it: "daughter", "husband"."""
    said = cues.plain(text)
    for phrase in cues.longest_first(tuple(knowledge.cues["carer_says"])):
        said = said.replace(phrase, "")
    relations = "|".join(re.escape(name) for name in cues.longest_first(tuple(knowledge.cues["carer_of"])))
    if re.search(
        rf"\b(?:i|im|ive|me|myself)\b|\bmy(?!{_ADJECTIVE} (?:{relations}|{_AGE}|phone|team|nurse|doctor))\b",
        said,
    ):
        return None  # they write of themselves too: it cannot be told who is meant
    owned = rf"\b(?:my|our|for|the){_ADJECTIVE} ({relations}|{_AGE})"
    called = "|".join(re.escape(name) for name in cues.longest_first(tuple(knowledge.cues["carer_names"])))
    beside = "|".join(cues.longest_first(tuple(knowledge.cues["carer_beside"])))
    for names in (owned, rf"^({called})"):
        if found := re.search(rf"{names}(?:s| is| has)?(?! (?:{beside})\b)(?: \w+|$)", said):
            return found[1]
    return None
