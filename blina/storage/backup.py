"""Copies of the databases, made while the assistant runs, and put back when it does not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from blina.stop import Stop

_OWNER_ONLY = 0o600
_FOLDER_OF_OWNER = 0o700


def back_up(files: Sequence[Path], folder: Path) -> list[Path]:
    """Copy databases as they are at one moment, whoever writes to them meanwhile.

    Args:
        files: the databases; those that do not exist are left out.
        folder: where to; made if it is missing, readable by its owner only.

    Returns:
        The copies, each of them checked.

    Raises:
        Stop: when there is none to copy, a copy is there already, or one cannot be made.
    """
    found = [file for file in files if file.is_file()]
    if not found:
        raise Stop(f"There is no database in {files[0].parent} to back up.")
    folder.mkdir(mode=_FOLDER_OF_OWNER, parents=True, exist_ok=True)
    return list(_copies(found, folder))


def restore(folder: Path, files: Sequence[Path]) -> list[Path]:
    """Put copies back; to be called while the assistant is stopped.

    Args:
        folder: with the copies.
        files: where the databases belong; none of them may exist.

    Returns:
        The databases that are there again.

    Raises:
        Stop: when there is no copy, a database is there already, or a copy is damaged.
    """
    copies = [folder / file.name for file in files if (folder / file.name).is_file()]
    if not copies:
        raise Stop(f"There is no backup in {folder}.")
    target = files[0].parent
    target.mkdir(mode=_FOLDER_OF_OWNER, parents=True, exist_ok=True)
    return list(_copies(copies, target))


def _copies(files: Sequence[Path], folder: Path) -> Iterator[Path]:
    targets = [folder / file.name for file in files]
    for target in targets:
        if target.exists():
            raise Stop(f"{target} is there already: put it aside first.")
    for file, target in zip(files, targets, strict=True):
        try:
            _copy(file, target)
        except (sqlite3.Error, OSError) as error:
            target.unlink(missing_ok=True)
            raise Stop(f"{file} cannot be copied to {target}: {error}.") from None
        yield target


def _copy(file: Path, target: Path) -> None:
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        (state,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError("the copy is damaged")
