"""The lexicon's small language, compiled and matched (described in docs/architecture.md)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from blina.reading.lexicon.tokens import NUMBER, YEAR, Token, Tokeniser, lemma

_GAPS = {"~": 3, "~~": 6}
_STRETCH = 32  # tokens that are looked through at a time, with the words that are near them
_NUMBERS = frozenset({NUMBER, YEAR})
_GROUP = re.compile(r"\{(\w+)\}")


class PatternError(ValueError):
    """A phrase that is not written in the lexicon's language."""


@dataclass(frozen=True)
class Slot:
    """One place of a pattern.

    Args:
        keys: any of these fits one word (see :class:`blina.reading.lexicon.tokens.Token`).
        phrases: or any of these fits several words.
        optional: or nothing stands there.
    """

    keys: frozenset[str]
    phrases: tuple[tuple[str, ...], ...] = ()
    optional: bool = False

    def starts(self) -> frozenset[str]:
        """The keys that the first word here can have."""
        return self.keys | {phrase[0] for phrase in self.phrases}


@dataclass(frozen=True)
class Gap:
    """Up to ``most`` words in between, inside one clause."""

    most: int


Element = Slot | Gap


@dataclass(frozen=True)
class Match:
    """A pattern found in a message.

    Args:
        label: what the pattern stands for.
        tokens: positions of the tokens that fit its words (gaps left out), ascending.
        start: position of the first token.
        end: one past the position of the last token.
    """

    label: str
    tokens: tuple[int, ...]
    start: int = field(init=False, compare=False)
    end: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Note where it lies: this is asked for more than anything else of a message."""
        object.__setattr__(self, "start", self.tokens[0])
        object.__setattr__(self, "end", self.tokens[-1] + 1)


class _Anchor(NamedTuple):
    """A pattern seen from its rarest word: this and what follows, and what precedes it, backwards.

    ``others`` are the first words of what else must be there.
    """

    label: str
    right: tuple[Element, ...]
    left: tuple[Element, ...]
    others: tuple[frozenset[str], ...]

    def may_fit(self, words: frozenset[str]) -> bool:
        """Whether a text with these words can have the pattern at all."""
        return not any(words.isdisjoint(first) for first in self.others)


class PatternSet:
    """Many patterns with labels, found together.

    A pattern is tried only where its rarest word occurs, and if its other words do too, so the time grows
    with the message and hardly with the lexicon.

    Args:
        tokeniser: splits the phrases as it splits messages.
        groups: word groups, ``{name}`` in a phrase stands for any entry.
    """

    def __init__(self, tokeniser: Tokeniser, groups: Mapping[str, Sequence[str]]) -> None:
        self._tokeniser = tokeniser
        self._groups = groups
        self._patterns: list[tuple[str, tuple[Element, ...]]] = []
        self._written: set[str] = set()
        self._anchors: dict[str, list[_Anchor]] | None = None
        self._longest = 0

    def add(self, label: str, phrase: str) -> None:
        """Compile one phrase.

        Args:
            label: what it stands for.
            phrase: in the lexicon's language.

        Raises:
            PatternError: for an unknown group or a phrase without a word that must be there.
        """
        self._patterns.append((label, self._compile(phrase)))
        self._anchors = None

    def words(self) -> set[str]:
        """Every word of the phrases as it is written there, for the speller."""
        return set(self._written)

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Every match in a message, without repeats, in the order of the text."""
        anchors = self._index()
        found: dict[tuple[str, tuple[int, ...]], None] = {}
        for first in range(0, len(tokens), _STRETCH):
            stretch = range(first, min(first + _STRETCH, len(tokens)))
            near = tokens[max(0, first - self._longest) : stretch.stop + self._longest]
            words = frozenset(key for token in near for key in token.keys)
            keys = {key for at in stretch for key in tokens[at].keys} & anchors.keys()
            fitting = {key: [anchor for anchor in anchors[key] if anchor.may_fit(words)] for key in keys}
            for position in stretch:
                for key in tokens[position].keys & keys:
                    for anchor in fitting[key]:
                        for right in _walk(anchor.right, tokens, position, 1):
                            for left in _walk(anchor.left, tokens, position - 1, -1):
                                found[(anchor.label, (*reversed(left), *right))] = None
        return sorted((Match(*key) for key in found), key=lambda match: match.tokens)

    def _index(self) -> Mapping[str, list[_Anchor]]:
        if self._anchors is None:
            frequency: dict[str, int] = defaultdict(int)
            for _, elements in self._patterns:
                for element in elements:
                    if isinstance(element, Slot):
                        for key in element.starts():
                            frequency[key] += 1
            anchors: dict[str, list[_Anchor]] = defaultdict(list)
            for label, elements in self._patterns:
                slots = [
                    (sum(frequency[key] for key in element.starts()), at, element.starts())
                    for at, element in enumerate(elements)
                    if isinstance(element, Slot) and not element.optional
                ]
                (_, at, starts), *others = sorted(slots, key=lambda slot: slot[:2])
                rarest_first = tuple(frozenset(words) for _, _, words in others)
                anchor = _Anchor(label, elements[at:], elements[:at][::-1], rarest_first)
                for key in starts:
                    anchors[key].append(anchor)
            self._anchors = anchors
            self._longest = max((_most_tokens(elements) for _, elements in self._patterns), default=0)
        return self._anchors

    def _compile(self, phrase: str) -> tuple[Element, ...]:
        elements = tuple(
            Gap(_GAPS[written]) if written in _GAPS else self._slot(written, phrase)
            for written in phrase.split()
        )
        if not any(isinstance(element, Slot) and not element.optional for element in elements):
            raise PatternError(f"{phrase!r} has no word that must be there")
        return elements

    def _slot(self, written: str, phrase: str) -> Slot:
        optional = written.endswith("?") and len(written) > 1
        entries: list[str] = []
        for part in (written[:-1] if optional else written).split("/"):
            group = _GROUP.fullmatch(part)
            if not group or part in _NUMBERS:
                entries.append(part)
            elif group[1] in self._groups:
                entries += self._groups[group[1]]
            else:
                raise PatternError(f"{phrase!r} uses the unknown word group {part}")
        alternatives = {self._keys(entry, phrase) for entry in entries}
        return Slot(
            keys=frozenset(keys[0] for keys in alternatives if len(keys) == 1),
            phrases=tuple(sorted(keys for keys in alternatives if len(keys) > 1)),
            optional=optional,
        )

    def _keys(self, entry: str, phrase: str) -> tuple[str, ...]:
        keys: list[str] = []
        for word in entry.split():
            if word in _NUMBERS:
                keys.append(word)
                continue
            parts = self._tokeniser.words(word.lstrip("="))
            self._written.update(parts)
            keys += ["=" + part if word.startswith("=") else lemma(part) for part in parts]
        if not keys:
            raise PatternError(f"{phrase!r} has an entry without a word: {entry!r}")
        return tuple(keys)


def _most_tokens(elements: Sequence[Element]) -> int:
    """How long a text that fits can be."""
    return sum(
        element.most if isinstance(element, Gap) else max((1, *map(len, element.phrases)))
        for element in elements
    )


def _walk(
    elements: Sequence[Element], tokens: Sequence[Token], at: int, step: int
) -> Iterator[tuple[int, ...]]:
    """Positions that fit ``elements`` one after another from ``at`` on, in direction ``step``."""
    taken: list[int] = []
    for number, element in enumerate(elements):
        if isinstance(element, Gap) or element.optional or element.phrases:
            rest = _walk_branches(element, elements[number + 1 :], tokens, at, step)
            yield from ((*taken, *positions) for positions in rest)
            return
        if not 0 <= at < len(tokens) or element.keys.isdisjoint(tokens[at].keys):
            return
        taken.append(at)
        at += step
    yield tuple(taken)


def _walk_branches(
    first: Element, rest: Sequence[Element], tokens: Sequence[Token], at: int, step: int
) -> Iterator[tuple[int, ...]]:
    """The same where the first element can be fitted in several ways."""
    if isinstance(first, Gap):
        for skipped in range(first.most + 1):
            place = at + step * skipped
            yield from _walk(rest, tokens, place, step)
            if not 0 <= place < len(tokens) or not tokens[place].is_word:
                return
        return
    if first.optional:
        yield from _walk(rest, tokens, at, step)
    if not 0 <= at < len(tokens):
        return
    here = tokens[at].keys
    if not here.isdisjoint(first.keys):
        for positions in _walk(rest, tokens, at + step, step):
            yield (at, *positions)
    for places in _phrases_at(first, tokens, at, step):
        for positions in _walk(rest, tokens, places[-1] + step, step):
            yield (*places, *positions)


def _phrases_at(element: Slot, tokens: Sequence[Token], at: int, step: int) -> Iterator[tuple[int, ...]]:
    """Where the element's entries of several words lie from here on."""
    for phrase in element.phrases:
        words = phrase[::step]
        places = tuple(range(at, at + step * len(words), step))
        if not 0 <= places[-1] < len(tokens):
            continue
        if all(key in tokens[place].keys for key, place in zip(words, places, strict=True)):
            yield places
