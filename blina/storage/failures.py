"""What a database raises when it fails, of whichever kind it is."""

from __future__ import annotations

import sqlite3

import psycopg2

FAILURES: tuple[type[Exception], ...] = (sqlite3.Error, psycopg2.Error)


class Unusable(Exception):
    """The database cannot be used; the text says which and why, without a password."""


def reason(error: Exception) -> str:
    """What went wrong, in words that quote no data.

    Args:
        error: one of ``FAILURES``.

    Returns:
        The kind of error, with SQLite's own words for what happened to the file or PostgreSQL's code.
    """
    kind = type(error).__name__
    if isinstance(error, sqlite3.OperationalError):
        return f"{kind}: {error}"
    code = getattr(error, "pgcode", None)
    return f"{kind}: {code}" if code else kind
