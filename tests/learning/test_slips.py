"""Slips of the thumb change little and never all."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from learning.slips import slipped

MESSAGE = "My temperature is 38.6, and I can't stop shivering!"


@given(st.text(min_size=1).filter(str.strip), st.integers(0, 10_000))
def test_a_text_is_never_emptied(text: str, seed: int) -> None:
    result = slipped(text, random.Random(seed))
    letters = any(letter.isalnum() for letter in text)
    assert result.strip() if letters else isinstance(result, str)


def test_the_same_chance_gives_the_same_text() -> None:
    assert slipped(MESSAGE, random.Random(7)) == slipped(MESSAGE, random.Random(7))


def test_most_texts_stay_readable_and_many_as_they_are() -> None:
    results = [slipped(MESSAGE, random.Random(seed)) for seed in range(500)]
    assert results.count(MESSAGE) > 150
    assert len(set(results)) > 50
    assert max(abs(len(result) - len(MESSAGE)) for result in results) <= 7


def test_numbers_keep_their_digits() -> None:
    for seed in range(300):
        digits = [letter for letter in slipped(MESSAGE, random.Random(seed)) if letter.isdigit()]
        assert sorted(digits) == ["3", "6", "8"]
