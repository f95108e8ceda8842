"""Short words that steer the conversation: yes, no, not sure, "just the headache", "sorry, I meant"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from blina.knowledge.base import Knowledge

_APOSTROPHES = re.compile(r"['’‘`´]")
_LONGEST_QUOTE = 200  # characters
_MOST_KEPT = 512  # of a kind; far more than there are cues
_READ_LOOSELY = re.compile("asks_|progress_|fears_dying$|no_wish_to_die$|eases$|not_fine$")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # "nooo"
_NOT_WORD = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """The text's words in lower case, without apostrophes and punctuation, one space apart ("Nooo!": no)."""
    return _NOT_WORD.sub(" ", _DRAWN_OUT.sub(r"\1", _APOSTROPHES.sub("", text.lower()))).strip()


def plain_all(texts: Iterable[str]) -> list[str]:
    """Each text as `plain` gives it."""
    return [plain(text) for text in texts]


def quote(text: str) -> str:
    """The patient's words as they are kept and quoted: on one line, at most 200 characters."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1].rstrip()}…"


def says(text: str, cue: str, knowledge: Knowledge) -> bool:
    """Whether a cue of ``lexicon/conversation.yml`` occurs anywhere in the text."""
    return bool(which(text, (cue,), knowledge))


def which(text: str, kinds: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Those of the cues of ``lexicon/conversation.yml`` that occur anywhere in the text, in their order."""
    said = f" {plain(text)} "
    return [cue for cue in kinds if any(f" {phrase} " in said for phrase in _plain_phrases(cue, knowledge))]


def starts_with(text: str, cue: str, knowledge: Knowledge) -> str | None:
    """What follows the cue that the text starts with, in plain words; None when it starts otherwise."""
    said = f"{plain(text)} "
    for phrase in _plain_phrases(cue, knowledge):
        start = f"{phrase} "
        if said.startswith(start):
            return said[len(start) :].strip()
    return None


def longest(kinds: Iterable[str], knowledge: Knowledge) -> int:
    """The most words that a phrase of these cues has."""
    return max(len(phrase.split()) for kind in kinds for phrase in _phrases(kind, knowledge))


def first_words(kinds: Iterable[str], knowledge: Knowledge) -> frozenset[str]:
    """The words with which the phrases of these cues begin."""
    return frozenset(phrase.split()[0] for kind in kinds for phrase in _phrases(kind, knowledge))


def ends_with(text: str, cue: str, knowledge: Knowledge) -> bool:
    """Whether the text ends with the cue."""
    said = f" {plain(text)}"
    return any(said.endswith(f" {phrase}") for phrase in _plain_phrases(cue, knowledge))


def without_ending(text: str, cue: str, knowledge: Knowledge) -> str:
    """The text in plain words, without the longest phrase of a cue that it ends with."""
    said = plain(text)
    phrases = _plain_phrases(cue, knowledge)
    found = next((phrase for phrase in phrases if f" {said}".endswith(f" {phrase}")), None)
    return said[: -len(found)].strip() if found else said


def consists_of(text: str, kinds: Iterable[str], knowledge: Knowledge) -> bool:
    """Whether the text has words and each of them belongs to a phrase of these cues."""
    said = plain(text)
    if not said:
        return False
    phrases = _phrases_of_all(tuple(kinds), knowledge)
    said, at = f"{said} ", 0
    while at < len(said):
        found = next((phrase for phrase in phrases if said.startswith(f"{phrase} ", at)), None)
        if found is None:
            return False
        at += len(found) + 1
    return True


def after(text: str, cue: str, knowledge: Knowledge) -> str | None:
    """What follows the first cue in the text, in plain words; None where it has none."""
    said = f" {plain(text)} "
    found = [
        (at, phrase) for phrase in _plain_phrases(cue, knowledge) if (at := said.find(f" {phrase} ")) >= 0
    ]
    if not found:
        return None
    at, phrase = min(found, key=lambda item: (item[0], -len(item[1])))
    return said[at + len(phrase) + 1 :].strip()


def says_loosely(text: str, cue: str, knowledge: Knowledge) -> bool:
    """Whether a cue occurs in the text.

    In its phrases ``a/b`` is either word, ``a?`` may be missing, ``~`` stands for up to three others.
    """
    return _loose(cue, knowledge).search(f" {plain(text)} ") is not None


def which_loosely(text: str, kinds: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Those of the cues that occur in the text, in their order; see `says_loosely`."""
    said = f" {plain(text)} "
    return [cue for cue in kinds if _loose(cue, knowledge).search(said)]


def is_all(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether the text is one of the knowledge files' phrases and nothing else; see `says_loosely`."""
    return _loose_pattern(phrases).fullmatch(f" {plain(text)}") is not None


def around(text: str, cue: str, knowledge: Knowledge) -> tuple[str, str, str] | None:
    """The plain words in front of the cue, those that say it as in `says_loosely`, and those behind it."""
    said = f" {plain(text)} "
    found = _loose_pattern(_phrases(cue, knowledge)).search(said)
    if found is None:
        return None
    return said[: found.start()].strip(), found[0].strip(), said[found.end() :].strip()


def without(text: str, cue: str, knowledge: Knowledge) -> tuple[bool, str]:
    """Whether the text says so as in `says_loosely`, and its plain words without those that do."""
    left, count = _loose(cue, knowledge).subn("", f" {plain(text)} ")
    return count > 0, left.strip()


def is_correction(text: str, knowledge: Knowledge) -> bool:
    """Whether the text corrects what was said before ("sorry, I meant 37.6")."""
    if says(text, "correction_not", knowledge):
        return False
    return says(text, "correction", knowledge) or starts_with(text, "correction_start", knowledge) is not None


def describing_signs(knowledge: Knowledge) -> frozenset[str]:
    """Ids of the signs that describe one symptom and say nothing about the others."""
    return _ids("describing_signs", knowledge)


def steering_signs(knowledge: Knowledge) -> frozenset[str]:
    """Ids of the signs that steer the conversation and say nothing about how the patient is."""
    return _ids("steering_signs", knowledge)


def circumstances(knowledge: Knowledge) -> frozenset[str]:
    """Ids of the signs that are no complaint in themselves ("took paracetamol")."""
    return _ids("circumstance_signs", knowledge)


def resolve(knowledge: Knowledge) -> None:
    """Put every cue into the form in which it is looked for, so that no message waits for that.

    Args:
        knowledge: which keeps its cues as long as it lives; it is the process's own.
    """
    for cue in knowledge.cues:
        _plain_phrases(cue, knowledge)
        if _READ_LOOSELY.match(cue):
            _loose(cue, knowledge)


@lru_cache(maxsize=64)
def longest_first(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases of the knowledge files, never a patient's, in plain words: these are kept."""
    return tuple(sorted((plain(phrase) for phrase in phrases), key=len, reverse=True))


@lru_cache(maxsize=_MOST_KEPT)
def any_of(cue: str, knowledge: Knowledge) -> str:
    """The phrases of a cue as alternatives of a pattern over plain words, the longest first."""
    return "|".join(map(re.escape, longest_first(tuple(knowledge.cues[cue]))))


@lru_cache(maxsize=_MOST_KEPT)
def _plain_phrases(cue: str, knowledge: Knowledge) -> tuple[str, ...]:
    return longest_first(_phrases(cue, knowledge))


@lru_cache(maxsize=_MOST_KEPT)
def _phrases_of_all(kinds: tuple[str, ...], knowledge: Knowledge) -> tuple[str, ...]:
    return longest_first(tuple(phrase for kind in kinds for phrase in _phrases(kind, knowledge)))


@lru_cache(maxsize=_MOST_KEPT)
def _ids(cue: str, knowledge: Knowledge) -> frozenset[str]:
    return frozenset(_phrases(cue, knowledge))


@lru_cache(maxsize=_MOST_KEPT)
def _loose(cue: str, knowledge: Knowledge) -> re.Pattern[str]:
    return _loose_pattern(_phrases(cue, knowledge))


@lru_cache(maxsize=64)
def _loose_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """The phrases as one pattern; each word in it follows a space, and a space or the end the last."""
    return re.compile(f"(?:{'|'.join(_loosely(phrase) for phrase in phrases)})(?= |$)")


def _loosely(phrase: str) -> str:
    words = []
    for word in phrase.split():
        either = "|".join(re.escape(plain(form)) for form in word.split("/"))
        words.append(
            r"(?: \w+){0,3}?" if word == "~" else f"(?: (?:{either})){'?' if word[-1] == '?' else ''}"
        )
    return "".join(words)


def _phrases(cue: str, knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(knowledge.cues[cue])
