"""Where the lexicon's word for a symptom is in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Span = tuple[int, int]

_NEAR = 60  # characters before a symptom in which a few words may report it

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]*)*[.!?]*\n?")  # the mark in "38.5" ends none


class Doubt:
    """Finds sentences that speak about symptoms more often than they report them.

    Args:
        cues: ``in_doubt_before``, ``in_doubt_around``, ``reports_after``, ``says_there`` and ``but_for`` of
            `knowledge/common/lexicon/doubt.yml`.
    """

    def __init__(self, cues: Mapping[str, Sequence[str]]) -> None:
        reports = _any_of(cues["reports_after"])
        self._before = re.compile(rf"{_any_of(cues['in_doubt_before'])}(?!\W+{reports})")
        self._there = re.compile(
            rf"(?P<not>{_any_of(cues['but_for'])}\W+)?{_any_of(cues['says_there'])}\W+(?:[\w'-]+\W+){{0,3}}$"
        )
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
            words = sentence[0].lower()
            inside = [
                span
                for span in wanted
                if sentence.start() <= span[0] < sentence.end()
                and not self._is_there(words[: span[0] - sentence.start()])
            ]
            if not inside:
                continue
            if self._around.search(words):
                found.update(inside)
            elif first := self._before.search(words):
                found.update(span for span in inside if span[0] >= sentence.start() + first.end())
        return frozenset(found)

    def _is_there(self, before: str) -> bool:
        """Whether what stands before a symptom reports it: "I have a", not "if I have a"."""
        found = self._there.search(before[-_NEAR:])
        return found is not None and found["not"] is None


def _any_of(words: Sequence[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
