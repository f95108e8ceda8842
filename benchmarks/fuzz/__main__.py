"""`python -m benchmarks.fuzz [SECONDS] [TARGET...]`: fuzz with atheris, and keep what reached new code.

atheris is none of the project's packages; docs/security.md says how it is run.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.fuzz import corpus
from benchmarks.fuzz.targets import TARGETS


def main(seconds: str = "60", *names: str) -> int:
    """Print a line a target.

    Args:
        seconds: for each.
        names: of targets, all when none is named.

    Returns:
        How many failed.
    """
    failed = 0
    for name in names or TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder, "found")
            found.mkdir()
            for data in corpus.read(name):
                (found / hashlib.sha256(data).hexdigest()).write_bytes(data)
            limits = [
                f"-max_total_time={seconds}",
                "-max_len=400",
                "-timeout=10",
                f"-artifact_prefix={folder}/",
            ]
            status, said = _run(name, *limits, str(found))
            runs = next((line for line in said.splitlines() if line.startswith("Done ")), "no end")
            if status:
                failed += 1
                print(said[-3000:])
                for crash in (*Path(folder).glob("crash-*"), *Path(folder).glob("timeout-*")):
                    print(f"{name} fails: {crash.read_bytes()!r}")
            else:
                corpus.write(name, [file.read_bytes() for file in found.iterdir()])
            print(f"{name}: {runs}, {len(corpus.read(name))} inputs kept", flush=True)
    return failed


def _run(name: str, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "benchmarks.fuzz.one", name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return done.returncode, done.stderr + done.stdout


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
