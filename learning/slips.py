"""Typing as thumbs do it: dropped, doubled, swapped and neighbouring letters, no capitals, no marks."""

from __future__ import annotations

import random
import re

_NEIGHBOURS = {
    key: beside
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for key, beside in ((key, row[max(0, at - 1) : at] + row[at + 1 : at + 2]) for at, key in enumerate(row))
}
_MARKS = re.compile(r"[.,!?;']")
_SHORTEST = 6


def slipped(text: str, chance: random.Random) -> str:
    """The text as it might also have been typed.

    Args:
        text: a message.
        chance: decides; the same state gives the same text.

    Returns:
        Mostly the text itself; sometimes in small or capital letters, without marks, or with slips.
    """
    if chance.random() < 0.2:
        text = text.lower()
    if chance.random() < 0.15:
        text = _MARKS.sub("", text)
    if chance.random() < 0.03:
        text = text.upper()
    if chance.random() < 0.25:
        for _ in range(max(1, int(len(text) * 0.012 + chance.random()))):
            text = _slip(text, chance)
    return text


def _slip(text: str, chance: random.Random) -> str:
    if len(text) < _SHORTEST:
        return text
    at = chance.randrange(len(text) - 1)
    kind = chance.random()
    here, behind = text[at], text[at + 1 :]
    if not here.isalpha():
        return text[:at] + behind if here == " " and kind < 0.3 else text
    if kind < 0.3:
        return text[:at] + behind[0] + here + behind[1:]
    if kind < 0.6:
        return text[:at] + behind
    if kind < 0.75:
        return text[:at] + here + here + behind
    return text[:at] + chance.choice(_NEIGHBOURS.get(here.lower()) or here) + behind
