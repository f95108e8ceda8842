"""The message as typed tokens: numbers with what stands behind them, names, times, places and other words."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from blina.knowledge.schema import ValueKind, ValueUnit
from blina.reading.values.lexemes import NUMBER, STOP, WORD, text_at
from blina.reading.values.moments import Moment
from blina.reading.values.numbers import Number, number_at, typed_apart
from blina.reading.values.times import bare_clock_at, duration_at, time_at
from blina.reading.values.vocabulary import LABEL, OTHER, SHORT, Entry, Vocabulary

_LINKS = frozenset(
    [":", "=", "is", "of", "was", "at", "-", ".", ",", "now", "still", "about", "around", "<", ">"]
)
_LONGEST_NUMBER = 6  # digits; more is a phone or a reference number
_FEWEST_PHONE_DIGITS = 9
_TEMPERATURE = "temperature"
_SECONDS = frozenset(["second", "seconds", "sec", "secs", "s"])
_MINUTE = 60  # seconds
_PARTS = {"low_part": 0.2, "middle_part": 0.5, "high_part": 0.8}  # of "the 80s", as shares
_WHOSE = frozenset(["my", "your", "his", "her", "their"])
_NO_ENTRY = Entry()


class Type(Enum):
    """What a token is."""

    NUMBER = "number"
    WORDS = "words"  # known ones; their entry says which
    UNKNOWN = "unknown"
    TIME = "time"
    TAKEN = "taken"  # a number that is a duration, a phone number, a score, or an amount of something
    STOP = "stop"


class Token(NamedTuple):
    """A piece of the message that the grammar reads as one.

    Args:
        type: what it is.
        start: first character in the message.
        end: one past the last.
        text: as written, in lower case.
        entry: of known words.
        number: of a number.
        units: the units behind a number, with their kinds.
        value_end: where a number ends without its unit.
        is_glued: a letter stands right before a number.
        moment: of a time.
    """

    type: Type
    start: int
    end: int
    text: str
    entry: Entry = _NO_ENTRY
    number: Number | None = None
    units: tuple[tuple[ValueKind, ValueUnit], ...] = ()
    value_end: int = 0
    is_glued: bool = False
    moment: Moment | None = None


def tokens(text: str, vocabulary: Vocabulary) -> list[Token]:
    """The tokens of a message, in order; each looks ahead a fixed way, so the time is linear.

    Args:
        text: a cleaned message.
        vocabulary: the words that are known.
    """
    return _Tokeniser(text, vocabulary).all()


class _Tokeniser:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._pieces = vocabulary.pieces(text)
        self._named: str | None = None  # the kind that was named and has no number yet

    def all(self) -> list[Token]:
        found: list[Token] = []
        at = 0
        while at < len(self._pieces):
            end, token = self._next(at)
            found.append(token)
            at = max(end, at + 1)
        return found

    def _next(self, at: int) -> tuple[int, Token]:
        piece = self._pieces[at]
        if piece.type == STOP:
            return at + 1, self._token(Type.STOP, at, at + 1)
        phrase = self._vocabulary.front.at(self._pieces, at) if piece.type != NUMBER else None
        timed = self._time(at, phrase[0] if phrase else at + 1)
        if timed:
            return timed[0], self._token(Type.TIME, at, timed[0], moment=timed[1])
        lasting = duration_at(self._pieces, at)
        if lasting and not self._names_a_number(lasting[0] - 1):
            return lasting[0], self._token(Type.TAKEN, at, lasting[0])
        number = None if phrase and phrase[0] - at > 1 else number_at(self._pieces, at)
        if piece.type == NUMBER or (number and (phrase is None or number.end > phrase[0])):
            return self._number(at, number)
        if phrase:
            return self._words(at, *phrase)
        if piece.type == WORD:
            return at + 1, self._token(Type.UNKNOWN, at, at + 1)
        return at + 1, self._token(Type.WORDS, at, at + 1)

    def _words(self, at: int, end: int, entry: Entry) -> tuple[int, Token]:
        is_behind_number = at > 0 and self._pieces[at - 1].type == NUMBER and not self._pieces[at].spaced
        if entry.naming == SHORT and (is_behind_number or not self._is_number(self._past_links(end))):
            return end, self._token(Type.UNKNOWN, at, end)
        if entry.naming:
            self._named = entry.kind
        return end, self._token(Type.WORDS, at, end, entry=entry)

    def _time(self, at: int, phrase_end: int) -> tuple[int, Moment] | None:
        """A time; "at 8" is none where a name waits for a number that 8 may be."""
        timed = time_at(self._pieces, at)
        if timed:
            return timed if timed[0] >= phrase_end else None
        bare = bare_clock_at(self._pieces, at)
        if bare is None:
            return None
        if self._vocabulary.behind.at(self._pieces, bare[0]) if bare[0] < len(self._pieces) else None:
            return None
        number = number_at(self._pieces, at + 1) or number_at(self._pieces, bare[0] - 1)
        kind = self._vocabulary.kinds.get(self._named or "")
        if kind and number and _may_be(kind, number.value) and not self._is_number(self._past_links(bare[0])):
            return None
        return bare

    def _number(self, at: int, number: Number | None) -> tuple[int, Token]:
        phone = self._phone(at)
        if phone:
            return phone, self._token(Type.TAKEN, at, phone)
        is_digits = self._pieces[at].type == NUMBER
        if number is None or (is_digits and len(self._pieces[at].text) > _LONGEST_NUMBER):
            return at + 1, self._token(Type.TAKEN, at, at + 1)
        number = typed_apart(self._pieces, number, self._named == _TEMPERATURE)
        if number.is_many:
            if self._is_age_of_many(at):
                return number.end, self._token(Type.TAKEN, at, number.end)
            number = self._part_of_many(at, number)
        score = self._score(at, number)
        if score:
            return score, self._token(Type.TAKEN, at, score)
        end, units = self._unit(number)
        counted = self._beats_a_minute(number, end)
        if counted is not None:
            number, end, units = counted
        if units is None:
            return end, self._token(Type.TAKEN, at, end)
        start = self._pieces[at].start
        is_glued = start > 0 and self._text[start - 1].isalpha()
        self._named = None
        token = self._token(
            Type.NUMBER,
            at,
            end,
            number=number,
            units=tuple(units),
            value_end=self._pieces[number.end - 1].end,
            is_glued=is_glued,
        )
        return end, token

    def _is_age_of_many(self, at: int) -> bool:
        """Such as "in my late 30s"."""
        before = self._before_part(at)
        return before > 0 and self._pieces[before].text in _WHOSE and self._pieces[before - 1].text == "in"

    def _before_part(self, at: int) -> int:
        """The lexeme before a number, or before the word that says which part of many it is ("mid-80s")."""
        before = at - 1
        if before > 0 and self._pieces[before].text == "-" and not self._pieces[before].spaced:
            before -= 1
        return before - 1 if before >= 0 and self._part(before) else at - 1

    def _part(self, at: int) -> str | None:
        """Which part of many a word says: the low, the middle or the high one."""
        found = self._vocabulary.front.at(self._pieces, at)
        return next((part for part in _PARTS if found and part in found[1].roles), None)

    def _part_of_many(self, at: int, number: Number) -> Number:
        """Such as "the mid 80s": about 85. Without a part it is the first of them, or 38.5 for "38s"."""
        before = self._before_part(at)
        part = self._part(before + 1) if before + 1 < at else None
        width = 1 if number.value % 10 else 10
        begins_it = width == 10 and number.value > width  # in "the teens" none is 10
        share = _PARTS[part] if part else 0.0 if begins_it else 0.5
        return number._replace(value=round(number.value + share * width, 1), decimals=0 if width == 10 else 1)

    def _unit(self, number: Number) -> tuple[int, list[tuple[ValueKind, ValueUnit]] | None]:
        """Where the number's unit ends, and which it may be; None when it is an amount of something else."""
        end = number.end
        units: list[tuple[ValueKind, ValueUnit]] = []
        while end < len(self._pieces):
            behind = self._vocabulary.behind.at(self._pieces, end)
            if behind is None:
                break
            entry = behind[1]
            if entry.units:
                # each once: "39%%%%" has one unit, however often it is written
                named = {(id(kind), id(unit)): (kind, unit) for kind, unit in (*units, *entry.units)}
                units, end = list(named.values()), behind[0]
                if len(units) > len(entry.units):  # "°" and "C"
                    last = {id(unit) for _, unit in entry.units}
                    units = [item for item in units if id(item[1]) in last]
                continue
            if units or self._names_a_number(end) or self._is_place(end, behind[0]):
                break
            is_repeated = entry.roles == {"measures"} and self._pieces[end].text in ("times", "x")
            if is_repeated and self._is_number(end + 1):
                return end + 2, units  # "39 times 2": measured twice
            if "measures" in entry.roles or not number.decimals:
                return behind[0], None
            break
        if (
            not units
            and end < len(self._pieces)
            and self._pieces[end].text == "x"
            and self._is_number(end + 1)
        ):
            return end + 2, units
        return end, units

    def _beats_a_minute(
        self, number: Number, end: int
    ) -> tuple[Number, int, list[tuple[ValueKind, ValueUnit]] | None] | None:
        """Such as "30 in 15 seconds": counted by hand, and so an amount unless the pulse is spoken of."""
        if text_at(self._pieces, end) not in ("in", "per", "over") or end + 1 >= len(self._pieces):
            return None
        lasting = number_at(self._pieces, end + 1)
        if lasting is None or text_at(self._pieces, lasting.end) not in _SECONDS:
            return None
        end = lasting.end + 1
        kind = self._vocabulary.kinds.get(self._named or "")
        if kind is None or not kind.a_minute or not 0 < lasting.value <= _MINUTE:
            return number, end, None
        counted = number._replace(value=round(number.value * _MINUTE / lasting.value))
        return counted, end, [(kind, unit) for unit in kind.units if unit.names_it]

    def _names_a_number(self, at: int) -> bool:
        """Whether the words here are a name with a number of its own: "39.4 hr 110", "38.6 bag 5"."""
        if at >= len(self._pieces):
            return False
        front = self._vocabulary.front.at(self._pieces, at)
        if front is None or not front[1].naming:
            return False
        behind = self._past_links(front[0])
        if not self._is_number(behind):
            return False
        kind = self._vocabulary.kinds.get(front[1].kind or "")
        number = number_at(self._pieces, behind)
        return kind is None or (number is not None and _may_be(kind, number.value))

    def _is_place(self, at: int, unit_end: int) -> bool:
        """Whether more words than a unit has say where it was taken: "38.2 left ear" is no "38.2 left"."""
        front = self._vocabulary.front.at(self._pieces, at)
        is_longer = front is not None and front[0] > unit_end
        return is_longer and front is not None and bool(front[1].place or "states" in front[1].roles)

    def _past_links(self, at: int) -> int:
        for _ in range(3):
            if at < len(self._pieces) and self._pieces[at].text in _LINKS:
                at += 1
        return at

    def _is_number(self, at: int) -> bool:
        return at < len(self._pieces) and number_at(self._pieces, at) is not None

    def _phone(self, at: int) -> int | None:
        """Where a phone number ends: groups of digits with spaces or dashes between."""
        pieces = self._pieces
        if pieces[at].type != NUMBER or not pieces[at].text.isdigit():
            return None
        digits, end, dashes = len(pieces[at].text), at + 1, 0
        while end < len(pieces) and end - at < 12:
            step = end + 1 if pieces[end].text == "-" and not pieces[end].spaced else end
            is_digits = step < len(pieces) and pieces[step].type == NUMBER and pieces[step].text.isdigit()
            if not is_digits:
                break
            dashes += step - end
            digits += len(pieces[step].text)
            end = step + 1
        is_marked = pieces[at].text[0] == "0" or (at > 0 and pieces[at - 1].text == "+")
        is_marked = is_marked or (dashes > 0 and digits in (10, 11))
        return end if digits >= _FEWEST_PHONE_DIGITS and is_marked else None

    def _score(self, at: int, number: Number) -> int | None:
        """Such as "8 out of 10", "8/10" and "24/7": a share."""
        pieces, end = self._pieces, number.end
        text = [pieces[end + step].text if end + step < len(pieces) else "" for step in range(3)]
        if text[:2] == ["out", "of"] and end + 2 < len(pieces):
            whole = number_at(pieces, end + 2)
            return whole.end if whole else None
        is_share = text[0] == "/" and text[2] != "/"
        if is_share and (number.value, text[1]) in ((24, "7"), (24, "24"), (9, "5")):
            return end + 2
        is_score = is_share and text[1] in ("10", "7", "5") and number.value <= int(text[1])
        if is_score and text[2] != ":" and self._named != "systolic":
            return end + 2
        return None

    def _token(
        self,
        sort: Type,
        at: int,
        end: int,
        entry: Entry = _NO_ENTRY,
        number: Number | None = None,
        units: tuple[tuple[ValueKind, ValueUnit], ...] = (),
        value_end: int = 0,
        is_glued: bool = False,
        moment: Moment | None = None,
    ) -> Token:
        start, stop = self._pieces[at].start, self._pieces[end - 1].end
        text = self._pieces[at].text if end - at == 1 else self._text[start:stop].lower()
        return Token(sort, start, stop, text, entry, number, units, value_end, is_glued, moment)


def _may_be(kind: ValueKind, written: float) -> bool:
    """Whether a written number is usual for a kind, in any of its units."""
    if kind.usual.holds(written):
        return True
    return any(
        unit.assumed is not None
        and unit.assumed.holds(written)
        and kind.usual.holds((written - unit.subtract) * unit.times)
        for unit in kind.units
    )


def names_other(token: Token) -> bool:
    """Whether a token names a number as something else than a value."""
    return token.entry.naming in (OTHER, LABEL)
