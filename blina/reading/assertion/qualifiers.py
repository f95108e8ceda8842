"""Which sign is said about which symptom: "a severe headache, my skin is itchy"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from blina.reading.model import REPORTED, Finding, Sign

_SENTENCE_END = re.compile(r"[.!?\n;]")
_CONTRAST = re.compile(r"(?= but )")
_PER_SENTENCE, _PER_CONTRAST = 200, 60
# Characters within which a sign belongs to a symptom even where another one is closer.
NEAR = 20


def with_qualifiers(findings: Sequence[Finding], signs: Sequence[Sign], text: str) -> list[Finding]:
    """The findings with the signs said about them: those near, else those that no other finding is nearer to.

    Args:
        findings: of the message.
        signs: of the message.
        text: the message.

    Returns:
        The same findings in the same order; ``qualifiers`` are filled in.
    """
    reported = [sign for sign in signs if sign.status in REPORTED]
    distance = _Distance(text)
    ids: list[set[str]] = [set() for _ in findings]
    for sign in reported:
        distances = [distance.between(sign, finding) for finding in findings]
        reach = max(min(distances, default=0), NEAR)
        for own, away in zip(ids, distances, strict=True):
            if away <= reach:
                own.add(sign.id)
    return [
        replace(finding, qualifiers=tuple(sorted(own))) for finding, own in zip(findings, ids, strict=True)
    ]


class _Distance:
    """How far apart two places are: characters in between, with a sentence's end counting for much.

    Marks are counted once for the whole message, so that the time grows with its length only.
    """

    def __init__(self, text: str) -> None:
        self._ends = _counted_before(_SENTENCE_END, text)
        self._contrasts = _counted_before(_CONTRAST, text)

    def between(self, sign: Sign, finding: Finding) -> int:
        """From the end of the one to the start of the other; 0 where they overlap."""
        first, second = sorted([(sign.start, sign.end), (finding.start, finding.end)])
        start, end = first[1], max(first[1], second[0])
        ends = self._ends[end] - self._ends[start]
        contrasts = self._contrasts[max(start, end - len("but "))] - self._contrasts[start]
        return _PER_SENTENCE * ends + _PER_CONTRAST * contrasts + end - start


def _counted_before(pattern: re.Pattern[str], text: str) -> list[int]:
    """For each place how many matches start before it."""
    marks = [0] * (len(text) + 1)
    for match in pattern.finditer(text):
        marks[match.start() + 1] = 1
    return list(accumulate(marks))
