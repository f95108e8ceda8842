"""What a message or clause is about: the encoder's vector and character n-grams into logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import SGDClassifier

# Chosen by cross-validation on the training phrases (docs/evaluation.md).
ENCODER_C = 30.0
NGRAM_ALPHA = 3e-5
ENCODER_SHARE = 0.7


class PhraseClassifier:
    """Classes with probabilities; trained on phrases, used on messages and on clauses."""

    def __init__(self) -> None:
        self._meaning = LogisticRegression(C=ENCODER_C, max_iter=300, class_weight="balanced")
        self._spelling = SGDClassifier(
            loss="log_loss", alpha=NGRAM_ALPHA, class_weight="balanced", random_state=1, max_iter=30
        )
        self._ngrams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
        self.classes: tuple[str, ...] = ()

    def fit(self, texts: Sequence[str], vectors: npt.NDArray[np.float32], labels: Sequence[str]) -> PhraseClassifier:
        """Train.

        Args:
            texts: the phrases.
            vectors: their encodings, shape ``(len(texts), dimensions)``.
            labels: their classes.

        Returns:
            Itself.
        """
        self._meaning.fit(vectors, labels)
        ngrams: scipy.sparse.csr_matrix = self._ngrams.fit_transform([text.lower() for text in texts])
        self._spelling.fit(ngrams, labels)
        self.classes = tuple(str(label) for label in self._meaning.classes_)
        return self

    def probabilities(self, texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The probability of each class.

        Args:
            texts: messages or clauses.
            vectors: their encodings.

        Returns:
            Array of shape ``(len(texts), len(self.classes))``; rows sum to 1.
        """
        by_meaning = self._meaning.predict_proba(vectors)
        by_spelling = self._spelling.predict_proba(self._ngrams.transform([text.lower() for text in texts]))
        mixed: npt.NDArray[np.float64] = ENCODER_SHARE * by_meaning + (1 - ENCODER_SHARE) * by_spelling
        return mixed

    def state(self) -> dict[str, Any]:
        """Everything learned, to be stored by the caller."""
        return {
            "meaning": self._meaning,
            "spelling": self._spelling,
            "ngrams": self._ngrams,
            "classes": self.classes,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> PhraseClassifier:
        """The classifier back from :meth:`state`."""
        classifier = cls()
        classifier._meaning = state["meaning"]
        classifier._spelling = state["spelling"]
        classifier._ngrams = state["ngrams"]
        classifier.classes = state["classes"]
        return classifier
