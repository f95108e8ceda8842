"""Cleaning keeps every character's place, so that quoted words are the patient's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.reading.text import MAX_CHARACTERS, clean, sanitised


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


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("<b>I am having a seizure</b>", "I am having a seizure"),
        ("<p class='x'>no fever</p>", "no fever\n"),
        ("I can&#39;t breathe", "I can't breathe"),
        ("temp &gt; 39", "temp > 39"),
        ("> she said\n>> he is confused", "she said\nhe is confused"),
        ("temp <38 and <3 from me", "temp <38 and <3 from me"),
        ("fe\x00ver", "fever"),
    ],
)
def test_layout_is_not_meaning(sent: str, read: str) -> None:
    assert sanitised(sent) == read


def test_letters_that_only_look_like_ours_are_ours_inside_our_words() -> None:
    assert clean("f\u0435v\u0435r") == "fever"
    assert clean("\u0436\u0430\u0440") == "\u0436\u0430\u0440"  # a word of another language stays
