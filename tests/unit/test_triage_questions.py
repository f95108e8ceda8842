"""Answers from the documents and about other medicines."""

from __future__ import annotations

import pytest

from tests.unit.talk import KNOWLEDGE, TEAM, Talk, finding


@pytest.mark.parametrize("topic", KNOWLEDGE.questions)
def test_every_topic_is_answered_with_its_source(topic: str) -> None:
    talk = Talk().say("...", intent="ask_drug", topic=topic)
    (reply,) = talk.replies
    assert reply.payload is None
    assert "Where this comes from:" in reply.text
    document, section = KNOWLEDGE.source_names(KNOWLEDGE.questions[topic].sources[0])
    assert f'{document}, "{section}"' in reply.text
    assert "{" not in reply.text


def test_a_symptom_in_the_same_message_comes_first() -> None:
    talk = Talk().say("I have chills, can I drive?", finding("chills"), intent="ask_drug", topic="driving")
    assert len(talk.replies) == 2
    assert talk.replies[0].text.startswith("Call your treatment team now")
    assert "driv" in talk.replies[1].text.lower()


@pytest.mark.parametrize("topic", [None, "no_such_topic"])
def test_a_question_that_no_document_answers_is_passed_to_the_team(topic: str | None) -> None:
    talk = Talk().say("what colour is the bag?", intent="ask_drug", topic=topic)
    assert "My documents do not answer that" in talk.text


@pytest.mark.parametrize("symptom", KNOWLEDGE.symptoms)
def test_a_question_about_a_symptom_is_no_report_of_it(symptom: str) -> None:
    talk = Talk().say("can it cause that?", finding(symptom, status="not_reported"), intent=symptom)
    (reply,) = talk.replies
    assert reply.payload is None
    assert KNOWLEDGE.symptoms[symptom].lay in reply.text
    assert "If it happens to you:" in reply.text
    assert not talk.conversation.reports


def test_a_question_about_a_topic_and_a_symptom_answers_both() -> None:
    talk = Talk().say(
        "may I drive if I get dizzy?",
        finding("dizziness", status="not_reported"),
        intent="ask_drug",
        topic="driving",
    )
    assert "driv" in talk.text.lower()
    assert "dizziness" in talk.text


@pytest.mark.parametrize("medicine", KNOWLEDGE.medicines)
def test_every_listed_medicine_is_known_by_all_its_names(medicine: str) -> None:
    entry = KNOWLEDGE.medicines[medicine]
    for name in (entry.name, *entry.also):
        talk = Talk().say(f"can I take {name}?", intent="ask_medicine")
        assert entry.name in talk.text
        assert "on the leaflet's list" in talk.text
        assert "Ask your team or pharmacist" in talk.text
        assert TEAM in talk.text


@pytest.mark.parametrize("text", ["can I take penicillin", "what about vitamin d", "can I have a flu jab"])
def test_what_is_not_on_the_list_is_never_called_safe(text: str) -> None:
    talk = Talk().say(text, intent="ask_medicine")
    assert "none of the medicines on the leaflet's list" in talk.text
    assert "does not mean that it is safe" in talk.text
    assert "Ask your team or pharmacist" in talk.text


def test_a_medicine_that_the_reader_found_is_named_rightly() -> None:
    talk = Talk().say("is warferin ok?", intent="ask_medicine", medicines=("warfarin",))
    assert "Warfarin is on the leaflet's list" in talk.text


def test_a_medicine_that_hides_a_fever_gets_a_warning() -> None:
    assert "hide a fever" in Talk().say("can I take ibuprofen?", intent="ask_medicine").text
    assert "hide a fever" not in Talk().say("can I take warfarin?", intent="ask_medicine").text


def test_several_medicines_at_once_are_told_apart() -> None:
    talk = Talk().say(
        "can I take warfarin, phenytoin and aspirin?",
        intent="ask_medicine",
        medicines=("aspirin", "warfarin"),
    )
    assert "Phenytoin and Warfarin are on the leaflet's list" in talk.text
    assert "Aspirin is not on the leaflet's list" in talk.text
    assert "does not mean that it is safe" in talk.text


def test_without_a_name_the_patient_is_sent_to_the_team() -> None:
    assert "Ask your team or pharmacist" in Talk().say("can I take my pills?", intent="ask_medicine").text


def test_a_medicine_and_a_symptom_are_both_answered_the_symptom_first() -> None:
    talk = Talk().say("fever, can I take warfarin?", finding("fever"), intent="ask_medicine")
    assert talk.urgency == "contact_now"
    assert "Warfarin is on" in talk.replies[1].text
