"""The bot to compare with: what ``rasa init`` gives, on this project's phrases and with one custom action.

Pipeline and policies are read from Rasa's own default configuration. How many epochs the networks
learn changes what the bot understands and how long that takes, but not how long an answer takes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from scripts.common import ROOT, Stop, digest, say

KEPT = ROOT / ".rasa" / "performance"
DATA = ROOT / "data"
ACTIONS = Path(__file__).with_name("stock_actions.py")  # imported, they would register among ours
MODEL = "models/stock.tar.gz"
ACTION = "action_reply"
_TRAINED_IN = "seconds.txt"
_LEARNING = ("DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy")


@dataclass(frozen=True)
class Stock:
    """A stock project that is ready to run.

    Args:
        folder: of the project.
        epochs: for which its networks learned.
        seconds: that its training took.
    """

    folder: Path
    epochs: int
    seconds: float


def project(epochs: int) -> Stock:
    """Build and train the stock bot, unless it is kept from the last time.

    Args:
        epochs: for which its networks learn; Rasa's default is 100.

    Returns:
        The project.

    Raises:
        Stop: when Rasa cannot train it.
    """
    made_from = digest([DATA / "nlu", ROOT / "requirements.txt", ACTIONS])
    folder = KEPT / f"stock-{epochs}-{made_from[:16]}"
    if not (folder / _TRAINED_IN).is_file():
        write(folder, epochs)
        say(f"Training the stock bot for {epochs} epochs (some minutes; kept for the next time)")
        started = time.monotonic()
        _train(folder)
        (folder / _TRAINED_IN).write_text(str(time.monotonic() - started), encoding="utf-8")
    return Stock(folder, epochs, float((folder / _TRAINED_IN).read_text(encoding="utf-8")))


def write(folder: Path, epochs: int) -> None:
    """Write the project's files.

    Args:
        folder: where; made if need be.
        epochs: for which its networks learn.
    """
    intents = _intents()
    answers = [{"steps": [{"intent": intent}, {"action": ACTION}]} for intent in intents]
    rules = [{"rule": intent, **answer} for intent, answer in zip(intents, answers, strict=True)]
    stories = [{"story": intent, **answer} for intent, answer in zip(intents, answers, strict=True)]
    files: dict[str, Any] = {
        "config.yml": configuration(epochs),
        "domain.yml": {"version": "3.1", "intents": intents, "actions": [ACTION]},
        "credentials.yml": {"rest": None},
        "endpoints.yml": {"action_endpoint": {"url": "http://127.0.0.1:5055/webhook"}},
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "data/stories.yml": {
            "version": "3.1",
            "stories": stories,
        },
    }
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    shutil.copyfile(ACTIONS, folder / "actions.py")


def configuration(epochs: int) -> dict[str, Any]:
    """Rasa's default configuration.

    Args:
        epochs: put in place of its 100.

    Returns:
        The content of a ``config.yml``.
    """
    file = resources.files("rasa.engine.recipes") / "config_files" / "default_config.yml"
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["assistant_id"] = "stock"
    for part in [*content["pipeline"], *content["policies"]]:
        if part["name"] in _LEARNING:
            part["epochs"] = epochs
    return content


def environment() -> dict[str, str]:
    """The variables that stock processes run with: those of this one, without what only we set."""
    ours = ("BLINA_", "TF_", "OMP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    return {**kept, **quiet, "RASA_TELEMETRY_ENABLED": "false"}


def rasa(*arguments: str) -> list[str]:
    """A command line of Rasa's.

    Args:
        arguments: as after ``rasa``.

    Returns:
        The command.
    """
    return [sys.executable, "-W", "ignore", "-m", "rasa", *arguments]


def _intents() -> list[str]:
    """The intents of this project that have training phrases."""
    files = [file.read_text(encoding="utf-8") for file in sorted((DATA / "nlu").rglob("*.yml"))]
    entries = [entry for text in files for entry in yaml.safe_load(text)["nlu"]]
    return sorted({entry["intent"] for entry in entries if "intent" in entry})


def _train(folder: Path) -> None:
    with (folder / "training.log").open("wb") as log:
        command = rasa("train", "--data", str(DATA / "nlu"), "data", "--fixed-model-name", "stock")
        done = subprocess.run(
            command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    if done.returncode or not (folder / MODEL).is_file():
        raise Stop(f"Rasa could not train the stock bot; {folder / 'training.log'} says why.")
