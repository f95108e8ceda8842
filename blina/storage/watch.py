"""Notices that the database file is no longer the one that was opened, or can no longer be read."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from blina.storage.sqlite import IN_MEMORY

BETWEEN_CHECKS = 20.0  # seconds between two looks through the whole file
_BUSY_SECONDS = 0.5


class Trouble(Enum):
    """What became of the file."""

    DELETED = "deleted"
    REPLACED = "replaced"
    DAMAGED = "damaged"


class Watch:
    """Looks at one file: at its name all the time, through all of it every twenty seconds.

    The name is only looked up and the content is read by SQLite itself: opening the file in any other way
    would end SQLite's locks on it when it is closed.
    """

    def __init__(self, file: str, steady: Callable[[], float] = time.monotonic) -> None:
        """Remember which file is meant.

        Args:
            file: path of the database that has just been opened, or ``:memory:``, which nobody can touch.
            steady: seconds; never jumps.
        """
        self._file = file
        self._steady = steady
        self._identity = _identity(file)
        self._next_check = steady() + BETWEEN_CHECKS
        self._check: threading.Thread | None = None
        self._damaged = False

    def trouble(self) -> Trouble | None:
        """What became of the file, None while all is well; takes no time."""
        if self._file == IN_MEMORY:
            return None
        found = _identity(self._file)
        if found != self._identity:
            return Trouble.REPLACED if found else Trouble.DELETED
        if self._damaged:
            return Trouble.DAMAGED
        if self._steady() >= self._next_check and not (self._check and self._check.is_alive()):
            self._next_check = self._steady() + BETWEEN_CHECKS
            # beside the thread that writes: a large file takes a while
            self._check = threading.Thread(target=self._look_through, name="database check", daemon=True)
            self._check.start()
        return None

    def _look_through(self) -> None:
        self._damaged = is_damaged(self._file)


def is_damaged(file: str) -> bool:
    """Whether a database cannot be read although nobody keeps it locked.

    Args:
        file: its path.
    """
    try:
        connection = sqlite3.connect(
            f"{Path(file).resolve().as_uri()}?mode=ro", timeout=_BUSY_SECONDS, uri=True
        )
    except sqlite3.Error:
        return False
    try:
        (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:  # locked, or gone meanwhile
        return False
    except sqlite3.DatabaseError:
        return True
    finally:
        connection.close()
    return bool(state != "ok")


def _identity(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
