"""How long training takes, and deciding that nothing has to be trained."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.common import ROOT, VENV_PYTHON, Stop
from scripts.train import SETTINGS, rasa_command


def from_scratch() -> float:
    """Check the knowledge and train the model, as `make train` does; the model in use stays.

    Returns:
        Seconds.

    Raises:
        Stop: when the training fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        _run([str(VENV_PYTHON), "-m", "scripts.generate"])
        _run(rasa_command(Path(folder)))
        return time.perf_counter() - started


def nothing_changed(times: int = 3) -> float:
    """Ask for a training that is not needed.

    Args:
        times: how often.

    Returns:
        Seconds of the slowest.
    """
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        _run([sys.executable, "-m", "scripts.train"])
        taken.append(time.perf_counter() - started)
    return max(taken)


def _run(command: list[str]) -> None:
    variables = {**os.environ, **SETTINGS}
    done = subprocess.run(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode:
        raise Stop(f"{' '.join(command[1:])} failed:\n{done.stderr.decode()[-2000:]}")
