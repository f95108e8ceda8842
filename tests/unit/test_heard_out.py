"""No false comfort: no answer closes a question that was none, and nobody's word is taken for the team's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blina.reading.learned.model import default_model
from blina.reading.model import REPORTED, Finding, Reading, Status
from blina.reading.reader import SymptomReader
from blina.triage import progress, whose
from blina.triage.conversation import Conversation, Event
from blina.triage.turn import Message
from tests.unit.talk import KNOWLEDGE, START, Item, Talk, finding, reading, sign


def acting(text: str, act: str, *items: Item) -> Reading:
    return replace(reading(text, items), act=act, act_confidence=0.9)


def headache() -> Talk:
    return Talk().say("headache", finding("headache"))


def answer_of(talk: Talk) -> str | None:
    return talk.conversation.answers[-1].answer if talk.conversation.answers else None


# answers to the check question


@pytest.mark.parametrize("text", ["no no no yes no no no no", "n n y n n", "yes no no no"])
def test_a_yes_in_a_row_of_no_is_a_yes(text: str) -> None:
    assert answer_of(headache().say(text, intent="deny", read=acting(text, "answer_no"))) == "yes"


@pytest.mark.parametrize("text", ["no no no", "n n n n n n"])
def test_a_row_of_no_is_a_no(text: str) -> None:
    assert answer_of(headache().say(text, intent="deny")) == "no"


@pytest.mark.parametrize("text", ["whatever", "stopped already", "it went"])
def test_without_a_word_that_denies_nothing_is_denied(text: str) -> None:
    talk = headache().say(text, intent="out_of_scope", read=acting(text, "answer_no"))
    assert answer_of(talk) != "no"


@pytest.mark.parametrize("text", ["ok", "the same", "right"])
def test_nobody_says_yes_with_a_guess_of_the_classifier(text: str) -> None:
    talk = headache().say(text, intent="affirm", read=acting(text, "other"))
    assert answer_of(talk) in (None, "not_understood")


@pytest.mark.parametrize("text", ["she says no", "no she says no", "mum says none", "he said nope"])
def test_somebody_else_may_type_the_answer(text: str) -> None:
    assert answer_of(headache().say(text, read=acting(text, "answer_no"))) == "no"


def test_what_somebody_says_of_a_complaint_is_no_answer() -> None:
    assert answer_of(headache().say("she says it hurts", read=acting("she says it hurts", "report"))) != "no"


@pytest.mark.parametrize("text", ["and the others no", "rest fine", "the rest is ok"])
def test_the_others_no_after_some_of_them(text: str) -> None:
    talk = headache().say("fine on my feet", finding("loss_of_balance", status="denied"))
    assert answer_of(talk.say(text)) == "no"


@pytest.mark.parametrize("text", ["actually scratch that, breathing", "oh wait yes", "hm my eyes maybe"])
def test_a_no_can_be_taken_back_in_the_next_message(text: str) -> None:
    talk = headache().say("None of these", intent="deny").say(text)
    assert talk.urgency == "contact_now"
    assert answer_of(talk) == "yes"


@pytest.mark.parametrize("text", ["yes", "breathing fine", "ok yes will ring", "walking?"])
def test_a_no_is_not_taken_back_by_what_may_mean_something_else(text: str) -> None:
    talk = headache().say("None of these", intent="deny").say(text, intent="affirm")
    assert answer_of(talk) == "no"


@pytest.mark.parametrize("text", ["no she says no", "none", "nope none of them"])
def test_a_late_no_is_written_down_and_lowers_nothing(text: str) -> None:
    talk = headache().say("hang on").say("one sec").say(text, intent="deny")
    assert talk.conversation.last_urgency == "contact_now"
    assert KNOWLEDGE.text("screening", "late") in talk.text


def test_a_no_that_is_not_clear_makes_nobody_unsure() -> None:
    talk = headache().say("no her face looks funny", read=acting("no her face looks funny", "report"))
    assert talk.rules >= {"screening.not_understood"}
    assert "You are not sure" not in talk.text


# whose word it is


def steps(text: str, conversation: Conversation | None = None) -> tuple[str, ...]:
    return progress.steps(Message(text, "nlu_fallback", Reading(text)), KNOWLEDGE, conversation)


@pytest.mark.parametrize(
    "text",
    [
        "my wife says im fine",
        "my husband thinks its normal",
        "he says hes fine",
        "she said she is ok",
        "my sister is a nurse she says wait",
        "she's a retired nurse and she says wait and see",
    ],
)
def test_what_the_family_or_the_patient_says_is_not_the_teams_word(text: str) -> None:
    assert steps(text) == ()


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("my husband says the nurse said to wait", "told_wait"),
        ("the sister told me to wait", "told_wait"),
        ("nurse says shes fine", "told_expected"),
        ("they said its normal", "told_expected"),
    ],
)
def test_what_the_team_says_is(text: str, step: str) -> None:
    assert step in steps(text)


def test_after_a_call_she_says_wait_is_the_teams_word() -> None:
    called = Conversation(turn=1, events=(Event("called", "rang them", 1, START),))
    assert steps("my mum asked and she says wait", called) == ("told_wait",)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("ive emailed them", "wrote"),
        ("sent an email to the team", "wrote"),
        ("answer machine", "no_answer"),
        ("in a&e", "arrived"),
        ("sat here 3 hours", "arrived"),
        ("they are here", "arrived"),
        ("ambulance coming", "on_the_way"),
    ],
)
def test_more_of_what_was_done(text: str, step: str) -> None:
    assert steps(text) == (step,)


def test_an_email_has_reached_nobody() -> None:
    talk = Talk().say("fever", finding("fever")).say("ive emailed them")
    assert "may be read too late" in talk.text
    assert "good that you called" not in talk.text


@pytest.mark.parametrize("text", ["can my husband drive me", "shall i come in"])
def test_a_question_has_done_nothing(text: str) -> None:
    asked = Message(text, "nlu_fallback", acting(text, "progress_on_the_way"))
    assert progress.steps(asked, KNOWLEDGE) == ()


# whose complaint it is


def test_the_patient_takes_the_phone() -> None:
    talk = Talk().say("my daughter is hot", finding("fever", text="my daughter is hot"))
    assert "your daughter" in talk.text
    talk.say("its me now, the patient")
    assert talk.conversation.who is None
    assert KNOWLEDGE.text("whose", "patient_writes") in talk.text
    assert talk.conversation.unclear == ()


def test_what_a_carer_says_of_themselves_has_nobodys_name() -> None:
    talk = Talk().say("my daughter is hot", finding("fever", text="my daughter is hot"))
    talk.say("i have a headache", finding("headache", text="i have a headache"))
    assert "your daughter" not in talk.text
    talk.say("she feels sick", finding("nausea", text="she feels sick"))
    assert "about your daughter" in talk.text


def test_a_mothers_history_makes_nobody_a_carer() -> None:
    talk = Talk().say("my mum had a fit years ago", finding("seizures", status="past"), sign("long_ago"))
    assert talk.conversation.who is None


@pytest.mark.parametrize(
    ("text", "who"), [("husband has a rash", "husband"), ("baby has a fever", "baby"), ("wife here", None)]
)
def test_a_relation_without_my_is_one_too(text: str, who: str | None) -> None:
    assert whose.named(text, KNOWLEDGE) == who


# what comes first, and what "it" is


def test_a_new_danger_is_said_before_what_was_told_before() -> None:
    talk = Talk().say("temp up", finding("fever")).say("hes gone floppy", sign("child_danger"))
    danger = KNOWLEDGE.policy.rule("child.danger").reason
    assert 0 < talk.text.index(danger) < talk.text.index("Before, you told me about")


def test_what_a_rule_explains_is_not_called_unlisted() -> None:
    talk = Talk().say("my hands are shaky", sign("tremor"), sign("early_nerve_sign"))
    assert "not on my lists" not in talk.text


def test_blood_in_it_is_in_what_was_thrown_up() -> None:
    guess = Finding("black_or_bloody_stools", Status.PRESENT, "blood in it", 0, 1, source="learned")
    talk = Talk().say("threw up", finding("vomiting")).say("blood in it", guess, sign("blood_in_it"))
    assert talk.rules >= {"vomiting.blood"}
    assert {report.symptom for report in talk.conversation.reports} == {"vomiting"}


def test_what_is_not_understood_beside_a_warning_is_kept_without_an_if() -> None:
    talk = (
        Talk().say("hot", finding("fever")).say("zig zag", intent="greet", read=acting("zig zag", "report"))
    )
    assert "If you feel ill" not in talk.text


# what two readings of one message make of it


READER = SymptomReader(KNOWLEDGE, default_model())


@pytest.mark.parametrize("illness", ["my mum died of a stroke", "my mum had a stroke years ago"])
def test_what_is_said_of_oneself_stands_beside_somebody_elses_illness(illness: str) -> None:
    read = READER.read(f"{illness}, i have a droopy eye")
    assert "stroke_signs" in {sign.id for sign in read.signs if sign.status in REPORTED}


def test_who_is_asleep_is_not_said_to_be_clear() -> None:
    assert READER.read("shes asleep now").findings == ()
