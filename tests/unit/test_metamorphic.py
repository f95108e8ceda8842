"""What must not change what is read: capitals, punctuation, fillers, slips, order, denials, quotes.

Each property holds for messages of the challenge set that are read as they are labelled; the others are the
business of ``test_challenge.py``. The lexicon reads alone here: the encoder is only asked where it is silent.
"""

from __future__ import annotations

import re

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from benchmarks.evaluate.challenge import Kind, load
from tests.unit.reading_words import KNOWLEDGE, lexicon_reader, present, read

WRITTEN = [
    "I have a fever",
    "my head is pounding and I keep being sick",
    "my husband can't get his words out",
    "she's shivering and can't get warm",
    "black tarry poo since this morning",
    "I can't breathe",
    "my nose won't stop bleeding",
    "no fever, just constipated",
    "no fever or chills but my throat hurts",
    "not dizzy, not sick, no rash. My back hurts though",
    "pins and needles in my hands",
    "he passed out in the kitchen",
    "there is blood in my urine",
    "I feel dizzy when I stand up",
    "the diarrhea has stopped",
    "can this drug cause seizures?",
    "everything tastes fine and I slept well",
]
_ROWS = load()
BASES = sorted(
    {*WRITTEN, *(row.text for row in _ROWS if not row.any_of and present(row.text) == row.present)}
)
# Statements of what is there and nothing else: cutting or turning them around leaves their meaning.
PLAIN = sorted(
    row.text
    for row in _ROWS
    if row.present
    and present(row.text) == row.present
    and not row.denied | row.past | row.any_of
    and row.kind is not Kind.TYPING  # mistyped already
    and len(row.text) < 160
    and not {f.status.value for f in read(row.text).findings} - {"present"}
)
FILLERS_BEFORE = ["hi ", "Hello, ", "so ", "ok so ", "sorry to bother you but ", "um ", "hiya, me again. "]
FILLERS_AFTER = [" please help", " thanks", " what should I do?", " lol", " x", ". Thank you so much.", " :("]
# Single words, whose denial can hide nothing else.
DENIED = {
    "rash": "rash", "constipation": "constipation", "insomnia": "insomnia", "seizures": "seizures",
    "hallucinations": "hallucinations", "diarrhoea": "diarrhea", "chills": "chills", "jaundice": "jaundice",
}  # fmt: skip
LEAFLETS = [
    'The leaflet says "call your team for fever, chills or confusion".',
    "The booklet says to watch out for seizures and trouble breathing.",
    "According to the leaflet it can cause headache, nausea and low blood pressure.",
]
_NEGATION = re.compile(r"n['\u2019]?t\b|\b(?:no|not|never|nothing|none|without|cannot)\b", re.IGNORECASE)
_SHORTEST_MISTYPED = 7
_INNER_LETTERS = re.compile(rf"[a-z]{{{_SHORTEST_MISTYPED},}}")

bases = st.sampled_from(BASES)
plain = st.sampled_from(PLAIN)
thoroughly = settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


def sentence(text: str) -> str:
    """The message ended by a full stop, so that another one can follow."""
    return text.rstrip(" .!?,") + "."


def test_there_are_enough_messages_to_vary() -> None:
    assert len(BASES) > 300
    assert len(PLAIN) > 150


@thoroughly
@given(bases)
def test_capitals_change_nothing(text: str) -> None:
    assert present(text.upper()) == present(text)


@thoroughly
@given(bases)
def test_small_letters_change_nothing(text: str) -> None:
    assert present(text.lower()) == present(text)


@thoroughly
@given(bases)
def test_apostrophes_change_nothing(text: str) -> None:
    """Without them some words become others ("we'll": well, "she'd": shed), which nobody can undo."""
    assume(not re.search(r"\b(?:we|she|he|i)['\u2019](?:ll|d|re)\b|['\u2019]s\b", text, re.IGNORECASE))
    assert present(re.sub("['\u2019]", "", text)) == present(text)


@thoroughly
@given(plain)
def test_without_punctuation_nothing_present_vanishes(text: str) -> None:
    """Only for statements without a denial: "no fever. Chills" and "no fever chills" differ."""
    assume(not _NEGATION.search(text))
    assert present(text) <= present(re.sub(r"[.,;!?](?!\d)", " ", text))


@thoroughly
@given(bases, st.sampled_from(FILLERS_BEFORE))
def test_words_in_front_that_say_nothing_change_nothing(text: str, filler: str) -> None:
    assert present(filler + text) == present(text)


@thoroughly
@given(bases, st.sampled_from(FILLERS_AFTER))
def test_words_behind_that_say_nothing_change_nothing(text: str, filler: str) -> None:
    assert present(text + filler) == present(text)


@thoroughly
@given(plain, st.data())
def test_two_swapped_letters_in_a_long_word_hide_nothing(text: str, data: st.DataObject) -> None:
    """The first letter stays, as in most slips; a slip that makes another word is left out."""
    words = list(_INNER_LETTERS.finditer(text))
    assume(words)
    word = data.draw(st.sampled_from(words))
    at = word.start() + data.draw(st.integers(2, len(word[0]) - 2))
    assume(text[at - 1] != text[at])
    typed = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    slip = typed[word.start() : word.end()].lower()
    assume(not lexicon_reader().is_ordinary_word(slip) and present(slip) in (set(), present(word[0])))
    assert present(text) <= present(typed)


@thoroughly
@given(plain, plain)
def test_the_order_of_sentences_changes_nothing(first: str, second: str) -> None:
    """Two reports in two sentences; "it", "that" and the like would point somewhere else afterwards."""
    assume(
        not re.search(
            r"\b(?:it|its|that|this|these|they|again|same|other|too|also|now)\b", first + second, re.I
        )
    )
    one, other = sentence(first), sentence(second)
    assert present(f"{one} {other}") == present(f"{other} {one}")


@thoroughly
@given(bases, st.sampled_from(sorted(DENIED)))
def test_another_symptom_that_is_denied_changes_nothing(text: str, denied: str) -> None:
    assume(DENIED[denied] not in {finding.symptom for finding in read(text).findings})
    longer = f"{sentence(text)} No {denied}."
    assert present(longer) == present(text)
    assert {f.status.value for f in read(longer).findings if f.symptom == DENIED[denied]} == {"denied"}


@thoroughly
@given(bases, st.sampled_from(LEAFLETS), st.booleans())
def test_a_quoted_leaflet_changes_nothing(text: str, leaflet: str, first: bool) -> None:
    parts = [leaflet, sentence(text)] if first else [sentence(text), leaflet]
    assert present(" ".join(parts)) == present(text)


def test_the_denied_words_are_symptoms() -> None:
    assert set(DENIED.values()) <= set(KNOWLEDGE.symptoms)
