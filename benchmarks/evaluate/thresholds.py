"""From which probability on the encoder's word is taken: what a miss costs against a false alarm.

Two measures. Every training phrase is read by a classifier that has not seen it (cross-validation), as one
clause: a phrase of a symptom that is not found is a miss, another in which it is found a false alarm.
And on the challenge set only what the lexicon leaves over counts: the encoder's own hits and alarms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rasa.shared.nlu.constants import INTENT, TEXT
from sklearn.model_selection import StratifiedKFold

from benchmarks.evaluate.challenge import Row
from benchmarks.evaluate.pipeline import phrases
from reading.classifier import PhraseClassifier
from reading.clause_reader import ALARMS, NOTHING, EncoderClauseReader
from reading.encoder import default_encoder
from reading.model import REPORTED
from reading.reader import SymptomReader
from triage.knowledge import Knowledge
from triage.knowledge.schema import Urgency

# What one missed symptom costs in false alarms: a judgement, to be made by clinicians.
COST_OF_A_MISS: Mapping[Urgency, float] = {
    Urgency.EMERGENCY: 50,
    Urgency.CONTACT_NOW: 20,
    Urgency.CALL_TODAY: 5,
    Urgency.TELL_TEAM: 2,
}
GRID = np.round(np.arange(0.05, 1.0, 0.05), 2)
FOLDS = 3


@dataclass(frozen=True)
class Curve:
    """Cost per 100 phrases at each threshold of ``GRID``, and the cheapest one."""

    costs: tuple[float, ...]
    misses: tuple[int, ...]
    alarms: tuple[int, ...]
    phrases: int

    @property
    def best(self) -> float:
        """The cheapest threshold; the lowest of equals."""
        return float(GRID[int(np.argmin(self.costs))])


def curves(knowledge: Knowledge, tick: Callable[[], None]) -> dict[Urgency, Curve]:
    """One curve for the symptoms of each base urgency."""
    examples = [m for m in phrases().intent_examples if m.get(TEXT)]
    texts = [str(m.get(TEXT)) for m in examples]
    listed = set(knowledge.symptoms) | set(ALARMS)
    labels = np.array([m.get(INTENT) if m.get(INTENT) in listed else NOTHING for m in examples])
    rows = default_encoder().encode(texts)
    guessed, sure = np.empty(len(texts), dtype=object), np.zeros(len(texts))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(texts, labels):
        classifier = PhraseClassifier.trained([texts[i] for i in train], rows[train], list(labels[train]))
        probabilities = classifier.probabilities([texts[i] for i in test], rows[test])
        guessed[test] = np.array(classifier.classes, dtype=object)[probabilities.argmax(axis=1)]
        sure[test] = probabilities.max(axis=1)
        tick()
    return {
        urgency: _curve(
            {id for id, s in knowledge.symptoms.items() if s.urgency is urgency}, labels, guessed, sure, cost
        )
        for urgency, cost in COST_OF_A_MISS.items()
    }


def curves_beside_lexicon(
    rows: Sequence[Row], knowledge: Knowledge, classifier: PhraseClassifier, tick: Callable[[], None]
) -> dict[Urgency, Curve]:
    """One curve an urgency: what the encoder adds to the lexicon on the challenge set, at each threshold."""
    least = dict.fromkeys(classifier.classes, float(GRID[0]))
    reader = SymptomReader(knowledge, EncoderClauseReader(default_encoder(), classifier, least))
    missing: dict[Urgency, list[float]] = {urgency: [] for urgency in COST_OF_A_MISS}
    wrong: dict[Urgency, list[float]] = {urgency: [] for urgency in COST_OF_A_MISS}
    there: Counter[Urgency] = Counter()
    for row in rows:
        found = [f for f in reader.read(row.text).findings if f.status in REPORTED]
        known = {f.symptom for f in found if f.source == "lexicon"}
        added = {f.symptom: f.confidence for f in found if f.symptom not in known}
        for id in row.present:
            urgency = knowledge.symptoms[id].urgency
            there[urgency] += 1
            if id not in known:
                missing[urgency].append(added.get(id, 0.0))
        for id in set(added) & set(knowledge.symptoms) - row.present - row.any_of - row.optional:
            wrong[knowledge.symptoms[id].urgency].append(added[id])
        tick()
    return {
        urgency: _costs(
            cost,
            [sum(sure < least for sure in missing[urgency]) for least in GRID],
            [sum(sure >= least for sure in wrong[urgency]) for least in GRID],
            there[urgency],
        )
        for urgency, cost in COST_OF_A_MISS.items()
    }


def _curve(
    ids: set[str],
    labels: npt.NDArray[np.object_],
    guessed: npt.NDArray[np.object_],
    sure: npt.NDArray[np.float64],
    cost: float,
) -> Curve:
    there = np.isin(labels, list(ids))
    read = np.isin(guessed.astype(str), list(ids))
    right = guessed.astype(str) == labels
    misses = [int((there & ~(right & (sure >= least))).sum()) for least in GRID]
    alarms = [int((read & ~right & (sure >= least)).sum()) for least in GRID]
    return _costs(cost, misses, alarms, int(there.sum()))


def _costs(cost: float, misses: Sequence[int], alarms: Sequence[int], total: int) -> Curve:
    costs = tuple(100 * (cost * m + a) / max(total, 1) for m, a in zip(misses, alarms, strict=True))
    return Curve(costs, tuple(misses), tuple(alarms), total)
