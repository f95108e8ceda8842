"""Questions in general report nothing; whether it is there is asked directly, and a yes counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blina.reading.model import Reading
from blina.triage.questions import HAVE_IT
from tests.unit.talk import KNOWLEDGE, Item, Talk, celsius, finding, reading, sign, value


def acting(text: str, act: str) -> Reading:
    return replace(reading(text, ()), act=act, act_confidence=0.9)


def ask(text: str, *items: Item, talk: Talk | None = None) -> Talk:
    return (talk or Talk()).say(text, *items, intent="out_of_scope")


def open_question(talk: Talk) -> str | None:
    return talk.conversation.question.id if talk.conversation.question else None


@pytest.mark.parametrize(
    "text",
    [
        "is a fever of 38.6 bad?",
        "hi, is 38.6 a fever?",
        "does a temp of 38.6 mean hospital",
        "would a fever of 38.6 be dangerous?",
        "just wondering. is a temperature of 38.6 ok",
    ],
)
def test_a_number_that_is_nobodys_is_a_question(text: str) -> None:
    talk = ask(text, finding("fever"), celsius(38.6))
    assert talk.conversation.last_urgency == "none"
    assert not talk.conversation.reports
    assert not talk.conversation.values
    assert "counts as a fever, because the limit is 38.0" in talk.text
    assert open_question(talk) == HAVE_IT
    assert "call your treatment team now" in talk.text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "is it bad that I have a fever of 38.6?",
        "is 38.6 too high for her?",
        "is this fever of 38.6 bad?",
        "38.6 is that bad?",
        "is a fever of 38.6 bad? its what it shows since this morning",
        "is the fever of 38.6 bad",
        "is marys temp of 38.6 bad?",
        "is ok temp 38.6?",
        "what now temp 38.6?",
    ],
)
def test_what_may_be_somebodys_is_a_report(text: str) -> None:
    talk = ask(text, finding("fever"), celsius(38.6))
    assert talk.urgency == "contact_now"


def test_a_wish_to_die_is_never_a_question_in_general() -> None:
    talk = ask("is a wish to die normal?", sign("self_harm"), finding("fever"))
    assert talk.urgency == "emergency"


def test_a_yes_to_the_direct_question_counts() -> None:
    talk = ask("is a fever of 38.6 bad?", finding("fever"), celsius(38.6)).say("Yes", intent="affirm")
    assert talk.urgency == "contact_now"
    assert talk.conversation.reports[-1].text == "is a fever of 38.6 bad?"


@pytest.mark.parametrize("text", ["not sure", "rather not say"])
def test_being_unsure_and_refusing_count_like_a_yes(text: str) -> None:
    talk = ask("is a fever of 38.6 bad?", finding("fever"), celsius(38.6)).say(text)
    assert talk.urgency == "contact_now"


def test_a_no_clears_it_without_comfort() -> None:
    talk = ask("is a fever of 38.6 bad?", finding("fever"), celsius(38.6)).say(
        "no just asking", intent="deny"
    )
    assert talk.conversation.last_urgency == "none"
    assert "do not need to call" not in talk.text
    assert "I did not understand" not in talk.text


def test_thanks_is_no_yes_whatever_the_learned_reader_hears() -> None:
    talk = ask("is a fever of 38.6 bad?", finding("fever"), celsius(38.6))
    talk.say("thanks", intent="thanks", read=acting("thanks", "answer_yes"))
    assert talk.conversation.last_urgency == "none"
    assert open_question(talk) == HAVE_IT


def test_a_sign_without_a_symptom_is_asked_about_too() -> None:
    talk = ask("is trembling normal?", sign("tremor", "not_reported", "trembling"))
    assert open_question(talk) == HAVE_IT
    assert talk.say("yes", intent="affirm").urgency == "contact_now"


def test_what_a_question_only_names_is_asked_about() -> None:
    talk = ask("can it cause confusion?", finding("confusion", status="not_reported"))
    assert open_question(talk) == HAVE_IT
    assert talk.say("yes he is", intent="affirm").urgency == "contact_now"


def test_questions_in_general_take_none_of_the_questions_that_are_counted() -> None:
    talk = Talk()
    for symptom in ("rash", "confusion", "seizures", "vomiting"):
        ask(f"is a {symptom} bad?", finding(symptom), talk=talk)
    talk.say("my head hurts", finding("headache"))
    assert open_question(talk) == "screening"


def test_a_low_pressure_in_general() -> None:
    talk = ask("is 86 over 52 low?", value("systolic", 86, text="86 over 52"), value("diastolic", 52))
    assert talk.conversation.last_urgency == "none"
    assert "because the limit is 90" in talk.text


def test_a_number_under_its_limit_is_written_down_as_ever() -> None:
    talk = ask("is a temp of 37.6 bad?", celsius(37.6))
    assert [kept.value for kept in talk.conversation.values] == [37.6]


def test_what_is_there_already_is_not_asked_again() -> None:
    talk = Talk().say("i am hot", finding("fever"))
    ask("is a fever of 38.6 bad?", finding("fever"), celsius(38.6), talk=talk)
    assert open_question(talk) is None
    assert talk.conversation.last_urgency == "contact_now"
    assert KNOWLEDGE.text("question", HAVE_IT).split(":")[0] not in talk.text


@pytest.mark.parametrize("text", ["my dad is", "no wait i mean mine is", "she has it now", "i do"])
def test_whose_it_is_answers_the_direct_question(text: str) -> None:
    talk = ask("is confusion common?", finding("confusion", status="not_reported")).say(text)
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize("text", ["no she doesnt", "nobody has it"])
def test_whose_it_is_not_reports_nothing(text: str) -> None:
    talk = ask("is confusion common?", finding("confusion", status="not_reported"))
    assert talk.say(text, intent="deny").conversation.last_urgency == "none"


def test_what_goes_on_with_it_counts_too() -> None:
    talk = ask("are nosebleeds common?", finding("unusual_bleeding", status="not_reported"))
    assert talk.say("mine wont stop", read=acting("mine wont stop", "answer_yes")).urgency == "emergency"


def test_each_of_two_that_are_asked_about_counts() -> None:
    talk = ask("is a rash and fever bad together?", finding("rash"), finding("fever", status="not_reported"))
    talk.say("yes both", intent="affirm", read=acting("yes both", "answer_yes"))
    assert {report.symptom for report in talk.conversation.reports if report.present} == {"rash", "fever"}


def test_asked_once_more_and_then_let_be() -> None:
    talk = ask("is confusion common?", finding("confusion", status="not_reported"))
    assert open_question(talk.say("ok i see")) == HAVE_IT
    assert open_question(talk.say("bye now", intent="goodbye")) is None
    assert talk.conversation.last_urgency == "none"
