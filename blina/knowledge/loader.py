"""Reading the knowledge folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from blina.knowledge.base import Knowledge
from blina.knowledge.problems import KnowledgeError, Problem
from blina.knowledge.references import UNLISTED, OtherDrugs, check
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
COMMON = (
    "common"  # what every drug shares: how people say things, how they write values, what is said to them
)
DRUGS = "drugs"  # a folder for each drug
LEXICON = "lexicon"
WORDING = "wording.yml"  # a drug's own holds the texts that differ; those of the common one stay beside them
_SYMPTOMS, _POLICY = "symptoms.yml", "policy.yml"
OF_A_DRUG: Mapping[str, type[Record]] = {
    "documents.yml": DocumentsFile,
    _SYMPTOMS: SymptomsFile,
    _POLICY: Policy,
    "questions.yml": QuestionsFile,
    "medicines.yml": MedicinesFile,
    "daily_check.yml": DailyCheckFile,
}
OF_ALL: Mapping[str, type[Record]] = {"values.yml": ValuesFile, WORDING: WordingFile}
FILES: Mapping[str, type[Record]] = {**OF_A_DRUG, **OF_ALL}

Entry = TypeVar("Entry")


def load_knowledge(path: Path = DEFAULT, drug: str | None = None) -> Knowledge:
    """Read and check the knowledge of one drug: ``common/``, and the drug's own folder over it.

    A file of the drug takes the place of the common one of the same name; of ``wording.yml`` each text does.
    What the common lexicon says of symptoms that this drug does not list counts as complaints that no list
    names.

    Args:
        path: the folder.
        drug: the name of a folder in ``drugs/``; None where there is only one.

    Returns:
        The knowledge.

    Raises:
        KnowledgeError: with every mistake that was found, each with file, line and field. References
            between files are checked once each file is right in itself.
    """
    drug = chosen(path, drug)
    files = read_files(path, drug)
    others = _other_drugs(path, drug)
    symptoms = {symptom.id for symptom in files[_SYMPTOMS][1].symptoms}
    fitted = {
        name: (file, _fitted(file, content, symptoms, others)) for name, (file, content) in files.items()
    }
    if problems := check(fitted, others):
        raise KnowledgeError(problems)
    return _assemble({name: content for name, (_, content) in fitted.items()})


def chosen(path: Path = DEFAULT, drug: str | None = None) -> str:
    """The drug whose knowledge counts.

    Args:
        path: the folder.
        drug: the name that was chosen, if any.

    Returns:
        The name of its folder.

    Raises:
        KnowledgeError: there is no such folder, or none was chosen of several.
    """
    there = drugs(path)
    if drug is None and len(there) == 1:
        return there[0]
    if drug in there:
        return str(drug)
    names = ", ".join(there)
    file = f"{path.name}/{DRUGS}"
    if not there:
        problem = Problem(file, None, "", "holds no drug")
    elif drug is None:
        problem = Problem(file, None, "", f"holds {names}: name one of them as 'drug' in settings.yml")
    else:
        problem = Problem(
            file, None, "", f"holds {names}, not {drug}: name one of them as 'drug' in settings.yml"
        )
    raise KnowledgeError([problem])


def drugs(path: Path = DEFAULT) -> list[str]:
    """The names of the drugs that have a folder."""
    return sorted(folder.name for folder in (path / DRUGS).glob("[!.]*") if folder.is_dir())


def read_files(path: Path = DEFAULT, drug: str | None = None) -> dict[str, tuple[YamlFile, Any]]:
    """Each knowledge file and its content, by name inside its folder, not yet checked against each other.

    Args:
        path: the folder.
        drug: see `load_knowledge`.

    Raises:
        KnowledgeError: a file is missing or not right in itself.
    """
    drug = chosen(path, drug)
    problems: list[Problem] = []
    files = {name: _read(path, place, name, problems) for name, place in _places(path, drug).items()}
    if (path / DRUGS / drug / WORDING).exists():
        (file, own), (below, texts) = files[WORDING], _read(path, COMMON, WORDING, problems)
        file.below = below
        if own is not None and texts is not None:
            files[WORDING] = file, own.over(texts)
    if problems:
        raise KnowledgeError(problems)
    return files


def foreign_symptoms(path: Path = DEFAULT, drug: str | None = None) -> frozenset[str]:
    """The side effects that other drugs list and this one does not.

    Args:
        path: the folder.
        drug: see `load_knowledge`.

    Returns:
        Their ids.

    Raises:
        KnowledgeError: the side effects of a drug cannot be read.
    """
    drug = chosen(path, drug)
    problems: list[Problem] = []
    _, own = _read(path, f"{DRUGS}/{drug}", _SYMPTOMS, problems)
    if problems:
        raise KnowledgeError(problems)
    return _other_drugs(path, drug).symptoms - {symptom.id for symptom in own.symptoms}


def fingerprint(path: Path = DEFAULT, drug: str | None = None) -> str:
    """SHA-256 over names and contents of all files that `load_knowledge` takes; changes when any does.

    Raises:
        KnowledgeError: a file cannot be read.
    """
    drug = chosen(path, drug)
    digest = hashlib.sha256()
    read = {f"{place}/{name}" for name, place in _places(path, drug).items()} | {f"{COMMON}/{WORDING}"}
    for name in sorted(read):
        try:
            content = (path / name).read_bytes()
        except OSError as error:
            problem = Problem(f"{path.name}/{name}", None, "", f"cannot be read: {error.strerror}")
            raise KnowledgeError([problem]) from error
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _read(path: Path, place: str, name: str, problems: list[Problem]) -> tuple[YamlFile, Any]:
    file = YamlFile(path / place / name, f"{path.name}/{place}/{name}", is_common=place == COMMON)
    content, wrong = validate(file, FILES.get(name, LexiconFile))
    problems.extend(wrong)
    return file, content


def _other_drugs(path: Path, drug: str) -> OtherDrugs:
    """What the other drugs name, since the common files may speak of it.

    Raises:
        KnowledgeError: a file of theirs is not right in itself.
    """
    problems: list[Problem] = []
    others = [f"{DRUGS}/{other}" for other in drugs(path) if other != drug]
    symptoms = [_read(path, other, _SYMPTOMS, problems)[1] for other in others]
    policies = [_read(path, other, _POLICY, problems)[1] for other in others]
    if problems:
        raise KnowledgeError(problems)
    return OtherDrugs(
        frozenset(symptom.id for content in symptoms for symptom in content.symptoms), tuple(policies)
    )


def _fitted(file: YamlFile, content: Any, symptoms: set[str], others: OtherDrugs) -> Any:
    """A common file of the lexicon as this drug reads it: another's symptom is a complaint in no list."""
    if not file.is_common or not isinstance(content, LexiconFile):
        return content
    foreign = others.symptoms - symptoms
    signs = {
        id: sign.copy(update={"implies": UNLISTED}) if sign.implies in foreign else sign
        for id, sign in content.signs.items()
    }
    return content.copy(update={"signs": signs})


def _places(path: Path, drug: str) -> dict[str, str]:
    """The folder inside ``path`` that each file is in: the drug's own, or the common one."""
    own = f"{DRUGS}/{drug}"
    found = dict.fromkeys(OF_A_DRUG, own)
    found |= {name: own if (path / own / name).exists() else COMMON for name in OF_ALL}
    return found | dict.fromkeys(_lexicon(path / COMMON), COMMON) | dict.fromkeys(_lexicon(path / own), own)


def _lexicon(folder: Path) -> list[str]:
    return sorted(f"{LEXICON}/{file.name}" for file in (folder / LEXICON).glob("*.yml"))


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
