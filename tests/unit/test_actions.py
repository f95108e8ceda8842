"""Every action hands the message to the triage core and says what it answers."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions import reply
from blina import assistant
from blina.assistant import Chip, Conversation, Message, Reply, Turn
from blina.reading.model import Finding, Reading, Status
from blina.triage.turn import MEMORY, UNREAD

FEVER = Finding("fever", Status.PRESENT, "I have a fever", 9, 14)
READING = Reading("I have a fever", (FEVER,))
PAYLOAD = {"type": "triage", "urgency": "contact_now"}


def tracker(
    text: str = "I have a fever",
    intent: str = "fever",
    entities: list[dict[str, Any]] | None = None,
    channel: str | None = "rest",
    memory: Any = None,
) -> Tracker:
    latest = {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "entities": READING.as_entities() if entities is None else entities,
    }
    events = [{"event": "user", "text": text, "input_channel": channel}]
    return Tracker("somebody", {MEMORY: memory}, latest, events, False, None, {}, "action_listen")


class Core:
    """Stands in for the triage core and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Conversation, Message, datetime]] = []
        chips = (Chip("Yes", "yes"), Chip("No", "none of those"))
        self.replies: tuple[Reply, ...] = (Reply("Call now.", chips, PAYLOAD),)

    def respond(self, conversation: Conversation, message: Message, now: datetime) -> Turn:
        self.asked.append((conversation, message, now))
        return Turn(Conversation(turn=conversation.turn + 1), self.replies)


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> Core:
    stand_in = Core()
    monkeypatch.setattr(reply, "core", lambda: stand_in)
    return stand_in


def registered() -> dict[str, Any]:
    executor = ActionExecutor()
    executor.register_package("actions")
    actions: dict[str, Any] = executor.actions
    return actions


def run(name: str, about: Tracker) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(registered()[name](dispatcher, about, {}))
    return dispatcher.messages, events


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("name", sorted(registered()))
def test_every_action_answers_and_remembers(name: str) -> None:
    messages, events = run(name, tracker())
    assert [message["text"] for message in messages] == ["Call now."]
    assert events == [
        {"event": "slot", "name": "conversation", "timestamp": None, "value": Conversation(turn=1).to_json()}
    ]


def test_every_action_is_named_for_its_class() -> None:
    named = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", run.__self__.__class__.__name__).lower()
        for run in registered().values()
    }
    assert named == set(registered())


def test_the_core_gets_what_was_read(core: Core) -> None:
    entities = [
        *READING.as_entities(),
        {"entity": "topic", "value": "how_it_works"},
        {"entity": "medicine", "value": "warfarin"},
        {"entity": "medicine", "value": "aspirin"},
    ]
    run("action_triage", tracker(entities=entities))
    _, message, now = core.asked[0]
    assert message == Message("I have a fever", "fever", READING, "how_it_works", ("warfarin", "aspirin"))
    assert now.utcoffset() is not None  # the summary shows the clock that hangs on the wall


def test_the_core_gets_back_what_it_remembered(core: Core) -> None:
    run("action_triage", tracker(memory=Conversation(turn=3).to_json()))
    assert core.asked[0][0] == Conversation(turn=3)


@pytest.mark.parametrize("memory", [None, "forged", {"version": 0}, ["x"], 7])
def test_a_memory_that_cannot_be_read_starts_anew(core: Core, memory: Any) -> None:
    run("action_triage", tracker(memory=memory))
    assert core.asked[0][0] == Conversation(is_incomplete=memory is not None)


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("channel", ["rest", "web"])
def test_rich_channels_get_chips_and_payload(channel: str) -> None:
    messages, _ = run("action_triage", tracker(channel=channel))
    assert messages[0]["custom"] == PAYLOAD
    assert messages[0]["buttons"] == [
        {"title": "Yes", "payload": "yes"},
        {"title": "No", "payload": "none of those"},
    ]


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize("channel", ["cmdline", "telegram", "twilio", None])
def test_text_channels_get_numbered_text_and_no_payload(channel: str | None) -> None:
    messages, _ = run("action_triage", tracker(channel=channel))
    assert messages[0]["text"].splitlines() == ["Call now.", "", "1. Yes", "2. No"]
    assert not messages[0]["custom"]
    assert not messages[0]["buttons"]


@pytest.mark.usefixtures("core")
def test_no_chip_carries_a_command() -> None:
    messages, _ = run("action_triage", tracker())
    assert not any(button["payload"].startswith("/") for button in messages[0]["buttons"])


def test_a_message_that_could_not_be_read_gets_the_phone_numbers(core: Core) -> None:
    unread = [{"entity": "note", "value": UNREAD, "start": 0, "end": 0}]
    messages, events = run("action_not_understood", tracker(intent="nlu_fallback", entities=unread))
    assert [message["text"] for message in messages] == [assistant.safe_answer()]
    assert events == []
    assert core.asked == []


def test_a_message_without_intent_is_not_understood(core: Core) -> None:
    about = tracker()
    about.latest_message = {"text": None, "intent": None, "entities": None}
    run("action_not_understood", about)
    assert core.asked[0][1] == Message("", "nlu_fallback", Reading(""))


def test_the_safe_answer_needs_neither_knowledge_nor_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ValueError("broken file")

    monkeypatch.setattr(assistant, "settings", broken)
    monkeypatch.setattr(assistant, "knowledge", broken)
    assert any(character.isdigit() for character in assistant.safe_answer())
