"""Values in the triage: which limit they fall under, what is said of those under none, and when they were."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blina.reading.reader import SymptomReader
from blina.triage import values
from tests.unit.talk import KNOWLEDGE, Talk, celsius, finding, value

READER = SymptomReader(KNOWLEDGE)
COMFORT = "do not need to call"


def told(*messages: str) -> Talk:
    talk = Talk()
    for text in messages:
        talk.say(text, read=READER.read(text))
    return talk


def test_the_kinds_that_mean_a_symptom_are_those_of_the_knowledge() -> None:
    assert KNOWLEDGE.policy.means == {
        "temperature": "fever",
        "systolic": "low_blood_pressure",
        "oxygen": "trouble_breathing",
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("pulse 120", "number.high_pulse"),
        ("pulse 44", "number.low_pulse"),
        ("bp 180/100", "number.high_blood_pressure"),
        ("sugar 15", "number.high_sugar"),
        ("sugar 3.9", "number.low_sugar"),
        ("temp 34.6", "number.very_low_temperature"),
        ("temp 35.6 and a rash", "number.low_temperature"),
        ("temp 37.7, I feel unwell", "number.near_fever"),
    ],
)
def test_a_value_over_a_limit_beyond_the_documents_needs_a_call_today(text: str, rule: str) -> None:
    talk = told(text)
    assert rule in talk.rules
    assert talk.urgency == "call_today"
    assert COMFORT not in talk.text


def test_a_high_sugar_is_written_down_as_a_symptom() -> None:
    assert told("sugar went from 6 to 19").symptoms == {"high_blood_sugar": "present"}


@pytest.mark.parametrize("text", ["pulse 115", "sugar 9", "temp 35.6", "bp 150/95"])
def test_a_value_that_no_rule_judges_is_never_called_harmless(text: str) -> None:
    talk = told(text)
    assert talk.urgency == "none"
    assert "cannot judge this number" in talk.text
    assert COMFORT not in talk.text


def test_nearly_a_fever_is_measured_again() -> None:
    talk = told("temp 37.7")
    assert "not a fever yet. Measure again in an hour" in talk.text
    assert COMFORT not in talk.text


def test_a_bound_is_shown_as_it_was_said() -> None:
    talk = told("temp has stayed below 38")
    assert "I wrote down under 38.0 °C" in talk.text
    assert talk.urgency == "none"


def test_feeling_unwell_after_the_number_counts_too() -> None:
    talk = told("temp 37.7", "I feel terrible")
    assert "number.near_fever" in {reason.rule for reason in _reasons(talk)}


def _reasons(talk: Talk) -> list:  # type: ignore[type-arg]
    from blina.triage.policy import decide

    return list(decide(talk.conversation, KNOWLEDGE, talk.settings, talk.now).reasons)


def test_an_armpit_reading_lowers_nothing() -> None:
    talk = Talk().say("she is burning up", finding("fever"))
    talk.say("37.2 under the arm", read=READER.read("37.2 under the arm"))
    assert talk.urgency == "contact_now"
    sure = Talk().say("she is burning up", finding("fever")).say("37.2", celsius(37.2))
    assert sure.urgency == "call_today"


def test_readings_that_get_worse_need_a_call_today() -> None:
    talk = Talk().say("37.1", celsius(37.1)).say("37.6", celsius(37.6), after=timedelta(hours=1))
    assert talk.urgency == "call_today"
    assert "number.getting_worse" in talk.rules
    better = Talk().say("pulse 112", value("pulse", 112)).say("pulse 90", value("pulse", 90))
    assert "number.getting_worse" not in {reason.rule for reason in _reasons(better)}


def test_the_summary_says_when_a_value_was_measured() -> None:
    talk = told("sats 96 now, temp 37.1 an hour ago").say("summary please", intent="summary")
    assert '- Temperature: 37.1 °C (02:01, "an hour ago")' in talk.text
    assert '- Oxygen: 96 % (03:01, "now")' in talk.text


def test_when_it_was_is_kept_with_the_conversation() -> None:
    talk = told("temp was 38.4 at 1 this morning, 103 and climbing")
    first, second = talk.conversation.values
    assert (first.when_said, second.trend) == ("at 1 this morning", "rising")
    assert type(talk.conversation).from_json(talk.conversation.to_json()) == talk.conversation


def test_the_two_numbers_of_a_blood_pressure_are_noted_as_one() -> None:
    talk = Talk().say("bp 130/85", value("systolic", 130), value("diastolic", 85))
    assert talk.text.count("I wrote down") == 1
    assert "I wrote down 130/85 mmHg." in talk.text
    talk.say("and now 150/95", value("systolic", 150), value("diastolic", 95))
    assert talk.text.count("Your readings so far") == 1


def test_a_fever_medicine_keeps_its_dose_and_time_as_said() -> None:
    (sign,) = [
        item for item in READER.read("I took 2 paracetamol at 8").signs if item.id == "took_fever_medicine"
    ]
    assert sign.text == "I took 2 paracetamol at 8"


def test_a_low_sugar_is_not_read_as_a_high_one() -> None:
    guess = finding("high_blood_sugar", source="learned")
    talk = Talk().say("sugar is 2.1", guess, value("blood_sugar", 2.1))
    assert "number.low_sugar" in talk.rules
    assert "high_blood_sugar" not in talk.symptoms


def test_times_without_a_half_of_the_day_keep_the_order_in_which_they_are_told() -> None:
    values = told("37.2 at noon, 37.7 at three, 38.2 at five").conversation.values
    moments = [value.measured_at for value in values if value.measured_at]
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    "text", ["temp 37.2 at 10:38", "pulse 72 at 9 this morning", "bp 118/76 sats 98% temp 36.6"]
)
def test_good_values_with_their_times_are_understood(text: str) -> None:
    talk = told(text)
    assert COMFORT in talk.text
    assert "did not understand" not in talk.text


@pytest.mark.parametrize(
    "text", ["temp over 36.8", "sats under 99", "36.8 under the arm", "temp at least 37"]
)
def test_a_value_that_may_be_worse_than_its_number_earns_no_comfort(text: str) -> None:
    assert COMFORT not in told(text).text


def test_the_ends_of_a_range_are_no_change() -> None:
    talk = told("pulse 90-112").say("summary please", intent="summary")
    assert "number.getting_worse" not in {reason.rule for reason in _reasons(talk)}
    assert "90 beats a minute or more" in talk.text
    assert "\u2191" not in talk.text
    assert "number.getting_worse" in told("pulse 90, then 112").rules


def test_a_limit_is_shown_and_handed_over_as_it_was_said() -> None:
    assert "under 37.4 \u00b0C is below 38.0 \u00b0C" in told("temp stays below 37.4").text
    assert "under 90/60 mmHg" in told("bp below 90/60").say("summary", intent="summary").text


def test_both_numbers_of_a_pressure_are_judged_by_the_rule_of_one() -> None:
    assert "cannot judge" not in told("bp 220/130").text
    assert "cannot judge" in told("bp 130/95").text


def test_a_value_alone_is_no_complaint_without_a_name() -> None:
    guess = finding("unlisted", source="learned", text="pulse 112")
    talk = Talk().say("pulse 112", guess, value("pulse", 112, text="112"))
    assert talk.symptoms == {}
    assert "cannot judge this number" in talk.text
    felt = finding("unlisted", source="learned", text="pulse 112 and my teeth itch")
    with_words = Talk().say("pulse 112 and my teeth itch", felt, value("pulse", 112, text="112"))
    assert with_words.symptoms == {"unlisted": "present"}


def test_a_fever_by_its_number_was_when_that_number_was_measured() -> None:
    talk = told("temp 37.1 at 1 am, 38.4 at 2 am").say("summary", intent="summary")
    assert "Fever, at 2 am (02:00)" in talk.text


def test_the_day_of_treatment_is_no_onset() -> None:
    talk = told("I am on day 3 and have a cough").say("summary", intent="summary")
    assert "Cough, on day 3" not in talk.text


def test_of_very_many_values_the_oldest_that_ask_for_nothing_are_forgotten_first() -> None:
    talk = Talk().say("38.9", celsius(38.9))
    for _ in range(5):
        talk.say("lots", *(celsius(36 + number / 100) for number in range(50)))
    kept = [value.value for value in talk.conversation.values]
    assert len(kept) == values.MOST_VALUES
    assert kept[0] == 38.9
    assert kept[-50:] == [36 + number / 100 for number in range(50)]
