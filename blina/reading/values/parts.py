"""What the rules of the grammar of values share: the state of the walk, and what they ask of a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blina.knowledge.schema import ValueKind, ValueUnit
from blina.reading.values.around import IT_IS, NEAR, OVER, UNDER, Around, has
from blina.reading.values.numbers import Number
from blina.reading.values.tokens import Token, Type, names_other
from blina.reading.values.vocabulary import LABEL, OTHER, STRONG, Vocabulary

TEMPERATURE, PRESSURE, OXYGEN = "temperature", "systolic", "oxygen"
MOST_STRANGE_WORDS = 4  # between a name and its number
SMALL = 20  # a smaller whole number may count anything
_FARTHEST_OTHER = 6  # tokens from a name of something else to its number


class Value(NamedTuple):
    """A number that was understood.

    Args:
        at: its token.
        last: the last token that belongs to it.
        kind: what it is.
        value: in the kind's own unit.
        plausible: whether anybody can have it.
        bound: where only a limit was given.
        trend: which way it moves, as said.
        place: where it was taken.
        is_habit: whether it is what is usual.
    """

    at: int
    last: int
    kind: str
    value: float
    plausible: bool = True
    bound: str = ""
    trend: str = ""
    place: str = ""
    is_habit: bool = False


class Parts:
    """What the rules know of a message, and the questions that several of them ask.

    Args:
        text: the message.
        found: its tokens.
        vocabulary: the words and kinds.
    """

    def __init__(self, text: str, found: Sequence[Token], vocabulary: Vocabulary) -> None:
        self._text = text
        self._tokens = found
        self._kinds = vocabulary.kinds
        high = vocabulary.kinds[PRESSURE]
        self._pair_kinds = (high, vocabulary.kinds[high.pair or PRESSURE])
        self._uncertain = vocabulary.uncertain_places
        self._said = Around(found)
        self._values: list[Value] = []
        self._last_value: Value | None = None  # in this sentence or just before it
        self._rejected = -1  # the last number that is something else
        self._name = -1  # the last name, -1 when there is none
        self._used = False  # whether it has its number
        self._earlier_name = -1  # an unused name of a value before a name of something else

    def _is_strangers(self, at: int) -> bool:
        """Whether letters right before a number make it something else ("M25"), or a name ("ward 39")."""
        token = self._tokens[at]
        before = self._tokens[at - 1] if at else None
        if token.is_glued and before is not None and before.entry.kind is None:
            return True
        name = self._name
        if name < 0 or self._used or not names_other(self._tokens[name]):
            return False
        is_near = at - name <= _FARTHEST_OTHER and not self._said.stops(name, at)
        is_near = is_near and not self._said.strange(name, at)
        is_near = is_near and (at - name == 1 or not self._said.joins(name, at))
        named_unit = any(unit.names_it for _, unit in token.units)
        whole_only = self._tokens[name].entry.naming == LABEL and bool(token.number and token.number.decimals)
        if is_near and not whole_only and not named_unit:
            self._used = True
            return True
        return False

    def _number(self, at: int) -> Number | None:
        return self._tokens[at].number if self._tokens[at].type is Type.NUMBER else None

    def _accept(self, value: Value) -> None:
        last = self._last_value
        if last is not None and last.kind == value.kind and self._is_before(last, value.at):
            self._values.insert(len(self._values) - 1, value)  # "down to 88 from 96"
            return
        self._values.append(value)
        self._last_value = value

    def _is_before(self, last: Value, at: int) -> bool:
        """Whether a number is where the last value came from: "down to 88 from 96"."""
        is_from = at > 0 and self._tokens[at - 1].text in ("from", "up from", "down from")
        return is_from and bool(last.trend) and at - last.last <= NEAR

    def _is_decimal(self, at: int) -> bool:
        number = self._number(at)
        return bool(number and number.decimals)

    def _is_list_mark(self, at: int) -> bool:
        """Such as the "1." or "2)" before the first of several readings."""
        number, behind = self._number(at), self._tokens[at + 1 : at + 3]
        is_marked = len(behind) == 2 and behind[0].text in (".", ")") and behind[1].type is Type.NUMBER
        return is_marked and number is not None and not number.decimals and number.value < SMALL

    def _is_count(self, at: int) -> bool:
        """Such as the 3 of "last 3 readings": small, and something that is counted stands behind."""
        number, behind = self._number(at), self._tokens[at + 1 : at + 2]
        is_small = number is not None and not number.decimals and number.value < SMALL
        is_word = (
            bool(behind) and behind[0].type in (Type.WORDS, Type.UNKNOWN) and not has(behind[0], "joins")
        )
        return is_small and is_word and not self._tokens[at].units

    def _own_number(self, name: int) -> int | None:
        """The number that follows a name closely."""
        at = name + 1
        while at < min(len(self._tokens), name + NEAR):
            token = self._tokens[at]
            if token.type is Type.NUMBER:
                return at
            if token.type is not Type.WORDS or token.entry.naming or has(token, "joins"):
                return None
            at += 1
        return None

    def _has_name_behind(self, at: int) -> bool:
        behind = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
        return behind is not None and behind.entry.naming == STRONG

    def _starts_anew(self, name: int, at: int) -> bool:
        """Such as "temp is usually fine, but tonight it's 38": the name's number after another thought."""
        for before in range(at - 1, max(name, at - 2 * NEAR), -1):
            token = self._tokens[before]
            if token.type in (Type.UNKNOWN, Type.TAKEN):
                return False
            if has(token, "joins"):
                return any(token.text in IT_IS for token in self._tokens[before:at])
        return False

    def _is_too_far(self, name: int, at: int, sentence_start: int) -> bool:
        """Whether a sentence ends between, and more than "it is" stands behind that."""
        if name >= sentence_start:
            return False
        if at - name > 12 or self._said.strange_or_taken(name, at):
            return True
        return bool(self._said.others(name, at) or self._said.joins(sentence_start - 1, at))

    def _is_share(self, at: int) -> bool:
        """Such as "I'm 53 % sure", "56 % of people"."""
        token = self._tokens[at]
        if not any(kind.id == OXYGEN for kind, _ in token.units):
            return False
        is_part = at + 1 < len(self._tokens) and self._tokens[at + 1].text == "of"
        return is_part or (at > 0 and has(self._tokens[at - 1], "subjects"))

    def _is_measure_of_something(self, at: int, sentence_start: int) -> bool:
        """Whether a name of something else ("shoe size") stands near."""
        for near in range(max(sentence_start, at - 2 * NEAR), min(self._said.sentence_end[at], at + NEAR)):
            if self._tokens[near].entry.naming == OTHER:
                return True
        return False

    def _stands_free(self, at: int, sentence_start: int) -> bool:
        """Whether nothing right before a number says that it is something else."""
        if at <= sentence_start:
            return True
        before = self._tokens[at - 1]
        if before.type in (Type.UNKNOWN, Type.TAKEN):
            return False
        if before.type is Type.NUMBER:
            return False
        if self._rejected < max(sentence_start, at - 2):
            return True
        # "from 37 to 38.4": the first of two readings, too faint to be one by itself
        number = self._number(self._rejected)
        is_first = self._rejected == at - 2 and before.text in ("to", "then", "->")
        return is_first and number is not None and self._kinds[TEMPERATURE].usual.holds(number.value)

    def _ends_a_list(self, at: int, sentence_start: int) -> bool:
        """Such as "cough and 38", "shivering, 39 again": the last of the complaints, no count."""
        if (
            at <= sentence_start
            or self._rejected >= sentence_start
            or self._said.is_age(sentence_start - 1, at)
        ):
            return False
        before = self._tokens[at - 1]
        end = self._said.sentence_end[at]
        if has(before, "joins") and before.text not in (",", ";"):
            return at + 1 == end or has(self._tokens[at + 1], "joins")
        felt = self._said.feelings(sentence_start - 1, at)
        start = self._segment_start(at, sentence_start)
        pure = not self._said.strange_or_taken(start - 1, end)
        return pure and bool(felt) and start > sentence_start

    def _segment_start(self, at: int, sentence_start: int) -> int:
        for before in range(at - 1, max(sentence_start, at - 10) - 1, -1):
            if has(self._tokens[before], "joins"):
                return before + 1
        return sentence_start

    def _is_whole_message(self, at: int) -> bool:
        """Whether the message holds this number, or a range, and only words that may stand around it."""
        if self._said.strange_or_taken.total or self._said.others.total or self._said.heat.total:
            return False
        if self._said.is_amount(at) or any(token.entry.naming for token in self._tokens[: 2 * NEAR]):
            return False
        return self._said.numbers.total <= 2 or (
            self._said.numbers.total * 2 + self._said.onward.total + 1 >= len(self._tokens)
        )

    def _topic(self, at: int, second_at: int, sentence_start: int) -> str | None:
        """What is spoken of where a pair stands: by the name in front, or the readings before."""
        name = self._name
        if name >= 0 and names_other(self._tokens[name]):
            name = self._earlier_name
        if name >= 0 and not self._is_too_far(name, at, sentence_start):
            kind = self._tokens[name].entry.kind
            if kind and self._last_value and self._last_value.at > name:
                kind = self._last_value.kind
            strange = self._said.strange(name, at)
            if kind and strange <= MOST_STRANGE_WORDS:
                number = self._tokens[at].number
                is_pressure = kind in (PRESSURE, "diastolic")
                if is_pressure:
                    return PRESSURE
                value = self._as_kind(at, self._kinds[kind])
                if number and value is not None and self._is_usual(value):
                    second = self._as_kind(second_at, self._kinds[kind])
                    return kind if second is not None and self._is_usual(second) else None
        return None

    def _as_kind(self, at: int, kind: ValueKind) -> Value | None:
        """The number as a value of a kind; None where its unit belongs to another."""
        token = self._tokens[at]
        if token.number is None:
            return None
        own = [unit for unit_kind, unit in token.units if unit_kind.id == kind.id]
        if token.units and not own:
            return None
        if kind.id != TEMPERATURE and not token.units and self._is_to_a_tenth(kind, token.number):
            return None
        value = self._converted(kind, token.number.value, own[-1] if own else None)
        bound = self._said.bound(at)
        plausible = kind.plausible.holds(value)
        value = self._bounded(kind, value, bound)
        trend = "" if bound else self._said.trend(at)
        place, is_habit = self._said.place(at), self._said.is_habit(at)
        return Value(at, at, kind.id, value, plausible, bound, trend, place, is_habit)

    def _is_to_a_tenth(self, kind: ValueKind, number: Number) -> bool:
        """Whether a number is as fine as a temperature is, and this kind is not: "pulse fine, 38.4"."""
        is_temperature = self._kinds[TEMPERATURE].usual.holds(number.value)
        return bool(number.decimals) and kind.step >= 1 and is_temperature

    def _converted(self, kind: ValueKind, written: float, unit: ValueUnit | None) -> float:
        if unit is not None and (unit.times != 1 or unit.subtract or unit.id in ("celsius", "mmol")):
            return (written - unit.subtract) * unit.times
        return self._assumed(kind, written)

    @staticmethod
    def _assumed(kind: ValueKind, written: float) -> float:
        for unit in kind.units:
            if unit.assumed is not None and unit.assumed.holds(written):
                return (written - unit.subtract) * unit.times
        return written

    @staticmethod
    def _bounded(kind: ValueKind, value: float, bound: str) -> float:
        """Such as "under 38" is at most the step below it, "over 39" at least the step above."""
        step = {UNDER: -kind.step, OVER: kind.step}.get(bound, 0.0)
        return round(round(value, 1) + step, 1)

    def _is_usual(self, value: Value) -> bool:
        return self._kinds[value.kind].usual.holds(value.value)
