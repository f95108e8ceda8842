"""Symptoms in words that no lexicon has: the encoder and its classifier over single clauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reading.classifier import PhraseClassifier
from reading.encoder import Encoder

NOTHING = "nothing"
UNLISTED = "unlisted"
# Signs that the encoder may find too: their wording has no end. The most urgent first.
SELF_HARM = "self_harm"
ALARMS = (SELF_HARM, "infusion_trouble")


class EncoderClauseReader:
    """Reads clauses by meaning.

    Args:
        encoder: sentences to vectors.
        classifier: trained with symptom ids, the alarms, ``unlisted`` and ``nothing`` as classes.
        thresholds: the least probability for each class but ``nothing``; chosen by what a miss costs
            against a false alarm (docs/evaluation.md).
    """

    def __init__(
        self, encoder: Encoder, classifier: PhraseClassifier, thresholds: Mapping[str, float]
    ) -> None:
        self._encoder = encoder
        self._classifier = classifier
        self._thresholds = thresholds

    def read(self, clauses: Sequence[str]) -> list[tuple[str, float] | None]:
        """The symptom of each clause.

        Args:
            clauses: pieces of a message.

        Returns:
            For each clause a symptom id, an alarm or ``unlisted`` with its probability, or none.
        """
        rows = self._classifier.probabilities(clauses, self._encoder.encode(clauses))
        found: list[tuple[str, float] | None] = []
        for row in rows:
            best = int(row.argmax())
            symptom, probability = self._classifier.classes[best], float(row[best])
            enough = symptom != NOTHING and probability >= self._thresholds[symptom]
            found.append((symptom, probability) if enough else None)
        return found
