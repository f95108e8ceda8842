"""The summary to read to the team, and the answer to "why?"."""

from __future__ import annotations

import json
from datetime import timedelta

from blina.triage import cues
from tests.unit.talk import KNOWLEDGE, TEAM, Talk, celsius, denied, finding, sign, value


def told() -> Talk:
    talk = Talk().say("no poo for days", finding("constipation", text="no poo for days"))
    talk.say("my head hurts", finding("headache", text="my head hurts"), after=timedelta(hours=1))
    talk.say("no none of those", sign("none_of_those"))
    talk.say(
        "no fever, 37.2, bp 118/70, had a rash",
        denied("fever"),
        celsius(37.2, text="37.2"),
        value("systolic", 118),
        finding("rash", status="past"),
    )
    return talk.say(
        "head is getting worse", finding("headache", "getting_worse", text="head is getting worse")
    )


def test_the_summary_lists_symptoms_by_urgency_with_words_and_times() -> None:
    text = told().say("summary please", intent="summary").text
    headache, constipation = text.index("Headache"), text.index("Constipation")
    assert headache < constipation
    assert 'Headache, getting worse; told 2 times, first 04:01, last 04:04: "my head hurts" (04:01)' in text
    assert '"no poo for days" (03:01)' in text
    assert "Made on Sunday 1 March 2026 at 04:05. All times are in UTC." in text


def test_the_summary_holds_values_denials_answers_and_what_is_over() -> None:
    text = told().say("summary please", intent="summary").text
    assert "Temperature: 37.2 °C (told 04:03)" in text
    assert "Blood pressure: 118 mmHg (told 04:03)" in text
    assert text.index("Said not to be there:") < text.index("Fever (said unasked)")
    assert "Any warning signs: no, " in text
    assert "Rash" in text


def test_the_summary_starts_with_what_to_do() -> None:
    assert f"Now: Call your treatment team now on {TEAM}." in told().say("summary", intent="summary").text


def test_the_summary_is_json_too() -> None:
    payload = told().say("summary please", intent="summary").payload
    assert payload == json.loads(json.dumps(payload))
    assert payload["type"] == "summary"
    assert payload["urgency"] == "contact_now"
    assert [entry["id"] for entry in payload["symptoms"]] == ["headache", "constipation", "rash", "fever"]
    assert payload["symptoms"][0]["course"] == "worse"
    assert payload["values"][0] | {"time": ""} == {
        "kind": "temperature",
        "value": 37.2,
        "status": "present",
        "text": "37.2",
        "time": "",
        "when_said": "",
        "measured_at": None,
    }
    assert payload["answers"][0]["answer"] == "no"


def test_a_value_that_was_taken_back_is_not_read_to_the_team() -> None:
    talk = (
        Talk().say("38.6", celsius(38.6)).say("sorry, 37.6", celsius(37.6)).say("summary", intent="summary")
    )
    assert "38.6" not in talk.text
    assert "37.6" in talk.text


def test_trouble_that_is_no_symptom_is_in_the_summary() -> None:
    talk = (
        Talk()
        .say("pump stopped", sign("infusion_trouble", text="pump stopped"))
        .say("summary", intent="summary")
    )
    assert "Trouble with the pump, bag or line: 03:01 (words above)" in talk.text
    assert talk.text.count('"pump stopped"') == 1


def test_what_describes_a_symptom_is_named_in_few_words_and_nothing_twice() -> None:
    talk = Talk().say(
        "bad headache, took paracetamol",
        finding("headache", "severe", "took_fever_medicine"),
        sign("severe"),
        sign("took_fever_medicine", text="took paracetamol"),
    )
    text = talk.say("summary", intent="summary").text
    assert "Headache, severe: 03:01 (words above)" in text
    assert "Paracetamol, CAN HIDE A FEVER; taken; dose not said; time not said: 03:01" in text
    assert text.count('"bad headache, took paracetamol"') == 1


def test_every_sign_that_may_be_in_the_summary_has_a_short_name() -> None:
    steering = cues.steering_signs(KNOWLEDGE)
    assert set(KNOWLEDGE.signs) - steering == set(KNOWLEDGE.wording["sign"])


def test_with_nothing_told_the_summary_asks_for_it() -> None:
    assert "You have not told me anything yet" in Talk().say("summary", intent="summary").text


def test_a_symptom_in_the_same_message_comes_before_the_summary() -> None:
    talk = Talk().say("summary, and now I shiver", finding("chills"), intent="summary")
    assert [reply.payload["type"] for reply in talk.replies if reply.payload] == ["triage", "summary"]


def test_why_names_the_rule_the_document_and_the_section() -> None:
    talk = (
        Talk().say("headache and sick", finding("headache"), finding("nausea")).say("why?", intent="ask_why")
    )
    assert "Two of these signs within a day can mean cytokine release syndrome" in talk.text
    assert 'the 2018 leaflet, "Warnings: cytokine release syndrome (CRS)"' in talk.text
    assert TEAM in talk.text


def test_why_before_any_advice_says_so() -> None:
    assert "I have not given you any advice yet" in Talk().say("why?", intent="ask_why").text


def test_values_are_listed_oldest_first_with_an_arrow_where_they_move() -> None:
    talk = Talk().say("37.2", celsius(37.2)).say("37.9", celsius(37.9)).say("37.5", celsius(37.5))
    assert "Your readings so far, the oldest first: 37.2 °C ↑ 37.9 °C ↓ 37.5 °C." in talk.text
    lines = [line for line in talk.say("summary", intent="summary").text.splitlines() if "°C" in line]
    assert lines == [
        "- Temperature: 37.2 °C (told 03:01) ↑ 37.9 °C (told 03:02) ↓ 37.5 °C (told 03:03)",
    ]


def test_readings_that_do_not_move_are_no_trend() -> None:
    assert "oldest first" not in Talk().say("36.8", celsius(36.8)).say("36.8 again", celsius(36.8)).text


def test_medicines_are_listed_with_dose_and_time_and_what_was_only_asked_about_as_such() -> None:
    talk = Talk().say("I took paracetamol 500 mg at half past nine", sign("took_fever_medicine"))
    talk.say("can I take ibuprofen?", intent="ask_medicine")
    text = talk.say("summary", intent="summary").text
    assert "- Paracetamol, CAN HIDE A FEVER; taken; 500 mg" in text
    assert "- Ibuprofen, CAN HIDE A FEVER; asked about, not said to be taken:" in text
