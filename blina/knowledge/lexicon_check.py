"""Checking the lexicon: each name has one home, and whatever is named is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

from blina.knowledge.problems import Problem
from blina.knowledge.schema import LexiconFile
from blina.knowledge.yaml_file import Place, YamlFile

# Groups that the reader knows: any number in digits or words, a year from 1900 to 2099.
BUILT_IN_GROUPS = frozenset({"number", "year"})
_WORD_GROUP = re.compile(r"\{(\w+)\}")


def problems(
    parts: Sequence[tuple[YamlFile, LexiconFile]], symptoms: Set[str], of_others: Set[str] = frozenset()
) -> Iterator[Problem]:
    """What is wrong in the lexicon's files.

    Args:
        parts: the files and their contents.
        symptoms: ids that phrases may stand for.
        of_others: symptoms of other drugs, of which the common files may have phrases too.
    """
    yield from _second_homes(parts)
    for file, part in parts:
        known = symptoms | of_others if file.is_common else symptoms
        for id in part.symptoms:
            if id not in known:
                yield file.problem(("symptoms", id), f"there is no symptom '{id}' in symptoms.yml")
        for id, sign in part.signs.items():
            if sign.implies is not None and sign.implies not in symptoms:
                yield file.problem(("signs", id, "implies"), f"there is no symptom '{sign.implies}'")
    yield from _word_groups(parts)


def _second_homes(parts: Sequence[tuple[YamlFile, LexiconFile]]) -> Iterator[Problem]:
    homes: dict[tuple[str, str], str] = {}
    for file, part in parts:
        for kind in ("words", "symptoms", "signs", "cues"):
            for id in getattr(part, kind):
                home = homes.setdefault((kind, id), file.name)
                if home != file.name:
                    yield file.problem((kind, id), f"is already in {home}")


def _word_groups(parts: Sequence[tuple[YamlFile, LexiconFile]]) -> Iterator[Problem]:
    """Every ``{group}`` in a phrase is a word group, and no group holds itself."""
    entries = {group: words for _, part in parts for group, words in part.words.items()}
    uses = {group: set(_WORD_GROUP.findall(" ".join(words))) for group, words in entries.items()}
    known = entries.keys() | BUILT_IN_GROUPS
    for file, part in parts:
        for place, phrase in _texts(file.data, ()):
            for group in _WORD_GROUP.findall(phrase):
                if group not in known and "meaning" not in place:
                    yield file.problem(place, f"there is no word group '{group}'")
        for group in part.words:
            if group in _reached(group, uses):
                yield file.problem(("words", group), "holds itself, directly or through other groups")


def _reached(start: str, uses: dict[str, set[str]]) -> set[str]:
    """All groups that a group holds, directly or through others."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        new = uses.get(ahead.pop(), set()) - reached
        reached |= new
        ahead += new
    return reached


def _texts(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every text in plain data, with its place."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*place, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _texts(value, (*place, at))
