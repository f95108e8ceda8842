"""Plain facts of the patient are written down, answered kindly, and are no complaint."""

from __future__ import annotations

import pytest

from blina.triage import facts
from blina.triage.turn import Message
from tests.unit.talk import KNOWLEDGE, Talk, celsius, finding, reading

FACTS = [
    "he's on day 5 of his second cycle",
    "day 3 cycle 1 here",
    "he weighs 18 kilos",
    "I am 62 years old",
    "she's 4",
    "I have ALL",
    "my wife has b cell leukaemia",
    "he is on blina",
    "I'm 45, female, on blinatumomab",
    "second cycle starts monday",
]


@pytest.mark.parametrize("text", FACTS)
def test_a_fact_is_written_down_and_what_is_the_matter_is_asked(text: str) -> None:
    talk = Talk().say(text, intent="out_of_scope", topic="age" if "45" in text else None)
    assert "I wrote that down for your team. What is the matter?" in talk.text
    assert talk.conversation.told[-1].text == text
    assert talk.conversation.unclear == ()


@pytest.mark.parametrize(
    "text",
    [
        "I have all",
        "he is on fire",
        "is he on blina?",
        "day 5 and he is grey",
        "my arm is 62",
        "the bag has been on for 5 days",
        "his weight is falling",
        "4",
    ],
)
def test_what_tells_more_or_asks_is_no_fact(text: str) -> None:
    assert not facts.are_all(Message(text, "nlu_fallback", reading(text, [])), KNOWLEDGE)


def test_a_value_or_a_complaint_is_no_fact() -> None:
    for item in (celsius(38), finding("fever")):
        assert not facts.are_all(Message("he is 38", "fever", reading("he is 38", [item])), KNOWLEDGE)


def test_a_fact_beside_open_advice_is_written_down_and_changes_nothing() -> None:
    talk = Talk().say("38.9", celsius(38.9)).say("she's 4", intent="feels_fine")
    assert "I wrote that down." in talk.text
    assert "What is the matter" not in talk.text
    assert talk.conversation.last_urgency == "contact_now"


def test_of_whom_a_fact_tells_is_remembered() -> None:
    talk = Talk().say("my daughter is 7 and has leukaemia", intent="out_of_scope")
    assert "this about your daughter" in talk.say("she has a fever", finding("fever")).text


def test_day_and_cycle_spoil_no_good_news() -> None:
    assert "I am glad" in Talk().say("day 12, feeling good", intent="feels_fine").text
