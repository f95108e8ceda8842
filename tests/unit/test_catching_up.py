"""What was answered without knowing what came before counts; no question is open that nobody was asked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import reply
from blina.assistant import Conversation, safe_answer
from blina.triage.turn import MEMORY
from tests.unit.talk import Item, finding, reading

HEADACHE = finding("headache")
NO = "none of those"


def user(text: str, intent: str, *items: Item) -> dict[str, Any]:
    parsed = {"text": text, "intent": {"name": intent}, "entities": reading(text, items).as_entities()}
    return {"event": "user", "text": text, "parse_data": parsed, "timestamp": time.time(), "metadata": {}}


def bot(text: str) -> dict[str, Any]:
    return {"event": "bot", "text": text}


def remembering(conversation: Conversation) -> dict[str, Any]:
    return {"event": "slot", "name": MEMORY, "value": conversation.to_json()}


def answered(*events: dict[str, Any]) -> tuple[str, Conversation]:
    """What is said to the last message, and what is remembered after it."""
    memory = [event["value"] for event in events if event.get("name") == MEMORY]
    slots = {MEMORY: memory[-1] if memory else None}
    latest = events[-1]["parse_data"]
    dispatcher = CollectingDispatcher()
    (kept,) = reply.take_turn(
        dispatcher, Tracker("anna", slots, latest, [*events], False, None, {}, "action_listen")
    )
    said = "\n\n".join(message["text"] for message in dispatcher.messages)
    return said, Conversation.from_json(kept["value"])


def asked(*events: dict[str, Any]) -> str:
    """The words of the question that a headache leads to."""
    said, conversation = answered(*events, user("my head hurts", "headache", HEADACHE))
    assert conversation.question
    return said


def test_a_no_after_the_safe_answer_is_no_answer_to_a_question_that_was_never_put() -> None:
    before = user("my head hurts", "headache", HEADACHE)
    said, conversation = answered(before, bot(safe_answer()), user(NO, "deny"))
    assert [report.symptom for report in conversation.reports] == ["headache"]
    assert conversation.answers == ()
    assert conversation.question  # it is put now
    assert conversation.question.turn == conversation.turn
    assert "no to all the warning signs" not in said


def test_a_no_is_an_answer_where_the_question_was_put() -> None:
    before = user("my head hurts", "headache", HEADACHE)
    _, conversation = answered(before, bot(asked()), user(NO, "deny"))
    assert [(answer.question, answer.answer) for answer in conversation.answers] == [("screening", "no")]


def test_a_question_that_was_put_before_stays_open_over_a_message_that_was_missed() -> None:
    _, conversation = answered(user("my head hurts", "headache", HEADACHE))
    _, after = answered(
        remembering(conversation),
        user("I cough", "cough", finding("cough")),
        bot(safe_answer()),
        user(NO, "deny"),
    )
    assert {report.symptom for report in after.reports} == {"headache", "cough"}
    assert [answer.answer for answer in after.answers] == ["no"]


@pytest.mark.parametrize("answer", ["yes", "yes please"])
def test_a_yes_deletes_nothing_where_nobody_was_asked_about_that(answer: str) -> None:
    _, conversation = answered(user("my head hurts", "headache", HEADACHE))
    _, after = answered(
        remembering(conversation),
        user("forget me", "ask_forget"),
        bot(safe_answer()),
        user(answer, "affirm"),
    )
    assert [report.symptom for report in after.reports] == ["headache"]


def test_what_each_missed_message_got_belongs_to_it() -> None:
    first, second = user("my head hurts", "headache", HEADACHE), user("hello", "smalltalk_greet")
    _, conversation = answered(
        first, bot("Hello."), bot(asked()), second, bot(safe_answer()), user(NO, "deny")
    )
    assert [answer.answer for answer in conversation.answers] == ["no"]
