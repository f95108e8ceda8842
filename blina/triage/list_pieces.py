"""The pieces of a list of answers: items, what stands for yes and no, and how far apart they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from blina.knowledge.base import Knowledge

ITEM = "screening_"  # the cues with the words for each item
REST = "rest"  # the item that stands for all the others
# How much separates two pieces, from "fever:", which leads on to what follows, to a new line.
BOUND, SPACE, DASH, COMMA, LINE = range(5)


class Kind(Enum):
    """What a piece is."""

    ITEM = "item"
    YES = "list_yes"
    NO = "list_no"
    NOT = "list_not"
    FINE = "list_fine"
    NOT_FINE = "list_not_fine"
    CROSS = "list_cross"
    TIMES = "times"  # "x2"
    BUT = "list_but"
    TURN = "list_turns"
    BETWEEN = "list_between"
    OTHER = "other"


YESES = frozenset({Kind.YES, Kind.NOT_FINE, Kind.TIMES})
_MARKS = frozenset({Kind.YES, Kind.NO, Kind.NOT, Kind.FINE, Kind.NOT_FINE, Kind.CROSS, Kind.TIMES})
# What a phrase is that stands in several lists: the first.
_LISTS = (
    Kind.CROSS,
    Kind.NOT,
    Kind.NO,
    Kind.YES,
    Kind.NOT_FINE,
    Kind.FINE,
    Kind.BUT,
    Kind.TURN,
    Kind.BETWEEN,
)
_WORD = r"[^\W_]"
_LEGEND = re.compile(rf"(?<!{_WORD})(\S)\s?=\s?(yes|no)(?!{_WORD})")
_DIGITS = re.compile(r"\D")
_MOST_TIMES = 10
_SPACES = re.compile(r"\s+")
_STOPS = frozenset("\n;!")
_COMMAS = frozenset(",/|")
_LEADS_ON = frozenset(":=?(.…")
_MANY_DOTS = 2
_JOINS = frozenset("or and nor & + /".split())
_FEWEST_GLUED = 2
_FEWEST_CROSSES = 2
_GLUED = frozenset("x no nope yes".split())  # what is written without a space; "seen" is a word


@dataclass(frozen=True)
class Piece:
    """One piece of a message.

    Args:
        kind: what it is.
        text: in lower case.
        start: first character in the message.
        end: one past the last.
        item: the id of the item, or `REST`.
        apart: how much separates it from the piece before: from `BOUND` to `LINE`.
        joined: whether "or", "and" or a slash, and nothing that says more, stands before it.
    """

    kind: Kind
    text: str
    start: int
    end: int
    item: str = ""
    apart: int = BOUND
    joined: bool = False

    @property
    def is_mark(self) -> bool:
        """Whether it stands for a yes or a no."""
        return self.kind in _MARKS


def pieces(text: str, knowledge: Knowledge) -> list[Piece]:
    """The pieces of a message in order, without what only fills the space between an item and its answer.

    Args:
        text: the message.
        knowledge: holds the words for items and answers.
    """
    lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    lowered = lowered.replace("’", "'")
    legend = {found[1]: Kind.YES if found[2] == "yes" else Kind.NO for found in _LEGEND.finditer(lowered)}
    lowered = _LEGEND.sub(lambda found: " " * len(found[0]), lowered)
    found = list(_found(lowered, knowledge))
    if sum(piece.apart < 0 for piece in found) < _FEWEST_GLUED:
        found = list(_unglued(found))
    return _spaced(found, lowered, legend)


def _unglued(found: list[Piece]) -> Iterator[Piece]:
    """The pieces, a lone "seeno" as the word that it is."""
    for at, piece in enumerate(found):
        if at + 1 < len(found) and found[at + 1].apart < 0:
            yield replace(piece, kind=Kind.OTHER, item="", end=found[at + 1].end)
        elif piece.apart >= 0:
            yield piece


def _found(text: str, knowledge: Knowledge) -> Iterator[Piece]:
    grammar = _grammar(knowledge)
    for match in grammar.pattern.finditer(text):
        start, end = match.span()
        if match["glued"]:
            cut = start + len(match["glued"])
            yield Piece(Kind.ITEM, match["glued"], start, cut, grammar.items[match["glued"]])
            yield Piece(grammar.kinds[match["answer"]], match["answer"], cut, end, apart=-1)
        elif match["phrase"]:
            said = _SPACES.sub(" ", match["phrase"])
            item = grammar.items.get(said, "")
            yield Piece(Kind.ITEM if item else grammar.kinds[said], said, start, end, item)
        else:
            yield Piece(Kind.TIMES if match["times"] else Kind.OTHER, match[0], start, end)


def _spaced(found: list[Piece], text: str, legend: Mapping[str, Kind]) -> list[Piece]:
    spaced: list[Piece] = []
    last, apart, joined = 0, BOUND, False
    crosses = _crosses(found, legend)
    for piece in found:
        between = text[last : piece.start]
        apart, joined = max(apart, _apart(between)), joined or not _JOINS.isdisjoint(between)
        last = piece.end
        if piece.kind is Kind.BETWEEN:
            joined = joined or piece.text in _JOINS
            continue
        kind = legend.get(piece.text, crosses if piece.kind is Kind.CROSS else piece.kind)
        if kind is Kind.TIMES and spaced and spaced[-1].is_mark:
            times = min(_MOST_TIMES, int(_DIGITS.sub("", piece.text)))  # "no x8"
            spaced += [replace(spaced[-1], end=piece.end, apart=SPACE)] * (times - 1)
            continue
        spaced.append(replace(piece, kind=kind, apart=apart, joined=joined))
        apart, joined = BOUND, False
    return spaced


def _crosses(found: list[Piece], legend: Mapping[str, Kind]) -> Kind:
    """What a cross stands for: a yes beside other noes, or where some items have none, and else a no."""
    kinds = [piece.kind for piece in found if piece.kind is Kind.ITEM or piece.is_mark]
    noes = {Kind.NO, Kind.FINE} & set(kinds)
    answered = all(kinds[at : at + 2] != [Kind.ITEM, Kind.ITEM] for at in range(len(kinds)))
    if "x" in legend:
        return legend["x"]
    if kinds.count(Kind.CROSS) < _FEWEST_CROSSES:
        return Kind.OTHER  # a kiss
    return Kind.NO if answered and not noes else Kind.YES


def _apart(between: str) -> int:
    """How much some characters between two pieces separate them."""
    marks = between.replace(" ", "").replace("\ufe0f", "")
    if not _STOPS.isdisjoint(marks):
        return LINE
    if 0 < marks.count(".") < _MANY_DOTS:
        return LINE
    if not _COMMAS.isdisjoint(marks):
        return COMMA
    if not marks:
        return SPACE if between else BOUND
    return BOUND if _LEADS_ON.issuperset(marks) else DASH


@dataclass(frozen=True)
class _Grammar:
    """The phrases of one knowledge, as one pattern, and what each is."""

    pattern: re.Pattern[str]
    items: Mapping[str, str]
    kinds: Mapping[str, Kind]


@lru_cache(maxsize=4)
def _grammar(knowledge: Knowledge) -> _Grammar:
    items = {phrase.lower(): REST for phrase in knowledge.cues["answer_the_rest"]}
    for item in (item.id for item in knowledge.policy.screening):
        chip = knowledge.wording["screening_chip"][item]
        names = (*knowledge.cues[ITEM + item], *knowledge.cues.get(f"listed_{item}", ()), chip)
        items |= {name.lower(): item for name in names}
    kinds = {phrase: kind for kind in reversed(_LISTS) for phrase in knowledge.cues[kind.value]}
    phrases = sorted({*items, *kinds}, key=len, reverse=True)
    said = "|".join(_bounded(phrase) for phrase in phrases)
    words = "|".join(sorted((name for name in items if name.isalpha()), key=len, reverse=True))
    marks = "|".join(sorted(_GLUED & kinds.keys(), key=len, reverse=True))
    pattern = re.compile(
        rf"(?P<times>(?<!{_WORD})(?:x\s?\d{{1,2}}|\d{{1,2}}\s?x)(?!{_WORD}))"
        rf"|(?P<phrase>{said})"
        rf"|(?<!{_WORD})(?P<glued>{words})(?P<answer>{marks})(?!{_WORD})"
        rf"|{_WORD}+(?:'{_WORD}+)*"
    )
    return _Grammar(pattern, items, kinds)


def _bounded(phrase: str) -> str:
    """The phrase as a pattern; a word is no part of another one."""
    said = r"\s+".join(map(re.escape, phrase.split())) if phrase[0].isalnum() else re.escape(phrase)
    before = f"(?<!{_WORD})(?<!{_WORD}')" if phrase[0].isalnum() else ""
    behind = f"(?!'?{_WORD})" if phrase[-1].isalnum() else ""
    return f"{before}{said}{behind}"
