"""No message holds up the others: the time that it takes grows with its length and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from blina.reading.text import MAX_CHARACTERS, sanitised
from blina.reading.values.lexemes import lexemes
from blina.triage import amounts, answers, cues
from tests.unit.talk import KNOWLEDGE


def seconds(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    read(text)
    return time.process_time() - started


def grows_evenly(read: Callable[[str], object], build: Callable[[int], str]) -> bool:
    short, long = (
        min(seconds(read, build(length)) for _ in range(3))
        for length in (MAX_CHARACTERS // 5, MAX_CHARACTERS)
    )
    return long < 12 * short + 0.02


@pytest.mark.parametrize("read", [amounts.count, amounts.minutes, amounts.is_age_or_time, amounts.scale])
@pytest.mark.parametrize("piece", ["its ", "its been ", "about ", "it has ", "5 "])
def test_an_answer_that_says_the_same_word_again_and_again_is_read_at_once(
    read: Callable[[str], object], piece: str
) -> None:
    assert grows_evenly(read, lambda length: (piece * length)[:length] + "x")


@pytest.mark.parametrize(
    ("read", "start", "piece"),
    [
        (sanitised, "<", " "),
        (lexemes, "", "1@"),
        (lexemes, "", "a1"),
        (amounts.scale, "5", " "),
        (answers._BESIDE_NUMBERS.split, "", " "),
        (lambda text: cues.consists_of(text, ("plain_words",), KNOWLEDGE), "", "is "),
    ],
    ids=["a tag", "addresses", "letters and digits", "a number", "a choice", "plain words"],
)
def test_what_is_looked_for_in_a_message_takes_no_longer_the_more_it_nearly_fits(
    read: Callable[[str], object], start: str, piece: str
) -> None:
    assert grows_evenly(read, lambda length: start + (piece * length)[:length] + "x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("anna@example.org.", ["anna@example.org", "."]),
        ("(anna@mail.example.org)", ["(anna@mail.example.org", ")"]),
        ("38@home", ["38", "@", "home"]),
        (
            "a@b@c.d, www.example.org/39 https://x.y/39.5",
            ["a@b@c.d", ",", "www.example.org/39", "https://x.y/39.5"],
        ),
        ("@nurse.x 38.5", ["@", "nurse", ".", "x", "38.5"]),
        (".w@1", [".", "w", "@", "1"]),
    ],
)
def test_an_address_is_one_word_and_its_numbers_are_no_values(text: str, words: list[str]) -> None:
    assert [piece.text for piece in lexemes(text)] == words
