"""Answers to tap, also for channels that show nothing but text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from blina.triage.cues import plain
from blina.triage.turn import Chip

_WORDS = "one two three four five six seven eight nine ten".split()
_NUMBER = (
    rf"(?:(?:option|number|answer|choice)\s+|[(#])?(?:\d{{1,2}}|{'|'.join(_WORDS)})\s*[.):]?\ufe0f?\u20e3?"
)
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:\s*(?:[,;+&\s]|\band\b)\s*{_NUMBER})*\s*", re.IGNORECASE)
_ONE = re.compile(rf"\d+|{'|'.join(_WORDS)}", re.IGNORECASE)
_LONGEST = 40  # characters of a choice by numbers
_ONE_OF = 3  # chips, of which only one can be meant: yes, no, not sure


def numbered(text: str, chips: Sequence[Chip]) -> str:
    """The text with its chips as numbered lines, for text messages and the shell.

    Args:
        text: the reply.
        chips: its answers to tap.

    Returns:
        The text alone when there are no chips.
    """
    if not chips:
        return text
    lines = (f"{number}. {chip.title}" for number, chip in enumerate(chips, start=1))
    return "\n".join([text, "", *lines])


def choice(text: str, chips: Sequence[Chip]) -> str:
    """What a typed answer stands for: "2", "2.", "two", "option 2" or a chip's title is the chip's value.

    Of a longer list several may be chosen: "1 and 4".

    Args:
        text: what the patient typed.
        chips: what was offered last.

    Returns:
        The value of the chosen chip, or the text itself when it chooses none. A number is only
        taken as a choice when it is all of the message: "38.5" or "2 seizures" stay what they are.
    """
    numbers = dict.fromkeys(_numbers(text))
    several = len(numbers) > 1
    if (
        numbers
        and all(1 <= number <= len(chips) for number in numbers)
        and not (several and len(chips) <= _ONE_OF)
    ):
        return ", ".join(chips[number - 1].value for number in numbers)
    return next((chip.value for chip in chips if plain(chip.title) == plain(text)), text)


def _numbers(text: str) -> list[int]:
    """The numbers that the text consists of; none when there is anything else in it."""
    if len(text) > _LONGEST or not _NUMBERS.fullmatch(text):
        return []
    found = (item.lower() for item in _ONE.findall(text))
    return [_WORDS.index(item) + 1 if item in _WORDS else int(item) for item in found]
