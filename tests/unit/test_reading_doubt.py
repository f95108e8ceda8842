"""A sentence that speaks about symptoms puts the lexicon's word in doubt; nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.knowledge import load_knowledge
from blina.reading.doubt import Doubt

DOUBT = Doubt(load_knowledge().cues)


def doubted(text: str, word: str) -> bool:
    start = text.index(word)
    return bool(DOUBT.doubted(text, [(start, start + len(word))]))


@pytest.mark.parametrize(
    "text",
    [
        "I dread the chills",
        "every time he yawns I see chills",
        "the sheet says chills, phone us",
        "chills mean ring, the sister was clear",
        "I have read a lot about chills",
        "told to ring if she has chills",
    ],
)
def test_a_symptom_beside_fear_or_an_instruction_is_in_doubt(text: str) -> None:
    assert doubted(text, "chills")


@pytest.mark.parametrize(
    "text",
    [
        "she has chills",
        "scared because she has chills",
        "should I worry that I have chills",
        "I'm frightened I have chills",
        "told to ring and now he has bad chills",
        "worried about how bad the chills are",
        "worried about the chills",
        "she has chills and I am scared",  # fear of what is there
        "I was scared. Then the chills came.",
        "Chills since six. Who do I ring?",
        "the reader of the callsheet has chills",  # no word of the list by itself
    ],
)
def test_a_report_is_not_in_doubt(text: str) -> None:
    word = "Chills" if "Chills" in text else "chills"
    assert not doubted(text, word)


def test_a_number_with_a_point_ends_no_sentence() -> None:
    assert doubted("the sheet says over 38.5 or chills", "chills")


@given(st.text(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_any_text_gives_some_of_the_words_that_were_asked_for(text: str, starts: list[int]) -> None:
    spans = [(start, start + 3) for start in starts]
    assert DOUBT.doubted(text, spans) <= set(spans)
