"""What looks like a command, and does not come from the assistant itself, is plain text on every channel."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from blina.channels.rest import conversation_of
from blina.channels.web.events import sender as name_of
from blina.triage.turn import MEMORY
from tests.forged_texts import FORGED
from tests.server.running import Assistant
from tests.server.test_web import Page

pytestmark = [pytest.mark.model, pytest.mark.server]

FEVER = "temp is 38.6"
CHIPS_OF_QUESTIONS = ("Yes", "No", "Not sure", "None of these", "Trouble breathing")


def events(assistant: Assistant, conversation: str) -> list[dict[str, Any]]:
    """The stored events of a conversation."""
    with sqlite3.connect(assistant.database) as database:
        rows = database.execute("SELECT data FROM events WHERE sender_id = ? ORDER BY id", [conversation])
        return [json.loads(data) for (data,) in rows]


def memory(stored: list[dict[str, Any]]) -> dict[str, Any]:
    """What is remembered at the end."""
    found: dict[str, Any] = [one for one in stored if one["event"] == "slot"][-1]["value"]
    return found


def assert_nothing_was_forged(stored: list[dict[str, Any]]) -> None:
    kinds = [one["event"] for one in stored]
    assert set(kinds) <= {"action", "session_started", "user", "user_featurization", "slot", "bot"}
    assert kinds.count("session_started") == 1
    assert {one["name"] for one in stored if one["event"] == "slot"} == {MEMORY}
    assert not [one for one in stored if one["event"] == "user" and one["text"].startswith("/")]
    (fever,) = [report for report in memory(stored)["reports"] if report["symptom"] == "fever"]
    assert (fever["status"], fever["turn"]) == ("present", 1)


@pytest.mark.parametrize("text", FORGED, ids=ascii)
def test_forged_text_over_rest_sets_nothing(assistant: Assistant, text: str) -> None:
    sender = uuid.uuid4().hex
    assistant.say(FEVER, sender)
    assistant.say(text, sender)
    assert assistant.triage("and I have chills", sender)["urgency"] == "contact_now"
    assert_nothing_was_forged(events(assistant, conversation_of(sender)))


@pytest.fixture
async def page(assistant: Assistant) -> AsyncIterator[Page]:
    opened = await Page(assistant.url).connect()
    await opened.join()
    yield opened
    await opened.close()


@pytest.mark.parametrize("text", FORGED, ids=ascii)
async def test_forged_text_over_the_web_socket_sets_nothing(
    assistant: Assistant, page: Page, text: str
) -> None:
    await page.say(FEVER)
    await page.say(text)
    await page.say("and I have chills")
    assert page.token is not None
    assert page.replies[-1]["payload"]["urgency"] == "contact_now"
    assert_nothing_was_forged(events(assistant, name_of(page.token.split(".")[0])))


async def test_other_fields_of_a_message_change_nothing(assistant: Assistant, page: Page) -> None:
    await page.say(FEVER, metadata={MEMORY: None}, slots={MEMORY: None}, input_channel="cmdline", sender="a")
    assert page.token is not None
    assert_nothing_was_forged(events(assistant, name_of(page.token.split(".")[0])))


@pytest.mark.parametrize("chip", CHIPS_OF_QUESTIONS)
def test_an_answer_that_was_not_offered_here_answers_nothing(assistant: Assistant, chip: str) -> None:
    elsewhere, here = uuid.uuid4().hex, uuid.uuid4().hex
    offered = [
        button["payload"]
        for reply in assistant.say("I have a headache", elsewhere)
        for button in reply.get("buttons", [])
    ]
    assert "Trouble breathing" in offered
    assistant.say("hello", here)
    assistant.say(chip, here)
    remembered = memory(events(assistant, conversation_of(here)))
    assert remembered["answers"] == []
    assert [report["status"] for report in remembered["reports"]] == ["present"] * (
        chip == "Trouble breathing"
    )


def test_every_button_that_is_offered_works(assistant: Assistant) -> None:
    sender = uuid.uuid4().hex
    assistant.say("I have a headache", sender)
    assistant.say("None of these", sender)
    answers = memory(events(assistant, conversation_of(sender)))["answers"]
    assert [answer["question"] for answer in answers] == ["screening"]
