"""The summary to read to the team, and the answer to "why?"."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.unit.talk import KNOWLEDGE, TEAM, Talk, celsius, denied, finding, sign, value
from triage import heard


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
    assert '"head is getting worse", first told at Sun 01 Mar 04:01 UTC; getting worse' in text
    assert '"no poo for days", first told at Sun 01 Mar 03:01 UTC' in text


def test_the_summary_holds_values_denials_answers_and_what_is_over() -> None:
    text = told().say("summary please", intent="summary").text
    assert "Temperature 37.2 °C" in text
    assert "Blood pressure, upper number 118 mmHg" in text
    assert text.index("I said no to:") < text.index("Fever")
    assert "Any warning signs: no none of those" in text
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
    assert 'trouble with the pump, bag or line: "pump stopped"' in talk.text


def test_what_describes_a_symptom_is_named_in_few_words_and_nothing_twice() -> None:
    talk = Talk().say(
        "bad headache, took paracetamol",
        finding("headache", "severe", "took_fever_medicine"),
        sign("severe"),
        sign("took_fever_medicine", text="took paracetamol"),
    )
    text = talk.say("summary", intent="summary").text
    assert "; severe (Call" in text
    assert text.count("took something that can hide a fever") == 1
    assert '"took paracetamol"' in text


def test_every_sign_that_may_be_in_the_summary_has_a_short_name() -> None:
    steering = heard.steering_signs(KNOWLEDGE)
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
