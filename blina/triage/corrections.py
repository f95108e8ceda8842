"""A value that is corrected in its own message: "38.4, no wait 38.9"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from blina.knowledge.base import Knowledge
from blina.reading.model import Measurement, Reading
from blina.triage import cues
from blina.triage.values import Limits, without_value_words

_CUES = ("correction_within", "correction_within_beside")


def settled(reading: Reading, limits: Limits, knowledge: Knowledge) -> Reading:
    """The reading without the values that the message itself takes back.

    One that asks for more than the value in its place stays, so that the advice counts it: which of the two
    is right cannot be known.

    Args:
        reading: of the message.
        limits: from which values on a number is a symptom.
        knowledge: the cues ``correction_within...`` of ``lexicon/conversation.yml``.
    """
    instead = dict(_corrected(reading, knowledge))
    if not instead:
        return reading
    kept = []
    for item in reading.measurements:
        if item in instead and not _asks_for_more(item, instead[item], limits):
            continue
        old = next((one.text for one, new in instead.items() if new == item), "")
        kept.append(replace(item, corrects=old))
    return replace(reading, measurements=tuple(kept))


def _corrected(reading: Reading, knowledge: Knowledge) -> Iterator[tuple[Measurement, Measurement]]:
    """Each value that is taken back, and the one that takes its place."""
    kinds = dict.fromkeys(item.kind for item in reading.measurements)
    for kind in kinds:
        told = [item for item in reading.measurements if item.kind == kind and item.plausible]
        for old, new in pairwise(_in_order(told)):
            if not (old.bound or new.bound) and _is_correction(reading.text[old.end : new.start], knowledge):
                yield old, new


def _in_order(told: Sequence[Measurement]) -> list[Measurement]:
    return sorted(told, key=lambda item: item.start)


def _is_correction(between: str, knowledge: Knowledge) -> bool:
    """Whether the words between two values only say that the first one is wrong."""
    left = without_value_words(cues.plain(between), knowledge.values)
    return cues.says(left, _CUES[0], knowledge) and cues.consists_of(left, _CUES, knowledge)


def _asks_for_more(old: Measurement, new: Measurement, limits: Limits) -> bool:
    limit = limits.applying(old)
    return limit is not None and limit != limits.applying(new)
