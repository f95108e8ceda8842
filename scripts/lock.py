"""Choose versions for `requirements/*.in` and write them down with their hashes: `make lock`."""

from __future__ import annotations

import subprocess

from scripts.common import ROOT, VENV_PYTHON, Stop, main, say
from scripts.find_python import LEARNING, WANTED

# In this order, because the later ones keep to what the first one chose.
LOCKS = {
    "requirements/run.in": "requirements.txt",
    "requirements/test.in": "requirements/test.txt",
    "requirements/installer.in": "requirements/installer.txt",
    "requirements/audit.in": "requirements/audit.txt",  # by itself: it is installed apart from the others
    "requirements/provider.in": "requirements/provider.txt",  # by itself too
    "requirements/learn.in": "requirements/learn.txt",  # and this
}

# What one lock is made with instead. PyTorch's build for processors alone lies in PyTorch's own index; the
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


def lock(source: str, target: str) -> None:
    """Write one lock file.

    Args:
        source: what a person wrote, relative to the project's folder.
        target: the file with every version and hash.

    Raises:
        Stop: no versions fit together, or the registry could not be asked.
    """
    say(f"{source} -> {target}")
    compile_ = [str(VENV_PYTHON), "-m", "uv", "pip", "compile", "--quiet", "--upgrade", "--generate-hashes"]
    options = [*SAME_EVERYWHERE, *ITS_OWN.get(source, (f"--python-version={WANTED}",))]
    done = subprocess.run([*compile_, *options, "--output-file", target, source], cwd=ROOT)
    if done.returncode != 0:
        raise Stop(f"{source} could not be locked; the lines above say why.")


def script() -> None:
    """Write all lock files.

    Raises:
        Stop: see `lock`.
    """
    for source, target in LOCKS.items():
        lock(source, target)


if __name__ == "__main__":
    main(script)
