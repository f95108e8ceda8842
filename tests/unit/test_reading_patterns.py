"""The lexicon's language: what each sign in a phrase stands for."""

from __future__ import annotations

import pytest

from blina.reading.lexicon.patterns import PatternError, PatternSet
from tests.unit.reading_words import tokeniser, tokens

GROUPS = {"head": ["head", "forehead", "back of my head"], "pain": ["pain", "ache", "killing me"]}


def found(phrase: str, text: str) -> list[str]:
    """The words of ``text`` that ``phrase`` fits."""
    patterns = PatternSet(tokeniser(), GROUPS)
    patterns.add("it", phrase)
    message = tokens(text)
    return [" ".join(message[at].norm for at in match.tokens) for match in patterns.find(message)]


def test_a_word_stands_for_all_its_forms() -> None:
    assert found("hurt", "it hurts, hurting") == ["hurts", "hurting"]


def test_an_equals_sign_asks_for_that_form_only() -> None:
    assert found("=hurts", "it hurts, hurting") == ["hurts"]


def test_case_and_apostrophes_do_not_matter() -> None:
    assert found("can't breathe", "I CANNOT Breathe") == ["can not breathe"]


def test_a_slash_stands_for_either_word() -> None:
    assert found("throw/bring up", "throwing up or brought up") == ["throwing up", "brought up"]


def test_a_question_mark_lets_a_word_be_missing() -> None:
    assert found("throat is? raw", "throat raw. Throat is raw.") == ["throat raw", "throat is raw"]


def test_a_group_stands_for_any_of_its_entries_even_of_several_words() -> None:
    assert found("{head} {pain}", "forehead ache") == ["forehead ache"]
    assert "back of my head is killing me" in found("{head} is {pain}", "the back of my head is killing me")


@pytest.mark.parametrize(("words", "fits"), [(0, True), (3, True), (4, False)])
def test_a_tilde_lets_up_to_three_words_stand_between(words: int, fits: bool) -> None:
    assert bool(found("head ~ hurt", f"head {'really ' * words}hurts")) is fits


@pytest.mark.parametrize(("words", "fits"), [(6, True), (7, False)])
def test_two_tildes_let_up_to_six_words_stand_between(words: int, fits: bool) -> None:
    assert bool(found("head ~~ hurt", f"head {'really ' * words}hurts")) is fits


@pytest.mark.parametrize("mark", [",", ".", ";", "\n", "/", "("])
def test_a_gap_does_not_reach_over_punctuation(mark: str) -> None:
    assert found("head ~ hurt", f"head{mark} it hurts") == []


def test_a_number_fits_digits_and_words() -> None:
    assert found("{number} times", "6 times, six times, many times") == ["6 times", "six times"]


def test_words_in_the_wrong_order_do_not_fit() -> None:
    assert found("head hurt", "hurts head") == []


@pytest.mark.parametrize("before", range(0, 70, 3))
def test_a_phrase_is_found_wherever_it_stands_in_a_long_message(before: int) -> None:
    text = f"{'well ' * before}the back of my head really truly just now keeps killing me{' well' * 50}"
    assert found("{head} ~~ {pain}", text) == ["back of my head killing me", "head killing me"]


def test_the_words_of_a_match_are_given_without_the_gap() -> None:
    patterns = PatternSet(tokeniser(), GROUPS)
    patterns.add("headache", "head ~ hurt")
    (match,) = patterns.find(tokens("my head really really hurts"))
    assert (match.label, match.tokens, match.start, match.end) == ("headache", (1, 4), 1, 5)


def test_the_same_words_are_found_once() -> None:
    patterns = PatternSet(tokeniser(), GROUPS)
    patterns.add("headache", "headache")
    patterns.add("headache", "headache/migraine")
    assert len(patterns.find(tokens("headache"))) == 1


def test_two_labels_may_share_words() -> None:
    patterns = PatternSet(tokeniser(), GROUPS)
    patterns.add("headache", "headache")
    patterns.add("pain", "headache")
    assert {match.label for match in patterns.find(tokens("headache"))} == {"headache", "pain"}


def test_the_speller_is_told_every_word_as_written() -> None:
    patterns = PatternSet(tokeniser(), GROUPS)
    patterns.add("headache", "{head} =aches")
    assert {"head", "forehead", "back", "aches"} <= patterns.words()


@pytest.mark.parametrize(
    ("phrase", "complaint"),
    [
        ("my {elbow} hurts", "unknown word group"),
        ("hurt?", "no word that must be there"),
        ("~", "no word that must be there"),
        ("", "no word that must be there"),
        ("head ...", "entry without a word"),
    ],
)
def test_a_phrase_that_is_not_in_the_language_is_refused(phrase: str, complaint: str) -> None:
    with pytest.raises(PatternError, match=complaint):
        PatternSet(tokeniser(), GROUPS).add("it", phrase)
