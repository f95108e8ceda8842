"""Mending: towards words that matter, and never away from ordinary English."""

from __future__ import annotations

import pytest

from blina.reading.lexicon.spelling import Speller
from tests.unit.reading_words import norms, present, tokeniser

SPELLER = Speller(
    "rash chills fever headache diarrhea breathe breath chest pain nausea vomit vomiting dizzy seizure "
    "temperature swelling bleeding constipation insomnia pneumonia confused slurred soured concussed".split()
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fevr", "fever"),
        ("nasuea", "nausea"),
        ("chlils", "chills"),
        ("dizy", "dizzy"),
        ("siezure", "seizure"),
        ("headahce", "headache"),
        ("swellling", "swelling"),
        ("bleedin", "bleeding"),
        ("confussed", "confused"),
        ("slured", "slurred"),
    ],
)
def test_one_slip_is_mended(typed: str, meant: str) -> None:
    assert SPELLER.mend(typed) == (meant,)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("temprtaure", "temperature"),
        ("constapatoin", "constipation"),
        ("vommitting", "vomiting"),
        ("insomneea", "insomnia"),
        ("numonia", "pneumonia"),
        ("seazzure", "seizure"),
    ],
)
def test_two_slips_are_mended_in_longer_words(typed: str, meant: str) -> None:
    assert SPELLER.mend(typed) == (meant,)


def test_of_words_that_are_as_near_the_one_that_the_lexicon_names_is_meant() -> None:
    assert Speller(["sleepy", "sleeping"]).mend("sleepx") == ("sleepy",)  # "sleeps" is as near


@pytest.mark.parametrize("typed", ["fvere", "rhsa", "chsit"])
def test_two_slips_in_a_short_word_are_too_far(typed: str) -> None:
    assert SPELLER.mend(typed) == (typed,)


@pytest.mark.parametrize(
    "word",
    """rush chips fearer favor never river breadth breath braise bash cash wash dash crash gash feather
    weather chills chilli child choir panda paid paint pint plain crest best rest guest tamper tempered
    season measure nauseous drizzle frizzy busy bleaching breeding sleeping spelling smelling welling
    dwelling cheat chat""".split(),
)
def test_ordinary_words_are_left_alone(word: str) -> None:
    assert SPELLER.mend(word) == (word,)


@pytest.mark.parametrize("word", ["rsh", "pn", "ok", "38.5", "a1b2", "na\u00efve"])
def test_short_words_numbers_and_foreign_letters_are_left_alone(word: str) -> None:
    assert SPELLER.mend(word) == (word,)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("feverrrrr", "fever"), ("painnnn", "pain"), ("sooooo", "so"), ("chillllls", "chills")],
)
def test_stretched_letters_are_shortened(typed: str, meant: str) -> None:
    assert SPELLER.mend(typed) == (meant,)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("chestpain", ("chest", "pain")), ("myheadache", ("my", "headache")), ("badrash", ("bad", "rash"))],
)
def test_a_missing_space_is_put_back(typed: str, meant: tuple[str, ...]) -> None:
    assert SPELLER.mend(typed) == meant


def test_joined_words_keep_the_place_of_what_was_typed() -> None:
    found = tokeniser().tokens("my chestpain", SPELLER.mend)
    assert norms(found) == ["my", "chest", "pain"]
    assert [(token.start, token.end) for token in found[1:]] == [(3, 12), (3, 12)]


@pytest.mark.parametrize(
    "text",
    [
        "I had to rush to the shops",
        "we had fish and chips",
        "he is a fearer of God",
        "what lovely weather in the valley",
        "do me a favour and call the river boat",
        "I never said that",
        "the wash is on the line",
        "thanks for the flush of colour in the garden",
        "can you breed rabbits",
        "the new dwelling is painted",
    ],
)
def test_ordinary_words_turn_into_no_symptom(text: str) -> None:
    assert present(text) == set()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("terible hedache", "headache"),
        ("I HAVE A FEVVER", "fever"),
        ("carnt breeth", "trouble_breathing"),
        ("trowing up all nite", "vomiting"),
        ("diarreah since monday", "diarrhea"),
        ("dizzyness", "dizziness"),
        ("got a seizzure", "seizures"),
        ("slured speach", "slurred_speech"),
        ("im so confussed", "confusion"),
        ("chestpain", "chest_pain"),
        ("ive been vomitting", "vomiting"),
        ("constapated", "constipation"),
        ("sore throte", "sore_throat"),
    ],
)
def test_typing_errors_do_not_hide_a_symptom(text: str, symptom: str) -> None:
    assert symptom in present(text)
