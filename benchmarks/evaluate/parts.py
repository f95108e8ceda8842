"""Each part of the reader alone, and Rasa's default pipeline beside it, on the challenge set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.evaluate.challenge import Row
from benchmarks.evaluate.statistics import Share
from blina.knowledge import Knowledge
from blina.reading.learned.model import default_model
from blina.reading.model import REPORTED
from blina.reading.reader import SymptomReader

Found = Sequence[frozenset[str]]


@dataclass(frozen=True)
class Quality:
    """How well symptoms were found: recall over those there, precision over those found."""

    recall: Share
    precision: Share

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        total = self.recall.value + self.precision.value
        return 2 * self.recall.value * self.precision.value / total if total else 0.0


def readers(knowledge: Knowledge) -> Mapping[str, SymptomReader]:
    """The reader's parts by name, each with the same rules for denials."""
    return {
        "lexicon alone": SymptomReader(knowledge),
        "learned alone": SymptomReader(replace(knowledge, lexicon={}, idioms=()), default_model()),
        "both (as it runs)": SymptomReader(knowledge, default_model()),
    }


def found_by(reader: SymptomReader, rows: Iterable[Row], tick: Callable[[], None]) -> Found:
    """The listed symptoms that a reader finds in each message."""
    found = []
    for row in rows:
        reading = reader.read(row.text)
        found.append(frozenset(f.symptom for f in reading.findings if f.status in REPORTED))
        tick()
    return found


def quality(rows: Sequence[Row], found: Found) -> Quality:
    """Recall and precision over all messages; ``any_of`` counts once, ``optional`` never."""
    there = hit = alarms = 0
    for row, ids in zip(rows, found, strict=True):
        there += len(row.present) + bool(row.any_of)
        hit += len(row.present & ids) + bool(row.any_of & ids)
        alarms += len(ids - row.present - row.any_of - row.optional - {"unlisted"})
    return Quality(Share(hit, there), Share(hit, hit + alarms))


def by_symptom(rows: Sequence[Row], found: Found, ids: Iterable[str]) -> dict[str, tuple[Share, int]]:
    """For each symptom the messages it was found in of those it is in, and its false alarms."""
    pairs = list(zip(rows, found, strict=True))
    return {
        id: (
            Share(
                sum(id in got for row, got in pairs if id in row.present),
                sum(id in row.present for row in rows),
            ),
            sum(id in got and id not in row.present | row.any_of | row.optional for row, got in pairs),
        )
        for id in ids
    }
