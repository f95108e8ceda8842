"""The real server on a free port, started once for all tests that need it.

`make train` has to have run before.

    def test_fever(assistant: Assistant) -> None:
        replies = assistant.say("I have a fever")
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.server.running import ROOT, Assistant

FAULTY = Path(__file__).with_name("faulty_server.py")
PARTS = """actions blina knowledge models web
config.yml credentials.yml domain.yml endpoints.yml settings.yml""".split()


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The server as `make run` starts it."""
    server = Assistant([sys.executable, "-m", "blina.server"], tmp_path_factory.mktemp("server"))
    server.wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server in which things break; see ``faulty_server.py``. It also opens a channel of Rasa's own."""
    folder = tmp_path_factory.mktemp("faulty")
    with ThreadingHTTPServer(("127.0.0.1", 0), TakesAnything) as callback:
        threading.Thread(target=callback.serve_forever, daemon=True).start()
        credentials = folder / "credentials.yml"
        url = f"http://127.0.0.1:{callback.server_port}"
        credentials.write_text(f"{(ROOT / 'credentials.yml').read_text()}\ncallback:\n  url: {url}\n")
        server = Assistant([sys.executable, str(FAULTY)], folder, {"BLINA_CREDENTIALS": str(credentials)})
        server.wait_until_ready()
        yield server
        server.stop()
        callback.shutdown()


class TakesAnything(BaseHTTPRequestHandler):
    """What Rasa's callback channel sends its replies to."""

    def do_POST(self) -> None:
        """Take a reply."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the server needs of the project, in which files can be damaged."""
    copy = tmp_path_factory.mktemp("project")
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    (copy / "tests" / "server").mkdir(parents=True)
    shutil.copy(FAULTY, copy / "tests" / "server")
    return copy
