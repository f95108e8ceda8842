"""Short words that steer the conversation: yes, no, not sure, "just the headache", "sorry, I meant"."""

from __future__ import annotations

import re
from functools import lru_cache

from triage.knowledge.base import Knowledge

_APOSTROPHES = re.compile(r"['’‘`´]")
_LONGEST_QUOTE = 200  # characters
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "nooo"
_NOT_WORD = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """The text's words in lower case, without apostrophes and punctuation, one space apart ("Nooo!": no)."""
    return _NOT_WORD.sub(" ", _DRAWN_OUT.sub(r"\1", _APOSTROPHES.sub("", text.lower()))).strip()


def quote(text: str) -> str:
    """The patient's words as they are kept and quoted: on one line, at most 200 characters."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1].rstrip()}…"


def says(text: str, cue: str, knowledge: Knowledge) -> bool:
    """Whether a cue of ``lexicon/conversation.yml`` occurs anywhere in the text."""
    said = f" {plain(text)} "
    return any(f" {phrase} " in said for phrase in longest_first(_phrases(cue, knowledge)))


def starts_with(text: str, cue: str, knowledge: Knowledge) -> str | None:
    """What follows the cue that the text starts with, in plain words; None when it starts otherwise."""
    said = f"{plain(text)} "
    for phrase in longest_first(_phrases(cue, knowledge)):
        start = f"{phrase} "
        if said.startswith(start):
            return said[len(start) :].strip()
    return None


def ends_with(text: str, cue: str, knowledge: Knowledge) -> bool:
    """Whether the text ends with the cue."""
    said = f" {plain(text)}"
    return any(said.endswith(f" {phrase}") for phrase in longest_first(_phrases(cue, knowledge)))


def takes_back(text: str, knowledge: Knowledge) -> bool:
    """Whether the text corrects what was said before ("sorry, I meant 37.6")."""
    if says(text, "correction_not", knowledge):
        return False
    return says(text, "correction", knowledge) or starts_with(text, "correction_start", knowledge) is not None


def describing_signs(knowledge: Knowledge) -> frozenset[str]:
    """Ids of the signs that describe one symptom and say nothing about the others."""
    return frozenset(_phrases("describing_signs", knowledge))


def steering_signs(knowledge: Knowledge) -> frozenset[str]:
    """Ids of the signs that steer the conversation and say nothing about how the patient is."""
    return frozenset(_phrases("steering_signs", knowledge))


def circumstances(knowledge: Knowledge) -> frozenset[str]:
    """Ids of the signs that are no complaint in themselves ("took paracetamol")."""
    return frozenset(_phrases("circumstance_signs", knowledge))


@lru_cache(maxsize=64)
def longest_first(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases of the knowledge files, never a patient's, in plain words: these are kept."""
    return tuple(sorted((plain(phrase) for phrase in phrases), key=len, reverse=True))


def _phrases(cue: str, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(knowledge.cues[cue])
