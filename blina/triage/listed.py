"""Answers that go through the list of the check question: "fever no, vomiting yes", "none except my eyes"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blina.knowledge.base import Knowledge
from blina.triage import cues

_ITEM = "screening_"  # the cues with the words for each chip
_FINE = re.compile(r"\b(?:fine|ok|okay|good)\b", re.IGNORECASE)
_SHORTEST_ROW = 3  # "no yes" is a second thought
_PIECES = re.compile(r"\w+(?:['’]\w+)?|[✓✔✅☑✗✘✖❌]")
_YES_MARKS = frozenset("yes y yep yeah yup ✓ ✔ ✅ ☑".split())
_NO_MARKS = frozenset("no n nope nah none not ✗ ✘ ✖ ❌".split())


@dataclass(frozen=True)
class Listed:
    """What is said of the items one by one; ``rest`` is what is said of all the others."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    rest: bool | None = None


def items_in(text: str, knowledge: Knowledge) -> list[str]:
    """The items of the check question that the words name, in the question's order.

    Args:
        text: a part of a message.
        knowledge: holds the words for each item.
    """
    kinds = [_ITEM + item for item in knowledge.wording["screening_chip"]]
    return [kind.removeprefix(_ITEM) for kind in cues.which(text, kinds, knowledge)]


def names_only_items(text: str, knowledge: Knowledge) -> bool:
    """Whether the message is nothing but names of items ("the walking and my eyes")."""
    items = items_in(text, knowledge)
    return bool(items) and cues.consists_of(
        text, ("answer_rest", *(_ITEM + item for item in items)), knowledge
    )


def listed(text: str, knowledge: Knowledge) -> Listed:
    """What a list of items says, each with a yes or a no before or behind it.

    Args:
        text: the message.
        knowledge: holds the words for each item.
    """
    parts = list(_parts(text, knowledge))
    marks = [part for part in parts if isinstance(part, bool)]
    is_fine = parts == [_REST] and _FINE.search(text) is not None
    if parts == [_REST, False] or (
        is_fine and cues.consists_of(text, ("answer_the_rest", "answer_rest"), knowledge)
    ):
        return Listed(rest=False)  # "and the others no", "rest fine", after some of them
    if len(marks) < 2 or not any(isinstance(part, str) for part in parts):
        return Listed()
    if isinstance(parts[0], bool):  # the mark comes first: read it from behind
        parts.reverse()
    said: dict[str, bool] = {}
    waiting: list[str] = []
    for part in parts:
        if isinstance(part, str):
            waiting.append(part)
        else:
            said.update((item, said.get(item, False) or part) for item in waiting)
            waiting = []
    rest = said.pop(_REST, None)
    return Listed(
        tuple(item for item, yes in said.items() if yes),
        tuple(item for item, yes in said.items() if not yes),
        rest,
    )


_REST = "rest"


def by_place(text: str) -> bool | None:
    """Whether a yes stands in a row of yes and no and nothing else: "no no no yes no", one for each item.

    Args:
        text: the message.

    Returns:
        None where it is no such row.
    """
    words = _PIECES.findall(text.lower())
    marks = [word for word in words if word in _YES_MARKS | _NO_MARKS]
    if len(marks) < len(words) or len(words) < _SHORTEST_ROW:
        return None
    return not _YES_MARKS.isdisjoint(marks)


def _parts(text: str, knowledge: Knowledge) -> Iterator[str | bool]:
    """Items (and "the rest") and what stands for yes and no, in the order of the text."""
    words = _PIECES.findall(text.lower())
    kinds = ("answer_the_rest", *(_ITEM + item for item in knowledge.wording["screening_chip"]))
    longest, firsts = cues.longest(kinds, knowledge), cues.first_words(kinds, knowledge)
    plain = cues.plain_all(words)
    at = 0
    while at < len(words):
        length = 1
        if words[at] in _YES_MARKS:
            yield True
        elif words[at] in _NO_MARKS:
            yield False
        elif plain[at] in firsts:
            item, length = _named(words[at : at + longest], knowledge)
            if item:
                yield item
        at += max(1, length)


def _named(words: Sequence[str], knowledge: Knowledge) -> tuple[str | None, int]:
    """What the first of the words name, and how many they are."""
    rest = " ".join(words)
    if cues.starts_with(rest, "answer_the_rest", knowledge) is not None:
        return _REST, 1
    for item in knowledge.wording["screening_chip"]:
        after = cues.starts_with(rest, _ITEM + item, knowledge)
        if after is not None:
            return item, len(cues.plain(rest).split()) - len(after.split())
    return None, 0
