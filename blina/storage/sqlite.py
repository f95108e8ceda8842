"""Opening an SQLite file that only its owner can read, and changing it in one step."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY = ":memory:"
_OWNER_ONLY = 0o600


def opened(file: str, pragmas: Sequence[str], schema: str, busy_seconds: float) -> sqlite3.Connection:
    """Open a file; a missing one is made, readable by its owner only.

    Args:
        file: path, or ``:memory:``.
        pragmas: set before anything else, as in ``secure_delete=ON``.
        schema: statements that make what is missing.
        busy_seconds: how long to wait for another program that uses the file.

    Returns:
        A connection that any thread may use, one at a time.

    Raises:
        sqlite3.Error: when it is no database or cannot be written.
        OSError: when it cannot be made.
    """
    if file != IN_MEMORY:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
    connection = sqlite3.connect(file, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(schema)
    return connection


class Claim:
    """A file as one process's own, as long as that runs, however it ends."""

    def __init__(self, file: str) -> None:
        """Claim a file.

        Args:
            file: path, or ``:memory:``.

        Raises:
            BlockingIOError: another process has claimed it.
            OSError: when the claim cannot be kept beside the file.
        """
        self._descriptor: int | None = None
        if file == IN_MEMORY:
            return
        self._beside = Path(f"{file}.lock")
        self._beside.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._beside, os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
        try:
            fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._beside.stat().st_ino != os.fstat(self._descriptor).st_ino:
                raise BlockingIOError  # whoever had it was just giving it up
        except OSError:
            os.close(self._descriptor)
            self._descriptor = None
            raise

    def give_up(self) -> None:
        """Let others have it."""
        if self._descriptor is not None:
            self._beside.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of what follows or nothing of it.

    Args:
        connection: outside any transaction.

    Raises:
        sqlite3.Error: when nothing of it was done.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite may have ended it itself
            connection.execute("ROLLBACK")
        raise
