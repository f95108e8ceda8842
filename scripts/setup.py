"""Make `.venv` hold exactly the locked packages: `python -m scripts.setup run|test`.

A stamp in `.venv` says what was installed, so that the second time takes no time. It is
removed first and written last: without it a half-made environment is made anew.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Mapping

from scripts.common import ROOT, VENV, VENV_PYTHON, Stop, digest, main, one_at_a_time, say
from scripts.find_python import WANTED, find_python

LOCK_FILE = ROOT / ".setup.lock"
INSTALLER = ROOT / "requirements" / "installer.txt"
PROJECT = ROOT / "pyproject.toml"
GROUPS = {
    "run": [INSTALLER, ROOT / "requirements.txt"],
    "test": [INSTALLER, ROOT / "requirements.txt", ROOT / "requirements" / "test.txt"],
}

GIGABYTE = 1_000_000_000
NEEDED_BYTES = 4 * GIGABYTE  # 2.9 GB when installed, and room for what is being unpacked

# Read by Python whenever it starts in .venv, so it also holds for a plain `rasa train`.
# Rasa reports errors to outside only while its telemetry is on.
PRIVACY_FILE = "no_telemetry.pth"
PRIVACY_LINE = "import os; os.environ.setdefault('RASA_TELEMETRY_ENABLED', 'false')\n"


def fingerprint(group: str) -> str:
    """Tell what an environment for a group is made from.

    Args:
        group: "run" or "test".

    Returns:
        a fingerprint of the locked versions, this script and the folder (an environment cannot be moved).
    """
    return f"{ROOT} {digest([*GROUPS[group], PROJECT, Path(__file__).resolve()])}"


def read_stamp(venv: Path = VENV) -> dict[str, str] | None:
    """Read what was installed last.

    Args:
        venv: the environment's folder.

    Returns:
        the "group" and the "fingerprint"; None if no set-up was ever completed here.
    """
    try:
        stamp = json.loads((venv / "setup.json").read_text())
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) and stamp.get("group") in GROUPS else None


def group_to_install(wanted: str, stamp: Mapping[str, str] | None) -> str | None:
    """Decide what to install.

    Args:
        wanted: the group that the command needs.
        stamp: what `read_stamp` found.

    Returns:
        a group; None if all is there. What the tests need stays once it is there.
    """
    group = "test" if "test" in (wanted, stamp and stamp["group"]) else "run"
    done = {"group": group, "fingerprint": fingerprint(group)}
    return None if stamp == done else group


def check_disk(folders: list[Path]) -> None:
    """Make sure that the packages fit.

    Args:
        folders: where files will be written; several on one disk share it.

    Raises:
        Stop: a disk has too little room.
    """
    for folder in folders:
        existing = next(parent for parent in [folder, *folder.parents] if parent.exists())
        free = shutil.disk_usage(existing).free
        if free < NEEDED_BYTES:
            raise Stop(
                f"setting up needs about {NEEDED_BYTES // GIGABYTE} GB of disk space and {existing} has "
                f"{free / GIGABYTE:.1f} GB free: make room and run the same command again."
            )


def installer_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Prepare the variables for the installers.

    Args:
        environment: this process's variables.

    Returns:
        a copy without pip's settings that could change what is installed; a mirror or a certificate
        that pip was told of also serves the fast installer.
    """
    unwanted = {"PIP_FIND_LINKS", "PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    unwanted |= {"PIP_NO_INDEX", "PYTHONHOME", "PYTHONPATH", "UV_FIND_LINKS", "UV_CONSTRAINT", "UV_OVERRIDE"}
    result = {name: value for name, value in environment.items() if name not in unwanted}
    if "PIP_INDEX_URL" in result:
        result.setdefault("UV_DEFAULT_INDEX", result["PIP_INDEX_URL"])
    if "PIP_CERT" in result:
        result.setdefault("SSL_CERT_FILE", result["PIP_CERT"])
    result["VIRTUAL_ENV"] = str(VENV)
    return result


def call(arguments: list[str], problem: str) -> None:
    """Run a program and show what it prints.

    Args:
        arguments: the program and its arguments.
        problem: what failed if it fails, as the start of a sentence.

    Raises:
        Stop: it failed.
    """
    done = subprocess.run(
        arguments, cwd=ROOT, env=installer_environment(os.environ), stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        check_disk([VENV])
        raise Stop(f"{problem}; the lines above say why, and the same command tries again.")


def make_venv() -> None:
    """Make an empty environment, whatever was there before.

    Raises:
        Stop: there is no Python 3.10, or it could not make one.
    """
    python = find_python()
    say(f"Set-up 1 of 3: making .venv with Python {WANTED} ({python})")
    call(
        [python, "-m", "venv", "--clear", str(VENV)],
        f"{python} could not make a virtual environment in .venv",
    )


def install(group: str) -> None:
    """Put exactly the locked packages of a group into the environment.

    Args:
        group: "run" or "test".

    Raises:
        Stop: a package could not be had, differs from its hash or does not fit the others.
    """
    say("Set-up 2 of 3: installing the packages (the first time on a machine, about 1 GB to download)")
    pip = [str(VENV_PYTHON), "-m", "pip"]
    quiet = ["-qq", "--disable-pip-version-check", "--require-hashes", "--no-deps", "--only-binary=:all:"]
    call([*pip, "install", *quiet, "-r", str(INSTALLER)], "the installer could not be installed")
    # Compiled here once: otherwise every start compiles anew where Python may not write beside the packages.
    sync = ["sync", "--compile-bytecode", "--require-hashes", "--no-build-isolation"]
    uv = [str(VENV_PYTHON), "-m", "uv", "pip", *sync]
    files = [str(file) for file in GROUPS[group]]
    call([*uv, "--python", str(VENV_PYTHON), *files], "installing the packages failed")
    # The project itself, as it lies here: `.venv/bin/blina` runs what is edited. Nothing is fetched for it.
    own = ["install", "-q", "--no-deps", "--no-build-isolation", "--offline", "--config-settings"]
    call(
        [str(VENV_PYTHON), "-m", "uv", "pip", *own, "editable_mode=compat", "-e", str(ROOT)],
        "the project itself could not be installed",
    )
    say("Set-up 3 of 3: checking that the packages fit together")
    call(
        [str(VENV_PYTHON), "-m", "uv", "pip", "check", "-q", "--python", str(VENV_PYTHON)],
        "the installed packages do not fit together",
    )


def set_up(wanted: str) -> None:
    """Bring `.venv` up to date for a command.

    Args:
        wanted: "run" or "test".

    Raises:
        Stop: it cannot be done; the sentence says why.
    """
    stamp = read_stamp()
    group = group_to_install(wanted, stamp)
    if group is None and VENV_PYTHON.exists():
        return
    machine = f"{platform.system()} {platform.machine()}"
    if machine != "Linux x86_64":
        raise Stop(
            f"the packages are locked for Linux on x86_64, and this is {machine}: use such a machine, WSL on "
            "Windows, or the image of deploy/Dockerfile built with --platform=linux/amd64."
        )
    check_disk([VENV, cache_folder(os.environ)])
    (VENV / "setup.json").unlink(missing_ok=True)
    moved = stamp is not None and not stamp["fingerprint"].startswith(f"{ROOT} ")
    if stamp is None or moved or not VENV_PYTHON.exists():
        make_venv()
    group = group or wanted
    install(group)
    version = f"python{WANTED}"
    (VENV / "lib" / version / "site-packages" / PRIVACY_FILE).write_text(PRIVACY_LINE)
    (VENV / "setup.json").write_text(json.dumps({"group": group, "fingerprint": fingerprint(group)}))


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Tell where the installer keeps what it downloaded.

    Args:
        environment: this process's variables.

    Returns:
        the folder, which need not exist.
    """
    if environment.get("UV_CACHE_DIR"):
        return Path(environment["UV_CACHE_DIR"])
    home = Path(environment.get("HOME", "/"))
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "uv"


def script() -> None:
    """Read the command line and set up.

    Raises:
        Stop: see `set_up`, or no group was named.
    """
    if len(sys.argv) != 2 or sys.argv[1] not in GROUPS:
        raise Stop("say which packages are wanted: python -m scripts.setup run|test.")
    with one_at_a_time(LOCK_FILE):
        set_up(sys.argv[1])


if __name__ == "__main__":
    main(script)
