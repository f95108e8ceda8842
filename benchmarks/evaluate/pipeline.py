"""The way of a message from text to triage in one process: the components of config.yml, without a server.

What is trained here is kept in ``.rasa/evaluate``, and trained again only when the phrases or the
code that learns from them changed.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message as RasaMessage
from rasa.shared.nlu.training_data.training_data import TrainingData

from actions.resources import knowledge
from actions.turn import message_from
from reading.model import Reading
from scripts.common import ROOT, digest
from triage.assistant import Conversation, Turn, respond
from triage.settings import Settings, load_settings

PHRASES = ROOT / "data" / "nlu"
KEPT = ROOT / ".rasa" / "evaluate"
_LEARNED_FROM = (
    "config.yml",
    "data/nlu",
    "knowledge/questions.yml",
    "nlu",
    "reading/classifier.py",
    "reading/encoder.py",
    "reading/encoder_files",
)


@dataclass(frozen=True)
class _Component:
    name: str
    type: Any
    config: dict[str, Any]


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

    def respond(self, text: str) -> tuple[Reading, Turn]:
        """What is read in ``text`` when it opens a conversation, and what the assistant answers."""
        message = message_from(self.parse(text))
        turn = respond(Conversation(), message, knowledge(), settings(), datetime.now(timezone.utc))
        return message.reading, turn


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings as they come with the project, whatever the environment says."""
    return load_settings(environ={})


@lru_cache(maxsize=1)
def pipeline() -> Pipeline:
    """The components of config.yml, trained on data/nlu; takes a minute when nothing is kept."""
    components = _configured()
    folder = KEPT / digest([ROOT / name for name in _LEARNED_FROM])
    context = ExecutionContext(GraphSchema({}))
    trained = [c for c in components if hasattr(c.type, "load") and hasattr(c.type, "train")]
    done = folder / "done"
    storage = LocalModelStorage.create(folder)
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _train(components, trained, storage, context)
        done.touch()
    return Pipeline(
        [
            (c.type.load if c in trained else c.type.create)(c.config, storage, Resource(c.name), context)
            for c in components
        ]
    )


def _configured() -> list[_Component]:
    found = []
    for entry in yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]:
        module, _, name = entry["name"].rpartition(".")
        type_ = getattr(importlib.import_module(module), name)
        settings = {key: value for key, value in entry.items() if key != "name"}
        found.append(_Component(entry["name"], type_, {**type_.get_default_config(), **settings}))
    return found


def _train(
    components: list[_Component],
    trained: list[_Component],
    storage: LocalModelStorage,
    context: ExecutionContext,
) -> None:
    data: TrainingData = phrases()
    for component in components:
        made = component.type.create(component.config, storage, Resource(component.name), context)
        if component in trained:
            made.train(data)
        elif hasattr(made, "process_training_data"):
            data = made.process_training_data(data)


def phrases(folder: Path = PHRASES) -> TrainingData:
    """The training phrases as Rasa reads them."""
    data: TrainingData = load_data(str(folder))
    return data
