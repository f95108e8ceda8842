"""Cutting a message into the pieces that the encoder reads: clauses, and whole sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blina.reading.lexicon.tokens import Token

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
    return [piece for sentence in sentences(tokens) for piece in _clauses_of(tokens, sentence)]


def sentences(tokens: Sequence[Token]) -> list[range]:
    """Positions of the tokens of each sentence.

    Args:
        tokens: the message.

    Returns:
        Ranges in order; cut at full stops only.
    """
    stops = [at for at, token in enumerate(tokens) if token.is_stop]
    starts = [0, *(at + 1 for at in stops)]
    return [
        range(start, end) for start, end in zip(starts, [*stops, len(tokens)], strict=True) if start < end
    ]


def _clauses_of(tokens: Sequence[Token], sentence: range) -> Iterator[range]:
    start = sentence.start
    for at in sentence:
        comma = tokens[at].is_comma
        joins = tokens[at].norm in _JOINS or _joins_statement(tokens, at)
        if comma or (at > start and (joins or at - start >= _LONGEST)):
            if start < at:
                yield range(start, at)
            start = at + 1 if comma else at
    if start < sentence.stop:
        yield range(start, sentence.stop)


def _joins_statement(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].norm == "and" and at + 1 < len(tokens) and tokens[at + 1].norm in _SUBJECTS
