"""What the network gets right on messages that it never learned from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from learning.messages import STATUSES
from learning.targets import BIT, NONE, REPORTED, Example

Floats = npt.NDArray[np.float32]

HELD_OUT_PERCENT = 8
_BATCH = 48
_BINS = 10


def is_held_out(text: str) -> bool:
    """Whether a message is kept from learning: by its words alone, so the same ones in every run."""
    key = hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()
    return int(key, 16) % 100 < HELD_OUT_PERCENT


def batches(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """Texts of about one length together."""
    order = sorted(examples, key=lambda item: len(item.text))
    for first in range(0, len(order), _BATCH):
        yield list(order[first : first + _BATCH])


@dataclass
class Figures:
    """Counts over the held-out messages.

    Args:
        found: by label: reported and found.
        missed: by label: reported and not found.
        invented: by label: found and not reported.
        statuses: right status and the one read, counted.
        bins: for each tenth of probability: how many, how many right, sum of probabilities.
        acts_right: acts read right.
        messages: how many there are.
    """

    found: Counter[str]
    missed: Counter[str]
    invented: Counter[str]
    statuses: Counter[tuple[str, str]]
    bins: Floats
    acts_right: int
    messages: int

    def as_json(self) -> dict[str, Any]:
        """For the model card."""
        found, missed, invented = (sum(c.values()) for c in (self.found, self.missed, self.invented))
        labels = sorted({*self.found, *self.missed, *self.invented})
        return {
            "messages": self.messages,
            "recall": round(found / max(1, found + missed), 3),
            "precision": round(found / max(1, found + invented), 3),
            "acts": round(self.acts_right / max(1, self.messages), 3),
            "statuses": {
                status: [
                    self.statuses[status, status],
                    sum(n for (right, _), n in self.statuses.items() if right == status),
                ]
                for status in STATUSES[1:]
            },
            "labels": {
                label: [self.found[label], self.missed[label], self.invented[label]] for label in labels
            },
            "reliability": [
                [int(n), round(float(p / max(1, n)), 3), round(float(right / max(1, n)), 3)]
                for n, right, p in self.bins
            ],
        }


def measure(
    read: Callable[[Sequence[Example]], tuple[Floats, Floats]],
    examples: Sequence[Example],
    labels: Sequence[str],
) -> Figures:
    """Compare what is read with what is right.

    Args:
        read: gives, for a batch, probabilities ``(texts, labels, statuses)`` and of acts ``(texts, acts)``.
        examples: held-out messages.
        labels: names of the labels.

    Returns:
        The counts; a symptom is found from a probability of one half.
    """
    figures = Figures(Counter(), Counter(), Counter(), Counter(), np.zeros((_BINS, 3), np.float32), 0, 0)
    for batch in batches(examples):
        statuses, acts = read(batch)
        for item, said, act in zip(batch, statuses, acts, strict=True):
            figures.messages += 1
            figures.acts_right += int(act.argmax() == item.act)
            _compare(figures, item, said, labels)
    return figures


def _compare(figures: Figures, item: Example, said: Floats, labels: Sequence[str]) -> None:
    reported = said[:, 1] + said[:, 2]
    alternatives = {at for places, _ in item.either for at in places}
    for places, _ in item.either:
        hit = max(places, key=lambda at: float(reported[at]))
        (figures.found if reported[hit] > 0.5 else figures.missed)[labels[hit]] += 1
    for at, label in enumerate(labels):
        if at in alternatives:
            continue
        right = bool(item.allowed[at] & REPORTED)
        read = bool(reported[at] > 0.5)
        if right or read:
            (figures.found if right and read else figures.missed if right else figures.invented)[label] += 1
        row = figures.bins[min(_BINS - 1, int(reported[at] * _BINS))]
        row += (1, float(right), float(reported[at]))
        if not item.allowed[at] & NONE:
            wanted = [status for status in STATUSES if item.allowed[at] & BIT[status]]
            got = STATUSES[int(said[at].argmax())]
            figures.statuses[got if got in wanted else wanted[0], got] += 1
