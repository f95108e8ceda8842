"""Answers to tap, also for channels that show nothing but text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from triage.heard import plain
from triage.turn import Chip

_NUMBER = re.compile(r"\s*\(?(\d{1,2})\s*[.):]?\s*")


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
    """What a typed answer stands for: "2", "2." or a chip's title becomes the chip's value.

    Args:
        text: what the patient typed.
        chips: what was offered last.

    Returns:
        The value of the chosen chip, or the text itself when it chooses none. A number is only
        taken as a choice when it is all of the message: "38.5" or "2 seizures" stay what they are.
    """
    number = _NUMBER.fullmatch(text)
    if number and 1 <= int(number[1]) <= len(chips):
        return chips[int(number[1]) - 1].value
    return next((chip.value for chip in chips if plain(chip.title) == plain(text)), text)
