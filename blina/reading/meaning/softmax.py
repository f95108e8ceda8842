"""Softmax regression in floats of 32 bits.

scikit-learn's ``LogisticRegression`` learns the same with the same minimiser, but in 64 bits only (its solver
``lbfgs``), which takes twice as long and is no better for vectors that were rounded to 8 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from blina.reading.learned.model import Array


def learn_softmax(
    vectors: Array, labels: Sequence[str], c: float, rounds: int
) -> tuple[list[str], Array, Array]:
    """Learn which label goes with which vector.

    Args:
        vectors: shape ``(len(labels), dimensions)``.
        labels: one a vector.
        c: how little large weights count: what they cost is divided by it.
        rounds: of the minimiser at most.

    Returns:
        The classes in alphabetical order, their weights of shape ``(classes, dimensions)`` and their bias.
    """
    classes, right = np.unique(np.asarray(labels), return_inverse=True)
    loss = _Loss(vectors, right, len(classes), c)
    found = minimize(
        loss, np.zeros(loss.shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": rounds}
    )
    weights = found.x.reshape(loss.shape).astype(np.float32)
    return [str(name) for name in classes], weights[:, :-1], weights[:, -1]


class _Loss:
    """Cross-entropy of all phrases and half the squared weights over ``c``, with its slope."""

    def __init__(self, vectors: Array, right: npt.NDArray[np.intp], classes: int, c: float) -> None:
        self._vectors = np.hstack([vectors, np.ones((len(vectors), 1))]).astype(np.float32)  # the last: bias
        self._right = np.arange(len(right)), right
        self._c = c
        self.shape = classes, self._vectors.shape[1]

    def __call__(self, flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[Any]]:
        weights = flat.reshape(self.shape).astype(np.float32)
        scores = self._vectors @ weights.T
        scores -= scores.max(axis=1, keepdims=True)
        reached = scores[self._right].sum(dtype=np.float64)
        odds = np.exp(scores, out=scores)
        totals = odds.sum(axis=1, keepdims=True)
        loss = np.log(totals).sum(dtype=np.float64) - reached
        odds /= totals
        odds[self._right] -= 1
        weights[:, -1] = 0  # a bias costs nothing
        slope = odds.T @ self._vectors + weights / np.float32(self._c)
        cost = np.square(weights).sum(dtype=np.float64) / (2 * self._c)
        return float(loss + cost), slope.ravel().astype(np.float64)
