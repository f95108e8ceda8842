"""Measured values in words: a number or only a limit, the oldest first, with an arrow where they move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from blina.knowledge.wording import Voice
from blina.reading.model import Status
from blina.triage.conversation import Value
from blina.triage.values import is_range

_BACK = {"under": 1, "over": -1, "at_most": 0, "at_least": 0}  # steps from a value back to its bound
_ARROWS = {"rising": "up", "falling": "down"}  # of what the patient said
_MOST_IN_SERIES = 5  # the latest are what counts


def measured(value: Value, voice: Voice) -> str:
    """The value with its unit; "under 38.0 °C" where only a limit was given.

    Args:
        value: as kept in the conversation.
        voice: wording and settings.
    """
    words = voice.measured(value.kind, as_said(value, voice))
    return voice.say("value", value.bound, value=words) if value.bound in _BACK else words


def as_said(value: Value, voice: Voice) -> float:
    """The number that the patient said: the limit itself where only one was given.

    Args:
        value: as kept in the conversation.
        voice: the steps of each kind.
    """
    step = float(voice.knowledge.values.kind(value.kind).step)
    return round(value.value + _BACK.get(value.bound, 0) * step, 1)


def paired(value: Value, second: Value, voice: Voice) -> str:
    """Two numbers that are one reading: "120/80 mmHg"; "under 90/60 mmHg" where they are only limits."""
    numbers = f"{as_said(value, voice):g}/{as_said(second, voice):g}"
    words = f"{numbers} {voice.knowledge.values.kind(value.kind).unit}"
    return voice.say("value", value.bound, value=words) if value.bound in _BACK else words


def oldest_first(values: Iterable[Value]) -> Iterator[tuple[Value, Value | None]]:
    """Each value that was not taken back, by when it was measured, with the one of its kind before it.

    Args:
        values: as kept in the conversation.
    """
    before: dict[str, Value] = {}
    for value in sorted((item for item in values if item.status is not Status.DENIED), key=_when):
        yield value, before.get(value.kind)
        before[value.kind] = value


def arrow(value: Value, before: Value | None, voice: Voice) -> str:
    """Which way it went since the reading before, or as the patient said; empty where it did not move.

    Args:
        value: as kept in the conversation.
        before: the reading of the same kind before it.
        voice: the arrows.
    """
    if before is not None and before.value != value.value and not is_range(before, value):
        return voice.say("hand_over", "up" if value.value > before.value else "down")
    return voice.say("hand_over", _ARROWS[value.trend]) if value.trend else ""


def series(kind: str, values: Iterable[Value], voice: Voice) -> str:
    """The latest readings of a kind in one line ("37.2 °C (at six) ↑ 37.9 °C"); empty where none moved.

    Args:
        kind: of the values.
        values: as kept in the conversation.
        voice: units and arrows.
    """
    read = [
        (value, arrow(value, before, voice)) for value, before in oldest_first(values) if value.kind == kind
    ]
    if not any(mark for _, mark in read[1:]):
        return ""
    (first, _), *others = read[-_MOST_IN_SERIES:]
    return _timed(first, voice) + "".join(
        f" {mark} {_timed(value, voice)}" if mark else f", {_timed(value, voice)}" for value, mark in others
    )


def _timed(value: Value, voice: Voice) -> str:
    words = measured(value, voice)
    return f"{words} ({value.when_said})" if value.when_said else words


def _when(value: Value) -> datetime:
    return value.measured_at or value.time
