"""How long the reader takes, on one thread: for a message of 20 words, and as messages get longer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from blina.reading.reader import SymptomReader

LENGTHS = (250, 500, 1000, 2000, 3500, 5000)
_WORDS = 20
_ROUNDS = 3


def milliseconds(reader: SymptomReader, texts: Sequence[str]) -> float:
    """The median time to read one of the texts, after a first round that warms the caches up."""
    taken = []
    with threadpool_limits(1):
        for text in texts:
            reader.read(text)
        for text in [*texts] * _ROUNDS:
            start = time.perf_counter()
            reader.read(text)
            taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)


def of_twenty_words(messages: Sequence[str]) -> list[str]:
    """Texts of exactly 20 words, made of real messages one after another."""
    words = " . ".join(messages).split()
    return [" ".join(words[at : at + _WORDS]) for at in range(0, min(len(words), 100 * _WORDS), _WORDS)]


def growth(reader: SymptomReader, messages: Sequence[str]) -> dict[int, float]:
    """Median milliseconds for texts of each length in characters."""
    whole = ". ".join(messages)
    return {
        length: milliseconds(reader, [whole[at : at + length] for at in range(0, 5 * length, length)])
        for length in LENGTHS
    }
