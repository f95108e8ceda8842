"""The grammar of values: what each number of a message is, in which unit, from when, and which way it moves.

A message is mostly no grammar at all, with islands that are one. Each number is read by the first of these
rules that holds, from the surest to the faintest:

    behind   NUMBER unit? NAME                       "88 % oxygen", where no name waits in front
    named    NAME filler* bound? NUMBER unit?        "temp has stayed below 38"
    series   value (join | onward | time | state)* NUMBER    "sats 96/90/88", "97 last night 90 now"
    unit     NUMBER unit-that-names                  "38.6 °C", "160 bpm"
    pair     NUMBER (/ | over | on) NUMBER beats?    "120/80", "120/80 72"
    bare     a number among nothing but known words  "39 again", "38-39", "cough and 38.4"

A name that says something else ("platelets 40", "room 39") takes its number away before a later rule sees it.
"""

from __future__ import annotations

from blina.knowledge.schema import ValueKind, ValuesFile
from blina.reading.model import Measurement, Status
from blina.reading.values.around import AT_LEAST, AT_MOST, IT_IS, NEAR
from blina.reading.values.pairs import Pairs
from blina.reading.values.parts import MOST_STRANGE_WORDS, OXYGEN, PRESSURE, SMALL, TEMPERATURE, Value
from blina.reading.values.tokens import Type, names_other, tokens
from blina.reading.values.vocabulary import SHORT, STRONG, WEAK, Vocabulary
from blina.reading.values.when import Placed, When, times_of

_BEFORE_DEVICE = frozenset("of on the my his her our is for".split())  # "93 on the oximeter"
_BARE_CELSIUS = (35.0, 42.5)
_FEVERISH_CELSIUS = (38.0, 42.0)
_BARE_FAHRENHEIT = (99.0, 108.5)
_BARE_FAHRENHEIT_DECIMAL = (96.0, 108.5)
_FEVERISH_FAHRENHEIT = (100.4, 106.0)
_BARE_OXYGEN = (70, 97)
_FARTHEST_NOW = 16  # tokens from a reading to the "now 95" that goes on with it


class ValueReader:
    """Reads the values of a message.

    Args:
        values: the words, units and ranges of ``values.yml``.
    """

    def __init__(self, values: ValuesFile) -> None:
        self._vocabulary = Vocabulary(values)

    def read(self, text: str) -> list[Measurement]:
        """Every value in a message, in the order of the text; the time is linear in its length.

        Args:
            text: a cleaned message.
        """
        if not text:
            return []
        found = tokens(text, self._vocabulary)
        if not any(token.type is Type.NUMBER for token in found):
            return []
        return _Reading(text, found, self._vocabulary).measurements()


class _Reading(Pairs):
    # ---- the walk

    def measurements(self) -> list[Measurement]:
        at, sentence_start = 0, 0
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.type is Type.STOP:
                sentence_start = at + 1
            elif self._name == at:
                pass  # it named the number in front of it
            elif token.entry.naming and not (token.entry.naming == WEAK and self._waits(at)):
                self._take_name(at)
            elif token.type is Type.TAKEN:
                self._rejected = at
            elif token.type is Type.NUMBER:
                at = self._read_number(at, sentence_start)
            at += 1
        self._mark_ranges()
        whens = times_of([Placed(value.at, value.last) for value in self._values], self._said)
        told = list(zip(self._values, whens, strict=True))
        # what is usual, or of another day, is over where a newer value of its kind is told too
        old = [value.is_habit or bool(when and when.moment.is_earlier) for value, when in told]
        newer = {value.kind for (value, _), is_old in zip(told, old, strict=True) if not is_old}
        return [
            self._measurement(value, when, is_old and value.kind in newer)
            for (value, when), is_old in zip(told, old, strict=True)
        ]

    def _mark_ranges(self) -> None:
        """Make the two ends of a range ("38-39", "between 38 and 39") limits, which move nowhere."""
        for index in range(1, len(self._values)):
            low, high = self._values[index - 1 : index + 1]
            is_rising = low.kind == high.kind and low.value < high.value and not (low.bound or high.bound)
            if is_rising and self._is_range(low.last, high.at):
                self._values[index - 1] = low._replace(bound=AT_LEAST)
                self._values[index] = high._replace(bound=AT_MOST)

    def _is_range(self, first: int, second: int) -> bool:
        if second != first + 2:
            return False
        before = self._tokens[first - 1].text if first else ""
        behind = self._tokens[second + 1].text if second + 1 < len(self._tokens) else ""
        mark = self._tokens[first + 1].text
        if before == "between":
            return mark in ("and", "to", "-")
        return mark == "-" and "-" not in (before, behind)

    def _waits(self, at: int) -> bool:
        """Whether a surer name of the same kind already waits for its number ("temp is running 39")."""
        if self._name < 0 or self._used:
            return False
        name = self._tokens[self._name].entry
        same_sentence = self._said.stops(self._name, at) == 0
        is_fresh = same_sentence and not self._said.numbers(self._name, at)
        return is_fresh and name.kind is not None and name.kind == self._tokens[at].entry.kind

    def _take_name(self, at: int) -> None:
        if names_other(self._tokens[at]):
            if self._name >= 0 and not self._used and not names_other(self._tokens[self._name]):
                self._earlier_name = self._name
        else:
            self._earlier_name = -1
        self._name, self._used = at, False

    def _read_number(self, at: int, sentence_start: int) -> int:
        """Decide what a number is; returns the last token that belongs to it."""
        if self._said.is_denied(at):
            second_at = self._second_of_pair(at)
            return at + 2 if second_at == at + 2 else at
        pair = self._pair(at, sentence_start)
        if pair is not None:
            return pair
        value = self._beats_behind_pair(at) or self._value(at, sentence_start)
        if value is not None:
            self._accept(value)
        elif not self._said.is_step(at) and not self._is_list_mark(at):
            self._rejected = at
        return at

    def _value(self, at: int, sentence_start: int) -> Value | None:
        token = self._tokens[at]
        if token.number is None or self._is_strangers(at):
            return None
        if self._said.is_reference(at, sentence_start) or self._said.is_price(at) or self._said.is_step(at):
            return None
        return (
            self._behind(at, sentence_start)
            or self._named(at, sentence_start)
            or self._series(at, sentence_start)
            or self._by_unit(at, sentence_start)
            or self._bare(at, sentence_start)
        )

    # ---- the rules

    def _behind(self, at: int, sentence_start: int) -> Value | None:
        """Such as "88 % oxygen", "120 pulse": the name stands behind, and none waits in front."""
        behind = at + 1
        while behind < min(len(self._tokens), at + NEAR) and self._tokens[behind].text in _BEFORE_DEVICE:
            behind += 1
        if behind >= len(self._tokens):
            return None
        name = self._tokens[behind].entry
        number = self._tokens[at].number
        is_named = name.naming == STRONG or (
            name.naming == WEAK and bool(number and number.decimals) and behind == at + 1
        )
        if not is_named or name.kind is None:
            return None
        waiting = self._name >= sentence_start and not self._used
        waiting = waiting and self._tokens[self._name].entry.naming in (STRONG, SHORT)
        if waiting and not self._said.strange(self._name, at):
            return None
        own = self._own_number(behind)
        if own is not None and not self._has_name_behind(own):
            return None
        value = self._as_kind(at, self._kinds[name.kind])
        if value is None or not self._is_usual(value):
            return None
        self._name, self._used = behind, True
        return value

    def _named(self, at: int, sentence_start: int) -> Value | None:
        """Such as "temp is 38.6": by the name in front, over known words, or over a few strange ones."""
        name = self._name
        if name >= 0 and names_other(self._tokens[name]):
            name = self._earlier_name
        elif self._used:
            return None
        if name < 0 or self._is_too_far(name, at, sentence_start):
            return None
        entry = self._tokens[name].entry
        if entry.kind is None:
            return None
        kind = self._kinds[entry.kind]
        value = self._as_kind(at, kind)
        if value is None or self._said.is_age(name, at) or not self._fits_name(name, at, value):
            return None
        if kind.id == TEMPERATURE and self._said.is_other_heat(name, at):
            return None
        self._name, self._used, self._earlier_name = name, True, -1
        return value

    def _fits_name(self, name: int, at: int, value: Value) -> bool:
        """Whether a number may belong to a name: the farther and stranger the way, the surer it must be."""
        said, entry, number = self._said, self._tokens[name].entry, self._tokens[at].number
        strange = said.strange_or_taken(name, at)
        joined = said.joins(name, at) and at - name != 2  # "temp, 39"
        usual = self._is_usual(value)
        is_precise = bool(number and number.decimals) or bool(self._tokens[at].units)
        if joined and entry.naming == WEAK and self._looks_like_fever(at):
            return False
        if joined:
            is_told = not strange and self._rejected <= name  # no other number was said since
            is_told = is_told or self._starts_anew(name, at)
            return usual and is_told and (is_precise or said.ends_well(at))
        if strange:
            stands_free = self._tokens[at - 1].type is not Type.UNKNOWN and said.goes_on_well(at)
            return strange <= MOST_STRANGE_WORDS and usual and (is_precise or stands_free)
        if not usual:
            is_reading = not said.is_moved_by(at) and not self._is_list_mark(at) and not self._is_count(at)
            return (
                entry.naming == STRONG and is_reading and said.goes_on_well(at) and not said.stops(name, at)
            )
        is_small = bool(number and number.value < SMALL)  # "sugar, down 2 sizes"
        in_doubt = entry.naming == WEAK or bool(said.stops(name, at)) or is_small
        return not in_doubt or is_precise or said.goes_on_well(at)

    def _looks_like_fever(self, at: int) -> bool:
        """Such as "heart racing, 39": a number that a pulse could have too, but a fever sooner."""
        number = self._tokens[at].number
        if number is None or self._tokens[at].units:
            return False
        return _FEVERISH_CELSIUS[0] <= number.value <= _FEVERISH_CELSIUS[1]

    def _series(self, at: int, sentence_start: int) -> Value | None:
        """The next of several readings of one kind."""
        last = self._last_value
        is_now = self._said.is_now(at) and self._said.ends_well(at)
        if last is None or (self._rejected > last.last and not is_now):
            return None
        if self._name > last.last and not names_other(self._tokens[self._name]):
            return None
        crossed = last.at < sentence_start
        if crossed and self._is_too_far(last.last, at, sentence_start):
            return None
        if self._said.strange_or_taken(last.last, at) and not (is_now and at - last.last <= _FARTHEST_NOW):
            return None
        if self._is_of_something_else(last, at):
            return None
        kind = self._kinds[last.kind if last.kind != "diastolic" else PRESSURE]
        value = self._as_kind(at, kind)
        if value is None or not self._is_usual(value):
            return None
        number = self._tokens[at].number
        is_precise = bool(number and number.decimals) or bool(self._tokens[at].units)
        goes_onward = bool(self._said.onward(last.last, at))
        goes_onward = goes_onward or (last.at > 0 and self._tokens[last.at - 1].text == "between")
        if crossed and not is_precise:
            starts = self._tokens[sentence_start].text in (*IT_IS, "now", "then", "later")
            starts = starts or self._tokens[sentence_start - 1].text.startswith("..")
            starts = starts or (sentence_start > 1 and self._is_list_mark(sentence_start - 2))
            fits = self._said.ends_well(at) and (starts or self._tokens[sentence_start].type is Type.TIME)
        elif goes_onward or is_precise:
            fits = is_precise or self._said.goes_on_well(at)
        else:
            fits = self._said.ends_well(at) or self._goes_on_with(kind, at)
        if kind.id == TEMPERATURE and (
            self._said.is_other_heat(last.last, at) or self._said.is_of_other_heat(last.last, at)
        ):
            return None
        return value if fits else None

    def _is_of_something_else(self, last: Value, at: int) -> bool:
        """Whether a number behind a value is an age, an amount, a share, or of the pair: "100/60-70"."""
        if self._said.is_age(last.last, at) or self._said.is_amount(at) or self._is_share(at):
            return True
        is_behind_pair = last.last > last.at and at == last.last + 2
        return is_behind_pair and self._tokens[at - 1].text in ("-", "/")

    def _goes_on_with(self, kind: ValueKind, at: int) -> bool:
        """Whether the next number may be one of the same kind: "temps 36 39 38"."""
        behind = self._number(at + 1) if at + 1 < len(self._tokens) else None
        value = self._as_kind(at + 1, kind) if behind else None
        return value is not None and self._is_usual(value)

    def _by_unit(self, at: int, sentence_start: int) -> Value | None:
        """Such as "38.6 °C", "160 bpm": the unit says what it is."""
        token = self._tokens[at]
        named = [(kind, unit) for kind, unit in token.units if unit.names_it]
        if not named:
            return self._bare_percent(at)
        kind = named[-1][0]
        if self._rejected == at - 2 and self._said.joins(at - 2, at) and kind.id != TEMPERATURE:
            return None
        value = self._as_kind(at, kind)
        if value is None:
            return None
        if kind.id == TEMPERATURE:
            end = self._said.sentence_end[at]
            if self._said.heat(sentence_start - 1, end):
                return None
            if not self._is_usual(value):
                return value if self._is_whole_message(at) else None
            return value
        return value if self._is_usual(value) else None

    def _bare_percent(self, at: int) -> Value | None:
        token = self._tokens[at]
        kind = next((kind for kind, _ in token.units), None)
        if kind is None or kind.id != OXYGEN or token.number is None:
            return None
        if not self._is_whole_message(at) and not self._is_next_on_monitor(at):
            return None
        highest = _BARE_OXYGEN[1] if self._is_whole_message(at) else kind.usual.high
        return self._as_kind(at, kind) if _BARE_OXYGEN[0] <= token.number.value <= highest else None

    def _is_next_on_monitor(self, at: int) -> bool:
        """Such as "37.8, 110/70, 96%": a percentage right behind other values."""
        last = self._last_value
        is_next = (
            last is not None and at - last.last <= 2 and self._said.joins(last.last, at) == at - last.last - 1
        )
        return is_next and self._said.ends_well(at)

    def _bare(self, at: int, sentence_start: int) -> Value | None:
        """A number that nothing names, and that is a body's temperature or nothing."""
        token = self._tokens[at]
        number = token.number
        whole_message = self._is_whole_message(at)
        if number is None or token.units or number.decimals > (2 if whole_message else 1):
            return None
        celsius = number.value
        lowest = _BARE_FAHRENHEIT_DECIMAL if number.decimals else _BARE_FAHRENHEIT
        looks = _BARE_CELSIUS[0] <= celsius <= _BARE_CELSIUS[1] or lowest[0] <= celsius <= lowest[1]
        feverish = _FEVERISH_CELSIUS[0] <= celsius <= _FEVERISH_CELSIUS[1]
        feverish = feverish or _FEVERISH_FAHRENHEIT[0] <= celsius <= _FEVERISH_FAHRENHEIT[1]
        if not looks or self._said.is_amount(at) or self._is_measure_of_something(at, sentence_start):
            return None
        if self._said.heat(sentence_start - 1, self._said.sentence_end[at]):
            return None
        if whole_message:
            return None if self._said.is_age(-1, at) else self._as_kind(at, self._kinds[TEMPERATURE])
        if number.decimals:
            fits = self._stands_free(at, sentence_start) and self._said.goes_on_well(at)
        else:
            fits = feverish and self._ends_a_list(at, sentence_start)
        return self._as_kind(at, self._kinds[TEMPERATURE]) if fits else None

    def _measurement(self, value: Value, when: When | None, is_past: bool) -> Measurement:
        first, last = self._tokens[value.at], self._tokens[value.last]
        said = self._text[self._tokens[when.first].start : self._tokens[when.last].end] if when else ""
        return Measurement(
            value.kind,
            value.value,
            value.plausible,
            Status.PAST if is_past else Status.PRESENT,
            self._text[first.start : last.end].strip(),
            first.start,
            last.end,
            place=value.place,
            is_uncertain=value.place in self._uncertain,
            when=said,
            trend=value.trend,
            bound=value.bound,
        )
