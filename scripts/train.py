"""Train Rasa's model if anything that it depends on changed: `python -m scripts.train`.

The decision reads files only and takes no noticeable time; Rasa is not imported for it.
Rasa's own cache does not see changes of knowledge/ or of the components' code, hence `--force`.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from scripts.common import ROOT, VENV_PYTHON, Stop, digest, main, one_at_a_time, say

LOCK_FILE = ROOT / ".setup.lock"
MODEL_NAME = "blina"
INPUTS = (
    "config.yml",
    "domain.yml",
    "data",
    "knowledge",
    "blina/knowledge",
    "blina/rasa_adapter",
    "blina/reading",
    "requirements.txt",
)
SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL": "WARNING",  # what Rasa does step by step tells nobody anything; what it warns of does
    # The two parts of a classifier learn side by side: with threads of their own they would be in each
    # other's way.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def model_file(root: Path = ROOT) -> Path:
    """Tell where the model is kept.

    Args:
        root: the project's folder.

    Returns:
        the archive's path.
    """
    return root / "models" / f"{MODEL_NAME}.tar.gz"


def stamp_file(root: Path = ROOT) -> Path:
    """Tell where is written what the model was trained from.

    Args:
        root: the project's folder.

    Returns:
        the file's path.
    """
    return root / "models" / f"{MODEL_NAME}.trained-from"


def inputs_digest(root: Path = ROOT) -> str:
    """Fingerprint everything that the model depends on.

    Args:
        root: the project's folder.

    Returns:
        a SHA-256, in hexadecimal, and the drug where one is named.
    """
    return f"{digest([root / name for name in INPUTS], root)} {chosen_drug(root)}".strip()


def chosen_drug(root: Path = ROOT) -> str:
    """Read which drug the model is for.

    Args:
        root: the project's folder.

    Returns:
        the setting `drug`; empty where none is named.
    """
    if "BLINA_DRUG" in os.environ:
        return os.environ["BLINA_DRUG"].strip()
    settings = root / "settings.yml"
    named = re.search(
        r"^drug:[ ]*[\"']?([\w-]+)", settings.read_text(encoding="utf-8") if settings.exists() else "", re.M
    )
    return "" if named is None or named[1] == "null" else named[1]


def is_current(root: Path = ROOT) -> bool:
    """Decide whether the model was trained from what is there now.

    Args:
        root: the project's folder.

    Returns:
        False if it must be trained.
    """
    stamp = stamp_file(root)
    return model_file(root).is_file() and stamp.is_file() and stamp.read_text() == inputs_digest(root)


def rasa_command(folder: Path) -> list[str]:
    """Tell how the model is trained.

    Args:
        folder: where the archive goes.

    Returns:
        the command line.
    """
    rasa = [str(VENV_PYTHON), "-m", "scripts.rasa_train", "--force", "--out", str(folder)]
    return [*rasa, "--fixed-model-name", MODEL_NAME]


def generate() -> None:
    """Stop at a broken knowledge file before Rasa starts, and write what is made from the knowledge.

    Raises:
        SystemExit: the knowledge is not valid; file, line and field have been printed.
    """
    done = subprocess.run([str(VENV_PYTHON), "-m", "scripts.generate"], cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


def train() -> None:
    """Train the model and note what it was trained from.

    Raises:
        Stop: Rasa could not train.
        SystemExit: the knowledge is not valid.
    """
    trained_from = ""
    while trained_from != (trained_from := inputs_digest()):  # until nothing was written or edited meanwhile
        generate()
    say("Training the model (about a minute)")
    stamp_file().unlink(missing_ok=True)
    model_file().unlink(missing_ok=True)
    done = subprocess.run(
        rasa_command(model_file().parent), cwd=ROOT, env={**os.environ, **SETTINGS}, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0 or not model_file().is_file():
        raise Stop("Rasa could not train the model; the lines above say why.")
    stamp_file().write_text(trained_from)


def script() -> None:
    """Train only if need be.

    Raises:
        Stop: see `train`, or nothing is set up yet.
    """
    if not VENV_PYTHON.exists():
        raise Stop("nothing is set up here yet: type `make train`.")
    with one_at_a_time(LOCK_FILE):
        if not is_current():
            train()


if __name__ == "__main__":
    main(script)
