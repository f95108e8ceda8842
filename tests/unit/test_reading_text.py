"""Cleaning keeps every character's place, so that quoted words are the patient's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.text import MAX_CHARACTERS, clean


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("I can\u2019t breathe", "I can't breathe"),
        ("\u201cfever\u201d", '"fever"'),
        ("38.5\u00baC", "38.5\u00b0C"),
        ("no rash \u2013 none", "no rash - none"),
        ("temp\u00a038.5", "temp 38.5"),
        ("fever\tchills\r", "fever chills "),
        ("fe\u200bver", "fe ver"),
        ("\u2022 fever", "; fever"),
        ("\uff46\uff45\uff56\uff45\uff52", "fever"),
        ("nausea\x00", "nausea "),
    ],
)
def test_characters_that_phones_put_in_become_plain(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


def test_line_breaks_stay_since_they_part_statements() -> None:
    assert clean("no fever\nchills") == "no fever\nchills"


def test_letters_of_other_alphabets_stay() -> None:
    assert clean(
        "mam gor\u0105czk\u0119, \u0442\u0435\u043c\u043f\u0435\u0440\u0430\u0442\u0443\u0440\u0430"
    ) == ("mam gor\u0105czk\u0119, \u0442\u0435\u043c\u043f\u0435\u0440\u0430\u0442\u0443\u0440\u0430")


def test_only_the_first_5000_characters_are_read() -> None:
    assert len(clean("a" * (MAX_CHARACTERS + 1))) == MAX_CHARACTERS == 5_000


@given(st.text(max_size=300))
def test_no_character_moves(text: str) -> None:
    assert len(clean(text)) == len(text)


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
