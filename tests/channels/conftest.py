"""The real server with every messaging channel, and the providers' stubs, started once.

`make train` has to have run before.

    def test_fever(write: Write) -> None:
        sms = write(SmsPerson)
        replies = sms.say("I have a fever")
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.channels.people import PUBLIC_URL, Person
from tests.channels.stubs import Stubs
from tests.server.running import ROOT, Assistant

CREDENTIALS = Path(__file__).with_name("credentials.yml")
MANUAL = ROOT / "docs" / "channels" / "README.md"

Kind = TypeVar("Kind", bound=Person)


def started(folder: Path, stubs: Stubs, **variables: str) -> Assistant:
    """A server with every messaging channel."""
    (toy,) = re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "toy_channel.py").write_text(toy, encoding="utf-8")
    environment = {
        **stubs.environment(),
        "BLINA_CREDENTIALS": str(CREDENTIALS),
        "BLINA_PUBLIC_URL": PUBLIC_URL,
        "BLINA_MESSAGES_PER_MINUTE": "30",
        "PYTHONPATH": str(folder),
        **variables,
    }
    return Assistant([sys.executable, "-m", "blina.server"], folder, environment)


@pytest.fixture(scope="session")
def stubs() -> Iterator[Stubs]:
    """The providers' APIs."""
    opened = Stubs()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, stubs: Stubs) -> Iterator[Assistant]:
    """The server as `make run` starts it, with more channels."""
    running = started(tmp_path_factory.mktemp("messaging"), stubs)
    running.wait_until_ready()
    yield running
    running.stop()


@pytest.fixture
def write(server: Assistant, stubs: Stubs) -> Iterator[Callable[[type[Kind]], Kind]]:
    """Makes a person who writes; afterwards no provider may have had anything against a call."""
    yield lambda kind: kind(server, stubs)
    assert stubs.complaints() == []
