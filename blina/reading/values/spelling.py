"""Mending the names, units and times that a grammar of values looks for: "tmep", "oxgen", "yesturday"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from symspellpy import SymSpell, Verbosity

from blina.reading.lexicon.spelling import common_words
from blina.reading.values.lexemes import WORD, Lexeme

_SHORTEST_MENDED = 4
_SHORTEST_FOR_TWO_EDITS = 8


class NameSpeller:
    """Mends words that English does not know.

    Args:
        meant: the words that a slip of the finger may have meant.
        known: all words of the grammar, which are never mended.
    """

    def __init__(self, meant: Iterable[str], known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._words = SymSpell(max_dictionary_edit_distance=2)
        for word in sorted(set(meant)):
            if len(word) >= _SHORTEST_MENDED and word.isalpha():
                self._words.create_dictionary_entry(word, 1)

    def mended(self, pieces: Sequence[Lexeme]) -> list[Lexeme]:
        """The pieces of a message, each word as it was meant.

        Args:
            pieces: in their order.
        """
        return [
            piece._replace(text=self._meant(piece.text)) if piece.type == WORD else piece for piece in pieces
        ]

    @lru_cache(maxsize=20_000)  # noqa: B019 - one speller lives as long as the process
    def _meant(self, word: str) -> str:
        if (
            len(word) < _SHORTEST_MENDED
            or word in self._known
            or not word.isalpha()
            or word in common_words()
        ):
            return word
        reach = 2 if len(word) >= _SHORTEST_FOR_TWO_EDITS else 1
        near = self._words.lookup(word, Verbosity.TOP, max_edit_distance=reach)
        return str(near[0].term) if near and near[0].term[0] == word[0] else word
