"""Say what is wrong in knowledge/ and in the phrases that belong to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterator

from scripts.common import ROOT, Stop

PHRASES = "data/nlu"


def check(root: Path = ROOT) -> None:
    """Load the knowledge, and make sure that every symptom can be found.

    Args:
        root: the project's folder.

    Raises:
        Stop: a file is not valid; file, line and field are named, one mistake a line.
    """
    from blina.knowledge import KnowledgeError, load_knowledge
    from blina.knowledge.loader import chosen
    from blina.knowledge.settings import SettingsError, load_settings

    try:
        drug = chosen(root / "knowledge", load_settings(root / "settings.yml").drug)
        knowledge = load_knowledge(root / "knowledge", drug)
    except SettingsError as error:
        raise Stop(f"the settings cannot be used.\n{error}") from error
    except KnowledgeError as error:
        raise Stop(f"the knowledge cannot be used.\n{error}") from error
    mistakes = list(_without_phrases(knowledge, drug, root))
    if mistakes:
        raise Stop("\n".join(["not every symptom can be found.", *mistakes]))


def _without_phrases(knowledge: Any, drug: str, root: Path) -> Iterator[str]:
    """Tell which symptoms nobody could report, and which phrases belong to nothing."""
    from blina.knowledge.yaml_file import YamlFile
    from blina.rasa_adapter.generate import OTHER_INTENTS

    symptoms = f"knowledge/drugs/{drug}/symptoms.yml"
    file = YamlFile(root / symptoms, symptoms)
    intents = dict(_intents(drug, root))
    for place, id in enumerate(knowledge.symptoms):
        field = ("symptoms", place, "id")
        if id not in knowledge.lexicon or not knowledge.lexicon[id].phrases:
            yield str(file.problem(field, f"'{id}' has no phrases in any file of a lexicon/"))
        if id not in intents:
            yield str(
                file.problem(field, f"'{id}' has no phrases in any file of {PHRASES}/: add an `intent: {id}`")
            )
    for intent, where in intents.items():
        if intent not in knowledge.symptoms and intent not in OTHER_INTENTS:
            yield f"{where}: intent: '{intent}' is no symptom of {symptoms}"


def _intents(drug: str, root: Path) -> Iterator[tuple[str, str]]:
    """Tell what the intents are trained on: each with examples, and its file."""
    import yaml

    from blina.rasa_adapter.phrases import intents_for, without_other_drugs

    intent_of = intents_for(drug, root / "knowledge")
    files = sorted(map(str, (root / PHRASES).rglob("*.yml")))
    for path in map(Path, without_other_drugs(files, drug, root / "knowledge")):
        for block in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("nlu") or ():
            if block.get("intent") and str(block.get("examples") or "").strip("- \n"):
                yield intent_of(block["intent"]), path.relative_to(root).as_posix()
