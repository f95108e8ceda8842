"""Whatever breaks, the patient gets an answer, and nothing that was answered is lost."""

from __future__ import annotations

import asyncio
import io
import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import tarfile
import time
import urllib.error
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.legacy.client import WebSocketClientProtocol, connect

from tests.server.conftest import FAULTY
from tests.server.running import CARE_TEAM, ROOT, Assistant, free_port
from tests.server.test_start import start_in
from tests.stored import counted

pytestmark = pytest.mark.server

SECRET = "zebrafish"
SECONDS_TO_RECOVER = 30
SECONDS_TO_STOP = 8


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


def test_an_answer_does_not_need_the_store(faulty: Assistant) -> None:
    assert faulty.triage(f"I have a fever {SECRET} breaksaving")["urgency"] == "contact_now"


def test_streams_are_answered_too(faulty: Assistant) -> None:
    status, reply = faulty.post(
        {"sender": "s", "message": "breakpolicy"}, "/webhooks/rest/webhook?stream=true"
    )
    assert status == 200
    assert CARE_TEAM in reply["text"]


# --- the database


@contextmanager
def locked(server: Assistant) -> Iterator[None]:
    """Another program keeps the database for itself."""
    other = sqlite3.connect(server.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def full(server: Assistant) -> Iterator[None]:
    """No file of the server can grow: to a program, a disk without room."""
    process, (soft, hard) = server.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only(server: Assistant) -> Iterator[None]:
    """The database cannot be written."""
    server.say("readonly", "the operator")
    try:
        yield
    finally:
        server.say("writable", "the operator")


@pytest.mark.parametrize("fault", [locked, full, read_only])
def test_a_database_that_fails_costs_no_answer_and_no_message(faulty: Assistant, fault: Any) -> None:
    sender = f"while {fault.__name__}"
    faulty.say("I have chills", sender)
    with fault(faulty):
        urgency = faulty.triage("temp is 38.6", sender)["urgency"]
        symptoms = faulty.triage("and a rash", sender)["symptoms"]
        assert faulty.get("/health")[0] == 200
        assert stored(faulty.database, sender) == ["I have chills"]
    assert urgency == "contact_now"
    assert {symptom["id"] for symptom in symptoms} == {"chills", "fever", "rash"}
    everything = ["I have chills", "temp is 38.6", "and a rash"]
    end = time.monotonic() + SECONDS_TO_RECOVER
    while stored(faulty.database, sender) != everything and time.monotonic() < end:
        time.sleep(0.1)
    assert stored(faulty.database, sender) == everything
    assert "the database works again" in faulty.log.read_text()


def stored(database: Path, sender: str) -> list[str]:
    """The patient's messages over REST that are in the database."""
    with sqlite3.connect(database) as connection:
        query = (
            "SELECT json_extract(data, '$.text') FROM events"
            " WHERE sender_id = 'rest-' || ? AND type_name = 'user' ORDER BY id"
        )
        return [text for (text,) in connection.execute(query, [sender])]


# --- the clock


@pytest.mark.parametrize("jump", ["clockahead", "clockbehind"])
def test_a_clock_that_jumps_changes_no_answer(faulty: Assistant, jump: str) -> None:
    sender = f"while {jump}"
    faulty.say("I have chills", sender)
    faulty.say(jump, "the operator")
    try:
        symptoms = faulty.triage("I have a rash", sender)["symptoms"]
        assert {symptom["id"] for symptom in symptoms} == {"chills", "rash"}
        assert faulty.get("/health")[0] == 200
    finally:
        faulty.say("clockright", "the operator")
    payload = faulty.triage("temp is 38.6", sender)
    assert {symptom["id"] for symptom in payload["symptoms"]} == {"chills", "rash", "fever"}
    assert payload["urgency"] == "contact_now"
    assert len(stored(faulty.database, sender)) == 3


# --- files


def test_a_broken_knowledge_file_changes_nothing_until_the_next_start(project: Path, tmp_path: Path) -> None:
    server = Assistant([sys.executable, "-m", "blina.server"], tmp_path, project=project)
    wording = project / "knowledge" / "common" / "wording.yml"
    intact = wording.read_bytes()
    try:
        server.wait_until_ready()
        before = server.triage("temp is 38.6")
        wording.write_bytes(intact.replace(b"\n    say: I could", b"\n    sya: I could", 1))
        assert server.triage("temp is 38.6") == before
        assert server.get("/health")[0] == 200
    finally:
        server.stop()
    try:
        status, errors = fails_to_start(project)
    finally:
        wording.write_bytes(intact)
    assert status == 2
    assert re.match(r"knowledge/common/wording\.yml:\d+: texts\.fallback\.sya: ", errors)
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("models/blina.tar.gz", "The model blina.tar.gz is damaged: run `make train`."),
        (
            "blina/reading/learned/files/tokenizer.json",
            "the reader's file tokenizer.json is not the one that was measured (SHA-256 differs)",
        ),
    ],
)
def test_a_damaged_file_is_one_sentence(project: Path, name: str, says: str) -> None:
    file = project / name
    intact = file.read_bytes()
    file.write_bytes(intact[: len(intact) // 2])
    try:
        status, errors = fails_to_start(project)
    finally:
        file.write_bytes(intact)
    assert (status, errors) == (2, f"{says}\n")


def test_a_model_with_a_damaged_part_ends_in_the_same_sentence(project: Path) -> None:
    model = project / "models" / "blina.tar.gz"
    intact = model.read_bytes()
    with (
        tarfile.open(fileobj=io.BytesIO(intact)) as whole,
        tarfile.open(model, "w:gz", compresslevel=1) as damaged,
    ):
        for part in whole:
            stream = whole.extractfile(part)
            content = stream.read() if stream else b""
            if part.name.endswith("weights.npz"):
                content = content[: len(content) // 2]
            part.size = len(content)
            damaged.addfile(part, io.BytesIO(content))
    try:
        status, errors = fails_to_start(project)
    finally:
        model.write_bytes(intact)
    assert status == 2
    assert errors.endswith("The model blina.tar.gz cannot be loaded: run `make train`.\n")
    assert len(errors.splitlines()) <= 3
    assert "Traceback" not in errors


def test_a_database_that_cannot_be_used_is_one_sentence(project: Path, tmp_path: Path) -> None:
    database = tmp_path / "conversations.db"
    database.write_bytes(b"this is no database")
    status, errors = fails_to_start(project, BLINA_DATABASE=str(database))
    assert (status, errors) == (2, f"The database {database} cannot be used: file is not a database.\n")


def test_another_store_is_one_sentence(project: Path, tmp_path: Path) -> None:
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("tracker_store:\n  type: SQL\n  db: other.db\n", encoding="utf-8")
    status, errors = fails_to_start(project, BLINA_ENDPOINTS=str(endpoints))
    assert status == 2
    assert errors.startswith(f"{endpoints} names the tracker store 'SQL': nothing there would be deleted")
    assert len(errors.splitlines()) == 1


def test_models_from_another_machine_are_refused(project: Path, tmp_path: Path) -> None:
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("models:\n  url: http://127.0.0.1:9/models/newest\n", encoding="utf-8")
    status, errors = fails_to_start(project, BLINA_ENDPOINTS=str(endpoints))
    assert (status, errors) == (
        2,
        "The endpoints name a server of models: only those in models/ are taken.\n",
    )


def fails_to_start(project: Path, **variables: str) -> tuple[int, str]:
    """Start the server of a copy where it is expected to end by itself; exit status and errors."""
    status, _, errors = start_in(project, BLINA_PORT="0", **variables)
    return status, errors


# --- stopping


async def test_stopping_finishes_the_turns_that_have_begun(project: Path, tmp_path: Path) -> None:
    server = Assistant(
        [sys.executable, str(project / "tests" / "server" / FAULTY.name)], tmp_path, project=project
    )
    try:
        await asyncio.to_thread(server.wait_until_ready)
        address = server.url.replace("http:", "ws:") + "/chat/socket.io/?EIO=4&transport=websocket"
        async with connect(address) as page:
            rest = asyncio.create_task(asyncio.to_thread(server.triage, "temp is 38.6 slowly", "anna"))
            await page.recv()  # the transport is open
            await page.send("40")
            await page.recv()  # the connection is made
            await page.send('421["join", {}]')
            await until_said(page, "431")
            await page.send(f'422["message", {{"id": "{uuid.uuid4().hex}", "text": "I have chills slowly"}}]')
            await until_said(page, '"from":"bot"')
            server.process.send_signal(signal.SIGTERM)
            assert await until_said(page, "432") == '432[{"ok":true}]'
            assert (await rest)["urgency"] == "contact_now"
        assert await asyncio.to_thread(server.finish) == 0
    finally:
        server.stop()
    assert stored(server.database, "anna") == ["temp is 38.6 slowly"]
    query = "SELECT count(*) FROM events WHERE type_name = 'user' AND sender_id LIKE 'web-%'"
    assert counted(server.database, query) == 1


def test_stopping_under_load_takes_seconds_and_leaves_nobody_without_an_answer(tmp_path: Path) -> None:
    server = Assistant([sys.executable, "-m", "blina.server"], tmp_path)
    server.wait_until_ready()
    long = "I have a headache and my back hurts. " * 100

    def ask(number: int) -> tuple[int, Any]:
        try:
            return server.post({"sender": f"patient {number}", "message": long})
        except (urllib.error.URLError, ConnectionError):  # came after the end: nothing was accepted
            return 0, {}

    with ThreadPoolExecutor(60) as pool:
        asked = [pool.submit(ask, number) for number in range(60)]
        time.sleep(1)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
        took = time.monotonic() - started
        answers = [one.result() for one in asked]
    assert took <= SECONDS_TO_STOP
    assert {status for status, _ in answers} <= {200, 503, 0}
    assert all("112" in answer["text"] for status, answer in answers if status == 503)
    told = {f"rest-patient {number}" for number, (status, _) in enumerate(answers) if status == 200}
    query = "SELECT DISTINCT sender_id FROM events WHERE type_name = 'user'"
    with sqlite3.connect(server.database) as connection:
        assert told <= {sender for (sender,) in connection.execute(query)}


async def until_said(page: WebSocketClientProtocol, words: str) -> str:
    """The first packet that holds some words; those before it are passed over."""
    while words not in (packet := str(await asyncio.wait_for(page.recv(), 20))):
        pass
    return packet


# --- the action server


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
    server = Assistant([sys.executable, "-m", "blina.server"], tmp_path, {"BLINA_ENDPOINTS": str(endpoints)})
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
