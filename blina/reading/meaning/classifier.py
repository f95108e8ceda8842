"""What a message or clause is about: the encoder's vector and character n-grams, each into a linear model.

What was learned is kept as plain arrays, so that loading a model can never run code.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.utils import murmurhash3_32

from blina.reading.learned.model import Array
from blina.reading.meaning.softmax import learn_softmax

# Chosen by cross-validation on the training phrases (docs/evaluation.md).
ENCODER_C = 30.0
NGRAM_ALPHA = 3e-5
ENCODER_SHARE = 0.7
_NGRAM_FEATURES = 2**14
# A quarter of what it takes until nothing moves any more: the same recall and precision in a quarter of the
# time, with probabilities that are a little less sure of themselves.
_ROUNDS = 100
_EPOCHS = 10


class PhraseClassifier:
    """Classes with probabilities; trained on phrases, used on messages and on clauses.

    Args:
        classes: the labels, in the order of the weights' rows.
        weights: ``meaning`` and ``meaning_bias`` over the encoder's vector, ``spelling`` and
            ``spelling_bias`` over hashed character n-grams.
    """

    def __init__(self, classes: Sequence[str], weights: Mapping[str, Array]) -> None:
        self.classes = tuple(classes)
        self.weights = dict(weights)
        self._spelling = np.ascontiguousarray(self.weights["spelling"].T)

    @classmethod
    def trained(cls, texts: Sequence[str], vectors: Array, labels: Sequence[str]) -> PhraseClassifier:
        """Learn from labelled phrases.

        Args:
            texts: the phrases.
            vectors: their encodings, shape ``(len(texts), dimensions)``.
            labels: their classes, at least three different ones.

        Returns:
            The trained classifier.
        """
        # Two threads train side by side: most of the work is done outside Python's lock.
        with ThreadPoolExecutor(2) as pool:
            spelled = pool.submit(_learn_spelling, texts, labels)
            classes, meaning, meaning_bias = learn_softmax(vectors, labels, ENCODER_C, _ROUNDS)
            spelling = spelled.result()
        weights = {
            "meaning": meaning,
            "meaning_bias": meaning_bias,
            "spelling": spelling.coef_,
            "spelling_bias": spelling.intercept_,
        }
        return cls(classes, {name: np.asarray(values, dtype=np.float32) for name, values in weights.items()})

    def probabilities(self, texts: Sequence[str], vectors: Array) -> Array:
        """The probability of each class.

        Args:
            texts: messages or clauses.
            vectors: their encodings, shape ``(len(texts), dimensions)``.

        Returns:
            Array of shape ``(len(texts), len(self.classes))``; rows sum to 1.
        """
        scores = vectors @ self.weights["meaning"].T + self.weights["meaning_bias"]
        by_meaning = np.exp(scores - scores.max(axis=1, keepdims=True))
        by_meaning /= by_meaning.sum(axis=1, keepdims=True)
        # One model a class, as scikit-learn does it: sigmoids scaled to sum to one.
        odds = np.vstack([self._by_spelling(text) for text in texts]) + self.weights["spelling_bias"]
        by_spelling = 1 / (1 + np.exp(-odds))
        by_spelling /= np.maximum(by_spelling.sum(axis=1, keepdims=True), 1e-9)
        mixed: Array = (ENCODER_SHARE * by_meaning + (1 - ENCODER_SHARE) * by_spelling).astype(np.float32)
        return mixed

    def _by_spelling(self, text: str) -> Array:
        """The n-grams of one text times the weights, without the vectorizer's checks: they take longer."""
        counted = Counter(map(_feature, _ngrams_of(text)))
        if not counted:
            return np.zeros(self._spelling.shape[1], dtype=np.float32)
        counts = np.fromiter(counted.values(), dtype=np.float32, count=len(counted))
        row: Array = counts @ self._spelling[list(counted)] / np.linalg.norm(counts)
        return row


def _learn_spelling(texts: Sequence[str], labels: Sequence[str]) -> SGDClassifier:
    model = SGDClassifier(
        loss="log_loss", alpha=NGRAM_ALPHA, random_state=1, max_iter=_EPOCHS, tol=None, n_jobs=os.cpu_count()
    )
    return model.fit(_VECTORIZER.transform(texts), labels)


_VECTORIZER = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 5), n_features=_NGRAM_FEATURES, alternate_sign=False, dtype=np.float32
)
_ngrams_of = _VECTORIZER.build_analyzer()


def _feature(ngram: str) -> int:
    """The vectorizer's column of an n-gram."""
    return abs(int(murmurhash3_32(ngram))) % _NGRAM_FEATURES
