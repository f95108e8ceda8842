"""How much of what is said in a conversation was said before."""

from __future__ import annotations

from collections.abc import Sequence

from blina.replies.repeats import marks, sentences

MOST_REPEATED = 0.15  # of the words after the first turn


def repeated_words(texts: Sequence[str]) -> tuple[int, int]:
    """Of the words after the first turn: those in sentences that were said before, and all.

    Args:
        texts: what was said, one text a turn.
    """
    said: set[str] = set()
    repeated = total = 0
    for number, text in enumerate(texts):
        spoken = [sentence for part in text.split("\n\n") for sentence in sentences(part)]
        for sentence in spoken if number else ():
            count = len(sentence.split())
            total += count
            repeated += count if set(marks([sentence])) & said else 0
        said.update(marks(spoken))
    return repeated, total
