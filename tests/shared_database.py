"""The PostgreSQL database that replicas share, for tests that look into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from blina.storage import schema
from scripts import services


@contextmanager
def with_schema() -> Iterator[str]:
    """A database with the schema: its URL."""
    with services.postgres() as found:
        schema.migrate(found.url)
        yield found.url


def execute(url: str, statement: str) -> Any:
    """Run a statement around the program: the rows that it finds, or None."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None
