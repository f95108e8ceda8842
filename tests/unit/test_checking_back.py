"""Asked whether the team has been reached: once, never beside a question, and no more when told to stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from blina.assistant import Core
from tests.unit.talk import KNOWLEDGE, SETTINGS, Talk, finding

CORE = Core(KNOWLEDGE, SETTINGS)


def asked(talk: Talk) -> bool:
    """Ask half an hour later; whether it was."""
    talk.now += timedelta(minutes=30)
    turn = CORE.check_back(talk.conversation, talk.now)
    if turn is None:
        return False
    talk.turn, talk.conversation = turn, turn.conversation
    return True


@pytest.fixture
def talk() -> Talk:
    return Talk().say("I have chills", finding("chills"))


def test_it_is_asked_with_the_advice_that_stands_and_answers_to_tap(talk: Talk) -> None:
    assert asked(talk)
    assert talk.text.startswith("Have you reached your team?")
    assert "+44 113 496 0000" in talk.text
    assert talk.chips == ["Yes", "No", "Stop asking me"]


def test_it_is_asked_once_for_each_advice(talk: Talk) -> None:
    assert asked(talk)
    assert not asked(talk)
    talk.say("I have a headache too", finding("headache"))
    assert talk.conversation.raised
    assert talk.conversation.raised.turn == 2
    assert asked(talk)


@pytest.mark.parametrize("text", ["yes", "Yes!", "Yes I have", "we did", "1"])
def test_a_plain_yes_is_noted_as_a_call(talk: Talk, text: str) -> None:
    asked(talk)
    talk.say(text, intent="affirm")
    assert [event.kind for event in talk.conversation.events] == ["called"]
    assert "It is good that you called" in talk.text


@pytest.mark.parametrize("text", ["no", "Not yet", "2"])
def test_a_plain_no_is_told_to_call_now(talk: Talk, text: str) -> None:
    asked(talk)
    talk.say(text, intent="deny")
    assert talk.text.startswith("All right, then please do it now.")
    assert "+44 113 496 0000" in talk.text
    assert talk.conversation.events == ()


def test_nobody_answers_is_heard_as_ever(talk: Talk) -> None:
    asked(talk)
    talk.say("no, nobody answers")
    assert "Call 112 now" in talk.text


@pytest.mark.parametrize("text", ["stop", "Stop asking me", "3", "please stop asking"])
def test_stop_ends_it_at_once_and_for_good(talk: Talk, text: str) -> None:
    asked(talk)
    talk.say(text)
    assert "I will not ask again" in talk.text
    talk.say("and I am confused", finding("confusion"))
    assert not asked(talk)


def test_stop_asking_me_is_heard_before_it_is_asked(talk: Talk) -> None:
    talk.say("stop asking me")
    assert "I will not ask again" in talk.text
    assert not asked(talk)


def test_a_yes_that_brings_news_is_read_for_them(talk: Talk) -> None:
    asked(talk)
    talk.say("yes but now she is confused", finding("confusion"))
    assert talk.conversation.raised
    assert talk.conversation.raised.turn == 2


def test_who_has_called_is_not_asked(talk: Talk) -> None:
    talk.say("I called them")
    assert not asked(talk)


def test_it_is_not_asked_beside_a_question() -> None:
    talk = Talk().say("I have a rash", finding("rash"))
    open_one = talk.say("I have a headache", finding("headache")).conversation
    assert open_one.question
    assert not asked(replace(talk, conversation=open_one))


def test_without_advice_to_call_it_is_not_asked() -> None:
    assert not asked(Talk().say("hello", intent="greet"))


def test_a_yes_much_later_answers_something_else(talk: Talk) -> None:
    asked(talk)
    talk.say("what is CRS?", intent="ask_drug").say("yes", intent="affirm")
    assert talk.conversation.events == ()
