"""Times of the clock: "8:39", "10.30 pm", "half past two", "0830 hrs"."""

from __future__ import annotations

from collections.abc import Sequence

from blina.reading.values.lexemes import NUMBER, Lexeme, text_at
from blina.reading.values.moments import HOURS_A_DAY, NOON, Moment, phrase_at
from blina.reading.values.numbers import Number, number_at, small

_HALVES = {"am": 0, "a.m": 0, "pm": 12, "p.m": 12}
AROUND_HOUR = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty-five": 25}
MINUTES_AN_HOUR = 60
_BEFORE_HALF = ("at", "around", "about", "since", "by", "until", "till")


def clock_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as "8:39", "10.30 pm", "3 o'clock", "14h30", "0830 hrs"."""
    number = number_at(pieces, at)
    if number is None:
        return None
    return (
        _with_colon(pieces, at, number.end)
        or _with_h(pieces, at, number)
        or _of_hour(pieces, number)
        or _four_digits(pieces, at, number.end)
    )


def _with_colon(pieces: Sequence[Lexeme], at: int, end: int) -> tuple[int, Moment] | None:
    """Such as "8:39", "8:39:20 pm"."""
    lexeme, minutes = pieces[at], text_at(pieces, end + 1)
    if text_at(pieces, end) != ":" or lexeme.type != NUMBER or not lexeme.text.isdigit():
        return None
    is_close = end + 1 < len(pieces) and not pieces[end].spaced and not pieces[end + 1].spaced
    if not (is_close and _are_minutes(minutes)) or int(lexeme.text) > HOURS_A_DAY:
        return None
    end += 2
    if text_at(pieces, end) == ":" and text_at(pieces, end + 1).isdigit():
        end += 2
    return _with_half(pieces, end, int(lexeme.text), int(minutes))


def _with_h(pieces: Sequence[Lexeme], at: int, number: Number) -> tuple[int, Moment] | None:
    """Such as "14h30"."""
    minutes = text_at(pieces, number.end + 1)
    if pieces[at].type != NUMBER or text_at(pieces, number.end) != "h":
        return None
    if not _are_minutes(minutes) or number.value >= HOURS_A_DAY:
        return None
    return number.end + 2, Moment(hour=int(number.value), minute=int(minutes))


def _are_minutes(text: str) -> bool:
    return text.isdigit() and len(text) == 2 and int(text) < MINUTES_AN_HOUR


def _of_hour(pieces: Sequence[Lexeme], number: Number) -> tuple[int, Moment] | None:
    """Such as "10.30 pm", "3 o'clock", "between 2 and 4 pm", "8 in the evening"."""
    end = number.end
    found = hour_at(number.value, number.decimals, end)
    if found is None or found[1].hour is None:
        return None
    hour, link = found[1].hour, text_at(pieces, end)
    if _half(pieces, end) and 0 < hour <= NOON:
        return _with_half(pieces, end, hour, found[1].minute)
    if link in ("oclock", "clock"):
        return _with_half(pieces, end + 1, hour, 0)
    if number.decimals or hour > NOON:
        return None
    if link in ("-", "to", "and", "or") and end + 1 < len(pieces):
        second = number_at(pieces, end + 1)
        if second and _half(pieces, second.end):
            return _with_half(pieces, second.end, hour, 0)
    is_part = link == "in" or (link == "at" and text_at(pieces, end + 1) == "night")
    part = phrase_at(pieces, end) if is_part and hour else None
    if part is None or part[1].hour is None:
        return None
    is_late = part[1].hour >= NOON and hour < NOON
    return part[0], Moment(hour=hour + (NOON if is_late else 0))


def _four_digits(pieces: Sequence[Lexeme], at: int, end: int) -> tuple[int, Moment] | None:
    """Such as "0830 hrs"."""
    digits = pieces[at].text
    if pieces[at].type != NUMBER or not digits.isdigit() or len(digits) != 4:
        return None
    hour, minute = divmod(int(digits), 100)
    if text_at(pieces, end) not in ("hrs", "hours") or hour >= HOURS_A_DAY or minute >= MINUTES_AN_HOUR:
        return None
    return end + 1, Moment(hour=hour, minute=minute)


def hour_at(value: float, decimals: int, end: int) -> tuple[int, Moment] | None:
    """An hour, or "10.30" as hour and minutes."""
    hour = int(value)
    if decimals == 2:
        minute = round((value - hour) * 100)
        if hour < HOURS_A_DAY and minute < MINUTES_AN_HOUR:
            return end, Moment(hour=hour, minute=minute, is_half=hour <= NOON)
    if not decimals and hour <= HOURS_A_DAY:
        return end, Moment(hour=hour, is_half=hour <= NOON)
    return None


def _half(pieces: Sequence[Lexeme], at: int) -> tuple[str, int] | None:
    """Such as "am" or "p.m.", and where it ends."""
    word = text_at(pieces, at)
    if word in ("am", "pm"):
        return word, at + 1
    if word in ("a", "p") and text_at(pieces, at + 1) == "." and text_at(pieces, at + 2) == "m":
        return f"{word}m", at + 4 if text_at(pieces, at + 3) == "." else at + 3
    return None


def _with_half(pieces: Sequence[Lexeme], at: int, hour: int, minute: int) -> tuple[int, Moment]:
    half = _half(pieces, at)
    if half and 0 < hour <= NOON:
        return half[1], Moment(hour=hour % NOON + _HALVES[half[0]], minute=minute)
    return at, Moment(hour=hour, minute=minute, is_half=0 < hour <= NOON)


def spoken_clock_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as "half past two", "quarter to 3", "ten past four", "half two"."""
    first, behind = text_at(pieces, at), at + 1
    if first == "a" and text_at(pieces, behind) == "quarter":
        first, behind = "quarter", at + 2
    minutes = AROUND_HOUR.get(first)
    if minutes is None:
        return None
    direction = text_at(pieces, behind)
    if direction in ("past", "to", "after", "before"):
        hour = small(text_at(pieces, behind + 1))
        if hour is None or not 0 < hour <= NOON:
            return None
        is_before = direction in ("to", "before")
        minute = MINUTES_AN_HOUR - minutes if is_before else minutes
        return _with_half(pieces, behind + 2, (hour - 2) % NOON + 1 if is_before else hour, minute)
    hour = small(direction)
    if first == "half" and at > 0 and pieces[at - 1].text in _BEFORE_HALF and hour and hour <= NOON:
        return _with_half(pieces, behind + 1, hour, minutes)  # as it is said in Britain
    return None
