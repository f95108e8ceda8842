"""Which sign is said about which symptom: "a severe headache, my skin is itchy"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from blina.reading.model import REPORTED, Finding, Sign

Places = npt.NDArray[np.int64]

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
    ids: list[set[str]] = [set() for _ in findings]
    if not findings:
        return []
    distances = _Distances(text, findings)
    for sign in reported:
        away = distances.of(sign)
        for at in np.flatnonzero(away <= max(int(away.min()), NEAR)).tolist():
            ids[at].add(sign.id)
    return [
        replace(finding, qualifiers=tuple(sorted(own))) for finding, own in zip(findings, ids, strict=True)
    ]


class _Distances:
    """How far apart signs and findings are: characters in between, a sentence's end counting for much.

    Marks are counted once for the whole message, and all findings are looked at together: a message can hold
    hundreds of both.

    Args:
        text: the message.
        findings: of the message, at least one.
    """

    def __init__(self, text: str, findings: Sequence[Finding]) -> None:
        self._ends = _counted_before(_SENTENCE_END, text)
        self._contrasts = _counted_before(_CONTRAST, text)
        self._starts = np.array([finding.start for finding in findings])
        self._stops = np.array([finding.end for finding in findings])

    def of(self, sign: Sign) -> Places:
        """From the end of the one to the start of the other, for each finding; 0 where they overlap."""
        follows = (self._starts > sign.start) | ((self._starts == sign.start) & (self._stops > sign.end))
        start = np.where(follows, sign.end, self._stops)
        end = np.maximum(start, np.where(follows, self._starts, sign.start))
        ends = self._ends[end] - self._ends[start]
        contrasts = self._contrasts[np.maximum(start, end - len("but "))] - self._contrasts[start]
        away: Places = _PER_SENTENCE * ends + _PER_CONTRAST * contrasts + end - start
        return away


def _counted_before(pattern: re.Pattern[str], text: str) -> Places:
    """For each place how many matches start before it."""
    marks = [0] * (len(text) + 1)
    for match in pattern.finditer(text):
        marks[match.start() + 1] = 1
    return np.array(list(accumulate(marks)), dtype=np.int64)
