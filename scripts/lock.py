"""Choose versions anew and write them down with their hashes: `make lock`."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from scripts.common import ROOT, VENV_PYTHON, Stop, main, say
from scripts.find_python import LEARNING, WANTED

# What uv.lock holds for `pyproject.toml`, and what set-up installs of it.
EXPORTS = {
    "requirements.txt": (),
    "requirements/test.txt": ("--only-group=test",),
    "requirements/installer.txt": ("--only-group=installer",),
}

# Each of these has an environment of its own, because it does not fit the rest.
ALONE = {
    "requirements/audit.in": "requirements/audit.txt",
    "requirements/provider.in": "requirements/provider.txt",
    "requirements/learn.in": "requirements/learn.txt",
}

# What one of them is made with instead. PyTorch's build for processors alone lies in PyTorch's own index; the
# one in the package index wants gigabytes of CUDA.
ITS_OWN = {
    "requirements/learn.in": (
        f"--python-version={LEARNING}",
        "--torch-backend=cpu",
        "--override=requirements/learn-without.txt",
    ),
}

# A lock must come out the same on any machine and name no machine's registry or folder.
SAME_EVERYWHERE = (
    "--no-config",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--python-platform=x86_64-manylinux_2_28",
    "--custom-compile-command=make lock",
)


def uv(problem: str, *arguments: str) -> None:
    """Run uv and show what it prints.

    Args:
        problem: what failed if it fails, as the start of a sentence.
        arguments: its command and options.

    Raises:
        Stop: no versions fit together, or the registry could not be asked.
    """
    done = subprocess.run([str(VENV_PYTHON), "-m", "uv", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Stop(f"{problem}; the lines above say why.")


def export(target: str) -> Sequence[str]:
    """Tell how a file is written from `uv.lock`.

    Args:
        target: one of `EXPORTS`.

    Returns:
        uv's arguments; nothing is chosen anew and nobody is asked.
    """
    wanted = ("--no-config", "--frozen", "--no-emit-project", *EXPORTS[target])
    return ("export", "--quiet", *wanted, f"--output-file={target}")


def script() -> None:
    """Write all lock files.

    Raises:
        Stop: see `uv`.
    """
    say("pyproject.toml -> uv.lock")
    uv("pyproject.toml could not be locked", "lock", "--quiet", "--no-config", "--upgrade")
    for target in EXPORTS:
        say(f"uv.lock -> {target}")
        uv(f"{target} could not be written", *export(target))
    for source, target in ALONE.items():
        say(f"{source} -> {target}")
        options = (*SAME_EVERYWHERE, *ITS_OWN.get(source, (f"--python-version={WANTED}",)))
        compile_ = ("pip", "compile", "--quiet", "--upgrade", "--generate-hashes", *options)
        uv(f"{source} could not be locked", *compile_, f"--output-file={target}", source)


if __name__ == "__main__":
    main(script)
