"""What tests need that are run with a file and with the database that replicas share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared_database import execute, with_schema

# triggers do not run in this role: the audit log lets nobody else delete anything
_EMPTY = """
SET session_replication_role = replica;
TRUNCATE alerts, deliveries, timers, sessions, sign_ins, audit, audit_end
"""


@pytest.fixture(scope="session")
def shared_server() -> Iterator[str]:
    """A database with the schema, and its URL."""
    with with_schema() as url:
        yield url


@pytest.fixture
def shared(shared_server: str) -> str:
    """The same, with nothing of alerts and nurses in it."""
    execute(shared_server, _EMPTY)
    return shared_server


@pytest.fixture(params=["file", "shared"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where something is kept: a file of one process, or a database of several."""
    if request.param == "file":
        return str(tmp_path / "alerts.db")
    found: str = request.getfixturevalue("shared")
    return found
