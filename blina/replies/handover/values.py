"""Measured values as timed rows with a trend; the two numbers of a blood pressure are one reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from blina.knowledge.wording import Voice
from blina.reading.model import Status
from blina.reading.values.times import moment_of
from blina.replies.handover.model import Reading, Row, Said
from blina.replies.handover.owners import owners
from blina.replies.measured import as_said, measured, paired
from blina.triage.conversation import Conversation, Value

PRESSURE = "blood_pressure"
_UPPER, _LOWER = "systolic", "diastolic"


def rows(conversation: Conversation, voice: Voice, zone: tzinfo | None) -> Iterator[Row]:
    """One row a kind of value; what was taken back is in none.

    Args:
        conversation: what is remembered.
        voice: names and units.
        zone: the time zone of the patient.
    """
    given = [value for value in conversation.values if value.status is not Status.DENIED]
    instead = dict(_corrected(given))
    standing = [value for value in given if value not in instead.values()]
    written = {new: measured(old, voice) for new, old in instead.items()}
    beside = _Beside(voice, zone, written, owners(conversation, voice.knowledge))
    pressures = list(_pressures(standing, beside))
    loose = {value.kind for value in standing} - {_UPPER, _LOWER}
    kinds = [*loose, PRESSURE] if pressures else [*loose]
    order = [kind.id for kind in voice.knowledge.values.kinds]
    for kind in sorted(kinds, key=lambda kind: order.index(_UPPER if kind == PRESSURE else kind)):
        single = [_reading(value, None, beside) for value in standing if value.kind == kind]
        ordered = sorted(pressures if kind == PRESSURE else single, key=lambda reading: reading.time)
        first = voice.knowledge.values.kind(_UPPER if kind == PRESSURE else kind)
        label = voice.say("hand_over", PRESSURE) if kind == PRESSURE else voice.say("measured", kind)
        yield Row(kind, label, first.unit, tuple(_with_trends(ordered)))


@dataclass(frozen=True)
class _Beside:
    """What is known beside the values: the zone, what they took the place of, and whose they are."""

    voice: Voice
    zone: tzinfo | None
    written: Mapping[Value, str]
    owners: Mapping[Value, str]


def _corrected(given: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    """Each value that took the place of one of its message that the advice still counts, and that one."""
    for new in given:
        for old in given:
            if new.corrects and (old.turn, old.kind, old.text) == (new.turn, new.kind, new.corrects):
                yield new, old


def _pressures(standing: list[Value], beside: _Beside) -> Iterator[Reading]:
    """The upper numbers, each with the lower one of its message, and lower ones that stand alone."""
    waiting: Value | None = None
    for value in standing:
        if value.kind == _UPPER:
            if waiting is not None:
                yield _reading(waiting, None, beside)
            waiting = value
        elif value.kind == _LOWER:
            paired = waiting is not None and waiting.turn == value.turn
            if waiting is not None and paired:
                yield _reading(waiting, value, beside)
                waiting = None
            else:
                yield _lower_alone(value, beside)
    if waiting is not None:
        yield _reading(waiting, None, beside)


def _reading(value: Value, second: Value | None, beside: _Beside) -> Reading:
    voice, written = beside.voice, beside.written
    told = value.time.astimezone(beside.zone)
    shown = paired(value, second, voice) if second else measured(value, voice)
    words = value.text if second is None or second.text == value.text else f"{value.text} {second.text}"
    return Reading(
        value=as_said(value, voice),
        second=as_said(second, voice) if second else None,
        shown=shown,
        told=told,
        measured=_measured(value, told),
        place=value.place or None,
        is_earlier=value.status is Status.PAST,
        bound=value.bound or None,
        trend=None,
        said_trend=value.trend or None,
        words=words,
        owner=beside.owners.get(value),
        first_written=written.get(value) or (written.get(second) if second else None),
    )


def _measured(value: Value, told: datetime) -> Said | None:
    if not value.when_said:
        return None
    meant = value.measured_at or moment_of(value.when_said, told)
    return Said(value.when_said, meant and meant.astimezone(told.tzinfo))


def _lower_alone(value: Value, beside: _Beside) -> Reading:
    alone = _reading(value, None, beside)
    return replace(alone, value=None, second=value.value, shown=f"–/{alone.shown}")


def _with_trends(readings: list[Reading]) -> Iterator[Reading]:
    before: Reading | None = None
    for reading in readings:
        trend = None
        if before is not None and reading.value is not None and before.value is not None:
            change = reading.value - before.value
            is_range = (before.bound, reading.bound, before.told) == ("at_least", "at_most", reading.told)
            trend = (
                None
                if is_range or before.owner != reading.owner
                else "same"
                if not change
                else "up"
                if change > 0
                else "down"
            )
        yield replace(reading, trend=trend)
        before = reading
