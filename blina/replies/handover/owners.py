"""Whose values are, where one message gives those of two people: "mine is 37.2, hers is 38.3"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from blina.knowledge.base import Knowledge
from blina.triage import cues
from blina.triage.conversation import Conversation, Value


def owners(conversation: Conversation, knowledge: Knowledge) -> Mapping[Value, str]:
    """The word that says whose a value is, of each value of a message that names more than one owner.

    Args:
        conversation: with the messages in whole words.
        knowledge: the relations of ``lexicon/conversation.yml``.
    """
    names = cues.any_of("carer_of", knowledge)
    owner = re.compile(rf"\b(?:my (?:{names})['’]?s|mine|my|hers|her|his|theirs)\b", re.IGNORECASE)
    found: dict[Value, str] = {}
    for told in conversation.told:
        values = [value for value in conversation.values if value.turn == told.turn]
        named = dict(_named(told.text, values, owner))
        if len({words.lower().rstrip("s") for words in named.values()}) > 1:
            found |= named
    return found


def _named(text: str, values: list[Value], owner: re.Pattern[str]) -> Iterator[tuple[Value, str]]:
    """Each value with the owner that stands between it and the value before."""
    end, last = 0, ""
    for value in values:
        start = text.find(value.text, end)
        if start < 0:
            continue
        words = owner.findall(text[end:start])
        last = words[-1] if words else last
        if last:
            yield value, last
        end = start + (0 if value.kind == "systolic" else len(value.text))
