"""The words of ``values.yml`` as the tokeniser looks them up: by the first piece, the longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from blina.knowledge.schema import ValueKind, ValuesFile, ValueUnit
from blina.reading.values.lexemes import WORD, Lexeme, lexemes
from blina.reading.values.spelling import NameSpeller
from blina.reading.values.times import TIME_WORDS

STRONG, WEAK, SHORT, OTHER, LABEL = "strong", "weak", "short", "other", "label"  # ways of naming a number


@dataclass
class Entry:
    """What a phrase may be.

    Args:
        roles: groups of ``words`` and ``others`` that list it.
        kind: the kind of value that it names, None for none.
        naming: how it names one, or what else it names a number as.
        place: the place of measuring that it is.
        units: the units that it is, with their kinds.
    """

    roles: set[str] = field(default_factory=set)
    kind: str | None = None
    naming: str | None = None
    place: str | None = None
    units: list[tuple[ValueKind, ValueUnit]] = field(default_factory=list)


class Phrases:
    """Phrases by their first piece."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, ...], Entry] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}

    def entry(self, phrase: str, mixed: re.Pattern[str] | None) -> Entry:
        """The entry of a phrase, new when there was none."""
        key = tuple(piece.text for piece in lexemes(phrase, mixed))
        lengths = {*self._lengths.get(key[0], ()), len(key)}
        self._lengths[key[0]] = tuple(sorted(lengths, reverse=True))
        return self._entries.setdefault(key, Entry())

    def at(self, pieces: Sequence[Lexeme], at: int) -> tuple[int, Entry] | None:
        """The longest phrase that starts here: where it ends, and what it may be."""
        for length in self._lengths.get(pieces[at].text, ()):
            if at + length <= len(pieces):
                entry = self._entries.get(tuple(piece.text for piece in pieces[at : at + length]))
                if entry is not None:
                    return at + length, entry
        return None


class Vocabulary:
    """Every word that the grammar knows.

    Args:
        values: ``values.yml``.
    """

    def __init__(self, values: ValuesFile) -> None:
        self.kinds = {kind.id: kind for kind in values.kinds}
        self.uncertain_places = frozenset(place.id for place in values.places if place.uncertain)
        self.mixed = _mixed(_all_words(values))
        self._speller = NameSpeller(_mended_words(values), _single_words(_all_words(values)))
        self.front, self.behind = Phrases(), Phrases()
        for kind in values.kinds:
            self._add_kind(kind)
        for place in values.places:
            for word in place.words:
                self.front.entry(word, self.mixed).place = place.id
        for role, words in values.words:
            self._add_role(self.front, role, words)
        for role in ("heat", "ranges", "subjects"):
            self._add_role(self.front, role, getattr(values.others, role))
        for naming, words in ((OTHER, values.others.named), (LABEL, values.others.labels)):
            for word in words:
                entry = self.front.entry(word, self.mixed)
                entry.naming = entry.naming or naming
        for role in ("measures", "counted"):
            self._add_role(self.behind, role, getattr(values.others, role))

    def pieces(self, text: str) -> list[Lexeme]:
        """A message in pieces, with the words that the grammar knows as they were meant."""
        return self._speller.mended(lexemes(text, self.mixed))

    def _name(self, name: str, kind: str, naming: str) -> None:
        entry = self.front.entry(name, self.mixed)
        entry.kind, entry.naming = kind, naming

    def _add_role(self, phrases: Phrases, role: str, words: Iterable[str]) -> None:
        for word in words:
            phrases.entry(word, self.mixed).roles.add(role)

    def _add_kind(self, kind: ValueKind) -> None:
        for naming, names in ((STRONG, kind.names), (WEAK, kind.weak_names), (SHORT, kind.short_names)):
            for name in names:
                self._name(name, kind.id, naming)
        known = {name for each in (kind.names, kind.weak_names, kind.short_names) for name in each}
        for name in kind.names:
            if name[-1].isalpha() and f"{name}s" not in known:
                self._name(f"{name}s", kind.id, STRONG)  # "the heart rate's 118"
        for unit in kind.units:
            for spelling in unit.spellings:
                self.behind.entry(spelling, self.mixed).units.append((kind, unit))


def _all_words(values: ValuesFile) -> Iterable[str]:
    for kind in values.kinds:
        yield from (*kind.names, *kind.weak_names, *kind.short_names)
        for unit in kind.units:
            yield from unit.spellings
    for place in values.places:
        yield from place.words
    for _, words in (*values.others, *values.words):
        yield from words


def _mended_words(values: ValuesFile) -> Iterable[str]:
    """The words that a slip may have meant: those that name a value, its unit, its place or its time."""
    for kind in values.kinds:
        names = (*kind.names, *(spelling for unit in kind.units for spelling in unit.spellings))
        yield from _single_words(names)
    yield from _single_words(word for place in values.places for word in place.words)
    yield from TIME_WORDS


def _single_words(phrases: Iterable[str]) -> Iterable[str]:
    for phrase in phrases:
        yield from (piece.text for piece in lexemes(phrase) if piece.type == WORD)


def _mixed(words: Iterable[str]) -> re.Pattern[str] | None:
    """Words of letters and digits, which stay in one piece."""
    pieces = {piece for word in words for piece in re.findall(r"[^\W\d_]+\d[^\W_]*", word)}
    if not pieces:
        return None
    longest_first = sorted(map(re.escape, pieces), key=lambda piece: (-len(piece), piece))
    return re.compile(rf"(?:{'|'.join(longest_first)})(?![\d])")
