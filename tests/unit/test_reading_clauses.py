"""Clauses: the pieces of a message that are read by their meaning."""

from __future__ import annotations

import pytest

from blina.reading.clauses import clauses
from tests.unit.reading_words import tokens


def pieces(text: str) -> list[str]:
    message = tokens(text)
    return [" ".join(message[at].norm for at in piece if message[at].is_word) for piece in clauses(message)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I feel odd", ["i feel odd"]),
        ("I feel odd. My legs are heavy", ["i feel odd", "my legs are heavy"]),
        ("head thick, mouth dry", ["head thick", "mouth dry"]),
        ("I sat down but the room moved", ["i sat down", "but the room moved"]),
        ("I slept and my legs are heavy", ["i slept", "and my legs are heavy"]),
        ("salt and pepper", ["salt and pepper"]),
        ("words come out wrong\nhands shake", ["words come out wrong", "hands shake"]),
        ("heavy/slow", ["heavy", "slow"]),
    ],
)
def test_clauses_are_cut_where_a_new_statement_starts(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_message_without_any_punctuation_is_cut_all_the_same() -> None:
    assert max(len(piece.split()) for piece in pieces("word " * 200)) <= 25


@pytest.mark.parametrize("text", ["", "...", ",,, ;"])
def test_no_words_no_clauses(text: str) -> None:
    assert [piece for piece in pieces(text) if piece] == []


def test_every_word_is_in_exactly_one_clause() -> None:
    message = tokens("I ate, then slept and I woke so cold; because the pump (again) beeped. Help")
    covered = [at for piece in clauses(message) for at in piece]
    words = [at for at, token in enumerate(message) if token.is_word]
    assert len(covered) == len(set(covered))
    assert set(words) <= set(covered)
