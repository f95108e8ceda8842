"""When something was: clock times, dates, "an hour ago", "last night"; and the moment that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from blina.reading.values.clock import AROUND_HOUR, MINUTES_AN_HOUR, clock_at, hour_at, spoken_clock_at
from blina.reading.values.lexemes import NUMBER, WORD, Lexeme, lexemes, text_at
from blina.reading.values.moments import HOURS_A_DAY, PHRASES, Moment, phrase_at
from blina.reading.values.numbers import number_at

_MINUTES = {
    "minute": 1,
    "hour": 60,
    "day": 1440,
    "night": 1440,
    "week": 10_080,
    "month": 43_200,
    "year": 525_600,
}
_UNITS = {
    **dict.fromkeys(("minute", "minutes", "min", "mins", "minuets"), "minute"),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h", "hourly"), "hour"),
    **dict.fromkeys(("day", "days"), "day"),
    **dict.fromkeys(("night", "nights"), "night"),
    **dict.fromkeys(("week", "weeks", "wk", "wks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("year", "years", "yr", "yrs"), "year"),
}
_SOME = {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 4, "half": 0.5}
_HALF_AN_HOUR = (("half", "an", "hour"), ("half", "hour"), ("half", "a", "hour"))
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday weds wed", "thursday thurs thur thu", "friday fri",
         "saturday", "sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = frozenset(
    "january jan february feb march april apr june july august aug september sept sep october oct "
    "november nov december dec".split()
)
_BEFORE_CLOCK = frozenset("at around about since until till by before after from approx circa @".split())
_BEFORE_HOUR = frozenset("at around since until till @".split())  # what makes a bare number a clock time
_BEFORE_TIME = frozenset("since until till from by before after during for".split())


_SHORTEST_MENDED = 6
_TREATMENT = frozenset(["day", "week", "cycle", "d", "c"])
_LONGEST_TREATMENT = 99
_NO_TREATMENT_DAY = frozenset(["/", "\u00b0", "c", "f", "%", "degrees"])  # behind a number that is a reading
_PARTS_OF_DAY = {
    "morning": Moment(hour=8, is_about=True), "afternoon": Moment(hour=15, is_about=True),
    "evening": Moment(hour=19, is_about=True), "am": Moment(), "pm": Moment(),
}  # fmt: skip


_STARTS = frozenset(
    {
        *_BEFORE_CLOCK,
        *_BEFORE_TIME,
        *AROUND_HOUR,
        *_WEEKDAYS,
        *_MONTHS,
        *_SOME,
        *(phrase.split()[0] for phrase in PHRASES),
    }
    | {
        *_TREATMENT,
        *_PARTS_OF_DAY,
        "in",
        "on",
        "last",
        "this",
        "one",
        "two",
        "three",
        "four",
        "six",
        "seven",
        "eight",
        "nine",
        "eleven",
        "twelve",
    }
)
TIME_WORDS = frozenset(  # those that are long enough to tell a slip from another word
    word
    for word in {*_WEEKDAYS, *_MONTHS, *_UNITS, *(word for phrase in PHRASES for word in phrase.split())}
    if len(word) >= _SHORTEST_MENDED
)
_MAY_GO_ON = frozenset({*_UNITS, "-", "to", "or", "and", "a", "point", "\u00bd"})  # behind digits that last


def time_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """The time that starts here, and where it ends.

    Args:
        pieces: of the message.
        at: where it would start.

    Returns:
        None where no time starts; a bare "at 8" is one only with `bare_clock_at`.
    """
    lexeme = pieces[at]
    if lexeme.type == WORD:
        if lexeme.text not in _STARTS:
            return None
        if lexeme.text in _BEFORE_TIME and at + 1 < len(pieces):
            behind = pieces[at + 1]
            found = time_at(pieces, at + 1) if behind.text not in _BEFORE_TIME else None
            if found:
                return found
        return (
            _ago(pieces, at)
            or phrase_at(pieces, at)
            or _after_preposition(pieces, at)
            or spoken_clock_at(pieces, at)
            or _weekday(pieces, at)
            or _date(pieces, at)
            or clock_at(pieces, at)
            or treatment_day_at(pieces, at)
            or _part_of_day(pieces, at)
        )
    if lexeme.text == "@":
        return _after_preposition(pieces, at)
    if lexeme.type == NUMBER:
        return _ago(pieces, at) or clock_at(pieces, at) or _date(pieces, at)
    return None


def bare_clock_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as "at 8", "since 10.30", "at one thirty": a clock time only by the word in front of it."""
    if pieces[at].text not in _BEFORE_HOUR or at + 1 >= len(pieces):
        return None
    if pieces[at + 1].text in ("about", "around", "approx") and at + 2 < len(pieces):
        at += 1
    number = number_at(pieces, at + 1)
    if number is None:
        return None
    if number.in_words and not number.decimals and 100 < number.value < 1260:
        hour, minute = divmod(int(number.value), 100)
        if minute < MINUTES_AN_HOUR:
            return number.end, Moment(hour=hour, minute=minute, is_half=True)
    digits = pieces[at + 1].text
    if pieces[at + 1].type == NUMBER and digits.isdigit() and len(digits) == 4:
        hour, minute = divmod(int(digits), 100)
        if hour < HOURS_A_DAY and minute < MINUTES_AN_HOUR:
            return number.end, Moment(hour=hour, minute=minute)
    return hour_at(number.value, number.decimals, number.end)


def words_moment(text: str) -> Moment | None:
    """All that some words say of when, taken together; None when they say nothing."""
    pieces = lexemes(text)
    at, moment = 0, None
    while at < len(pieces):
        found = time_at(pieces, at) or bare_clock_at(pieces, at)
        if found is None:
            at += 1
            continue
        at = found[0]
        moment = moment.with_(found[1]) if moment else found[1]
    return moment


def moment_of(text: str, now: datetime) -> datetime | None:
    """The time that a patient's words mean ("at 8 this morning"); None where that is not plain.

    Args:
        text: the words.
        now: when they were said, in the patient's time zone.
    """
    moment = words_moment(text)
    return moment.at(now) if moment else None


def duration_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, float] | None:
    """Such as "two hours", "half an hour", "3-4 days": where it ends, and how many minutes it is."""
    if pieces[at].type == NUMBER:
        if text_at(pieces, at + 1) not in _MAY_GO_ON:
            return None
    elif pieces[at].text not in _STARTS:
        return None
    words = tuple(text_at(pieces, at + step) for step in range(3))
    for phrase in _HALF_AN_HOUR:
        if words[: len(phrase)] == phrase:
            return at + len(phrase), 30
    found = _some(pieces, at) if words[0] in _SOME else _counted(pieces, at)
    if found is None:
        return None
    behind, amount = found
    if text_at(pieces, behind) == "-":
        behind += 1
    unit = _UNITS.get(text_at(pieces, behind))
    if unit is None or amount > 1000:
        return None
    return behind + 1, amount * _MINUTES[unit]


def _some(pieces: Sequence[Lexeme], at: int) -> tuple[int, float]:
    """Such as "a", "a few", "a couple of": where it ends, and about how many that are."""
    first, second = text_at(pieces, at), text_at(pieces, at + 1)
    behind, amount = at + 1, float(_SOME[first])
    if first in ("a", "an") and second in _SOME:
        behind, amount = at + 2, float(_SOME[second])
    return (behind + 1 if text_at(pieces, behind) == "of" else behind), amount


def _counted(pieces: Sequence[Lexeme], at: int) -> tuple[int, float] | None:
    """Such as "two", "3-4" (the second counts): where it ends, and how many."""
    number = number_at(pieces, at)
    if number is None:
        return None
    if text_at(pieces, number.end) in ("-", "to", "or") and number.end + 1 < len(pieces):
        second = number_at(pieces, number.end + 1)
        if second and text_at(pieces, second.end) in _UNITS:
            return second.end, second.value
    return number.end, number.value


def _ago(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    duration = duration_at(pieces, at)
    if duration is None:
        return None
    end, minutes = duration
    if text_at(pieces, end) in ("ago", "back", "earlier", "before"):
        if minutes >= _MINUTES["day"]:
            return end + 1, Moment(days_ago=round(minutes / _MINUTES["day"]))
        return end + 1, Moment(minutes_ago=minutes)
    if text_at(pieces, end) in ("later", "after", "afterwards", "on"):
        return end + 1, Moment()
    return None


def _after_preposition(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as "at 8:39", "since 3 pm": the clock time with the word in front of it."""
    if pieces[at].text not in _BEFORE_CLOCK or at + 1 >= len(pieces):
        return None
    behind = at + 1
    if pieces[behind].text in ("about", "around", "approx") and behind + 1 < len(pieces):
        behind += 1
    return clock_at(pieces, behind) or spoken_clock_at(pieces, behind)


def _weekday(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    behind = at
    if pieces[at].text in ("on", "since", "last", "this", "by", "until", "from"):
        behind += 1
    day = _WEEKDAYS.get(text_at(pieces, behind))
    if day is None:
        return None
    end = behind + 1
    part = {"morning": 8, "afternoon": 15, "evening": 19, "night": 22}.get(text_at(pieces, end))
    return (end + 1, Moment(weekday=day, hour=part, is_about=True)) if part else (end, Moment(weekday=day))


def _date(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as "12 November", "Nov 12th", "22/11/2026", "2026-11-22": a day that is not worked out."""
    first = pieces[at]
    if first.type == WORD:
        if first.text not in _MONTHS:
            return None
        day = text_at(pieces, at + 1)
        if not day.isdigit() or int(day[:4]) > 31:
            return None
        return _past_year(pieces, _past_ordinal(pieces, at + 2)), Moment(days_ago=None)
    if not first.text.isdigit():
        return None
    behind = _past_ordinal(pieces, at + 1)
    if text_at(pieces, behind) == "of":
        behind += 1
    if text_at(pieces, behind) in _MONTHS and int(first.text[:4]) <= 31:
        return _past_year(pieces, behind + 1), Moment()
    for mark in ("/", "-"):
        parts = [text_at(pieces, at + step) for step in range(5)]
        if parts[1] == parts[3] == mark and parts[2].isdigit() and parts[4].isdigit():
            numbers = [parts[0], parts[2], parts[4]]
            lengths = [len(part) for part in numbers]
            has_year = 4 in (lengths[0], lengths[2])
            short_year = max(lengths) == 2 and int(parts[0]) <= 31 and int(parts[2]) <= 31
            is_date = has_year or (short_year and mark == "/" and min(int(parts[0]), int(parts[2])) <= 12)
            if is_date and lengths[1] <= 2:
                return at + 5, Moment()
    return None


def treatment_day_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as "day 3 of cycle 2", "C2D3", "on day 12": a day that is not worked out.

    Args:
        pieces: of the message.
        at: where it would start.
    """
    behind = at + 1 if pieces[at].text in ("on", "in") else at
    end = _numbered(pieces, behind)
    if end is None:
        return None
    if text_at(pieces, end) == "of" and end + 1 < len(pieces):
        whole = number_at(pieces, end + 1)
        return (_numbered(pieces, end + 1) or (whole.end if whole else end)), Moment()
    more = end + 1 if text_at(pieces, end) == "," else end
    return _numbered(pieces, more) or end, Moment()


def _numbered(pieces: Sequence[Lexeme], at: int) -> int | None:
    """Where "day 3", "cycle two" or "D3" ends."""
    unit = text_at(pieces, at)
    if unit not in _TREATMENT or at + 1 >= len(pieces):
        return None
    number = number_at(pieces, at + 1)
    if number is None or number.decimals or number.is_many or not 0 <= number.value <= _LONGEST_TREATMENT:
        return None
    if len(unit) == 1 and (pieces[at + 1].spaced or pieces[at + 1].type != NUMBER):
        return None
    is_reading = text_at(pieces, number.end) in _NO_TREATMENT_DAY
    is_letter = is_reading and len(unit) == 1 and text_at(pieces, number.end + 1).isdigit()  # "D3C2"
    return None if is_reading and not is_letter else number.end


def _part_of_day(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """Such as the "morning" of "morning 37.1, evening 38.3"; no greeting, and no "morning sickness"."""
    moment = _PARTS_OF_DAY.get(pieces[at].text)
    if moment is None or (at > 0 and pieces[at - 1].text == "good") or at + 1 >= len(pieces):
        return None
    behind = at + 2 if pieces[at + 1].text in (":", "-", "=", ")") else at + 1
    is_before_number = behind < len(pieces) and number_at(pieces, behind) is not None
    return (at + 1, moment) if is_before_number else None


def _past_ordinal(pieces: Sequence[Lexeme], at: int) -> int:
    return at + 1 if text_at(pieces, at) in ("th", "st", "nd", "rd") else at


def _past_year(pieces: Sequence[Lexeme], at: int) -> int:
    year = text_at(pieces, at)
    return at + 1 if year.isdigit() and len(year) == 4 and year[:2] in ("19", "20") else at
