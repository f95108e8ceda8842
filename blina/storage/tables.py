"""Tables in a file of this process's own, or in the database that replicas share: the same SQL for both."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from blina.storage.postgres import Line
from blina.storage.sqlite import opened, transaction

Result = TypeVar("Result")


class Cursor(Protocol):
    """What both drivers call by this name."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""

    def execute(self, statement: str, values: Sequence[Any], /) -> Any:
        """Run a statement."""

    def fetchall(self) -> list[Any]:
        """What it found."""


class Statements:
    """Runs statements in which ``?`` stands for a value, and nothing else is a ``?`` or ``%``."""

    def __init__(self, cursor: Cursor) -> None:
        """Use a cursor.

        Args:
            cursor: of the database.
        """
        self._cursor = cursor

    def rows(self, statement: str, *values: object) -> list[Any]:
        """What a statement finds, as tuples.

        Args:
            statement: finds something.
            values: of its places.
        """
        self._run(statement, values)
        return self._cursor.fetchall()

    def changed(self, statement: str, *values: object) -> int:
        """How many rows a statement changes.

        Args:
            statement: changes something.
            values: of its places.
        """
        self._run(statement, values)
        return self._cursor.rowcount

    def add(self, table: str, columns: str, rows: Sequence[Sequence[object]]) -> int:
        """Add rows in one statement; those that are there already stay as they are.

        Args:
            table: takes them.
            columns: their names, with commas in between.
            rows: a value for each column.

        Returns:
            How many were not there.
        """
        if not rows:
            return 0
        statement = f"INSERT INTO {table} ({columns}) VALUES {places(rows)} ON CONFLICT DO NOTHING"  # noqa: S608
        return self.changed(statement, *(value for row in rows for value in row))

    def alone(self, what: str) -> None:
        """Let no other replica do the same until the change is over; in a file nobody else can.

        Args:
            what: is done.
        """

    def _run(self, statement: str, values: Sequence[object]) -> None:
        self._cursor.execute(statement, values)


class _SharedStatements(Statements):
    """The same on PostgreSQL."""

    def alone(self, what: str) -> None:
        """Wait for another replica that does the same, at most as long as anybody waits for a lock."""
        self.rows("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", what)

    def _run(self, statement: str, values: Sequence[object]) -> None:
        self._cursor.execute(statement.replace("?", "%s"), values)


Work = Callable[[Statements], Result]


class Tables:
    """Some tables. Used by one thread at a time; may raise one of `FAILURES`."""

    def __init__(self) -> None:
        """Nothing is being changed yet."""
        self._inside: Statements | None = None

    def look(self, work: Work[Result]) -> Result:
        """Look something up; within a change what that has done is seen.

        Args:
            work: changes nothing.
        """
        return self._look(work) if self._inside is None else work(self._inside)

    def change(self, work: Work[Result]) -> Result:
        """Do all of something or nothing of it; a change within another one is part of that.

        Args:
            work: what is to be done.
        """
        if self._inside is not None:
            return work(self._inside)

        def inside(statements: Statements) -> Result:
            self._inside = statements
            try:
                return work(statements)
            finally:
                self._inside = None

        return self._change(inside)

    def close(self) -> None:
        """Let go of the database."""
        raise NotImplementedError

    def _look(self, work: Work[Result]) -> Result:
        raise NotImplementedError

    def _change(self, work: Work[Result]) -> Result:
        raise NotImplementedError


class FileTables(Tables):
    """Tables in an SQLite file, or in memory."""

    def __init__(self, file: str, pragmas: Sequence[str], schema: str, busy_seconds: float) -> None:
        """Open the file; see `blina.storage.sqlite.opened`.

        Args:
            file: path, or ``:memory:``.
            pragmas: set before anything else.
            schema: statements that make what is missing.
            busy_seconds: how long to wait for another program that uses the file.

        Raises:
            sqlite3.Error: when the file is no database or cannot be written.
            OSError: when it cannot be made.
        """
        super().__init__()
        self._connection: sqlite3.Connection = opened(file, pragmas, schema, busy_seconds)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _look(self, work: Work[Result]) -> Result:
        return work(Statements(self._connection.cursor()))

    def _change(self, work: Work[Result]) -> Result:
        with transaction(self._connection):
            return self._look(work)


class SharedTables(Tables):
    """Tables in the PostgreSQL database, whose schema `blina.storage.schema` makes."""

    def __init__(self, url: str) -> None:
        """Connect with the first use.

        Args:
            url: of the database.
        """
        super().__init__()
        self._line = Line(url)

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def _look(self, work: Work[Result]) -> Result:
        return self._line.run(lambda cursor: work(_SharedStatements(cursor)))

    def _change(self, work: Work[Result]) -> Result:
        return self._line.transact(lambda cursor: work(_SharedStatements(cursor)))


def is_shared(place: str) -> bool:
    """Whether a place is the address of a database that replicas share, and no file.

    Args:
        place: a path, ``:memory:``, or the URL of a PostgreSQL database.
    """
    return "://" in place


def tables_at(place: str, pragmas: Sequence[str], schema: str, busy_seconds: float) -> Tables:
    """The tables at a place.

    Args:
        place: as in `is_shared`.
        pragmas: of a file, as in `FileTables`.
        schema: likewise.
        busy_seconds: likewise.

    Raises:
        sqlite3.Error: when the file is no database or cannot be written.
        OSError: when it cannot be made.
    """
    return SharedTables(place) if is_shared(place) else FileTables(place, pragmas, schema, busy_seconds)


def places(rows: Sequence[Sequence[object]]) -> str:
    """Places for the values of some rows, as in ``(?, ?), (?, ?)``.

    Args:
        rows: of the same length each.
    """
    return ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
