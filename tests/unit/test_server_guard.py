"""The guard makes of any message text that is safe to read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.rasa_adapter.guard import MessageGuard
from blina.reading.text import MAX_CHARACTERS, sanitised

DOMAIN = Domain.from_dict({"intents": ["greet", "restart", "session_start"], "entities": ["symptom"]})
COMMANDS = [
    "/restart",
    "/session_start",
    "/greet",
    '/greet{"symptom": "fever"}',
    "/greet@0.99",
    '/greet@1.0{"symptom": "fever"}',
    "  /restart",
    "//restart",
    "/ /restart",
    "\u200b/restart",
    "\u202e/restart",
    "\x00/restart",
    "\u00a0/restart",
    "\n/restart",
]


def through_rasa(text: str) -> Message:
    """The message after the guard and Rasa's own handler of commands, which runs last."""
    message = Message({"text": text, "intent": {"name": "read", "confidence": 1.0}})
    (guarded,) = MessageGuard().process([message])
    (handled,) = RegexMessageHandler().process([guarded], DOMAIN)
    return handled


@pytest.mark.parametrize("text", COMMANDS)
def test_no_typed_text_is_a_command(text: str) -> None:
    assert through_rasa(text).get("intent")["name"] == "read"


@pytest.mark.parametrize(
    "text", ["/restart", " /session_start", "//back", "/RESTART", '/restart{"a": 1}', "/restart@0.9"]
)
def test_nothing_is_left_of_rasas_own_commands(text: str) -> None:
    assert sanitised(text) == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('/inform{"a": {"b": 1}} I cannot breathe', "I cannot breathe"),
        ('/inform@0.9{"a": 1}\nI cannot breathe', "I cannot breathe"),
        ('/deny{"a": null} /restart{} my head hurts', "my head hurts"),
        ("/note{I cannot breathe}", "I cannot breathe}"),
        ("/restart@0.9 I cannot breathe", "I cannot breathe"),
        ('/inform{"a": I cannot breathe', '"a": I cannot breathe'),
    ],
)
def test_a_command_costs_only_itself(text: str, read: str) -> None:
    assert sanitised(text) == read


@pytest.mark.parametrize(
    "text", ["/back pain is terrible", "/seizure", "/ fever @ 38.5", "/restarted my pump"]
)
def test_words_after_a_stray_slash_are_read(text: str) -> None:
    assert sanitised(text) == text.lstrip("/ ")


def test_commands_work_without_the_guard() -> None:
    """The attack is real: what the tests above prevent happens without the guard."""
    message = Message({"text": "/restart", "intent": {"name": "read", "confidence": 1.0}})
    (handled,) = RegexMessageHandler().process([message], DOMAIN)
    assert handled.get("intent")["name"] == "restart"


@given(st.text())
def test_nothing_hidden_is_left(text: str) -> None:
    cleaned = sanitised(text)
    assert not cleaned.lstrip().startswith("/")
    hidden = {unicodedata.category(character) for character in cleaned if character != "\n"}
    assert not hidden & {"Cc", "Cf", "Cs"}


@given(st.text())
@example("\x1f>")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert sanitised(sanitised(text)) == sanitised(text)


@pytest.mark.parametrize(
    "text", ["I have a fever", "38.5/39 today", "first\nsecond", "It’s 101°F – “bad” 😟", "fièvre", "and/or"]
)
def test_ordinary_messages_stay_as_they_are(text: str) -> None:
    assert sanitised(text) == text


def test_hidden_characters_do_not_split_words() -> None:
    assert sanitised("fe\u200bver\tand\u202e ch\x00ills") == "fever and chills"


def test_one_character_more_than_is_read_is_kept() -> None:
    assert sanitised("a" * 20_000) == "a" * (MAX_CHARACTERS + 1)


def test_a_message_without_text_becomes_empty() -> None:
    (message,) = MessageGuard().process([Message({})])
    assert message.get("text") == ""


def test_training_phrases_are_left_alone() -> None:
    phrases = TrainingData([Message({"text": "a/b", "intent": "fever"})])
    assert MessageGuard().process_training_data(phrases) is phrases
