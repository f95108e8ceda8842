"""What every script here shares: the project's folders, messages, and fingerprints of files."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import sys
from pathlib import Path
from typing import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"


class Stop(Exception):
    """A reason to stop that the person can act on: one clear sentence."""


def say(message: str) -> None:
    """Tell the person at the terminal what is being done.

    Args:
        message: one line.
    """
    print(f"== {message}", file=sys.stderr, flush=True)


def main(script: Callable[[], None]) -> None:
    """Run a script; a `Stop` becomes its sentence and exit code 1, Ctrl-C exit code 130.

    Args:
        script: the function that does the work.

    Raises:
        SystemExit: when the script cannot go on or was interrupted.
    """
    try:
        script()
    except Stop as reason:
        print(f"\nStopped: {reason}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("\nInterrupted. The same command carries on from here.", file=sys.stderr)
        raise SystemExit(130) from None


def files_under(paths: Iterable[Path]) -> list[Path]:
    """List the files that a person wrote.

    Args:
        paths: files and folders; those that do not exist are left out.

    Returns:
        the files, sorted, without hidden ones and what Python compiled.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_file():
            found.add(path)
        for file in path.rglob("*"):
            parts = file.relative_to(path).parts
            ignored = any(part.startswith(".") or part == "__pycache__" for part in parts)
            if file.is_file() and not ignored:
                found.add(file)
    return sorted(found)


def digest(paths: Iterable[Path], root: Path = ROOT) -> str:
    """Fingerprint files by name and content, so that a change of either shows.

    Args:
        paths: files and folders.
        root: the folder that names are relative to.

    Returns:
        a SHA-256, in hexadecimal.
    """
    total = hashlib.sha256()
    for file in files_under(paths):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()


@contextlib.contextmanager
def one_at_a_time(lock_file: Path) -> Iterator[None]:
    """Let two commands in two terminals take turns.

    Args:
        lock_file: an empty file that is made if need be.

    Yields:
        nothing, once no other command holds the lock.

    Raises:
        Stop: nothing can be written in the folder.
    """
    try:
        lock = lock_file.open("w")
    except OSError as error:
        raise Stop(
            f"nothing can be written in {lock_file.parent} ({error.strerror}): copy the project to a folder "
            "that is yours and run the same command there."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that is setting up or training here")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
