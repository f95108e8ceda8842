"""Teach the reader anew: `python -m scripts.learn`, and what follows goes to `python -m learning`.

PyTorch needs a newer Python than Rasa runs on, so this has an environment of its own, `.venv-learn`, with
exactly the packages of `requirements/learn.txt`. A stamp in it says what was installed, as in `.venv`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.common import ROOT, digest, main, one_at_a_time, say
from scripts.find_python import LEARNING, find_python
from scripts.setup import LOCK_FILE, call, check_disk, installer_environment

VENV = ROOT / ".venv-learn"
LOCK = ROOT / "requirements" / "learn.txt"


def fingerprint() -> str:
    """Tell what the environment is made from.

    Returns:
        a fingerprint of the locked versions, this script and the folder.
    """
    return f"{ROOT} {digest([LOCK, Path(__file__).resolve()])}"


def set_up() -> Path:
    """Bring `.venv-learn` up to date.

    Returns:
        its Python.

    Raises:
        Stop: it cannot be done; the sentence says why.
    """
    python, stamp = VENV / "bin" / "python", VENV / "made-from"
    if python.exists() and stamp.exists() and stamp.read_text() == fingerprint():
        return python
    check_disk([VENV])
    found = find_python(os.environ, LEARNING)
    say(f"Making .venv-learn with Python {LEARNING} ({found}) and PyTorch, about 0.3 GB to download")
    call(
        [found, "-m", "venv", "--clear", str(VENV)], f"{found} could not make a virtual environment in {VENV}"
    )
    # Without dependencies: the list is whole but for what the package of the weights names without need.
    quiet = ["-qq", "--disable-pip-version-check", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    quiet.append("--no-compile")  # most of PyTorch is never imported
    call(
        [str(python), "-m", "pip", "install", *quiet, "-r", str(LOCK)],
        "the packages that learn could not be installed (PyTorch's build for processors alone lies in "
        "PyTorch's own package index: PIP_EXTRA_INDEX_URL tells pip of it)",
    )
    stamp.write_text(fingerprint())
    return python


def script() -> None:
    """Set up and learn.

    Raises:
        Stop: see `set_up`.
        SystemExit: with the exit code of the learning.
    """
    with one_at_a_time(LOCK_FILE):
        python = set_up()
    environment = {**installer_environment(os.environ), "VIRTUAL_ENV": str(VENV), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([str(python), "-m", "learning", *sys.argv[1:]], cwd=ROOT, env=environment)
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main(script)
