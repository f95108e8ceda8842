"""The training phrases of one drug: ``data/nlu/common/``, and its own folder beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from blina.knowledge.loader import DEFAULT, chosen, drugs, foreign_symptoms
from blina.triage.memory import UNLISTED_INTENT


def without_other_drugs(files: Iterable[str], drug: str | None, path: Path = DEFAULT) -> list[str]:
    """The files that are in no folder of another drug.

    Args:
        files: their paths.
        drug: the one that was chosen; None where there is only one.
        path: the folder of the knowledge.

    Raises:
        KnowledgeError: the drug has no folder there.
    """
    others = {*drugs(path)} - {chosen(path, drug)}
    return [file for file in files if Path(file).parent.name not in others]


def intents_for(drug: str | None, path: Path = DEFAULT) -> Callable[[str], str]:
    """What phrases are trained as, by the intent that their file names.

    Those of a side effect that only another drug has become phrases of a complaint that no list names: who
    writes about it must still be understood as somebody who feels ill.

    Args:
        drug: see `without_other_drugs`.
        path: the folder of the knowledge.

    Returns:
        A function from one to the other.

    Raises:
        KnowledgeError: the side effects of a drug cannot be read.
    """
    foreign = foreign_symptoms(path, drug)
    return lambda intent: UNLISTED_INTENT if intent in foreign else intent
