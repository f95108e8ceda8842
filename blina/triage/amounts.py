"""Answers that are a number: how bad from 0 to 10, how many times, how long; ages and times are none."""

from __future__ import annotations

import re

from blina.reading.values.numbers import WORTH
from blina.triage import cues

_WORDS = "one two three four five six seven eight nine ten twelve fifteen twenty thirty forty sixty".split()
_SPOKEN = {word: WORTH[word] for word in _WORDS}
_SPOKEN |= {"a": 1, "an": 1, "a couple of": 2, "a few": 4, "forty five": 45, "forty-five": 45}
_TIMES = {word: WORTH[word] for word in "zero one two three four five six seven eight".split()}
_TIMES |= {"none": 0, "once": 1, "twice": 2}
_AMOUNT = rf"(?:half an?|\d{{1,3}}|{'|'.join(_SPOKEN)})"
_UNIT = r"(?:minutes?|mins?|hours?|hrs?|days?|nights?)"
_MINUTES = {"m": 1, "h": 60, "d": 1440, "n": 480}  # in a unit, by its first letter
_BEHIND = r"(?:\s+(?:now|ago|or so))*"
# In what may be repeated, no word can be read in two ways: "its its its ..." would be tried in all of them.
_AGE_OR_TIME = re.compile(
    r"(?:(?:i|he|she|my \w+)(?: am|'m| is|'s)?\s*\d{1,3}(?: years?)?(?: old)?"
    r"|(?:(?:at|around|about|from|since|by)\s+)\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm|o'?clock)?"
    # "it's been an hour", "for about two days now", "20 minutes ago"
    r"|(?:(?:it'?s|it has|been|for|about|around|over|nearly|almost|maybe)\s+)*"
    rf"{_AMOUNT}\s*{_UNIT}{_BEHIND}"
    r")\W*",
    re.IGNORECASE,
)
# "five hours", "only ten minutes", "half an hour or so"
_SPAN = re.compile(
    rf"(?:(?:it'?s|no|yes|only|just|been|off|for|about|around|over|nearly|almost|maybe)[\s,]+)*"
    rf"(?P<amount>{_AMOUNT})\s*(?P<unit>{_UNIT}){_BEHIND}\W*",
    re.IGNORECASE,
)
# "2", "only twice so far", "about six times today"
_COUNT = re.compile(
    rf"(?:(?:just|only|about|around|maybe|its|been|i think) )*"
    rf"(?:\w+ (?:or|to) )?(\d{{1,2}}|{'|'.join(_TIMES)})"
    r"(?: times?)?(?: so far)?(?: today| since \w+(?: \w+)?| in all)?"
)
# "8/10", "about 6 out of ten", and a number alone
_SCALE = re.compile(r"\D{0,20}?(\d|10)(?:\s*(?:/|out of|of)\s*(?:10|ten))?\W*", re.IGNORECASE)


def scale(text: str) -> int | None:
    """How bad it is from 0 to 10.

    Args:
        text: an answer.

    Returns:
        None where the message is more than that.
    """
    found = _SCALE.fullmatch(text)
    return int(found[1]) if found else None


def count(text: str) -> int | None:
    """How many times; of "four or five" the last.

    Args:
        text: an answer.

    Returns:
        None where the message is more than that.
    """
    found = _COUNT.fullmatch(cues.plain(text))
    if found is None:
        return None
    return int(found[1]) if found[1].isdigit() else _TIMES[found[1]]


def minutes(text: str) -> float | None:
    """How long, in minutes.

    Args:
        text: an answer.

    Returns:
        None where the message is more than that.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        return None
    amount = found["amount"].lower()
    many = 0.5 if amount.startswith("half") else int(amount) if amount.isdigit() else _SPOKEN[amount]
    return many * _MINUTES[found["unit"][0].lower()]


def is_age_or_time(text: str) -> bool:
    """Whether a message is an age or a time and nothing else: "he is 6", "since 8", "for two days now".

    Args:
        text: what the patient wrote.
    """
    return bool(_AGE_OR_TIME.fullmatch(text))
