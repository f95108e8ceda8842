"""Cutting a message into the pieces that the encoder reads: clauses, and whole sentences."""

from __future__ import annotations

from collections.abc import Sequence

from reading.tokens import Token

_JOINS = frozenset("but because so then plus also while although though however except".split())
_SUBJECTS = frozenset("i my he she his her we our it there this they".split())
_LONGEST = 25


def clauses(tokens: Sequence[Token]) -> list[range]:
    """Positions of the tokens of each clause.

    Args:
        tokens: the message.

    Returns:
        Ranges in order; cut at full stops, commas, joining words and "and" before a new subject.
    """
    pieces: list[range] = []
    start = 0
    for at, token in enumerate(tokens):
        if token.is_stop or token.is_comma:
            pieces.append(range(start, at))
            start = at + 1
        elif at > start and (token.norm in _JOINS or _joins_statement(tokens, at) or at - start >= _LONGEST):
            pieces.append(range(start, at))
            start = at
    pieces.append(range(start, len(tokens)))
    return [piece for piece in pieces if len(piece)]


def sentences(tokens: Sequence[Token]) -> list[range]:
    """Positions of the tokens of each sentence.

    Args:
        tokens: the message.

    Returns:
        Ranges in order; cut at full stops only.
    """
    pieces: list[range] = []
    start = 0
    for at, token in enumerate(tokens):
        if token.is_stop:
            pieces.append(range(start, at))
            start = at + 1
    pieces.append(range(start, len(tokens)))
    return [piece for piece in pieces if len(piece)]


def _joins_statement(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].norm == "and" and at + 1 < len(tokens) and tokens[at + 1].norm in _SUBJECTS
