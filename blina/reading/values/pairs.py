"""Two numbers that are one reading, as of a blood pressure, and the third that a monitor shows with them."""

from __future__ import annotations

from blina.reading.values.parts import PRESSURE, TEMPERATURE, Parts, Value
from blina.reading.values.tokens import Type

_PAIR_MARKS = frozenset(["/", "over", "on", "by", "|", "-"])
_FAINT_MARKS = frozenset(["-", "by", ""])  # of a pair only where the pressure is named
_HIGHEST_BEHIND_DASH = 110  # "140-90" is a pair, "120-130" a range
_FEWEST_APART = 15  # mmHg between the two numbers of a pair that nothing names


class Pairs(Parts):
    """The rule that reads pairs."""

    def _pair(self, at: int, sentence_start: int) -> int | None:
        """Such as "120/80": two pressures; returns the last token, None where there are none.

        A pair that is nothing known ("12/11") is no value at all.
        """
        second_at = self._second_of_pair(at)
        if second_at is None:
            return None
        kind = self._topic(at, second_at, sentence_start)
        if kind != PRESSURE and (kind is not None or second_at == at + 1):
            return None
        if self._is_strangers(at) or self._said.is_reference(at, sentence_start):
            self._rejected = second_at
            return second_at
        units = {unit_kind.id for token in (at, second_at) for unit_kind, _ in self._tokens[token].units}
        if units - {PRESSURE}:
            return None
        named = kind == PRESSURE or PRESSURE in units
        high, low = self._pressures(at, second_at, named)
        mark = self._tokens[at + 1].text if second_at == at + 2 else ""
        if mark in _FAINT_MARKS and not (
            named and low <= _HIGHEST_BEHIND_DASH and self._are_apart(high, low)
        ):
            return None
        if not named and not self._stands_as_pair(at, second_at, sentence_start):
            if mark == "/" and not self._is_decimal(at):
                self._rejected = second_at
                return second_at
            return None
        self._accept_pair(at, second_at, high, low)
        return second_at

    def _pressures(self, at: int, second_at: int, named: bool) -> tuple[float, float]:
        """The two numbers in mmHg."""
        high, low = (number.value for number in (self._number(at), self._number(second_at)) if number)
        if not named:
            return high, low
        high_kind, low_kind = self._pair_kinds
        assumed = self._assumed(high_kind, high)
        return assumed, self._assumed(low_kind, low) if assumed != high else low

    def _are_apart(self, high: float, low: float) -> bool:
        high_kind, low_kind = self._pair_kinds
        is_usual = high_kind.usual.holds(high) and low_kind.usual.holds(low)
        return is_usual and high - low >= _FEWEST_APART

    def _stands_as_pair(self, at: int, second_at: int, sentence_start: int) -> bool:
        """Whether two numbers that nothing names can only be pressures."""
        first, second = self._number(at), self._number(second_at)
        if first is None or second is None or first.decimals or second.decimals:
            return False
        before = self._tokens[at - 1].type if at > sentence_start else Type.STOP
        if before in (Type.UNKNOWN, Type.NUMBER) or not self._said.goes_on_well(second_at):
            return False
        high_kind, low_kind = self._pair_kinds
        usual = high_kind.usual.holds(first.value) and low_kind.usual.holds(second.value)
        return usual and first.value - second.value >= _FEWEST_APART

    def _accept_pair(self, at: int, second_at: int, high: float, low: float) -> None:
        high_kind, low_kind = self._pair_kinds
        plausible = high_kind.plausible.holds(high) and low_kind.plausible.holds(low) and low < high
        bound = self._said.bound(at)
        trend = "" if bound else self._said.trend(at)
        first = Value(at, second_at, PRESSURE, high, plausible, bound, trend, "", self._said.is_habit(at))
        first = first._replace(value=self._bounded(high_kind, high, bound))
        second = first._replace(kind=low_kind.id, value=self._bounded(low_kind, low, bound))
        last = self._last_value
        if last is not None and last.kind == low_kind.id and self._is_before(last, at):
            self._values[-2:-2] = [first, second]  # "down to 88/50 from 130/80"
        else:
            self._accept(first)
            self._accept(second)
        if self._name >= 0 and self._tokens[self._name].entry.kind == PRESSURE:
            self._used = True

    def _second_of_pair(self, at: int) -> int | None:
        """The second number behind a mark or a blank; None where there is none, and in a chain."""
        found = self._tokens
        if at + 1 < len(found) and found[at + 1].type is Type.NUMBER:
            return at + 1
        if at + 2 >= len(found) or found[at + 1].text not in _PAIR_MARKS:
            return None
        if found[at].number is None or found[at + 2].type is not Type.NUMBER:
            return None
        if found[at + 1].text != "/":
            return at + 2
        is_chain = (at > 0 and found[at - 1].text == "/") or self._is_in_chain(at + 2)
        return None if is_chain else at + 2

    def _is_in_chain(self, at: int) -> bool:
        """Whether a slash and another number stand behind ("96/90/88"), which are no beats ("120/80/72")."""
        found = self._tokens
        if at + 1 >= len(found) or found[at + 1].text != "/":
            return False
        numbers = [self._number(place) for place in (at - 2, at, at + 2) if place < len(found)]
        if None in numbers or len(numbers) < 3:
            return True
        first, second, third = (number.value for number in numbers if number)
        is_decimal = any(number.decimals for number in numbers if number)
        return is_decimal or not (self._are_apart(first, second) and third != second)

    def _beats_behind_pair(self, at: int) -> Value | None:
        """The third number of a monitor: "120/80 72" ends with the pulse."""
        last, token = self._last_value, self._tokens[at]
        third = self._kinds.get(self._pair_kinds[0].third or "")
        if third is None or last is None or last.kind != self._pair_kinds[1].id or last.last == last.at:
            return None
        between = self._tokens[last.last + 1 : at] if at - last.last <= 2 else ()
        is_next = at == last.last + 1 or (len(between) == 1 and between[0].text in ("/", ",", ";"))
        if not is_next or token.units or (self._name > last.at and not self._used):
            return None
        if self._second_of_pair(at) is not None or not self._said.ends_well(at):
            return None
        value = self._as_kind(at, third)
        number = token.number
        if value is None or number is None or not self._is_usual(value):
            return None
        is_temperature = self._kinds[TEMPERATURE].usual.holds(number.value)  # it could be either
        return None if is_temperature or number.decimals else value
