"""Whatever breaks, the patient gets the phone numbers, and nobody's words get into the log."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import CARE_TEAM, ROOT, Assistant, free_port

pytestmark = pytest.mark.server

SECRET = "zebrafish"


@pytest.mark.parametrize("part", ["breakreader", "breakaction", "breakpolicy"])
def test_a_broken_part_leaves_the_safe_answer(faulty: Assistant, part: str) -> None:
    (reply,) = faulty.say(f"{SECRET} {part}")
    assert CARE_TEAM in reply["text"]
    assert "112" in reply["text"]


@pytest.mark.parametrize("part", ["breakreader", "breakaction", "breakpolicy"])
def test_the_next_message_is_answered_as_ever(faulty: Assistant, part: str) -> None:
    sender = f"after {part}"
    faulty.say("I have chills", sender)
    faulty.say(part, sender)
    symptoms = faulty.triage("I have a rash", sender)["symptoms"]
    assert {symptom["id"] for symptom in symptoms} == {"chills", "rash"}


def test_an_answer_does_not_need_the_database(faulty: Assistant) -> None:
    assert faulty.triage(f"I have a fever {SECRET} breaksaving")["urgency"] == "contact_now"


def test_streams_are_answered_too(faulty: Assistant) -> None:
    status, reply = faulty.post(
        {"sender": "s", "message": "breakpolicy"}, "/webhooks/rest/webhook?stream=true"
    )
    assert status == 200
    assert CARE_TEAM in reply["text"]


def test_logs_say_what_broke_and_quote_nobody(faulty: Assistant) -> None:
    for part in ("breakreader", "breakaction", "breakpolicy", "breaksaving"):
        faulty.say(f"I have a fever {SECRET} {part}", "logged")
    log = faulty.log.read_text() + faulty.output
    assert "ERROR" in log
    assert SECRET not in log
    assert "fever" not in log


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def action_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`rasa run actions`, by the package that it starts."""
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)]
    environment = {**os.environ, "BLINA_CARE_TEAM_PHONE": CARE_TEAM}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_a_killed_action_server_is_not_missed(
    tmp_path: Path, port: int, action_server: subprocess.Popen[bytes]
) -> None:
    endpoints = tmp_path / "endpoints.yml"
    url = f"http://127.0.0.1:{port}/webhook"
    endpoints.write_text(
        f"{(ROOT / 'endpoints.yml').read_text()}\naction_endpoint:\n  url: {url}\n", encoding="utf-8"
    )
    server = Assistant([sys.executable, "-m", "server"], tmp_path, {"BLINA_ENDPOINTS": str(endpoints)})
    try:
        server.wait_until_ready()
        before = server.triage("temp is 38.6")
        assert "running action_triage here" not in server.log.read_text()
        action_server.send_signal(signal.SIGKILL)
        action_server.wait()
        after = server.triage("temp is 38.6")
        assert after == before
        assert "running action_triage here" in server.log.read_text()
        assert server.get("/health")[0] == 200
    finally:
        server.stop()
