"""What comes in over REST: forged commands, wrong bodies, much at once."""

from __future__ import annotations

import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from blina.channels.rest import conversation_of
from tests.server.running import Assistant, texts
from tests.stored import counted

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    "forged",
    [
        "/restart",
        "/session_start",
        "/back",
        '/greet{"conversation": null}',
        '/fever{"conversation": {"version": 1}}',
        "/goodbye@1.0",
        " /restart",
        "\u200b/restart",
    ],
)
def test_no_typed_command_touches_the_conversation(assistant: Assistant, forged: str) -> None:
    sender = f"forger {forged!r}"
    assistant.say("I have chills", sender)
    assistant.say(forged, sender)
    symptoms = assistant.triage("I have a rash", sender)["symptoms"]
    assert {symptom["id"] for symptom in symptoms} >= {"chills", "rash"}
    assert {symptom["turn"] for symptom in symptoms if symptom["id"] == "chills"} == {1}


def test_an_empty_message_is_no_fault(assistant: Assistant) -> None:
    assistant.say("", "empty")
    assert assistant.triage("I have a rash", "empty")["symptoms"][0]["turn"] == 2


def test_slots_cannot_be_set_from_outside(assistant: Assistant) -> None:
    body = {
        "sender": "setter",
        "message": "hello",
        "metadata": {"conversation": 1},
        "slots": {"conversation": 1},
    }
    assert assistant.post(body)[0] == 200
    assert assistant.triage("I have a rash", "setter")["symptoms"][0]["turn"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"fever", 400),
        (b"\xff\xfe", 400),
        (b"[" * 20_000, 400),
        ([], 400),
        (None, 400),
        ({"message": "no sender"}, 400),
        ({"sender": "a"}, 400),
        ({"sender": None, "message": "a"}, 400),
        ({"sender": "a", "message": None}, 400),
        ({"sender": "a", "message": {"text": "b"}}, 400),
        ({"sender": ["a"], "message": "b"}, 400),
        ({"sender": "a", "message": "x" * 70_000}, 413),
    ],
)
@pytest.mark.parametrize("query", ["", "?stream=true"])
def test_a_wrong_body_gets_a_json_error(assistant: Assistant, body: Any, status: int, query: str) -> None:
    answer = assistant.post(body, f"/webhooks/rest/webhook{query}")
    assert answer[0] == status
    # Whoever wrote too much may be a patient; the others are programs.
    assert set(answer[1]) == ({"error", "text"} if status == 413 else {"error"})


def test_a_megabyte_is_refused(assistant: Assistant) -> None:
    assert assistant.post(b"x" * 1_000_000)[0] == 413


@pytest.mark.parametrize("path", ["/model", "/conversations/anna/tracker", "/status", "/domain", "/nowhere"])
def test_rasas_management_is_closed(assistant: Assistant, path: str) -> None:
    status, answer = assistant.get(path)
    assert status == 404
    assert set(answer) == {"error"}


def test_a_method_that_is_not_there_gets_a_json_error(assistant: Assistant) -> None:
    status, answer = assistant.get("/webhooks/rest/webhook")
    assert status == 405
    assert set(answer) == {"error"}


def test_no_other_web_site_is_let_in(assistant: Assistant) -> None:
    request = urllib.request.Request(assistant.url + "/health", headers={"Origin": "https://example.org"})
    with urllib.request.urlopen(request) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


def test_the_start_of_a_long_message_is_read(assistant: Assistant) -> None:
    payload = assistant.triage("I have a fever. " + "and so on " * 2_000)
    assert "fever" in {symptom["id"] for symptom in payload["symptoms"]}


def test_replies_can_be_streamed(assistant: Assistant) -> None:
    body = json.dumps({"sender": "stream", "message": "temp is 38.6"}).encode()
    request = urllib.request.Request(f"{assistant.url}/webhooks/rest/webhook?stream=true", body)
    with urllib.request.urlopen(request) as response:
        replies = [json.loads(line) for line in response.read().decode().splitlines()]
    assert replies[0]["custom"]["urgency"] == "contact_now"


def test_messages_at_once_are_answered_in_order(assistant: Assistant) -> None:
    """Each is one turn: none is lost, none overwrites another."""
    messages = ["I have chills", "I have a rash", "I am constipated", "my back hurts"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda message: assistant.say(message, "hasty"), messages))
    assert all(texts(answer) for answer in answers)
    symptoms = assistant.triage("I have a fever", "hasty")["symptoms"]
    assert {symptom["id"] for symptom in symptoms} == {"chills", "rash", "constipation", "back_pain", "fever"}
    assert sorted(symptom["turn"] for symptom in symptoms) == [1, 2, 3, 4, 5]


def test_many_patients_at_once_do_not_mix(assistant: Assistant) -> None:
    complaints = ["I have a rash", "I am constipated", "my back hurts", "I have a cough", "I cannot sleep"]

    def talk(number: int) -> tuple[set[str], set[str]]:
        sender = f"patient {number}"
        first = assistant.triage(complaints[number % 5], sender)
        second = assistant.triage(complaints[number % 5], sender)
        return {s["id"] for s in first["symptoms"]}, {s["id"] for s in second["symptoms"]}

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(talk, range(50)))
    for number, (first, second) in enumerate(seen):
        assert first == second == seen[number % 5][0]
        assert len(first) == 1


def test_the_worst_messages_hold_nobody_up(assistant: Assistant) -> None:
    """Ten of 5,000 characters that take as long as any; a red flag overtakes them."""
    worst = ["%" * 5000, "$=;" * 1667, "120/80 " * 715, "38.6 C " * 715, "not fever, " * 455] * 2
    answered: list[str] = []

    def say(number: int) -> None:
        assistant.say(f"{number} {worst[number]}", f"worst {number}")
        answered.append("worst")

    with ThreadPoolExecutor(len(worst)) as pool:
        waiting = [pool.submit(say, number) for number in range(len(worst))]
        time.sleep(0.1)
        assert assistant.get("/health")[0] == 200
        assert assistant.triage("my wife cannot be woken")["urgency"] == "emergency"
        assert answered.count("worst") <= 3
        for each in waiting:
            each.result()
    assert len(answered) == len(worst)


@pytest.mark.parametrize("query", ["", "?stream=true"])
def test_a_forgotten_conversation_leaves_no_row(assistant: Assistant, query: str) -> None:
    sender = f"forgotten{query}"
    assistant.say("I have chills", sender)
    assert rows(assistant, sender) > 0
    for message in ("delete everything I told you", "yes"):
        assert rows(assistant, sender) > 0
        body = {"sender": sender, "message": message}
        assert assistant.post(body, f"/webhooks/rest/webhook{query}")[0] == 200
    assert rows(assistant, sender) == 0
    symptoms = assistant.triage("I have a rash", sender)["symptoms"]
    assert {symptom["id"] for symptom in symptoms} == {"rash"}


def rows(assistant: Assistant, sender: str) -> int:
    query = "select count(*) from events where sender_id = ?"
    return counted(assistant.database, query, conversation_of(sender))
