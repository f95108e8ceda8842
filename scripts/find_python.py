"""Find the Python that Rasa runs on, or say how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator, Mapping

from scripts.common import Stop

WANTED = "3.10"

_SYSTEM_FOLDERS = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")  # not on every PATH

# What the interpreter must bring: some systems split these off, and pyenv builds
# without them when a system library is missing.
_PARTS = ("venv", "ensurepip", "ssl", "ctypes")
_PROBE = f"""
import importlib.util as u, sys
print("%d.%d" % sys.version_info[:2], *[m for m in {_PARTS!r} if u.find_spec(m) is None])
"""


def candidates(environment: Mapping[str, str]) -> Iterator[str]:
    """Name the places where Python 3.10 may be, the person's own choice first.

    Args:
        environment: variables; `PYTHON` overrules the search, `PYENV_ROOT` and `HOME` guide it.

    Yields:
        paths or command names, some of which may not exist.
    """
    if environment.get("PYTHON"):
        yield environment["PYTHON"]
        return
    yield f"python{WANTED}"
    yield "python3"
    home = Path(environment.get("HOME", "/"))
    pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    uv = Path(environment.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python")
    for version in [*pyenv.glob(f"{WANTED}.*"), *uv.glob(f"cpython-{WANTED}.*")]:
        yield str(version / "bin" / "python3")
    for folder in _SYSTEM_FOLDERS:
        yield f"{folder}/python{WANTED}"


def probe(python: str) -> tuple[str, list[str]] | None:
    """Ask an interpreter what it is.

    Args:
        python: path or command name.

    Returns:
        its version ("3.10") and the parts it lacks; None if it does not run.
    """
    try:
        answer = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode != 0:  # for example pyenv's stand-in for a version that is not selected
        return None
    version, *missing = answer.stdout.split()
    return version, missing


def find_python(environment: Mapping[str, str] = os.environ) -> str:
    """Find a complete Python 3.10.

    Args:
        environment: variables, see `candidates`.

    Returns:
        its path or command name.

    Raises:
        Stop: there is none; the sentence says what to install.
    """
    incomplete = None
    for python in candidates(environment):
        answer = probe(python)
        if answer is None or answer[0] != WANTED:
            continue
        if not answer[1]:
            return python
        incomplete = (python, answer[1])
    if environment.get("PYTHON"):
        raise Stop(f"PYTHON={environment['PYTHON']} is not a complete Python {WANTED}, which Rasa needs.")
    if incomplete is not None:
        raise Stop(
            f"{incomplete[0]} lacks {', '.join(incomplete[1])}: "
            f"install the rest of it (Debian and Ubuntu: sudo apt install python{WANTED}-venv)."
        )
    raise Stop(
        f"Blina needs Python {WANTED} (Rasa runs on no newer one), which was not found: {how_to_get_it()}, "
        "then run the same command again."
    )


def how_to_get_it() -> str:
    """Say how to install Python 3.10 with what this machine has.

    Returns:
        the middle of a sentence, with the command to type.
    """
    if shutil.which("uv"):
        return f"type `uv python install {WANTED}`"
    if shutil.which("pyenv"):
        return f"type `pyenv install {WANTED}`"
    if shutil.which("brew"):
        return f"type `brew install python@{WANTED}`"
    return (
        f"install it (Ubuntu 22.04: `sudo apt install python{WANTED} python{WANTED}-venv`; "
        f"elsewhere: pyenv, then `pyenv install {WANTED}`)"
    )
