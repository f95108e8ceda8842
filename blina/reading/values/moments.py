"""A moment as far as it was said, and the words that mean one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta

from blina.reading.values.lexemes import Lexeme

HOURS_A_DAY, NOON = 24, 12
_NIGHT, _DAWN = 20, 6
_LONGEST_AGO = timedelta(days=3650)


@dataclass(frozen=True)
class Moment:
    """When something was, as far as it was said.

    Args:
        minutes_ago: how long before the message.
        days_ago: on which day before the message's.
        weekday: 0 for Monday.
        hour: of the clock, or about when a part of the day is.
        minute: of the clock.
        is_half: whether the hour may be one of the morning or of the evening ("at 8").
        is_about: whether the hour only says about when a part of the day is.
    """

    minutes_ago: float | None = None
    days_ago: int | None = None
    weekday: int | None = None
    hour: int | None = None
    minute: int = 0
    is_half: bool = False
    is_about: bool = False

    @property
    def is_earlier(self) -> bool:
        """Whether it is over: another day, a part of the day before, or hours ago."""
        return bool(self.days_ago) or self.weekday is not None or (self.minutes_ago or 0) >= 120

    @property
    def is_long_ago(self) -> bool:
        """Whether it is further back than what counts now."""
        return (self.days_ago or 0) > 2 or (self.minutes_ago or 0) > 3 * 1440

    def with_(self, other: Moment) -> Moment:
        """Both together, in any order: "yesterday" and "at 3 pm", "at 8" and "this evening"."""
        if self.hour is not None and other.hour is not None and self.is_about is not other.is_about:
            clock, part = (other, self) if self.is_about else (self, other)
            return clock._in(part)
        known = {
            field.name: getattr(other, field.name)
            for field in fields(other)
            if getattr(other, field.name) not in (None, False)
        }
        if other.hour is None:
            known.pop("minute", None)
        return replace(self, **known)

    def _in(self, part: Moment) -> Moment:
        """A time of the clock in a part of a day, which says its day and whether it is before noon."""
        days = part.days_ago if part.days_ago is not None else self.days_ago
        weekday = part.weekday if part.weekday is not None else self.weekday
        hour, around = self.hour or 0, part.hour or 0
        if not self.is_half or around == NOON:
            return replace(self, days_ago=days, weekday=weekday)
        is_night = around >= _NIGHT or around < _DAWN
        is_late = (hour % NOON >= _DAWN) if is_night else (around > NOON)
        if is_night and not is_late and days:
            days -= 1  # "at 2 last night" was on this day
        hour = hour % NOON + (NOON if is_late else 0)
        return replace(self, days_ago=days, weekday=weekday, hour=hour, is_half=False)

    def at(self, now: datetime) -> datetime | None:
        """The time that is meant; None where that is not plain.

        Args:
            now: when it was said, in the patient's time zone.
        """
        if self.minutes_ago is not None:
            ago = timedelta(minutes=self.minutes_ago)
            return now - ago if ago < _LONGEST_AGO else None
        days = self.days_ago
        if self.weekday is not None:
            days = (now.weekday() - self.weekday) % 7 or 7
        if self.hour is None or (days or 0) > 366:
            return None
        hours = [self.hour % HOURS_A_DAY]
        if self.is_half:
            hours = [self.hour % NOON, self.hour % NOON + NOON]
        day = (now - timedelta(days=days or 0)).date()
        times = [datetime.combine(day, time(hour, self.minute), now.tzinfo) for hour in hours]
        if days is None:  # the last time that the clock showed it
            times += [moment - timedelta(days=1) for moment in times]
        past = [moment for moment in times if moment <= now + timedelta(minutes=5)]
        return max(past, default=None)


_NOW = Moment(minutes_ago=0)
# Words that say when, longest first where one starts another.
PHRASES = {
    "just now": _NOW, "right now": _NOW, "now": _NOW, "at the moment": _NOW, "atm": _NOW, "this minute": _NOW,
    "currently": _NOW, "at present": _NOW, "this very moment": _NOW,
    "today": Moment(days_ago=0), "earlier today": Moment(days_ago=0), "tonight": Moment(days_ago=0, hour=20),
    "earlier": Moment(days_ago=0), "so far today": Moment(days_ago=0), "all day": Moment(),
    "all day today": Moment(), "this morning": Moment(days_ago=0, hour=8),
    "all morning": Moment(days_ago=0), "first thing": Moment(days_ago=0, hour=7),
    "first thing this morning": Moment(days_ago=0, hour=7), "this afternoon": Moment(days_ago=0, hour=15),
    "this evening": Moment(days_ago=0, hour=19), "all evening": Moment(days_ago=0),
    "last night": Moment(days_ago=1, hour=22), "all last night": Moment(days_ago=1),
    "the night before": Moment(days_ago=1), "overnight": Moment(hour=3),
    "all night": Moment(hour=3), "all night long": Moment(),
    "in the night": Moment(hour=3), "during the night": Moment(hour=3), "in the morning": Moment(hour=8),
    "in the afternoon": Moment(hour=15), "in the evening": Moment(hour=19), "at night": Moment(hour=22),
    "yesterday": Moment(days_ago=1, hour=12), "yesterday morning": Moment(days_ago=1, hour=8),
    "yesterday afternoon": Moment(days_ago=1, hour=15), "yesterday evening": Moment(days_ago=1, hour=19),
    "yesterday night": Moment(days_ago=1, hour=22), "the day before yesterday": Moment(days_ago=2, hour=12),
    "day before yesterday": Moment(days_ago=2, hour=12), "the other day": Moment(days_ago=2),
    "yesterdays": Moment(days_ago=1, hour=12), "todays": Moment(days_ago=0),
    "tonights": Moment(days_ago=0, hour=20), "last nights": Moment(days_ago=1, hour=22),
    "this mornings": Moment(days_ago=0, hour=8), "yday": Moment(days_ago=1, hour=12),
    "noon": Moment(hour=12), "midday": Moment(hour=12),
    "midnight": Moment(hour=0), "at noon": Moment(hour=12), "at midday": Moment(hour=12),
    "at midnight": Moment(hour=0), "at lunch": Moment(hour=13), "at lunchtime": Moment(hour=13),
    "lunchtime": Moment(hour=13), "at breakfast": Moment(hour=8), "at dinner": Moment(hour=18),
    "at dinnertime": Moment(hour=18), "at tea time": Moment(hour=17), "at teatime": Moment(hour=17),
    "teatime": Moment(hour=17), "before breakfast": Moment(hour=7), "after breakfast": Moment(hour=9),
    "since lunch": Moment(hour=13), "since breakfast": Moment(hour=8), "since dinner": Moment(hour=18),
    "before lunch": Moment(hour=11), "after lunch": Moment(hour=14), "before dinner": Moment(hour=17),
    "after dinner": Moment(hour=20), "when i woke up": Moment(), "when i got up": Moment(),
    "when he woke up": Moment(), "when she woke up": Moment(), "on waking": Moment(),
    "on waking up": Moment(), "at bedtime": Moment(hour=22), "bedtime": Moment(hour=22),
    "before bed": Moment(hour=22), "last week": Moment(days_ago=7), "last month": Moment(days_ago=30),
    "last year": Moment(days_ago=365), "last time": Moment(days_ago=7), "years ago": Moment(days_ago=730),
    "weeks ago": Moment(days_ago=14), "months ago": Moment(days_ago=60), "days ago": Moment(days_ago=3),
    "hours ago": Moment(minutes_ago=180), "ages ago": Moment(days_ago=30), "a while ago": Moment(days_ago=0),
    "a moment ago": _NOW, "moments ago": _NOW, "a second ago": _NOW, "a minute ago": Moment(minutes_ago=1),
    "every day": Moment(), "each day": Moment(), "a day": Moment(),
    "every night": Moment(), "most days": Moment(), "all week": Moment(),
    "this week": Moment(days_ago=0), "in the last hour": Moment(minutes_ago=60),
    "over the weekend": Moment(days_ago=2), "at the weekend": Moment(days_ago=2),
}  # fmt: skip
PHRASES = {phrase: replace(moment, is_about=moment.hour is not None) for phrase, moment in PHRASES.items()}
_BY_WORDS = {tuple(phrase.split()): moment for phrase, moment in PHRASES.items()}
_LENGTHS = {
    first: sorted({len(words) for words in _BY_WORDS if words[0] == first}, reverse=True)
    for first in {words[0] for words in _BY_WORDS}
}


def phrase_at(pieces: Sequence[Lexeme], at: int) -> tuple[int, Moment] | None:
    """The words that say when which start here, and where they end."""
    for length in _LENGTHS.get(pieces[at].text, ()):
        words = tuple(piece.text for piece in pieces[at : at + length])
        if words in _BY_WORDS:
            return at + len(words), _BY_WORDS[words]
    return None
