"""One core for a process, bound to what it answers from."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from blina.assistant import Conversation, Core, Message, core, hand_over
from blina.knowledge.settings import load_settings
from blina.reading.reader import SymptomReader
from tests.unit.talk import KNOWLEDGE, SETTINGS, START

READER = SymptomReader(KNOWLEDGE)
CORE = Core(KNOWLEDGE, SETTINGS)


def message(text: str) -> Message:
    return Message(text, "fever", READER.read(text))


def test_it_is_built_once_and_cannot_be_changed() -> None:
    assert core() is core()
    with pytest.raises(FrozenInstanceError):
        core().settings = SETTINGS  # type: ignore[misc]


def test_it_remembers_nothing_itself() -> None:
    first = CORE.respond(Conversation(), message("I have a fever"), START)
    CORE.respond(first.conversation, message("and a headache"), START)
    assert CORE.respond(Conversation(), message("I have a fever"), START) == first


def test_two_cores_answer_from_their_own_settings() -> None:
    lower = Core(KNOWLEDGE, load_settings(environ={"BLINA_FEVER_THRESHOLD_C": "37.8"}))
    urgencies = [
        one.respond(Conversation(), message("my temperature is 37.9"), START).conversation.last_urgency
        for one in (CORE, lower)
    ]
    assert urgencies[1] == "contact_now"
    assert urgencies[0] != "contact_now"


def test_it_hands_over_what_it_was_told() -> None:
    told = CORE.respond(Conversation(), message("I have a fever"), START).conversation
    assert [item.id for item in CORE.hand_over(told, START).complaints] == ["fever"]
    assert hand_over(told, START) == core().hand_over(told, START)


def test_the_drug_that_is_handed_over_is_the_knowledges() -> None:
    other = Core(replace(KNOWLEDGE, drug="exempline"), SETTINGS)
    assert other.hand_over(Conversation(), START).treatment.drug == "exempline"
