"""What ``values.yml`` may hold: the kinds of value that patients measure, and the words around them."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictStr

from blina.knowledge.record import Number, Record


class Range(Record):
    """Inclusive limits."""

    low: Number
    high: Number

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies between the limits."""
        return self.low <= value <= self.high


class ValueUnit(Record):
    """A unit that a value is written in: ``(written - subtract) * times`` is in the kind's own unit."""

    id: StrictStr
    spellings: tuple[StrictStr, ...]
    names_it: bool = False  # a number with this unit needs no name in front
    subtract: Number = 0
    times: Number = 1
    assumed: Range | None = None  # a written number without a unit is in this one when it lies here


class ValueKind(Record):
    """A kind of value that patients measure: how it is written and what it may mean."""

    id: StrictStr
    unit: StrictStr
    step: Number
    plausible: Range
    usual: Range
    names: tuple[StrictStr, ...]
    weak_names: tuple[StrictStr, ...] = ()  # words that also mean something else
    short_names: tuple[StrictStr, ...] = ()  # single letters: only right before a number
    pair: StrictStr | None = None
    third: StrictStr | None = None  # what a third number behind a pair is
    a_minute: bool = False  # whether it may be counted for some seconds only
    worse: Literal["up", "down"]
    worse_by: Number
    fine: Range | None = None  # only a value in here may be answered with comfort
    units: tuple[ValueUnit, ...] = ()

    def is_fine(self, value: float, bound: str = "") -> bool:
        """Whether a value may be answered with comfort; one that is open to the worse side may not.

        Args:
            value: in the kind's own unit.
            bound: ``under``, ``over``, ``at_most`` or ``at_least`` where only a limit was given.
        """
        open_to = {"over": "up", "at_least": "up", "under": "down", "at_most": "down"}.get(bound)
        return self.fine is not None and self.fine.holds(value) and open_to != self.worse


class MeasuringPlace(Record):
    """Where on the body a value was taken; an ``uncertain`` one never makes anything less urgent."""

    id: StrictStr
    words: tuple[StrictStr, ...]
    uncertain: bool = False


class OtherNumbers(Record):
    """Words that make a number something else than a value."""

    named: tuple[StrictStr, ...]
    labels: tuple[StrictStr, ...]
    measures: tuple[StrictStr, ...]
    counted: tuple[StrictStr, ...]
    heat: tuple[StrictStr, ...]
    ranges: tuple[StrictStr, ...]
    subjects: tuple[StrictStr, ...]


class ValueWords(Record):
    """Words that stand around a value."""

    fillers: tuple[StrictStr, ...]
    joins: tuple[StrictStr, ...]
    onward: tuple[StrictStr, ...]
    under: tuple[StrictStr, ...]
    over: tuple[StrictStr, ...]
    at_most: tuple[StrictStr, ...]
    at_least: tuple[StrictStr, ...]
    negations: tuple[StrictStr, ...]
    up: tuple[StrictStr, ...]
    down: tuple[StrictStr, ...]
    states: tuple[StrictStr, ...]
    feelings: tuple[StrictStr, ...]
    habits: tuple[StrictStr, ...]
    low_part: tuple[StrictStr, ...]
    middle_part: tuple[StrictStr, ...]
    high_part: tuple[StrictStr, ...]


class ValuesFile(Record):
    """``values.yml``."""

    kinds: tuple[ValueKind, ...]
    places: tuple[MeasuringPlace, ...]
    others: OtherNumbers
    words: ValueWords

    def kind(self, id: str) -> ValueKind:
        """The kind with this id; KeyError when there is none."""
        for kind in self.kinds:
            if kind.id == id:
                return kind
        raise KeyError(id)
