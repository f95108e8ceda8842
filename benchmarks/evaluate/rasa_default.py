"""Rasa's default pipeline on the same phrases: what a project made by ``rasa init`` would understand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.evaluate.pipeline import KEPT, PHRASES
from scripts.common import ROOT, digest

EPOCHS = 100
# The pipeline that `rasa init` of 3.6.21 writes (rasa/cli/initial_project/config.yml).
PIPELINE: list[dict[str, object]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "random_seed": 1},
    {"name": "EntitySynonymMapper"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
CONFIG = {"recipe": "default.v1", "assistant_id": "rasa_default", "language": "en"}


def intents(texts: Sequence[str], epochs: int = EPOCHS) -> list[str]:
    """The intent that Rasa's default pipeline gives each message; trains it first when need be (an hour).

    Args:
        texts: messages.
        epochs: how long DIET learns; Rasa's default is 100.

    Returns:
        One intent each.
    """
    folder = KEPT / f"default-{epochs}-{digest([PHRASES])}"
    model = folder / "model.tar.gz"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    asked = folder / "messages.json"
    answered = folder / "intents.json"
    folder.mkdir(parents=True, exist_ok=True)
    asked.write_text(json.dumps(list(texts)), encoding="utf-8")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        __name__,
        str(epochs),
        str(model),
        str(asked),
        str(answered),
    ]
    # TensorFlow in a process of its own: its threads and memory would disturb the other figures.
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    given: list[str] = json.loads(answered.read_text(encoding="utf-8"))
    return given


def _main(epochs: int, model: Path, asked: Path, answered: Path) -> None:
    import asyncio

    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    if not model.is_file():
        config = model.with_name("config.yml")
        pipeline = [{**part, "epochs": epochs} if "epochs" in part else part for part in PIPELINE]
        config.write_text(yaml.safe_dump({**CONFIG, "pipeline": pipeline}), encoding="utf-8")
        train_nlu(
            str(config), str(PHRASES), str(model.parent), fixed_model_name=model.name.removesuffix(".tar.gz")
        )
    agent = Agent.load(str(model))

    async def ask() -> list[str]:
        return [(await agent.parse_message(text))["intent"]["name"] for text in json.loads(asked.read_text())]

    answered.write_text(json.dumps(asyncio.run(ask())), encoding="utf-8")


if __name__ == "__main__":
    _main(int(sys.argv[1]), *map(Path, sys.argv[2:]))
