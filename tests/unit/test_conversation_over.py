"""What was reported can be over, and is then never as if it had not been."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.talk import SETTINGS, Talk, celsius, denied, finding, sign

WARNINGS = ["seizures", "slurred_speech", "trouble_breathing", "chills", "chest_pain", "confusion"]


@pytest.mark.parametrize("symptom", WARNINGS)
def test_a_warning_that_is_denied_after_it_was_reported_is_over(symptom: str) -> None:
    talk = Talk().say("...", finding(symptom)).say("not now", denied(symptom))
    assert talk.symptoms == {symptom: "past"}
    assert talk.urgency in ("contact_now", "emergency")
    talk.say("hello", intent="greet", after=timedelta(hours=25)).say("no", denied(symptom))
    assert talk.urgency == "call_today"
    assert talk.rules == {"past.warning"}


@pytest.mark.parametrize("words", ["no more shivering", "he is not shivering any more", "no longer shivers"])
def test_a_denial_that_says_it_was_there_is_said_of_something_over(words: str) -> None:
    talk = Talk().say(words, finding("chills", status="denied", text=words))
    assert talk.symptoms == {"chills": "past"}
    assert talk.urgency == "call_today"


def test_a_fever_that_is_over_after_fever_medicine_may_only_be_hidden() -> None:
    words = "no more fever since the calpol"
    talk = Talk().say(
        words, finding("fever", status="denied", text="no more fever"), sign("took_fever_medicine")
    )
    assert talk.urgency == "contact_now"
    assert "past.fever_medicine" in talk.rules


def test_something_milder_that_is_over_is_still_told() -> None:
    talk = Talk().say("rash", finding("rash")).say("no", intent="deny").say("no rash now", denied("rash"))
    assert talk.symptoms == {"rash": "past"}
    assert talk.urgency == "tell_team"


@pytest.mark.parametrize(
    "text", ["sorry, I meant tired, not confused", "typo, not confused", "I meant he is not confused"]
)
def test_a_plain_correction_takes_it_back_and_is_said_back(text: str) -> None:
    talk = Talk().say("he is confused", finding("confusion")).say(text, denied("confusion"))
    assert talk.symptoms == {"confusion": "denied"}
    assert "I changed that" in talk.text


@pytest.mark.parametrize("text", ["sorry, not confused any more", "actually he is no longer confused"])
def test_a_sorry_beside_something_over_takes_nothing_back(text: str) -> None:
    talk = Talk().say("he is confused", finding("confusion")).say(text, denied("confusion"))
    assert talk.symptoms == {"confusion": "past"}
    assert talk.urgency == "contact_now"


def test_a_measured_fever_outlives_a_denial() -> None:
    talk = Talk().say("38.6", celsius(38.6)).say("no fever", denied("fever"))
    assert talk.symptoms == {"fever": "present"}


@pytest.mark.parametrize("id", ["stroke_signs", "feels_faint", "cannot_be_woken"])
def test_a_warning_that_no_symptom_stands_for_can_be_over_too(id: str) -> None:
    talk = Talk().say("...", sign(id)).say("that is fine now", sign(id, status="denied"), celsius(37))
    assert talk.conversation.signs[0].status.value == "past"
    assert talk.urgency in ("call_today", "contact_now", "emergency")
    assert str(SETTINGS.care_team_phone) in talk.text


def test_a_warning_that_was_denied_from_the_start_is_no_warning() -> None:
    talk = Talk().say("no fits", denied("seizures")).say("still no fits", denied("seizures"))
    assert talk.symptoms == {"seizures": "denied"}
    assert talk.urgency == "none"
