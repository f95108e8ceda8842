"""The real server on a free port, started once for all tests that need it.

`make train` has to have run before.

    def test_fever(assistant: Assistant) -> None:
        replies = assistant.say("I have a fever")
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import Assistant

FAULTY = Path(__file__).with_name("faulty_server.py")


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The server as `make run` starts it."""
    server = Assistant([sys.executable, "-m", "server"], tmp_path_factory.mktemp("server"))
    server.wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server in which things break; see ``faulty_server.py``."""
    server = Assistant([sys.executable, str(FAULTY)], tmp_path_factory.mktemp("faulty"))
    server.wait_until_ready()
    yield server
    server.stop()
