"""The team is told of what is new: advice that stands is no new alarm."""

from __future__ import annotations

from tests.unit.talk import Talk, denied, finding, sign


def raised(talk: Talk) -> tuple[int, str] | None:
    alarm = talk.conversation.raised
    return (alarm.turn, alarm.urgency) if alarm else None


def test_ordinary_complaints_raise_none() -> None:
    assert raised(Talk().say("I have a headache", finding("headache"))) is None


def test_advice_to_call_now_raises_one() -> None:
    talk = Talk().say("I have chills", finding("chills"))
    assert raised(talk) == (1, "contact_now")
    assert talk.conversation.raised
    assert talk.conversation.raised.rule in talk.rules


def test_advice_that_stands_raises_none_again() -> None:
    talk = Talk().say("I have chills", finding("chills"))
    for text in ("still chills", "chills again"):
        talk.say(text, finding("chills"))
    talk.say("what now?", intent="ask_drug").say("I cannot sleep", finding("insomnia"))
    assert raised(talk) == (1, "contact_now")


def test_another_reason_raises_one() -> None:
    talk = Talk().say("I have chills", finding("chills")).say("and I am confused", finding("confusion"))
    assert raised(talk) == (2, "contact_now")


def test_advice_that_rises_raises_one() -> None:
    talk = Talk().say("I have chills", finding("chills"))
    talk.say("he cannot be woken", sign("cannot_be_woken"))
    assert raised(talk) == (2, "emergency")


def test_an_answer_can_raise_one() -> None:
    talk = Talk().say("I have a headache", finding("headache"))
    assert talk.is_asking
    assert raised(talk.say("yes", intent="affirm")) == (2, talk.urgency)


def test_what_is_over_is_no_alarm() -> None:
    talk = Talk().say("I have chills", finding("chills")).say("no chills", denied("chills"))
    assert raised(talk) == (1, "contact_now")
