"""Cutting a long message into windows that share context."""

from __future__ import annotations

from collections.abc import Sequence

Span = tuple[int, int]

MOST_PIECES = 220  # of a window; the reader learned from messages of up to 400
_SHARED_PIECES = 40  # of the window before that are read again
_ENDS = frozenset(".!?\n;")


def windows(text: str, pieces: Sequence[Span]) -> list[Span]:
    """Where each window starts and ends.

    Args:
        text: the message.
        pieces: first character and end of each word piece.

    Returns:
        Spans of characters, in order; each starts behind the end of a sentence where one is near.
    """
    if len(pieces) <= MOST_PIECES:
        return [(0, len(text))]
    spans = []
    first = 0
    while True:
        last = min(first + MOST_PIECES, len(pieces))
        spans.append((pieces[first][0], pieces[last - 1][1]))
        if last == len(pieces):
            return spans
        first = _sentence_start(text, pieces, last - _SHARED_PIECES, last)


def _sentence_start(text: str, pieces: Sequence[Span], wanted: int, last: int) -> int:
    for at in range(wanted, last):
        if text[pieces[at - 1][1] - 1] in _ENDS:
            return at
    return wanted
