"""Mending typing errors towards the lexicon's words, never away from ordinary English ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources

from symspellpy import SymSpell, Verbosity

from blina.reading.lexicon.tokens import lemma

_LETTERS = re.compile(r"[a-z]+")
_SAME_LETTER = re.compile(r"(.)\1+")
_STRETCHED = re.compile(r"(.)\1{2,}")
# Letters that sound alike at the start of a word; a second edit is trusted only behind one of these.
_SOUND_ALIKE = {
    "f": "p",
    "p": "f",
    "k": "c",
    "c": "ks",
    "s": "cp",
    "n": "kgp",
    "g": "j",
    "j": "g",
    "e": "i",
    "i": "e",
}
_SHORTEST_MENDED = 4
_SHORTEST_FOR_TWO_EDITS = 6
_SHORTEST_JOINED = 7
_LONGEST_PART = 16
_MOST_PARTS = 6
_SHORT_WORDS = frozenset("i a my im no so is in it of on at to up am he me we do be or".split())
_COMMON_COUNT = 20_000


class Speller:
    """Corrects words that English does not know.

    Args:
        lexicon_words: the words that matter (from the lexicon); they win over others at the same distance.
    """

    def __init__(self, lexicon_words: Iterable[str]) -> None:
        # Many rare dictionary entries are names and abbreviations: a word is known when it is common.
        self._known = common_words()
        given = {word for word in lexicon_words if _LETTERS.fullmatch(word)}
        lemmas = {lemma(word) for word in given}
        self._given = frozenset(given)
        self._lexicon = given | {word for word in self._known if lemma(word) in lemmas}
        self._matters = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word in self._lexicon:
            if len(word) >= _SHORTEST_MENDED:
                self._matters.create_dictionary_entry(word, 1)
        # Doubled letters are the commonest slip: "slured" is slurred, not soured.
        self._undoubled = {
            _undouble(word): word for word in sorted(self._lexicon) if len(word) >= _SHORTEST_MENDED
        }

    def knows(self, word: str) -> bool:
        """Whether ``word`` (lower case) is an English word or one of the lexicon's."""
        return word in self._known or word in self._lexicon

    def unknown(self, words: Iterable[str]) -> int:
        """How many of the words it does not know."""
        return sum(not self.knows(word) for word in words)

    def hopeless(self, words: Iterable[str]) -> int:
        """How many of the words are none, even when their spelling is mended."""
        return sum(not any(map(self.knows, self.mend(word))) for word in words)

    @lru_cache(maxsize=20_000)  # noqa: B019 - one speller lives as long as the process
    def mend(self, word: str) -> tuple[str, ...]:
        """The word or words that ``word`` was meant to be.

        Args:
            word: lower case.

        Returns:
            One word, or several when the space between them was left out.
        """
        if len(word) < _SHORTEST_MENDED or not _LETTERS.fullmatch(word) or self.knows(word):
            return (word,)
        stretched = _STRETCHED.search(word)
        if stretched:
            for keep in (r"\1\1", r"\1"):
                shorter = _STRETCHED.sub(keep, word)
                if self.knows(shorter):
                    return (shorter,)
            doubled = self._nearest(_STRETCHED.sub(r"\1\1", word))
            if doubled:
                return (doubled,)
            word = _STRETCHED.sub(r"\1", word)
        nearest = self._undoubled.get(_undouble(word)) or self._nearest(word)
        if nearest:
            return (nearest,)
        return self._split(word) or (word,)

    def _nearest(self, word: str) -> str | None:
        reach = 2 if len(word) >= _SHORTEST_FOR_TWO_EDITS else 1
        ours = self._matters.lookup(word, Verbosity.CLOSEST, max_edit_distance=reach)
        ours = [s for s in ours if s.distance == 1 or _sounds_alike(word, s.term)]
        if not ours:
            return None
        # to the last place, so that no start of the program reads a word in another way
        best = min(
            ours,
            key=lambda s: (s.distance, *_unlikeness(word, s.term), s.term not in self._given, s.term),
        )
        if best.distance == 2 and any(edit in self._known for edit in _one_edit(word)):
            return None
        return str(best.term)

    def _split(self, word: str) -> tuple[str, ...] | None:
        """Words typed without spaces ("chestpain", "cantsleepatall"): the fewest, one of which matters."""
        if len(word) < _SHORTEST_JOINED:
            return None
        fewest: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(word) + 1):
            for start in range(max(0, end - _LONGEST_PART), end):
                part = word[start:end]
                if start not in fewest or not (part in _SHORT_WORDS or (len(part) >= 3 and self.knows(part))):
                    continue
                if end not in fewest or len(fewest[start]) + 1 < len(fewest[end]):
                    fewest[end] = (*fewest[start], part)
        parts = fewest.get(len(word))
        if not parts or len(parts) > _MOST_PARTS or not any(len(p) > 3 and p in self._lexicon for p in parts):
            return None
        return parts


def _sounds_alike(word: str, other: str) -> bool:
    first, second = word[0], other[0]
    return first == second or second in _SOUND_ALIKE.get(first, "")


def _one_edit(word: str) -> Iterator[str]:
    """Every string one insertion, deletion, replacement or swap away from ``word``."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(word) + 1):
        left, right = word[:i], word[i:]
        yield from (left + letter + right for letter in letters)
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in letters)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """English words with a fair count in the frequency list that SymSpell ships."""
    with resources.open_text(
        "symspellpy", "frequency_dictionary_en_82_765.txt", encoding="utf-8-sig"
    ) as lines:
        pairs = (line.split() for line in lines)
        return frozenset(word for word, count in pairs if int(count) >= _COMMON_COUNT)


def _unlikeness(word: str, other: str) -> tuple[bool, bool, bool, int]:
    """How little ``other`` looks like what was typed, beyond their distance: smaller is likelier."""
    return (
        word[0] != other[0],
        _undouble(word) != _undouble(other),
        _consonants(word) != _consonants(other) and sorted(word) != sorted(other),
        abs(len(other) - len(word)),
    )


def _consonants(word: str) -> str:
    """The consonants as they sound: "neks" and "necks" are the same."""
    sounds = word.replace("ck", "k").replace("ph", "f").replace("c", "k").replace("z", "s")
    return "".join(letter for letter in sounds if letter not in "aeiouy")


def _undouble(word: str) -> str:
    return _SAME_LETTER.sub(r"\1", word)
