"""Reading the knowledge folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from triage.knowledge.base import Knowledge
from triage.knowledge.problems import KnowledgeError, Problem
from triage.knowledge.references import check
from triage.knowledge.schema import (
    DocumentsFile,
    LexiconFile,
    MedicinesFile,
    Policy,
    QuestionsFile,
    Record,
    SymptomsFile,
    WordingFile,
)
from triage.knowledge.validate import validate
from triage.knowledge.yaml_file import YamlFile

DEFAULT = Path(__file__).resolve().parents[2] / "knowledge"
LEXICON = "lexicon"
FILES: Mapping[str, type[Record]] = {
    "documents.yml": DocumentsFile,
    "symptoms.yml": SymptomsFile,
    "policy.yml": Policy,
    "wording.yml": WordingFile,
    "questions.yml": QuestionsFile,
    "medicines.yml": MedicinesFile,
}

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Loaded:
    """A file that is right in itself."""

    file: YamlFile
    content: Any


def load_knowledge(path: Path = DEFAULT) -> Knowledge:
    """Read and check the knowledge files.

    Args:
        path: the folder.

    Returns:
        The knowledge.

    Raises:
        KnowledgeError: with every mistake that was found, each with file, line and field. References
            between files are checked once each file is right in itself.
    """
    problems: list[Problem] = []
    loaded: dict[str, Loaded] = {}
    for name, model in _models(path):
        file = YamlFile(path / name, f"{path.name}/{name}")
        content, wrong = validate(file, model)
        problems += wrong
        loaded[name] = Loaded(file, content)
    if not problems:
        problems = check({name: (item.file, item.content) for name, item in loaded.items()})
    if problems:
        raise KnowledgeError(problems)
    return _assemble({name: item.content for name, item in loaded.items()})


def fingerprint(path: Path = DEFAULT) -> str:
    """SHA-256 over names and contents of all files that `load_knowledge` reads; changes when any does.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for name, _ in sorted(_models(path), key=lambda item: item[0]):
        try:
            content = (path / name).read_bytes()
        except OSError as error:
            problem = Problem(f"{path.name}/{name}", None, "", f"cannot be read: {error.strerror}")
            raise KnowledgeError([problem]) from error
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _models(path: Path) -> list[tuple[str, type[Record]]]:
    lexicon = sorted(file.name for file in (path / LEXICON).glob("*.yml"))
    return [*FILES.items(), *((f"{LEXICON}/{name}", LexiconFile) for name in lexicon)]


def _assemble(content: Mapping[str, Any]) -> Knowledge:
    lexicon = [part for name, part in content.items() if name.startswith(f"{LEXICON}/")]
    documents = content["documents.yml"]
    return Knowledge(
        symptoms=_by_id(content["symptoms.yml"].symptoms),
        documents=_by_id(documents.documents),
        conditions=documents.conditions,
        policy=content["policy.yml"],
        wording=_merged([content["wording.yml"].texts]),
        questions=_by_id(content["questions.yml"].topics),
        medicines=_by_id(content["medicines.yml"].medicines),
        words=_merged(part.words for part in lexicon),
        lexicon=_merged(part.symptoms for part in lexicon),
        signs=_merged(part.signs for part in lexicon),
        cues=_merged(part.cues for part in lexicon),
        idioms=tuple(idiom for part in lexicon for idiom in part.idioms),
    )


def _by_id(entries: Iterable[Any]) -> Mapping[str, Any]:
    return MappingProxyType({entry.id: entry for entry in entries})


def _merged(parts: Iterable[Mapping[str, Entry]]) -> Mapping[str, Entry]:
    return MappingProxyType({key: value for part in parts for key, value in part.items()})
