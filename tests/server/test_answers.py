"""What a patient gets over REST for the messages that the assistant must not get wrong."""

from __future__ import annotations

import re
import shlex
import urllib.parse

import pytest

from tests.server.running import CARE_TEAM, ROOT, Assistant, texts

pytestmark = pytest.mark.server

FIELDS = {
    "type",
    "version",
    "urgency",
    "category",
    "awaiting_answer",
    "symptoms",
    "reasons",
    "contact",
    "daily_checks",
}
SYMPTOM_FIELDS = {"id", "label", "status", "category", "urgency", "text", "turn", "sources"}


@pytest.mark.parametrize(
    ("message", "urgency", "category", "symptom"),
    [
        ("my husband can't get his words out", "contact_now", "neurological_warning", "difficulty_talking"),
        ("temp is 38.6", "contact_now", "crs_warning", "fever"),
        ("black tarry poo", "contact_now", "common", "black_or_bloody_stools"),
        ("my hair is falling out", "tell_team", "unlisted", "unlisted"),
        ("no fever, just constipated", "tell_team", "less_common", "constipation"),
    ],
)
def test_a_symptom_is_assessed(
    assistant: Assistant, message: str, urgency: str, category: str, symptom: str
) -> None:
    payload = assistant.triage(message)
    assert (payload["urgency"], payload["category"]) == (urgency, category)
    assert payload["symptoms"][0]["id"] == symptom
    assert payload["symptoms"][0]["status"] == "present"


def test_what_the_readme_sends_from_a_program_is_answered(assistant: Assistant) -> None:
    (command,) = re.findall(
        r"^curl (?:.*\\\n)*.*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    _, _, address, *options = shlex.split(command.replace("\\\n", " "))
    path = urllib.parse.urlsplit(address).path
    status, replies = assistant.post(options[options.index("-d") + 1].encode(), path)
    assert status == 200
    assert replies[-1]["custom"]["urgency"] == "contact_now"


def test_a_denied_symptom_is_noted_as_denied(assistant: Assistant) -> None:
    symptoms = assistant.triage("no fever, just constipated")["symptoms"]
    assert {symptom["id"]: symptom["status"] for symptom in symptoms} == {
        "constipation": "present",
        "fever": "denied",
    }


def test_a_question_is_answered_and_nothing_is_assessed(assistant: Assistant) -> None:
    replies = assistant.say("can this drug cause seizures?")
    present = [
        symptom
        for reply in replies
        for symptom in reply.get("custom", {}).get("symptoms", [])
        if symptom["status"] in ("present", "uncertain")
    ]
    assert present == []
    assert "seizure" in texts(replies).lower()


def test_a_long_message_that_says_nothing_is_answered_with_the_number(assistant: Assistant) -> None:
    answer = texts(assistant.say("x" * 20_000))
    assert CARE_TEAM in answer
    assert "very long" in answer


def test_the_payload_has_the_agreed_form(assistant: Assistant) -> None:
    payload = assistant.triage("temp is 38.6")
    assert set(payload) == FIELDS
    assert (payload["type"], payload["version"]) == ("triage", 1)
    assert set(payload["contact"]) == {"care_team", "emergency"}
    for symptom in payload["symptoms"]:
        assert set(symptom) == SYMPTOM_FIELDS
        assert symptom["sources"]
    assert all(set(reason) == {"rule", "text"} for reason in payload["reasons"])


def test_a_warning_names_the_number_of_the_team(assistant: Assistant) -> None:
    replies = assistant.say("temp is 38.6")
    assert CARE_TEAM in replies[0]["text"].splitlines()[0]
    assert replies[0]["custom"]["contact"]["care_team"] == CARE_TEAM


def test_a_reply_is_one_object_with_its_payload(assistant: Assistant) -> None:
    (reply,) = [reply for reply in assistant.say("temp is 38.6", "anna") if "custom" in reply]
    assert reply["recipient_id"] == "anna"
    assert reply["text"]


def test_chips_send_plain_words(assistant: Assistant) -> None:
    buttons = [button for reply in assistant.say("I have a headache") for button in reply.get("buttons", [])]
    assert len(buttons) >= 2
    assert not any(button["payload"].startswith("/") for button in buttons)


@pytest.mark.parametrize(
    "message", ["hello", "thank you", "what can you do?", "bye", "asdfgh", "???", "", " "]
)
def test_nothing_is_left_without_an_answer(assistant: Assistant, message: str) -> None:
    assert texts(assistant.say(message)).strip()


def test_a_conversation_is_remembered(assistant: Assistant) -> None:
    assistant.say("I have chills", "remembering")
    payload = assistant.triage("and a rash", "remembering")
    assert {symptom["id"] for symptom in payload["symptoms"]} == {"chills", "rash"}
    assert [symptom["turn"] for symptom in payload["symptoms"]] == [1, 2]


def test_senders_do_not_share_a_conversation(assistant: Assistant) -> None:
    assistant.say("I have chills", "one of two")
    payload = assistant.triage("I have a rash", "two of two")
    assert {symptom["id"] for symptom in payload["symptoms"]} == {"rash"}
