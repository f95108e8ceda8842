"""What is in `deploy/`, and the programs that check it (`make test` installs them)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
_SEARCHED = os.pathsep.join([str(Path(sys.executable).parent), "/usr/sbin", "/sbin", os.environ["PATH"]])


def checked(name: str, *arguments: str, folder: Path = DEPLOY) -> str:
    """Run a checker that has to be content; what it says."""
    program = shutil.which(name, path=_SEARCHED)
    if program is None:
        pytest.fail(f"{name} is missing: `make test` installs it")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def read(path: Path) -> Any:
    """A YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
