"""Values in a message: temperatures, blood pressures, sugar, oxygen, pulse, and how bad something is."""

from __future__ import annotations

import re
from functools import lru_cache

from blina.knowledge import load_knowledge
from blina.reading.model import Measurement
from blina.reading.values.grammar import ValueReader
from blina.reading.values.numbers import small

_SCORE = re.compile(r"\b(\d{1,2}|[a-z]+)\s*(?:/|out of)\s*(?:10|ten)\b")


def measurements(text: str) -> list[Measurement]:
    """Every value in a message, in the order of the text, by the knowledge that is shipped.

    Args:
        text: a cleaned message.

    Returns:
        Temperatures in degrees Celsius, pressures in mmHg, sugar in mmol/L, oxygen in percent,
        pulse in beats a minute; values that nobody has are marked as not plausible.
    """
    return _reader().read(text)


def pain_score(text: str) -> int | None:
    """The highest "8 out of 10" of a message, or none."""
    scores = [small(match[1]) for match in _SCORE.finditer(text.lower())]
    return max((score for score in scores if score is not None and score <= 10), default=None)


@lru_cache(maxsize=1)
def _reader() -> ValueReader:
    return ValueReader(load_knowledge().values)
