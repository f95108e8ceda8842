"""Find the Python that Rasa runs on, or the one that `make learn` runs on, or say how to get it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator, Mapping

from scripts.common import Stop

WANTED = "3.10"
LEARNING = "3.11"

_CHOICE = {WANTED: "PYTHON", LEARNING: "LEARN_PYTHON"}  # the variable that overrules the search
_WHO = {WANTED: "Rasa", LEARNING: "make learn"}
_WHY = {
    WANTED: f"Blina needs Python {WANTED} (Rasa runs on no newer one)",
    LEARNING: f"make learn needs Python {LEARNING} (its packages are locked for it; make run does without)",
}
_SYSTEM = {WANTED: "Ubuntu 22.04", LEARNING: "Debian 12"}  # brings it
_SYSTEM_FOLDERS = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")  # not on every PATH

# What the interpreter must bring: some systems split these off, and pyenv builds
# without them when a system library is missing.
_PARTS = ("venv", "ensurepip", "ssl", "ctypes")
_PROBE = f"""
import importlib.util as u, sys
print("%d.%d" % sys.version_info[:2], *[m for m in {_PARTS!r} if u.find_spec(m) is None])
"""


def candidates(environment: Mapping[str, str], wanted: str = WANTED) -> Iterator[str]:
    """Name the places where a Python may be, the person's own choice first.

    Args:
        environment: variables; `PYTHON` (of `make learn`: `LEARN_PYTHON`) overrules the search, `PYENV_ROOT`
            and `HOME` guide it.
        wanted: its version.

    Yields:
        paths or command names, some of which may not exist.
    """
    if environment.get(_CHOICE[wanted]):
        yield environment[_CHOICE[wanted]]
        return
    yield f"python{wanted}"
    yield "python3"
    home = Path(environment.get("HOME", "/"))
    pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    uv = Path(environment.get("UV_PYTHON_INSTALL_DIR") or home / ".local/share/uv/python")
    for version in [*pyenv.glob(f"{wanted}.*"), *uv.glob(f"cpython-{wanted}.*")]:
        yield str(version / "bin" / "python3")
    for folder in _SYSTEM_FOLDERS:
        yield f"{folder}/python{wanted}"


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


def find_python(environment: Mapping[str, str] = os.environ, wanted: str = WANTED) -> str:
    """Find a complete Python.

    Args:
        environment: variables, see `candidates`.
        wanted: its version.

    Returns:
        its path or command name.

    Raises:
        Stop: there is none; the sentence says what to install.
    """
    incomplete = None
    for python in candidates(environment, wanted):
        answer = probe(python)
        if answer is None or answer[0] != wanted:
            continue
        if not answer[1]:
            return python
        incomplete = (python, answer[1])
    choice = _CHOICE[wanted]
    if environment.get(choice):
        raise Stop(
            f"{choice}={environment[choice]} is not a complete Python {wanted}, which {_WHO[wanted]} needs."
        )
    if incomplete is not None:
        raise Stop(
            f"{incomplete[0]} lacks {', '.join(incomplete[1])}: "
            f"install the rest of it (Debian and Ubuntu: sudo apt install python{wanted}-venv)."
        )
    raise Stop(
        f"{_WHY[wanted]}, which was not found: {how_to_get_it(wanted)}, then run the same command again."
    )


def how_to_get_it(wanted: str = WANTED) -> str:
    """Say how to install a Python with what this machine has.

    Args:
        wanted: its version.

    Returns:
        the middle of a sentence, with the command to type.
    """
    if shutil.which("uv"):
        return f"type `uv python install {wanted}`"
    if shutil.which("pyenv"):
        return f"type `pyenv install {wanted}`"
    if shutil.which("brew"):
        return f"type `brew install python@{wanted}`"
    return (
        f"install it ({_SYSTEM[wanted]}: `sudo apt install python{wanted} python{wanted}-venv`; "
        f"elsewhere: pyenv, then `pyenv install {wanted}`)"
    )
