"""Which time of a message belongs to which of its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blina.reading.values.around import Around
from blina.reading.values.moments import Moment
from blina.reading.values.tokens import Type

_JOIN_COUNTS_AS = 10  # tokens of distance between a time and a value


class Placed(NamedTuple):
    """A value's first and last token."""

    at: int
    last: int


class When(NamedTuple):
    """When a value was: the first and last token that say so, and what they mean."""

    first: int
    last: int
    moment: Moment


def times_of(values: Sequence[Placed], said: Around) -> list[When | None]:
    """For each value the time of its sentence that stands nearest.

    Args:
        values: in the order of the text; the two of a pair share their tokens.
        said: the message.
    """
    nearest: list[When | None] = [None] * len(values)
    distance = [len(said.tokens) + _JOIN_COUNTS_AS] * len(values)
    following = 0
    for when in _groups(said):
        while following < len(values) and values[following].at < when.first:
            following += 1
        before = nearest[following - 1] if following else None
        is_row = before is not None and before.last < values[following - 1].at  # "6 am 36.8 10 am 37.2"
        for index in _owner(when, values, following, said, is_row):
            value = values[index]
            is_behind = value.at < when.first
            low, high = (value.last, when.first) if is_behind else (when.last, value.at)
            far = high - low + _JOIN_COUNTS_AS * said.joins(low, high)
            if far < distance[index]:
                distance[index], nearest[index] = far, when
    return nearest


def _groups(said: Around) -> Iterator[When]:
    """Times side by side ("at 8 yesterday") as one."""
    at, found = 0, said.tokens
    while at < len(found):
        moment = found[at].moment
        if moment is None:
            at += 1
            continue
        last = at
        while last + 1 < len(found) and (more := found[last + 1].moment) is not None:
            moment, last = moment.with_(more), last + 1
        yield When(at, last, moment)
        at = last + 1


def _owner(when: When, values: Sequence[Placed], following: int, said: Around, is_row: bool) -> Iterator[int]:
    """The values that a time belongs to: one, or both of a pair; in a row of times it is the one behind."""
    before, after = following - 1, following
    has_before = before >= 0 and not said.stops(values[before].last, when.first)
    has_after = after < len(values) and not said.stops(when.last, values[after].at)
    parted_after = has_after and bool(said.joins(when.last, values[after].at))
    if has_before and has_after:
        has_before = parted_after or not (is_row or said.joins(values[before].last, when.first))
    elif has_after and parted_after and when.first:
        # "took two at 8, temp 37": the time belongs to what stands before it
        has_after = said.tokens[when.first - 1].type not in (Type.UNKNOWN, Type.TAKEN)
    if has_before:
        place = values[before].at
        while before >= 0 and values[before].at == place:
            yield before
            before -= 1
    elif has_after:
        place = values[after].at
        while after < len(values) and values[after].at == place:
            yield after
            after += 1
