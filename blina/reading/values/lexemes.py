"""Cutting a message into words, numbers and signs, each with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

WORD, NUMBER, SYMBOL, STOP = "word", "number", "symbol", "stop"
_CHARACTERS = {"\u066b": ".", "\u060c": ",", "\u066a": "%", "\u00d7": "x", "\u2044": "/", "\\": "/"}
_PATTERN = re.compile(
    r"(?P<link>https?://\S+|www\.\S+)"
    r"|(?P<number>\d+(?:[.,]\d+|;\d(?!\d)|\u00b0\d(?!\d))*)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<symbol>->|=>|>>|<=|>=|\.\.+|.|\n)",
    re.DOTALL,
)
_RUN = re.compile(r"\S+")
_DOMAIN = re.compile(r"\.\w+")
_STOPS = frozenset(".!?\n")
_THOUSAND = 3  # digits behind a comma that make thousands


class Lexeme(NamedTuple):
    """A piece of the text.

    Args:
        type: ``word``, ``number``, ``symbol`` or ``stop`` (the end of a sentence).
        text: in lower case, digits in ASCII, words without apostrophes.
        start: first character in the message.
        end: one past the last.
        spaced: whether white space stands before it.
        value: of a number; None where its digits are none ("1.2.3").
        decimals: how many digits stand behind the mark.
    """

    type: str
    text: str
    start: int
    end: int
    spaced: bool
    value: float | None = None
    decimals: int = 0


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """A character as the grammar reads it: lower case, any script's digits as ASCII ones."""
    if character in _CHARACTERS:
        return _CHARACTERS[character]
    if not character.isascii() and character.isdecimal():
        return str(unicodedata.decimal(character))
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def lexemes(text: str, mixed: re.Pattern[str] | None = None) -> list[Lexeme]:
    """The pieces of a message in their order.

    Args:
        text: a cleaned message.
        mixed: words with a digit in them ("spo2"), which would fall apart otherwise.
    """
    plain = "".join(map(_plain, text))
    found: list[Lexeme] = []
    at, spaced, looked_until = 0, False, 0
    while at < len(plain):
        known = mixed.match(plain, at) if mixed and plain[at].isalpha() else None
        if known and (at == 0 or not plain[at - 1].isalpha()):
            found.append(Lexeme(WORD, known[0], at, known.end(), spaced))
            at, spaced = known.end(), False
            continue
        match = _PATTERN.match(plain, at)
        if match is None:  # the last alternative takes any character
            break
        kind = match.lastgroup
        run = _RUN.match(plain, at) if at >= looked_until and kind != "link" else None
        if run:  # where no address begins, none begins further on in the same run either
            looked_until = run.end()
            if end := _address_end(run[0]):
                found.append(Lexeme(WORD, run[0][:end], at, at + end, spaced))
                at, spaced = at + end, False
                continue
        if kind == "space":
            spaced = True
        elif kind == "number":
            found += _numbers(match[0], at, spaced)
            spaced = False
        else:
            word = match[0].replace("'", "") if kind == "word" else match[0]
            kind = "word" if kind == "link" else kind
            sort = WORD if kind == "word" else STOP if word[0] in _STOPS else SYMBOL
            found.append(Lexeme(sort, word, at, match.end(), spaced or word == "\n"))
            spaced = word == "\n"
        at = match.end()
    return found


def _address_end(run: str) -> int:
    """Where the address ends that a run without blanks begins with ("anna@example.org."); 0 without one."""
    domains = list(_DOMAIN.finditer(run))
    if not domains or run.find("@", 1, max(0, domains[-1].start() - 1)) < 0:
        return 0
    return domains[-1].end()


def _numbers(written: str, start: int, spaced: bool) -> Iterator[Lexeme]:
    """One number, or the several of a list that has no spaces ("96,90,88")."""
    if written.isdigit():
        value = float(written) if len(written) < 10 else None
        yield Lexeme(NUMBER, written, start, start + len(written), spaced, value)
        return
    for offset, part in _parts(written):
        yield _number(part, start + offset, spaced and offset == 0)
        end = offset + len(part)
        if end < len(written):
            yield Lexeme(SYMBOL, ",", start + end, start + end + 1, False)


def _parts(written: str) -> Iterator[tuple[int, str]]:
    separators = re.findall(r"[.,;\u00b0]", written)
    listed = "." in separators and ("," in separators or ";" in separators)
    listed = listed or (len(separators) > 1 and set(separators) <= {",", ";"})
    if not listed:
        yield 0, written
        return
    for match in re.finditer(r"[^,;]+", written):
        yield match.start(), match[0]


def _number(written: str, start: int, spaced: bool) -> Lexeme:
    whole, *behind = re.split(r"[.,;\u00b0]", written)
    end = start + len(written)
    if len(behind) > 1:
        return Lexeme(NUMBER, written, start, end, spaced)
    if not behind:
        return Lexeme(NUMBER, written, start, end, spaced, float(whole) if len(whole) < 10 else None)
    if "," in written and len(behind[0]) == _THOUSAND:
        return Lexeme(NUMBER, written, start, end, spaced, float(whole + behind[0]))
    if len(whole) > 6 or len(behind[0]) > 6:
        return Lexeme(NUMBER, written, start, end, spaced)
    return Lexeme(NUMBER, written, start, end, spaced, float(f"{whole}.{behind[0]}"), len(behind[0]))


def text_at(pieces: Sequence[Lexeme], at: int) -> str:
    """The text of a piece; empty behind the last."""
    return pieces[at].text if at < len(pieces) else ""
