"""Symptoms in words that no lexicon has: the encoder and its classifier over clauses and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reading.classifier import PhraseClassifier
from reading.encoder import Array, Encoder

NOTHING = "nothing"
UNLISTED = "unlisted"
# Signs that the encoder may find too: their wording has no end. The most urgent first.
SELF_HARM = "self_harm"
ALARMS = (SELF_HARM, "infusion_trouble")


class Guess(NamedTuple):
    """What a piece of a message seems to be about.

    Args:
        symptom: a symptom id, an alarm or ``unlisted``; None when nothing is likely enough.
        probability: of that.
        urgent: the probability of all urgent symptoms together.
    """

    symptom: str | None
    probability: float
    urgent: float


@dataclass(frozen=True)
class Together:
    """Symptoms whose probabilities add up.

    Words can fit confusion, disorientation and slurred speech a third each: no one of them is likely,
    but that one of them is there is nearly sure.

    Args:
        symptoms: the urgent ones.
        clause: the least sum for a clause to count.
        sentence: the least sum for a whole sentence.
    """

    symptoms: frozenset[str]
    clause: float
    sentence: float


class EncoderClauseReader:
    """Reads clauses by meaning.

    Args:
        encoder: sentences to vectors.
        classifier: trained with symptom ids, the alarms, ``unlisted`` and ``nothing`` as classes.
        thresholds: the least probability for each class but ``nothing``; chosen by what a miss costs
            against a false alarm (docs/evaluation.md).
        together: the urgent symptoms, and what they must add up to; None leaves each for itself.
    """

    def __init__(
        self,
        encoder: Encoder,
        classifier: PhraseClassifier,
        thresholds: Mapping[str, float],
        together: Together | None = None,
    ) -> None:
        self._encoder = encoder
        self.classifier = classifier
        self._thresholds = thresholds
        self._together = together
        symptoms = together.symptoms if together else frozenset()
        self._urgent = [at for at, name in enumerate(classifier.classes) if name in symptoms]

    def read(self, clauses: Sequence[str]) -> list[Guess]:
        """What each clause is about.

        Args:
            clauses: pieces of a message.

        Returns:
            One guess a clause.
        """
        guesses = []
        for row in self._probabilities(clauses):
            best = int(row.argmax())
            symptom, probability = self.classifier.classes[best], float(row[best])
            if symptom != NOTHING and probability >= self._thresholds[symptom]:
                guesses.append(Guess(symptom, probability, self._sum(row)))
            else:
                guesses.append(self._most_urgent(row, self._together.clause if self._together else None))
        return guesses

    def read_sentences(self, sentences: Sequence[str]) -> list[Guess]:
        """Which urgent symptom each sentence is about, where its clauses alone said too little.

        Args:
            sentences: of a message.

        Returns:
            One guess a sentence.
        """
        least = self._together.sentence if self._together else None
        return [self._most_urgent(row, least) for row in self._probabilities(sentences)]

    def _probabilities(self, texts: Sequence[str]) -> Array:
        return self.classifier.probabilities(texts, self._encoder.encode(texts))

    def _sum(self, row: Array) -> float:
        return float(row[self._urgent].sum())

    def _most_urgent(self, row: Array, least: float | None) -> Guess:
        urgent = self._sum(row)
        if least is None or urgent < least:
            return Guess(None, 0.0, urgent)
        best = max(self._urgent, key=lambda at: float(row[at]))
        return Guess(self.classifier.classes[best], urgent, urgent)
