"""Encodes the training phrases while Rasa still reads and checks the project's files.

That keeps one processor core busy for some twenty seconds, and the encoder works outside Python's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from blina.reading.learned.model import DIMENSIONS, Array, default_model

_Known = dict[str, Array]
_begun: list[Future[_Known]] = []


def begin(texts: Sequence[str]) -> None:
    """Start encoding phrases in a thread.

    Args:
        texts: training phrases, never a patient's words: they are kept until the process ends.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="encode-ahead")
    _begun.append(pool.submit(_encode, texts))
    pool.shutdown(wait=False)


def encoded(texts: Sequence[str]) -> Array:
    """Encode phrases, and take from what has been begun what is among it.

    Args:
        texts: any number.

    Returns:
        Array of shape ``(len(texts), 384)``, see `blina.reading.learned.model.LearnedModel.encode`.

    Raises:
        ModelError: when the learned reader's files are missing or changed.
    """
    known: _Known = {}
    for work in _begun:
        known |= work.result()
    known |= _encode([text for text in texts if text not in known])
    return np.array([known[text] for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)


def _encode(texts: Sequence[str]) -> _Known:
    return dict(zip(texts, default_model().encode(texts), strict=True))
