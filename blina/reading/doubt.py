"""Where the lexicon's word for a symptom is in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Span = tuple[int, int]

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*\n?")  # the mark in "38.5" ends none


class Doubt:
    """Finds sentences that speak about symptoms more often than they report them.

    Args:
        cues: ``in_doubt_before``, ``in_doubt_around`` and ``reports_after`` of
            `knowledge/common/lexicon/doubt.yml`.
    """

    def __init__(self, cues: Mapping[str, Sequence[str]]) -> None:
        reports = _any_of(cues["reports_after"])
        self._before = re.compile(rf"{_any_of(cues['in_doubt_before'])}(?!\W+{reports})")
        self._around = re.compile(_any_of(cues["in_doubt_around"]))

    def doubted(self, text: str, spans: Iterable[Span]) -> frozenset[Span]:
        """Which words stand in a sentence where somebody fears, was told, or has read of something.

        Args:
            text: the message.
            spans: where the words stand.
        """
        wanted = sorted(set(spans))
        found: set[Span] = set()
        for sentence in _SENTENCE.finditer(text):
            inside = [span for span in wanted if sentence.start() <= span[0] < sentence.end()]
            if not inside:
                continue
            words = sentence[0].lower()
            if self._around.search(words):
                found.update(inside)
            elif first := self._before.search(words):
                found.update(span for span in inside if span[0] >= sentence.start() + first.end())
        return frozenset(found)


def _any_of(words: Sequence[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
