"""What the patient's whole words say of times, of the treatment and of a dose; nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from blina.reading.values.lexemes import lexemes
from blina.reading.values.times import bare_clock_at, duration_at, moment_of, time_at, treatment_day_at
from blina.replies.handover.model import Said

_SINCE = frozenset({"since", "from", "for"})
_NO_TIME = frozenset({"a day", "every day", "each day", "every night", "at night", "most days"})  # how often
# "since breakfast", "since I woke up", and not "since I have no thermometer"
_SINCE_EVENT = re.compile(
    r"since (?:(?:i|he|she|they|we|it) (?:woke|got|came|started|went|ate|took|had|left|was|began|arrived)\b|"
    r"(?!(?:i|he|she|they|we|it|you|there|nobody|no|that|when|about|around)\b)[\w'’]+)"
    r"(?:[ \t]+(?!(?:and|but|so|with|is|are|am|has|have|can|will|i|he|she|it|they|we|you)\b)[\w'’]+){0,4}",
    re.IGNORECASE,
)
# "she could this morning": until when it was well, and not since when it is there
_WAS_WELL = re.compile(
    r"\b(?:could(?!n|[ \t]+(?:not|hardly|barely))|(?:was|were|had been)[ \t]+(?:still[ \t]+|all[ \t]+)?"
    r"(?:fine|ok|okay|well|right|alright|normal|good|better))\b[^,.;!?\n]*$",
    re.IGNORECASE,
)
# "gone today": when it ended
_ENDED = re.compile(
    r"\b(?:gone|over|stopped|finished|ended|disappeared|cleared(?: up)?|went(?: away)?)[ \t]+(?:by[ \t]+)?$",
    re.IGNORECASE,
)
_IS_A_REASON = re.compile(r"[ \t]+(?:is|are|am|has|have|can|will)\b", re.IGNORECASE)
_LONGEST = timedelta(days=3650)
_NUMBER = r"(\d{1,2}|one|two|three|four|five|six|seven|eight|nine)"
_CYCLE = re.compile(rf"\b(?:cycle|course|round)\s+(?:number\s+)?{_NUMBER}\b", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th) (?:cycle|course|round)\b", re.IGNORECASE
)
_CYCLE_AND_DAY = re.compile(r"\b(c\d)\s?(d\d{1,2})\b", re.IGNORECASE)
_BEGAN = re.compile(
    r"^[ \t]*(?:since|for)\b"
    r"|\b(?:it|this|that)(?:['’]s| has)? (?:all )?(?:began|begun|started|been|came on)\b",
    re.IGNORECASE,
)
_MIXED = re.compile(r"\b(?:but|then|again|until|was|were|felt|wors\w+)\b", re.IGNORECASE)
_TIMES = r"(?<![\d.,])(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|several|many) ?(?:times|x)"
_OFTEN = re.compile(
    rf"\b(?:(?:once|twice|{_TIMES}) "
    r"(?:(?:a|an|per|each|every|in the last|in an?|in the|during the|this|last) )?(?:\w+ )?"
    r"(?:hour|day|night|minute|morning|evening|week|today|tonight)s?(?! ago)|"
    rf"(?:twice|{_TIMES})\b(?! (?:worse|more|as|a|the|my|\d))|"
    r"every (?:few |half |\w+ )?(?:hour|minute|night|morning|day)s?|all the time|non-?stop|on and off|"
    r"comes? and goe?s?|in waves)\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"\bday\s+(?:number\s+)?\d{1,2}\b(?!\s*(?:°|degrees|mg|%))", re.IGNORECASE)
_DOSE = re.compile(
    r"\b(?:\d+\s*x\s*)?\d+(?:[.,]\d+)?\s?(?:mg|mcg|grams?|g|ml|tablets?|tabs?|pills?|capsules?|puffs?)\b"
    r"|\b(?:one|two|three|half|half a|a)\s(?:tablet|tab|pill|capsule|puff)s?\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(
    r"\bi(?:'|’)?(?:m| am|ve| have| feel| had| got| took| can(?:'|’)?t| cannot| keep| vomited| woke)\b",
    re.IGNORECASE,
)
_THIRD_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers|they|we|our)\b", re.IGNORECASE)


def times_in(text: str, written: datetime) -> Iterator[Said]:
    """The times that a text names, those behind "since" and "for" first.

    Args:
        text: the patient's words.
        written: when they were written, in the patient's time zone.
    """
    found = [one for one in _times(text, written) if not _WAS_WELL.search(text[: one.start])]
    yield from (one.said for one in found if one.is_since)
    yield from (one.said for one in found if not one.is_since)


class _Time(NamedTuple):
    """A time in a text, whether "since" or "for" stands before it, and where it starts."""

    is_since: bool
    said: Said
    start: int


def _times(text: str, written: datetime) -> Iterator[_Time]:
    pieces = lexemes(text)
    at = 0
    while at < len(pieces):
        starts = pieces[at].text in _SINCE
        lasting = duration_at(pieces, at + 1) if starts and at + 1 < len(pieces) else None
        if lasting and pieces[at].text == "for":
            end, minutes = lasting
            ago = timedelta(minutes=minutes)
            words = text[pieces[at].start : pieces[end - 1].end]
            said = Said(words, written - ago if ago < _LONGEST else None)
            yield _Time(True, said, pieces[at].start)
            at = end
            continue
        if (time := time_at(pieces, at) or bare_clock_at(pieces, at)) is None:
            event = _SINCE_EVENT.match(text, pieces[at].start)
            if event and not _IS_A_REASON.match(text, event.end()):
                yield _Time(True, Said(event[0], None), pieces[at].start)
            at += 1
            continue
        end = time[0]
        while end < len(pieces) and (more := time_at(pieces, end) or bare_clock_at(pieces, end)):
            end = more[0]
        words = text[pieces[at].start : pieces[end - 1].end]
        is_plain = starts or treatment_day_at(pieces, at) is None  # "day 3" tells the day that it is
        if is_plain and words.lower() not in _NO_TIME and time[1].minutes_ago != 0:
            yield _Time(starts, Said(words, moment_of(words, written)), pieces[at].start)
        at = end


def when(text: str, written: datetime) -> Said | None:
    """When something was that is over: all that the words say, and the moment where it is only one.

    Args:
        text: the patient's words.
        written: when they were written, in the patient's time zone.
    """
    found = [one.said for one in _times(text, written)]
    moments = [said.time for said in found if not said.words.lower().startswith("for ")]  # "for an hour"
    words = ", ".join(_with_its_end(one, text) for one in _times(text, written))
    return Said(words, moments[0] if len(moments) == 1 else None) if found else None


def _with_its_end(one: _Time, text: str) -> str:
    """The time with the word that says that it is the end: "gone today"."""
    ended = _ENDED.search(text[: one.start])
    return f"{ended[0]}{one.said.words}" if ended else one.said.words


def since(text: str, written: datetime) -> Said | None:
    """Since when something is there, or when it was, as the words say; see `times_in`."""
    return next(times_in(text, written), None)


def says_it_began(text: str) -> bool:
    """Whether the words say when something began that was told before ("it started an hour ago")."""
    return _BEGAN.search(text) is not None


def is_mixed(text: str) -> bool:
    """Whether "better" may be said of before only, or is taken back ("it was better, but")."""
    return _MIXED.search(text) is not None


def cycle(text: str, written: datetime) -> Said | None:
    """The cycle of the treatment, as said ("cycle 2")."""
    found = _CYCLE.search(text) or _ORDINAL.search(text)
    if found:
        return Said(found[0], written)
    short = _CYCLE_AND_DAY.search(text)
    return Said(short[1], written) if short else None


def day(text: str, written: datetime) -> Said | None:
    """The day of the treatment, as said ("day 3")."""
    found = _DAY.search(text)
    if found:
        return Said(found[0], written)
    short = _CYCLE_AND_DAY.search(text)
    return Said(short[2], written) if short else None


def often(text: str) -> str | None:
    """How often, as said ("every hour", "comes and goes")."""
    found = _OFTEN.search(text)
    return found[0] if found else None


def dose(text: str) -> str | None:
    """How much of a medicine, as said ("500 mg", "two tablets")."""
    found = _DOSE.search(text)
    return found[0] if found else None


def is_of_the_writer(text: str) -> bool | None:
    """Whether the words speak of the writer ("I have") or of somebody else; None where it is not plain."""
    if _THIRD_PERSON.search(text):
        return False
    return True if _FIRST_PERSON.search(text) else None
