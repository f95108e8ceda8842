"""Starting and stopping: answered from the first moment, one clear sentence when it cannot start."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from blina.server import support
from tests.server.running import CARE_TEAM, ROOT, Assistant, inherited

pytestmark = pytest.mark.server


def start(*arguments: str, **variables: str) -> tuple[int, str, str]:
    """Start the server where it is expected to end by itself; exit status, output, errors."""
    return start_in(ROOT, *arguments, **variables)


def start_in(project: Path, /, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """The same in a copy of the project."""
    done = subprocess.run(
        [sys.executable, "-m", "blina.server", *arguments],
        cwd=project,
        env=inherited() | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_health_is_503_until_it_is_200(assistant: Assistant) -> None:
    assert assistant.first_answers
    assert {status for status, _ in assistant.first_answers} == {503}
    assert all(CARE_TEAM in answer["text"] for _, answer in assistant.first_answers)
    assert assistant.get("/health") == (
        200,
        {
            "status": "ok",
            "model": True,
            "actions": True,
            "database": "ok",
            "waiting": 0,
            "late_turns": 0,
            "redis": "none",
        },
    )
    assert assistant.get("/health/")[0] == 200


def test_nothing_but_its_address_is_printed(assistant: Assistant) -> None:
    out_of_support, *lines = assistant.output.splitlines()
    assert out_of_support == support.line(datetime.now().astimezone().date())
    assert lines == [
        f"Starting on {assistant.url}: this takes some seconds ...",
        f"Ready: open {assistant.url}/chat (Ctrl-C stops it)",
    ]


def test_a_taken_port_is_one_sentence(assistant: Assistant) -> None:
    port = assistant.url.rsplit(":", 1)[1]
    status, _, errors = start(BLINA_PORT=port)
    assert status == 2
    assert (
        errors == f"Port {port} is taken: stop the program that uses it, or choose another with BLINA_PORT.\n"
    )


@pytest.mark.parametrize("port", ["eighty", "-1", "70000"])
def test_a_wrong_port_is_one_sentence(port: str) -> None:
    status, _, errors = start(BLINA_PORT=port)
    assert (status, errors) == (2, "BLINA_PORT must be a number from 0 to 65535.\n")


def test_wrong_settings_are_one_sentence() -> None:
    status, _, errors = start(BLINA_CARE_TEAM_PHONE="ask at the desk")
    assert status == 2
    assert "BLINA_CARE_TEAM_PHONE" in errors
    assert "Traceback" not in errors
    assert len(errors.splitlines()) == 1


def test_a_wrong_command_shows_the_right_ones() -> None:
    status, _, errors = start("dance")
    assert status == 2
    assert errors.startswith("Usage: blina [command]\n")


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_forgets_nothing(tmp_path: Path, stop: signal.Signals) -> None:
    for complaint in ("I have chills", "I have a rash"):
        server = Assistant([sys.executable, "-m", "blina.server"], tmp_path)
        server.wait_until_ready()
        payload = server.triage(complaint, "anna")
        server.process.send_signal(stop)
        assert server.finish() == 0
        assert server.output.endswith("Stopped.\n")
        assert server.log.read_text() == ""
    assert {symptom["id"]: symptom["turn"] for symptom in payload["symptoms"]} == {"chills": 1, "rash": 2}
