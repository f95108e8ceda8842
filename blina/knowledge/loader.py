"""Reading the knowledge folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from blina.knowledge.base import Knowledge
from blina.knowledge.problems import KnowledgeError, Problem
from blina.knowledge.references import UNLISTED, check
from blina.knowledge.schema import (
    DailyCheckFile,
    DocumentsFile,
    LexiconFile,
    MedicinesFile,
    Policy,
    QuestionsFile,
    Record,
    SymptomsFile,
    ValuesFile,
    WordingFile,
)
from blina.knowledge.validate import validate
from blina.knowledge.yaml_file import YamlFile

DEFAULT = Path(__file__).resolve().parents[2] / "knowledge"
LEXICON = "lexicon"
SHARED = "shared"
WORDING = "wording.yml"  # a drug's own holds the texts that differ; those of the shared one stay beside them
FILES: Mapping[str, type[Record]] = {
    "documents.yml": DocumentsFile,
    "symptoms.yml": SymptomsFile,
    "policy.yml": Policy,
    "values.yml": ValuesFile,
    WORDING: WordingFile,
    "questions.yml": QuestionsFile,
    "medicines.yml": MedicinesFile,
    "daily_check.yml": DailyCheckFile,
}

Entry = TypeVar("Entry")


def load_knowledge(path: Path = DEFAULT, shared: Path | None = None) -> Knowledge:
    """Read and check the knowledge files.

    Args:
        path: the folder.
        shared: a folder whose files stand in for those that ``path`` lacks, for a drug that shares lexicon,
            values and wording with another (docs/new-drug.md); ``shared/`` in the folder where there is one.
            Of ``wording.yml`` each text does so.
            What it says of symptoms that this drug does not list counts as complaints that no list names.

    Returns:
        The knowledge.

    Raises:
        KnowledgeError: with every mistake that was found, each with file, line and field. References
            between files are checked once each file is right in itself.
    """
    files = read_files(path, shared)
    symptoms = {symptom.id for symptom in files["symptoms.yml"][1].symptoms}
    fitted = {name: (file, _fitted(file, content, symptoms)) for name, (file, content) in files.items()}
    if problems := check(fitted):
        raise KnowledgeError(problems)
    return _assemble({name: content for name, (_, content) in fitted.items()})


def read_files(path: Path = DEFAULT, shared: Path | None = None) -> dict[str, tuple[YamlFile, Any]]:
    """Each knowledge file and its content, by name inside the folder, not yet checked against each other.

    Args:
        path: the folder.
        shared: see `load_knowledge`.

    Raises:
        KnowledgeError: a file is missing or not right in itself.
    """
    problems: list[Problem] = []

    def read(name: str, folder: Path, model: type[Record]) -> tuple[YamlFile, Any]:
        is_own = folder == path
        label = path.name if is_own else _label(folder, path)
        file = YamlFile(folder / name, f"{label}/{name}", is_shared=not is_own)
        content, wrong = validate(file, model)
        problems.extend(wrong)
        return file, content

    files = {name: read(name, folder, model) for name, (folder, model) in _places(path, shared).items()}
    if (folder := _shared_wording(path, shared)) is not None:
        (file, own), (below, texts) = files[WORDING], read(WORDING, folder, WordingFile)
        file.below = below
        if own is not None and texts is not None:
            files[WORDING] = file, own.over(texts)
    if problems:
        raise KnowledgeError(problems)
    return files


def _fitted(file: YamlFile, content: Any, symptoms: set[str]) -> Any:
    """A shared file of the lexicon as this drug reads it: what it does not list is a complaint in no list."""
    if not file.is_shared or not isinstance(content, LexiconFile):
        return content
    signs = {
        id: sign if sign.implies in {None, *symptoms} else sign.copy(update={"implies": UNLISTED})
        for id, sign in content.signs.items()
    }
    return content.copy(update={"signs": signs})


def fingerprint(path: Path = DEFAULT) -> str:
    """SHA-256 over names and contents of all files that `load_knowledge` reads; changes when any does.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    digest = hashlib.sha256()
    read = [(name, folder) for name, (folder, _) in _places(path, None).items()]
    if (below := _shared_wording(path, None)) is not None:
        read.append((f"{SHARED}/{WORDING}", below.parent))
    for name, folder in sorted(read):
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            problem = Problem(f"{path.name}/{name}", None, "", f"cannot be read: {error.strerror}")
            raise KnowledgeError([problem]) from error
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _places(path: Path, shared: Path | None) -> dict[str, tuple[Path, type[Record]]]:
    """The folder and the model of each file: its own, or the shared one in the place of what it lacks."""
    shared = shared or path / SHARED
    found: dict[str, tuple[Path, type[Record]]] = {name: (path, model) for name, model in _models(path)}
    if shared.is_dir():
        for name, model in _models(shared):
            if not (path / name).exists():
                found[name] = (shared, model)
    return found


def _shared_wording(path: Path, shared: Path | None) -> Path | None:
    """The folder of the wording that the drug's own stands over, if it has both."""
    shared = shared or path / SHARED
    both = (path / WORDING).exists() and (shared / WORDING).exists()
    return shared if both and shared != path else None


def _label(folder: Path, path: Path) -> str:
    return f"{path.name}/{SHARED}" if folder.parent == path else folder.name


def _models(path: Path) -> list[tuple[str, type[Record]]]:
    lexicon = sorted(file.name for file in (path / LEXICON).glob("*.yml"))
    return [*FILES.items(), *((f"{LEXICON}/{name}", LexiconFile) for name in lexicon)]


def _assemble(content: Mapping[str, Any]) -> Knowledge:
    lexicon = [part for name, part in content.items() if name.startswith(f"{LEXICON}/")]
    documents = content["documents.yml"]
    return Knowledge(
        symptoms=_by_id(content["symptoms.yml"].symptoms),
        drug=documents.drug,
        documents=_by_id(documents.documents),
        conditions=documents.conditions,
        policy=content["policy.yml"],
        values=content["values.yml"],
        wording=_merged([content[WORDING].texts]),
        questions=_by_id(content["questions.yml"].topics),
        medicines=_by_id(content["medicines.yml"].medicines),
        daily_check=content["daily_check.yml"],
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
