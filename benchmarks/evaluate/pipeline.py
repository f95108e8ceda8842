"""The way of a message from text to triage in one process: the components of config.yml, without a server.

What `make train` made is used where it is up to date. What is trained here is kept in ``.rasa/evaluate``,
and trained again only when the phrases or the code that learns from them changed.
"""

from __future__ import annotations

import atexit
import importlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message as RasaMessage
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.reply import message_from
from blina.assistant import Conversation, Core, Turn, in_context, knowledge
from blina.knowledge.loader import chosen
from blina.knowledge.settings import Settings, load_settings
from blina.rasa_adapter.importer import ProjectFiles
from blina.reading.model import Reading
from scripts.common import ROOT, digest
from scripts.train import is_current, model_file

PHRASES = ROOT / "data" / "nlu"
KEPT = ROOT / ".rasa" / "evaluate"
_LEARNED_FROM = (
    "config.yml",
    "data/nlu",
    "blina/rasa_adapter",
    "blina/reading/meaning",
    "blina/reading/learned",
)


@dataclass(frozen=True)
class _Component:
    name: str
    type: Any
    config: dict[str, Any]

    @property
    def learns(self) -> bool:
        """Whether it is trained."""
        return hasattr(self.type, "train") and hasattr(self.type, "load")


class Pipeline:
    """The trained NLU components, one after another as Rasa runs them."""

    def __init__(self, components: list[Any]) -> None:
        self._components = components

    def parse(self, text: str) -> dict[str, Any]:
        """What Rasa makes of a message.

        Args:
            text: what the patient wrote.

        Returns:
            ``text``, ``intent`` and ``entities``, as in a tracker's latest message.
        """
        messages = [RasaMessage({TEXT: text})]
        for component in self._components:
            messages = component.process(messages)
        message = messages[0]
        return {
            TEXT: message.get(TEXT),
            INTENT: message.get(INTENT) or {},
            ENTITIES: message.get(ENTITIES) or [],
        }

    def respond(self, text: str, before: Conversation | None = None) -> tuple[Reading, Turn]:
        """What is read in ``text``, by itself or after a conversation, and what the assistant answers."""
        conversation = before or Conversation()
        message = in_context(message_from(self.parse(text)), conversation)
        turn = core().respond(conversation, message, datetime.now(timezone.utc))
        return message.reading, turn


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings as they come with the project, whatever the environment says."""
    return load_settings(environ={})


@lru_cache(maxsize=1)
def core() -> Core:
    """What answers, with those settings."""
    return Core(knowledge(), settings())


@lru_cache(maxsize=1)
def pipeline() -> Pipeline:
    """The components of config.yml with what `make train` learned; else learns it here, for a minute."""
    components = _configured()
    context = ExecutionContext(GraphSchema({}))
    storage, names = _learned(components, context)
    return Pipeline(
        [
            c.type.load(c.config, storage, Resource(names[c.name]), context)
            if c.learns
            else c.type.create(c.config, storage, Resource(c.name), context)
            for c in components
        ]
    )


def _learned(components: list[_Component], context: ExecutionContext) -> tuple[ModelStorage, dict[str, str]]:
    """Where what the components learned is kept, and under which name."""
    own = {c.name: c.name for c in components}
    if is_current():
        folder = Path(tempfile.mkdtemp())
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        storage, _ = LocalModelStorage.from_model_archive(folder, model_file())
        return storage, own | {
            c.name: kept.name for c in components for kept in folder.glob(f"train_{c.name}*") if c.learns
        }
    questions = ROOT / "knowledge" / "drugs" / chosen(drug=settings().drug) / "questions.yml"
    folder = KEPT / digest([questions, *(ROOT / name for name in _LEARNED_FROM)])
    storage = LocalModelStorage.create(folder)
    done = folder / "done"
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _train(components, storage, context)
        done.touch()
    return storage, own


def _configured() -> list[_Component]:
    found = []
    for entry in yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]:
        module, _, name = entry["name"].rpartition(".")
        type_ = getattr(importlib.import_module(module), name)
        settings = {key: value for key, value in entry.items() if key != "name"}
        found.append(_Component(entry["name"], type_, {**type_.get_default_config(), **settings}))
    return found


def _train(components: list[_Component], storage: ModelStorage, context: ExecutionContext) -> None:
    data: TrainingData = phrases()
    for component in components:
        made = component.type.create(component.config, storage, Resource(component.name), context)
        if component.learns:
            made.train(data)
        elif hasattr(made, "process_training_data"):
            data = made.process_training_data(data)


def phrases(folder: Path = PHRASES) -> TrainingData:
    """The training phrases as Rasa reads them."""
    return ProjectFiles(training_data_paths=[str(folder)]).get_nlu_data()
