"""Tokens: contractions undone, glued units parted, every token knowing its place in the message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.reading.lexicon import tokens as lexicon_tokens
from blina.reading.lexicon.tokens import NUMBER, Tokeniser, lemma
from blina.reading.text import clean
from tests.unit.reading_words import norms, present, signs, statuses, tokeniser, tokens


@pytest.mark.parametrize("written", ["can't", "cannot", "can not", "CAN'T", "Cannot"])
def test_every_way_of_writing_cannot_is_the_same(written: str) -> None:
    assert norms(tokens(f"I {written} breathe")) == ["i", "can", "not", "breathe"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("I don't", ["i", "do", "not"]),
        ("I've got", ["i", "have", "got"]),
        ("won't stop", ["will", "not", "stop"]),
        ("wont stop", ["will", "not", "stop"]),
        ("my back's sore", ["my", "back", "is", "sore"]),
        ("r u ok", ["r", "you", "ok"]),
        ("kinda dizzy", ["kind", "of", "dizzy"]),
        ("HEADACHE", ["headache"]),
    ],
)
def test_contractions_and_texting_forms_are_written_out(written: str, words: list[str]) -> None:
    assert norms(tokens(written)) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [("38.5c", ["38.5", "c"]), ("2hrs", ["2", "hrs"]), ("10kg", ["10", "kg"]), ("39,1c", ["39,1", "c"])],
)
def test_a_unit_glued_to_its_number_is_a_word_of_its_own(written: str, words: list[str]) -> None:
    assert norms(tokens(written)) == words


@pytest.mark.parametrize("written", ["nausea/vomiting", "nausea/ vomiting", "nausea / vomiting"])
def test_a_slash_parts_words_like_a_comma(written: str) -> None:
    first, slash, last = tokens(written)
    assert (first.norm, last.norm) == ("nausea", "vomiting")
    assert slash.is_comma
    assert not slash.is_word


@pytest.mark.parametrize("written", ["light-headed", "light headed", "light\u2011headed"])
def test_a_hyphen_inside_a_word_counts_as_a_space(written: str) -> None:
    assert norms(tokens(clean(written))) == ["light", "headed"]


def test_a_dash_between_spaces_ends_a_statement() -> None:
    dash = tokens("fever - no")[1]
    assert dash.is_stop
    assert not dash.is_word


@pytest.mark.parametrize("mark", [".", "!", "?", ";", ":", "\n", "(", ")", "..."])
def test_marks_that_end_a_statement(mark: str) -> None:
    assert any(token.is_stop for token in tokens(f"no fever{mark} chills"))


@pytest.mark.parametrize("mark", ["&", "+"])
def test_signs_for_and_are_the_word(mark: str) -> None:
    assert norms(tokens(f"fever {mark} chills")) == ["fever", "and", "chills"]


@pytest.mark.parametrize(
    ("form", "dictionary"),
    [
        ("threw", "throw"), ("vomited", "vomit"), ("headaches", "headache"), ("felt", "feel"),
        ("bleeding", "bleed"), ("swollen", "swell"), ("dizzier", "dizzy"), ("feet", "foot"),
    ],
)  # fmt: skip
def test_forms_of_a_word_meet_in_the_dictionary_form(form: str, dictionary: str) -> None:
    assert lemma(form) == dictionary


@pytest.mark.parametrize("number", ["6", "38.5", "38,5", "120/80", "six", "couple"])
def test_numbers_answer_to_the_number_key(number: str) -> None:
    assert NUMBER in tokens(number)[0].keys


def test_a_word_answers_to_its_lemma_and_to_its_own_form() -> None:
    assert tokens("hurting")[0].keys == {"hurt", "=hurting"}


@given(st.text(alphabet="abc I'.,/-\n38?", max_size=80))
def test_tokens_are_in_order_and_inside_the_message(text: str) -> None:
    found = tokeniser().tokens(clean(text))
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    starts = [token.start for token in found]
    assert starts == sorted(starts)


def test_a_line_that_is_only_broken_keeps_its_words_together() -> None:
    assert "cannot_be_woken" in signs("my wife cannot\nbe woken")
    assert "self_harm" in signs("I want to\ndie")


def test_a_list_of_answers_has_one_statement_a_line() -> None:
    assert present("no fever\nheadache yes") == {"headache"}
    assert statuses("fever no\nvomiting yes")["fever"] == "denied"


@pytest.mark.parametrize("mark", ["%", "$", "=", ";", "\U0001f600", "(", "'", ":)", "?!", "a.b"])
def test_no_long_run_of_marks_is_peeled_at_once(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, seen = Tokeniser({}), list[str]()
    split = reader._split

    def watched(text: str) -> object:
        seen.append(text)
        return split(text)

    monkeypatch.setattr(reader, "_split", watched)
    found = reader.tokens(f"I have {mark * 1000} a rash")
    assert max(len(run) for text in seen for run in text.split()) <= 41
    assert [token.norm for token in found if token.is_word][-1] == "rash"


def test_words_that_were_read_are_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 2_000
    monkeypatch.setattr(lexicon_tokens, "_MOST_REMEMBERED", most)
    tokeniser = Tokeniser({})
    words = tokeniser.words("I can't breathe, 38.5")
    for message in range(20):
        tokeniser.tokens(" ".join(f"my{message}name{number}is" for number in range(100)))
    assert len(tokeniser._words_read) < 2 * most
    assert tokeniser.words("I can't breathe, 38.5") == words
