"""What of a message is read: the words, whatever layout they came in.

`sanitised` makes it safe to keep and to read. `clean` then moves no character, so that positions stay
those of the patient's words.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata

MAX_CHARACTERS = 5_000
# One more than is read: the reader can tell that a message was cut. The rest only costs time and memory.
_KEPT_CHARACTERS = MAX_CHARACTERS + 1

_SLASH = re.compile(r"^[\s/]+")
# Rasa's own commands, and intents with values behind them: read as words, "restart" and a pair of
# braces would ask for the conversation to be forgotten. Nobody writes them but who wants to try that.
_FORGED = re.compile(
    r"[\s/]*/(?:\s*(?:restart|back|session_start)\s*(?:\Z|@[^\s{]*\s*|(?=\{))|\w+@[^\s{]*\s*|\w+\s*(?=\{))",
    re.IGNORECASE,
)
_JSON = json.JSONDecoder()

# What rich text fields and gateways leave in a message. Only tags by their names: "<3" and "temp <38" stay.
_BREAKS = re.compile(
    r"<\s*(?:/\s*)?(?:br|p|div|li|ul|ol|tr|table|h[1-6]|blockquote)\b[^<>]{0,200}>", re.IGNORECASE
)
_TAGS = re.compile(
    r"<\s*(?:/\s*)?(?:a|b|i|u|s|em|strong|span|font|small|big|sub|sup|code|pre|td|th|html|body|img)\b[^<>]{0,200}>",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)  # of an e-mail
_BLANKS = frozenset("\t\r\v\f")
# What asks in other scripts, and as a picture: what is asked must not read like what is told.
_QUESTION_MARKS = str.maketrans(dict.fromkeys("\uff1f\u061f\u037e\u2047\u2048\u2049\u203d\u2753\u2754", "?"))
# Letters of another alphabet that look like ours, inside words of ours.
_MIXED_WORD = re.compile(r"[A-Za-z\u0400-\u04ff\u0370-\u03ff]+")
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u0501\u04bb\u03bf\u03b1\u03b9\u03c1"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406",
    "aeopcyxisjdhoaipABEKMHOPCTXI",
)

_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2010": "-", "\u2011": "-",
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\t": " ", "\r": " ",
    "\u2022": ";", "\u00b7": ";", "\u00ba": "\u00b0",
}  # fmt: skip


def sanitised(text: str) -> str:
    """The part of a message that is read.

    Control and format characters (NUL, bidirectional marks, zero-width marks; line breaks stay) become spaces
    or vanish: they hide words from the reader. Tags go, and so do the marks of a quoted e-mail; ``&#39;`` is
    an apostrophe, and every script's question mark is "?". A leading slash goes, because Rasa takes
    ``/intent{"slot": "value"}`` for a command; here no text that a user sends is one. Of what can only be
    meant as a command nothing is left, and of the words after it all is.

    Args:
        text: as it came from the channel.

    Returns:
        Little more characters than are read, without control characters or a leading slash.
    """
    # before the layout, which a hidden character would hide, and after it, which can bring some to light
    shown = _without_controls(_without_layout(_without_controls(text[: 2 * _KEPT_CHARACTERS])))
    shown = _without_commands(shown.translate(_QUESTION_MARKS))
    if shown.lstrip().startswith("/") and len(shown.split()) == 1:
        shown = shown.replace("_", " ")  # a command is words, and its name is not shown with marks
    return _SLASH.sub("", shown)[:_KEPT_CHARACTERS]


def clean(text: str, limit: int = MAX_CHARACTERS) -> str:
    """The message as the reader sees it: same length up to ``limit``, plain quotes and dashes, no controls.

    Args:
        text: what the patient wrote.
        limit: how many characters are read.

    Returns:
        A string of ``min(len(text), limit)`` characters; character ``i`` stands for ``text[i]``.
    """
    return _MIXED_WORD.sub(_in_one_alphabet, "".join(map(_clean_character, text[:limit])))


def _without_commands(text: str) -> str:
    while found := _FORGED.match(text):
        text = text[_end_of_values(text, found.end()) :]
    return text


def _end_of_values(text: str, start: int) -> int:
    """Where the values of a command end: what is in braces and no JSON may be a patient's words."""
    if not text.startswith("{", start):
        return start
    try:
        return int(_JSON.raw_decode(text, start)[1])
    except (ValueError, RecursionError):
        return start + 1


def _without_controls(text: str) -> str:
    kept = []
    for character in text:
        if character in _BLANKS:
            kept.append(" ")
        elif character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs"):
            kept.append(character)
    return "".join(kept)


def _without_layout(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAGS.sub("", _BREAKS.sub("\n", text))
    return _QUOTED.sub("", text) if ">" in text else text


def _in_one_alphabet(word: re.Match[str]) -> str:
    letters = word[0]
    return (
        letters
        if letters.isascii() or not re.search("[A-Za-z]", letters)
        else letters.translate(_LOOK_ALIKES)
    )


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
