"""What the conversation remembers, corrects, steps up and forgets."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from blina.assistant import Conversation
from blina.reading.model import Status
from blina.triage.memory import MOST_UNLISTED, expire
from tests.unit.talk import KNOWLEDGE, START, TEAM, Talk, celsius, denied, finding, sign, value


def test_each_symptom_keeps_the_words_the_turn_and_the_time() -> None:
    talk = (
        Talk()
        .say("hello", intent="greet")
        .say("me head is banging", finding("headache", text="me head is banging"))
    )
    (report,) = talk.conversation.reports
    assert (report.text, report.turn, report.time) == ("me head is banging", 2, START + timedelta(minutes=2))


def test_a_new_conversation_starts_clean() -> None:
    assert Talk().say("hello", intent="greet").conversation.reports == ()


def test_a_denial_replaces_what_was_said() -> None:
    talk = Talk().say("I have a fever", finding("fever")).say("sorry, I do NOT have a fever", denied("fever"))
    assert talk.symptoms == {"fever": "denied"}
    assert talk.urgency == "none"


def test_a_corrected_number_replaces_the_wrong_one() -> None:
    talk = Talk().say("38.6", celsius(38.6)).say("sorry, I meant 37.6", celsius(37.6))
    assert talk.urgency == "none"
    assert [item.value for item in talk.conversation.values if item.status is Status.PRESENT] == [37.6]


def test_a_number_corrected_upwards_is_a_fever() -> None:
    assert Talk().say("37.6", celsius(37.6)).say("oops, 38.6", celsius(38.6)).urgency == "contact_now"


def test_a_lower_number_later_does_not_undo_a_fever() -> None:
    talk = Talk().say("38.6", celsius(38.6)).say("now 37.2", celsius(37.2), after=timedelta(hours=2))
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize(
    "text",
    [
        "sorry to bother you, it is 37.2",
        "sorry, it's 37.2 now",
        "it has come down to 37.2, I mean it's better",
        "something is wrong, 37.2",
    ],
)
def test_a_number_that_came_down_is_no_correction(text: str) -> None:
    assert Talk().say("38.6", celsius(38.6)).say(text, celsius(37.2)).urgency == "contact_now"


@pytest.mark.parametrize("text", ["sorry 37.6", "oops 37.6", "I mistyped, 37.6", "actually it's 37.6"])
def test_a_number_that_was_taken_back_is_a_correction(text: str) -> None:
    assert Talk().say("38.6", celsius(38.6)).say(text, celsius(37.6)).urgency == "none"


def test_a_denial_does_not_undo_a_measured_fever() -> None:
    talk = Talk().say("38.6", celsius(38.6)).say("no fever", denied("fever"))
    assert talk.urgency == "contact_now"
    assert talk.symptoms == {"fever": "present"}


def test_a_denied_measured_fever_is_undone_when_it_is_taken_back() -> None:
    talk = Talk().say("38.6", celsius(38.6)).say("sorry I misread it, no fever", denied("fever"))
    assert talk.urgency == "none"


def test_a_corrected_blood_pressure_is_no_longer_low() -> None:
    talk = Talk().say("80/60", value("systolic", 80)).say("I meant 120/80", value("systolic", 120))
    assert talk.urgency == "none"


def test_being_unsure_later_does_not_weaken_what_was_sure() -> None:
    talk = Talk().say("confused", finding("confusion"))
    talk.say("maybe confused", finding("confusion", status="uncertain"))
    assert talk.symptoms == {"confusion": "present"}


def test_a_mere_mention_does_not_remove_a_symptom() -> None:
    talk = Talk().say("rash", finding("rash", "blisters"))
    talk.say("can it cause a rash?", finding("rash", status="not_reported"), intent="ask_drug")
    assert [report.present for report in talk.conversation.reports] == [True]


def test_an_impossible_value_does_not_replace_a_possible_one() -> None:
    talk = Talk().say("38.6", celsius(38.6)).say("381", celsius(381))
    assert talk.urgency == "contact_now"


def test_getting_worse_steps_up_once() -> None:
    talk = Talk().say("constipated", finding("constipation"))
    assert talk.urgency == "tell_team"
    talk.say("it's getting worse", sign("getting_worse"), intent="getting_worse")
    assert talk.urgency == "call_today"
    assert "course.worse" in talk.rules
    talk.say("even worse", sign("getting_worse"), intent="getting_worse")
    assert talk.urgency == "call_today"


def test_getting_worse_is_understood_from_the_intent_alone() -> None:
    talk = (
        Talk()
        .say("rash", finding("rash"))
        .say("no", intent="deny")
        .say("not improving at all", intent="getting_worse")
    )
    assert talk.urgency == "contact_now"


def test_the_same_thing_reported_again_steps_up() -> None:
    talk = Talk().say("constipated", finding("constipation"))
    talk.say("still constipated", finding("constipation"), after=timedelta(hours=10))
    assert talk.urgency == "call_today"
    assert "course.again" in talk.rules


def test_a_question_about_a_known_symptom_is_no_new_report() -> None:
    talk = Talk().say("constipated", finding("constipation"))
    talk.say("what can I take for my constipation", finding("constipation"), intent="ask_medicine")
    assert talk.urgency == "tell_team"


def test_again_in_the_first_message_is_no_second_report() -> None:
    assert Talk().say("constipated again", finding("constipation", "again")).urgency == "tell_team"


def test_worse_in_the_first_message_counts() -> None:
    talk = Talk().say("constipation getting worse", finding("constipation", "getting_worse"))
    assert talk.urgency == "call_today"


def test_stepping_up_never_goes_beyond_contact_now() -> None:
    talk = Talk().say("fever", finding("fever")).say("worse", sign("getting_worse"), intent="getting_worse")
    assert talk.urgency == "contact_now"


def test_a_description_in_a_later_message_belongs_to_what_was_reported() -> None:
    talk = Talk().say("chest pain", finding("chest_pain")).say("it's crushing", sign("crushing"))
    assert talk.urgency == "emergency"


def test_a_description_of_an_unlisted_complaint_is_no_second_one() -> None:
    talk = Talk().say("my hair falls out", intent="unlisted_complaint")
    talk.say("it's severe", sign("severe"), intent="unlisted_complaint")
    assert len(talk.payload["symptoms"]) == 1
    assert talk.urgency == "call_today"


def test_an_unlisted_complaint_is_told_apart_from_another() -> None:
    talk = Talk().say("hair falls out", finding("unlisted", text="hair falls out")).say("no", intent="deny")
    talk.say("my nails are brittle", finding("unlisted", text="my nails are brittle"))
    assert [entry["text"] for entry in talk.payload["symptoms"]] == ["hair falls out", "my nails are brittle"]
    assert talk.urgency == "tell_team"


def test_a_long_message_is_kept_and_quoted_in_short() -> None:
    talk = Talk().say("my\n\ntoe " * 800, intent="unlisted_complaint")
    (report,) = talk.conversation.reports
    assert len(report.text) <= 200
    assert report.text.startswith("my toe my toe")
    assert len(talk.text) < 1500
    talk.say("my\n\ntoe " * 800, intent="unlisted_complaint")
    assert len(talk.conversation.reports) == 1


def test_old_reports_expire_by_time_and_not_by_turns() -> None:
    talk = Talk().say("fever", finding("fever"))
    for _ in range(40):
        talk.say("hello", intent="greet")
    assert talk.conversation.reports
    talk.say("hello", intent="greet", after=timedelta(hours=49))
    assert talk.conversation.reports == ()


def test_after_the_memory_is_over_the_screening_question_is_asked_again() -> None:
    talk = Talk().say("headache", finding("headache")).say("none", sign("none_of_those"))
    talk.say("headache", finding("headache"), after=timedelta(hours=60))
    assert talk.is_asking
    assert talk.urgency == "call_today"


@pytest.mark.parametrize("words", ["probably nothing", "don't want to bother anyone"])
def test_minimising_lowers_nothing(words: str) -> None:
    talk = Talk().say("chills", finding("chills")).say(words, sign("minimised"))
    assert talk.urgency == "contact_now"
    assert Talk().say(f"chills, {words}", finding("chills"), sign("minimised")).urgency == "contact_now"


def test_feeling_fine_does_not_undo_a_warning() -> None:
    talk = Talk().say("fever", finding("fever")).say("I feel fine now", intent="feels_fine")
    assert "call your treatment team now" in talk.text
    assert talk.conversation.reports


def test_forget_me_asks_once_then_leaves_nothing_and_says_so() -> None:
    talk = Talk().say("rash", finding("rash")).say("forget me", intent="forget_me")
    assert talk.conversation.reports
    assert talk.chips == ["Yes, delete everything", "No"]
    talk.say("Yes, delete everything", intent="affirm")
    assert talk.turn is not None
    assert talk.turn.is_forgotten
    assert talk.conversation == Conversation()
    assert "I have deleted this conversation" in talk.text


def test_forget_me_with_a_symptom_is_triaged_first() -> None:
    talk = Talk().say("forget me, I have chills", finding("chills"), intent="forget_me")
    assert talk.urgency == "contact_now"
    assert "Delete everything" in talk.text
    assert talk.say("yes", intent="affirm").conversation == Conversation()


def full() -> Conversation:
    talk = Talk().say(
        "headache and 37.2", finding("headache", "severe"), celsius(37.2), sign("no_thermometer")
    )
    return (
        talk.say("no", sign("none_of_those"))
        .say("rash, worse", finding("rash", "getting_worse"))
        .conversation
    )


def test_a_conversation_survives_json() -> None:
    conversation = full()
    assert conversation.answers
    assert Conversation.from_json(json.loads(json.dumps(conversation.to_json()))) == conversation


@pytest.mark.parametrize("nothing", [None, {}, {"forgotten": True}])
def test_where_nothing_is_kept_a_conversation_is_new(nothing: Any) -> None:
    assert Conversation.from_json(nothing) == Conversation()


@pytest.mark.parametrize(
    "damaged",
    [
        "text",
        [],
        {"version": 0},
        {"version": 1},
        {**full().to_json(), "turn": -1},
        {**full().to_json(), "turn": "three"},
        {**full().to_json(), "reports": [{"symptom": "fever"}]},
        {**full().to_json(), "values": 3},
        {**full().to_json(), "asked": ["screening"]},
    ],
)
def test_a_damaged_or_foreign_memory_starts_a_conversation_in_which_nothing_comforts(damaged: Any) -> None:
    talk = Talk(conversation=Conversation.from_json(damaged))
    assert talk.conversation == Conversation(is_incomplete=True)
    assert "I am glad" not in talk.say("all good", intent="feels_fine").text
    assert "I am glad" not in talk.say("all good", intent="feels_fine").text


def test_a_time_without_a_zone_is_refused() -> None:
    stored = full().to_json()
    stored["reports"][0]["time"] = "2026-03-01T03:00:00"
    assert Conversation.from_json(stored) == Conversation(is_incomplete=True)


def test_a_memory_of_things_that_the_knowledge_no_longer_names_is_no_trouble() -> None:
    stored = full().to_json()
    stored["reports"].append({**stored["reports"][0], "symptom": "abolished"})
    stored["signs"].append({**stored["signs"][0], "id": "abolished"})
    stored["values"].append({**stored["values"][0], "kind": "abolished"})
    stored["answers"].append({**stored["answers"][0], "question": "abolished"})
    stored["question"] = {**stored["asked"][0], "id": "abolished"}
    talk = Talk(conversation=Conversation.from_json(stored))
    assert talk.conversation.question is not None
    for text, intent in (("yes", "affirm"), ("summary", "summary"), ("why?", "ask_why")):
        talk.say(text, intent=intent)
        assert TEAM in talk.text


@pytest.mark.parametrize("text", ["still hurting", "no, it's mild"])
def test_words_that_say_otherwise_are_not_taken_as_worse(text: str) -> None:
    signs = [sign("again")] if text.startswith("still") else []
    talk = Talk().say("back pain", finding("back_pain")).say(text, *signs, intent="getting_worse")
    assert "course.worse" not in talk.rules


def test_nothing_else_is_asked_beside_deleting() -> None:
    talk = Talk().say("forget me, my head hurts", finding("headache"), intent="forget_me")
    assert talk.payload["awaiting_answer"] is False
    assert talk.chips == ["Yes, delete everything", "No"]


def test_a_complaint_that_only_a_sign_tells_is_kept_in_the_patients_words() -> None:
    talk = Talk().say("he fell and hit his head", sign("after_head_injury", text="fell and hit"))
    assert talk.conversation.reports[0].text == "he fell and hit his head"


def test_very_many_complaints_that_no_list_names_do_not_slow_the_conversation_down() -> None:
    talk = Talk().say("38.6", celsius(38.6))
    for number in range(MOST_UNLISTED + 10):
        talk.say(f"my toe number {number} feels odd", intent="unlisted_complaint")
    unlisted = [report.text for report in talk.conversation.reports if report.symptom == "unlisted"]
    assert unlisted == [f"my toe number {number} feels odd" for number in range(10, MOST_UNLISTED + 10)]
    assert talk.urgency == "contact_now"  # what is urgent is never dropped


def test_all_of_a_message_is_remembered_to_the_last_second_of_its_hours_and_no_longer() -> None:
    talk = Talk().say("I have a headache", finding("headache")).say("nobody answers the phone")
    talk.say(
        "38.6, I took paracetamol", celsius(38.6), sign("took_fever_medicine", text="I took paracetamol")
    )
    told = talk.conversation
    last = told.values[0].time
    fields = ("signs", "values", "told")
    hours = timedelta(hours=KNOWLEDGE.policy.numbers.memory_hours)
    kept, gone = (expire(told, KNOWLEDGE, last + hours + timedelta(seconds=more)) for more in (0, 1))
    assert all(getattr(kept, field) for field in fields)
    assert not any(getattr(gone, field) for field in fields)
    for field in ("reports", "events"):
        of_then = getattr(told, field)
        assert of_then
        assert getattr(expire(told, KNOWLEDGE, of_then[0].time + hours), field)[:1] == of_then[:1]
        assert of_then[0] not in getattr(
            expire(told, KNOWLEDGE, of_then[0].time + hours + timedelta(seconds=1)), field
        )


def test_a_sign_beside_a_symptom_is_no_complaint_of_its_own_and_alone_it_is() -> None:
    assert Talk().say("my heart is racing", sign("palpitations")).symptoms == {"unlisted": "present"}
    beside = Talk().say("headache and my heart is racing", finding("headache"), sign("palpitations"))
    assert beside.symptoms == {"headache": "present"}
