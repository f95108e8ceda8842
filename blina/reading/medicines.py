"""Medicines of the leaflet's list in a message: by name, by brand, and misspelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from symspellpy import SymSpell, Verbosity

from blina.knowledge.schema import Medicine
from blina.reading.text import clean

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_SHORTEST_MENDED = 6
_SHORTEST_FOR_TWO_EDITS = 8


class MedicineReader:
    """Finds the listed medicines.

    Args:
        medicines: by id, from ``medicines.yml``.
        is_ordinary: whether a word is an everyday one, which is never mended into a medicine.
    """

    def __init__(self, medicines: Mapping[str, Medicine], is_ordinary: Callable[[str], bool]) -> None:
        self._is_ordinary = is_ordinary
        self._ids: dict[str, str] = {}
        self._names = SymSpell(max_dictionary_edit_distance=2)
        for id, medicine in medicines.items():
            for name in (medicine.name, *medicine.also):
                self._ids[name.lower()] = id
                self._names.create_dictionary_entry(name.lower(), 1)
        # "D.H.E. 45" is no single word: such names are looked for as they stand.
        several = [re.escape(name) for name in self._ids if not _WORD.fullmatch(name)]
        self._token = re.compile(
            "|".join([*(rf"\b{name}\b" for name in several), _WORD.pattern]), re.IGNORECASE
        )

    def entities(self, text: str) -> list[dict[str, Any]]:
        """Rasa entities ``medicine``: ``value`` is the id, ``name`` what the patient wrote."""
        found = []
        for match in self._token.finditer(clean(text)):
            id = self._id(match[0].lower())
            if id is not None:
                found.append(
                    {
                        "entity": "medicine",
                        "value": id,
                        "name": match[0],
                        "start": match.start(),
                        "end": match.end(),
                    }
                )
        return found

    def _id(self, word: str) -> str | None:
        if word in self._ids:
            return self._ids[word]
        if len(word) < _SHORTEST_MENDED or self._is_ordinary(word):
            return None
        reach = 2 if len(word) >= _SHORTEST_FOR_TWO_EDITS else 1
        near = self._names.lookup(word, Verbosity.TOP, max_edit_distance=reach)
        return self._ids[near[0].term] if near and near[0].term[0] == word[0] else None
