"""Cutting a long message into windows that share context."""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]

MOST_PIECES = 220  # of a window; the reader learned from messages of up to 400
_SHARED_PIECES = 40  # of the window before that are read again
_ENDS = frozenset(".!?\n;")
_MOST_WINDOWS = 8  # of a message: 5,000 characters of sentences take no more; of marks they would take 28
_WORD = re.compile(r"[^\W\d_]{3,}")


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


def most_worded(text: str, spans: Sequence[Span]) -> tuple[list[Span], bool]:
    """As many windows as may be read, so that no message takes long: those with the most words.

    Args:
        text: the message.
        spans: its windows.

    Returns:
        The windows that are read, in order; and whether no word was left out.
    """
    words = {span: len(_WORD.findall(text, *span)) for span in spans}
    kept = set(sorted(spans, key=lambda span: words[span], reverse=True)[:_MOST_WINDOWS])
    return [span for span in spans if span in kept], not any(
        words[span] for span in spans if span not in kept
    )


def _sentence_start(text: str, pieces: Sequence[Span], wanted: int, last: int) -> int:
    for at in range(wanted, last):
        if text[pieces[at - 1][1] - 1] in _ENDS:
            return at
    return wanted
