"""Long texts in parts that a provider takes, cut where a reader would pause."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Best first: between paragraphs, lines, sentences, words.
_ENDS = (re.compile(r"\n{2,}"), re.compile(r"\n"), re.compile(r"(?<=[.!?:;])[ ]+"), re.compile(r"\s+"))
_LEAST_FILLED = 0.4  # of a part, so that good places to cut do not make many parts
_PHONE = re.compile(r"\+?\d(?:[ ()./-]{0,2}\d)+")


def size(text: str) -> int:
    """Length as the strictest provider counts it: in UTF-16 units, two for most emoji."""
    return len(text.encode("utf-16-le")) // 2


def parts(text: str, most: int) -> list[str]:
    """Cut a text.

    Args:
        text: of any length.
        most: UTF-16 units that a part may have.

    Returns:
        The parts in order, none empty. No part ends inside a phone number.
    """
    found = []
    rest = text.strip()
    while size(rest) > most:
        head = _head(rest, most)
        found.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [*found, rest] if rest else found


def _head(text: str, most: int) -> str:
    window = _fitting(text, most)
    numbers = [found.span() for found in _PHONE.finditer(text, 0, 2 * len(window))]
    for ends in _ENDS:
        for found in reversed(list(ends.finditer(text, 0, len(window) + 1))):
            head = text[: found.start()]
            if size(head) >= most * _LEAST_FILLED and not _inside(found.start(), numbers):
                return head
    number = _inside(len(window), numbers)
    return window[: number[0]] if number and number[0] else window


def _inside(place: int, spans: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    return next((span for span in spans if span[0] < place < span[1]), None)


def _fitting(text: str, most: int) -> str:
    """The longest start of the text that fits, without half a character."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
