"""What patients write stays in the database, for as long as it has to, and nowhere else."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import Assistant, leave, socket_client, until
from tests.stored import counted, on_disk

pytestmark = [pytest.mark.model, pytest.mark.server]

NAMES = ("Wilhelmina", "Quartermaine")  # of a patient, as a client might name the conversation
WORDS = ("zebrafish", "marmalade", "39.7", "chlorambucil", "07700900123")
FAULTS = ("breakreader", "breakaction", "breakpolicy", "breaksaving", "breakloudly")
TALK = (
    "hello, my name is Wilhelmina Quartermaine, call me on 07700900123",
    "my head hurts like a zebrafish",
    "temp is 39.7",
    "no",
    "can I take chlorambucil with marmalade?",
    "why?",
    "summary",
    '/inform{"name": "Quartermaine"}',
)


@pytest.fixture
def kinds(faulty: Assistant, assistant: Assistant) -> tuple[Assistant, Assistant]:
    return assistant, faulty


async def on_the_web(server: Assistant, messages: tuple[str, ...]) -> None:
    """A conversation on the page."""
    page = socket_client()
    await page.connect(server.url, socketio_path="/chat/socket.io", transports=["polling"])
    await page.call("join", {})
    for text in messages:
        assert await page.call("message", {"id": uuid.uuid4().hex, "text": text}) == {"ok": True}
    await page.call("message", {"id": "zebrafish", "text": ["marmalade"]})
    await leave(page)


async def test_no_log_holds_a_word_of_a_conversation(kinds: tuple[Assistant, Assistant]) -> None:
    for server in kinds:
        broken = tuple(f"zebrafish {fault} temp is 39.7" for fault in FAULTS)
        for text in TALK + broken:
            server.say(text, "Wilhelmina")
        for body in (b'{"sender": "Wilhelmina", "message": ["zebrafish"]}', b'{"zebrafish', b"\xffmarmalade"):
            assert server.post(body)[0] == 400
        server.get("/zebrafish?name=Quartermaine")
        await on_the_web(server, TALK + broken)
        said = (server.log.read_text() + server.output).lower()
        assert [word for word in NAMES + WORDS if word.lower() in said] == []
    assert "Error" in kinds[1].log.read_text()


async def test_nothing_is_sent_to_another_machine(faulty: Assistant) -> None:
    outside = faulty.database.with_name("outside.log")
    for text in TALK + FAULTS:
        faulty.say(text)
    await on_the_web(faulty, TALK)
    for path in ("/chat", "/chat/app.js", "/chat/embed", "/health", "/"):
        faulty.get(path)
    assert not outside.exists()
    faulty.say("callhome")  # what the two lines above rely on
    assert outside.read_text().splitlines() == ["192.0.2.1"] * 2
    outside.unlink()


# --- forgetting


def rows(database: Path, sender: str) -> int:
    return counted(database, "SELECT count(*) FROM events WHERE sender_id LIKE '%' || ?", sender)


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/webhooks/callback/webhook"])
def test_asking_to_be_forgotten_leaves_nothing_on_the_disk(faulty: Assistant, path: str) -> None:
    """In a channel of the project, and in one of Rasa's own that knows nothing of it."""
    sender, word = uuid.uuid4().hex, f"word{uuid.uuid4().hex}"
    for text in (f"my head hurts, {word}", f"temp is 38.6 {word}", "no"):
        assert faulty.post({"sender": sender, "message": text}, path)[0] == 200
    assert rows(faulty.database, sender) > 0
    assert word.encode() in on_disk(faulty.database.parent)
    for text in ("forget me", "Yes, delete everything"):
        assert faulty.post({"sender": sender, "message": text}, path)[0] == 200
    assert rows(faulty.database, sender) == 0
    assert word.encode() not in on_disk(faulty.database.parent)


def test_who_was_forgotten_starts_anew(assistant: Assistant) -> None:
    sender = uuid.uuid4().hex
    assistant.say("I have chills", sender)
    assistant.say("forget me", sender)
    assistant.say("Yes, delete everything", sender)
    symptoms = assistant.triage("I have a rash", sender)["symptoms"]
    assert [(symptom["id"], symptom["turn"]) for symptom in symptoms] == [("rash", 1)]


async def test_asking_on_the_page_clears_it_and_the_disk(faulty: Assistant) -> None:
    word = f"word{uuid.uuid4().hex}"
    page = socket_client()
    forgotten: list[Any] = []
    page.on("forgotten", forgotten.append)
    await page.connect(faulty.url, socketio_path="/chat/socket.io", transports=["polling"])
    token = (await page.call("join", {}))["token"]
    await page.call("message", {"id": "key-number-1", "text": f"my head hurts, {word}"})
    assert word.encode() in on_disk(faulty.database.parent)
    await page.call("message", {"id": "key-number-2", "text": "forget me"})
    assert not forgotten
    await page.call("message", {"id": "key-number-3", "text": "Yes, delete everything"})
    await until(lambda: bool(forgotten))
    assert forgotten == [{"keep": "key-number-3"}]
    assert word.encode() not in on_disk(faulty.database.parent)
    assert (await page.call("join", {"token": token}))["messages"] == []
    await leave(page)


def test_what_expired_is_deleted_while_the_server_runs(faulty: Assistant) -> None:
    """Whatever the server is asked meanwhile; here, nothing."""
    word = f"word{uuid.uuid4().hex}"
    with sqlite3.connect(faulty.database) as connection:
        connection.execute(
            "INSERT INTO events (sender_id, type_name, timestamp, data) VALUES ('old', 'user', 1, ?)",
            [json.dumps({"text": word})],
        )
    faulty.say("cleartime")
    end = time.monotonic() + 20
    while word.encode() in on_disk(faulty.database.parent) and time.monotonic() < end:
        time.sleep(0.1)
    assert rows(faulty.database, "old") == 0
    assert word.encode() not in on_disk(faulty.database.parent)
