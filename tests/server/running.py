"""A running server, and how tests talk to it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from socketio import AsyncClient

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 150
PATIENCE = 30  # seconds: what a test that hangs waits; a machine that pauses for a while is no fault
CARE_TEAM = "+44 113 496 0000"
_NOT_INHERITED = ("BLINA_", "TF_")  # Rasa, loaded by another test, sets TensorFlow's for the whole process


class Assistant:
    """A running server.

    Args:
        command: how to start it.
        folder: for its database and its log.
        environment: variables beside those of the tests.
        url: where it will be, when it does not print that itself.
        project: the project's folder, where it is a copy.
    """

    def __init__(
        self,
        command: list[str],
        folder: Path,
        environment: dict[str, str] | None = None,
        url: str = "",
        project: Path = ROOT,
    ) -> None:
        self.log = folder / "server.log"
        self.database = folder / "conversations.db"
        self.url = url
        self.first_answers: list[tuple[int, Any]] = []  # of /health, until it was ready
        self._lines: list[str] = []
        variables = {
            **inherited(),
            "BLINA_PORT": "0",
            "BLINA_DATABASE": str(self.database),
            "BLINA_CARE_TEAM_PHONE": CARE_TEAM,
            **(environment or {}),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=project, env=variables, stdout=subprocess.PIPE, stderr=log, text=True
            )
        self._reader = threading.Thread(target=self._read_lines, daemon=True)
        self._reader.start()

    def wait_until_ready(self) -> None:
        """Wait for the first 200 of ``/health``."""
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            if self.process.poll() is not None:
                pytest.fail(f"the server ended at once:\n{self.output}{self.log.read_text()}")
            if self.url and self._answers_health():
                return
            time.sleep(0.2)
        pytest.fail(f"the server did not get ready:\n{self.output}{self.log.read_text()}")

    def _answers_health(self) -> bool:
        try:
            answer = self.get("/health")
        except urllib.error.URLError:  # plain `rasa run` listens when the model is loaded
            return False
        if answer[0] != 200:
            self.first_answers.append(answer)
        return answer[0] == 200

    @property
    def output(self) -> str:
        """What the server has printed so far."""
        return "".join(self._lines)

    def stop(self) -> int:
        """Stop it as a service manager does; returns the exit status."""
        self.process.terminate()
        return self.finish()

    def finish(self) -> int:
        """Wait until it has ended, for at most 20 seconds; returns the exit status."""
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._reader.join()
        return self.process.wait()

    def say(self, text: str, sender: str | None = None) -> list[dict[str, Any]]:
        """Send a message; the replies.

        Args:
            text: what the patient writes.
            sender: the conversation, a new one when None.
        """
        status, replies = self.post({"sender": sender or uuid.uuid4().hex, "message": text})
        assert status == 200, replies
        assert isinstance(replies, list)
        assert replies
        return replies

    def triage(self, text: str, sender: str | None = None) -> dict[str, Any]:
        """Send a message; the triage payload of its replies, of which there has to be one."""
        payloads = [reply["custom"] for reply in self.say(text, sender) if "custom" in reply]
        assert len(payloads) == 1
        payload: dict[str, Any] = payloads[0]
        return payload

    def post(self, body: Any, path: str = "/webhooks/rest/webhook") -> tuple[int, Any]:
        """Send a body as JSON, or as it is when it is bytes; status and JSON answer."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request(urllib.request.Request(self.url + path, sent, method="POST"))

    def get(self, path: str) -> tuple[int, Any]:
        """Get a path; status and JSON answer (or text)."""
        return self.request(urllib.request.Request(self.url + path))

    def request(self, request: urllib.request.Request) -> tuple[int, Any]:
        """Send a request; status and JSON answer (or text)."""
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, _content(response.read())
        except urllib.error.HTTPError as error:
            return error.code, _content(error.read())

    def _read_lines(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                self.url = found.group()


def inherited() -> dict[str, str]:
    """The variables of the tests that a server under test gets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def socket_client() -> AsyncClient:
    """What the chat page's connection is made with; it does not connect again by itself."""
    return AsyncClient(reconnection=False, request_timeout=PATIENCE)


async def leave(page: AsyncClient) -> None:
    """Be gone from one moment to the next, as a phone without a network is."""
    http = page.eio.http
    await page.eio.disconnect(abort=True)
    if http is not None:
        await http.close()


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something, at most half a minute."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if happened():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not happen")


def texts(replies: list[dict[str, Any]]) -> str:
    """All that was said, as one text."""
    return "\n\n".join(reply["text"] for reply in replies)


def _content(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
