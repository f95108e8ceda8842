"""Pictures that patients send instead of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.reading.emoji import Emoji
from blina.reading.text import sanitised
from tests.unit.reading_words import KNOWLEDGE, present

EMOJI = Emoji(KNOWLEDGE.cues["emoji"])


@pytest.mark.parametrize(
    ("picture", "symptom"),
    [
        ("🤒", "fever"),
        ("🤮", "vomiting"),
        ("🥶", "chills"),
        ("😵‍💫", "dizziness"),
        ("🩸", "unusual_bleeding"),
    ],
)
def test_a_picture_says_what_it_shows(picture: str, symptom: str) -> None:
    assert symptom in present(EMOJI.spelled_out(sanitised(f"since lunch {picture}")))


def test_a_picture_that_is_repeated_says_it_once() -> None:
    assert EMOJI.spelled_out("🤢🤢🤢").count("nauseous") == 1


@given(st.text(max_size=40))
def test_text_without_such_pictures_stays_as_it_is(text: str) -> None:
    known = {entry[0] for entry in KNOWLEDGE.cues["emoji"]}
    if not known & set(text):
        assert EMOJI.spelled_out(text) == text
