"""Cleaning a message without moving a character, so that positions stay those of the patient's words."""

from __future__ import annotations

import unicodedata

MAX_CHARACTERS = 5_000

_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2010": "-", "\u2011": "-",
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\t": " ", "\r": " ",
    "\u2022": ";", "\u00b7": ";", "\u00ba": "\u00b0",
}  # fmt: skip


def clean(text: str, limit: int = MAX_CHARACTERS) -> str:
    """The message as the reader sees it: same length up to ``limit``, plain quotes and dashes, no controls.

    Args:
        text: what the patient wrote.
        limit: how many characters are read.

    Returns:
        A string of ``min(len(text), limit)`` characters; character ``i`` stands for ``text[i]``.
    """
    return "".join(map(_clean_character, text[:limit]))


def _clean_character(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    if character == "\n" or (character.isascii() and character.isprintable()):
        return character
    category = unicodedata.category(character)
    if category.startswith("C"):
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character
