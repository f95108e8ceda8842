"""What comes next, judged with what was said before; and the signs that go beyond the documents."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blina.reading.model import Finding, Sign
from tests.unit.talk import KNOWLEDGE, Talk, denied, finding, reading, sign


@pytest.mark.parametrize(
    "text", ["it wont stop whatever I press on it", "still going after half an hour", "it hasn't stopped"]
)
def test_bleeding_that_goes_on_is_an_emergency(text: str) -> None:
    talk = Talk().say("my nose bleeds", finding("unusual_bleeding")).say(text)
    assert talk.urgency == "emergency"
    assert "emergency.bleeding" in talk.rules


def test_going_on_says_nothing_of_what_was_not_told() -> None:
    assert Talk().say("it wont stop").replies[0].payload is None
    talk = Talk().say("constipated", finding("constipation")).say("the hiccups keep going")
    assert talk.conversation.last_urgency == "tell_team"


@pytest.mark.parametrize("text", ["thats five now", "now it's six", "the fifth time", "makes four"])
def test_a_count_that_grows_belongs_to_what_is_counted(text: str) -> None:
    talk = Talk().say("the runs", finding("diarrhea")).say("twice").say(text)
    assert talk.urgency == "contact_now"


def test_a_count_without_anything_to_count_is_nothing() -> None:
    assert Talk().say("a rash", finding("rash")).say("no", intent="deny").say("thats five now").conversation
    assert "four_or_more_a_day" not in Talk().say("thats five now").conversation.to_json().__repr__()


def test_what_spreads_gets_worse() -> None:
    talk = Talk().say("my arm tingles", finding("tingling")).say("no", intent="deny")
    assert talk.urgency == "tell_team"
    talk.say("now my other arm too")
    assert talk.urgency == "call_today"
    assert "course.worse" in talk.rules


def test_what_came_back_is_there_again() -> None:
    talk = Talk().say("a rash", finding("rash")).say("no", intent="deny").say("rash gone", denied("rash"))
    assert talk.symptoms == {"rash": "past"}
    talk.say("it has come back", sign("again"))
    assert talk.symptoms == {"rash": "present"}
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize(
    "other",
    [finding("low_platelets"), finding("vomiting"), finding("nausea"), sign("blood_thinner")],
    ids=lambda item: getattr(item, "symptom", None) or item.id,
)
def test_a_knock_on_the_head_counts_with_what_makes_it_bleed(other: Finding | Sign) -> None:
    knock = sign("after_head_injury")
    for items in ([knock, other], [other, knock]):
        talk = Talk()
        for item in items:
            talk.say("...", item)
        assert talk.urgency == "contact_now"
        assert "head.knock" in talk.rules
    assert Talk().say("bumped my head", knock).urgency == "call_today"


def test_three_complaints_that_each_need_a_call_today_are_for_now() -> None:
    talk = Talk().say("rash", finding("rash")).say("no", intent="deny").say("cough", finding("cough"))
    assert talk.urgency == "call_today"
    talk.say("sore throat", finding("sore_throat"))
    assert talk.urgency == "contact_now"
    assert "several.today" in talk.rules


def test_the_same_complaint_three_times_is_one() -> None:
    talk = Talk().say("cough", finding("cough"), finding("rash"))
    assert "several.today" not in talk.rules


@pytest.mark.parametrize(
    ("id", "rule", "urgency"),
    [
        ("early_nerve_sign", "nerves.early", "contact_now"),
        ("tremor", "nerves.early", "contact_now"),
        ("cannot_walk", "nerves.cannot_walk", "contact_now"),
        ("child_danger", "child.danger", "contact_now"),
        ("very_low_platelets", "laboratory.very_low", "call_today"),
        ("very_low_neutrophils", "laboratory.very_low", "call_today"),
        ("off_four_hours", "infusion.gap", "contact_now"),
    ],
)
def test_signs_beyond_the_documents_have_their_rule(id: str, rule: str, urgency: str) -> None:
    talk = Talk().say("...", sign(id))
    assert talk.urgency == urgency
    assert rule in talk.rules
    sources = {source.document for source in KNOWLEDGE.policy.rule(rule).sources}
    assert "triage_policy" in sources


def test_blood_in_what_is_vomited_is_for_now() -> None:
    talk = Talk().say("brought up blood", finding("vomiting", "blood_in_it"))
    assert "vomiting.blood" in talk.rules


def test_since_when_the_infusion_is_off_is_asked_beside_the_advice() -> None:
    talk = Talk().say("the pump stopped", sign("infusion_trouble"))
    assert talk.urgency == "contact_now"
    assert "Has the medicine been off for four hours or more?" in talk.text
    talk.say("yes")
    assert "infusion.gap" in talk.rules
    assert "only the hospital may start it again" in talk.text
    calm = Talk().say("the pump stopped", sign("infusion_trouble")).say("no")
    assert "infusion.gap" not in calm.rules
    assert calm.urgency == "contact_now"


@pytest.mark.parametrize(
    "text",
    ["the name on my bag is someone else's", "my line looks a funny colour", "the reservoir clouded over"],
)
def test_a_part_of_the_infusion_beside_anything_not_plainly_good_is_trouble(text: str) -> None:
    assert Talk().say(text).urgency == "contact_now"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("the bag change is booked for Friday", "nlu_fallback"),
        ("can I shower with the pump?", "nlu_fallback"),
        ("how does the pump know", "ask_drug"),
        ("the pump is fine", "nlu_fallback"),
        ("I was on hold, the line was engaged", "nlu_fallback"),
    ],
)
def test_what_is_plainly_good_or_a_question_is_no_trouble(text: str, intent: str) -> None:
    talk = Talk().say(text, intent=intent)
    assert not any(item.id == "infusion_trouble" for item in talk.conversation.signs)


def test_the_learned_reader_can_say_that_it_is_progress() -> None:
    text = "they swapped it, the pump hums"
    read = replace(reading(text, ()), act="progress_fixed", act_confidence=0.9)
    assert Talk().say(text, read=read).conversation.signs == ()


def test_stop_asking_me_is_no_word_of_a_question_that_was_never_asked() -> None:
    talk = Talk().say("my head hurts", finding("headache"), intent="headache").say("stop asking me")
    assert talk.conversation.answers[-1].answer == "refused"
    assert talk.conversation.check_back is None
