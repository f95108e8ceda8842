"""The hand-over as FHIR R4: valid by the published schemas, without identity, and nothing lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from blina.replies.handover.fhir import SYMPTOMS, bundle, code_system
from tests.unit.hand_overs import GOLDEN, KEEP, NIGHTS, VOICE, changed, handed_over, night, problems
from tests.unit.talk import KNOWLEDGE, Talk, celsius, finding, sign, value

CODED = {item["code"] for item in code_system(KNOWLEDGE)["concept"]}


def resources(name: str, kind: str) -> list[dict[str, Any]]:
    entries = bundle(night(name), VOICE)["entry"]
    return [entry["resource"] for entry in entries if entry["resource"]["resourceType"] == kind]


def of_loinc(name: str, code: str) -> list[dict[str, Any]]:
    return [item for item in resources(name, "Observation") if item["code"]["coding"][0]["code"] == code]


def codings(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [coding for item in part for coding in codings(item)]
    if not isinstance(part, dict):
        return []
    return [*([part] if "system" in part and "code" in part else []), *codings(list(part.values()))]


@pytest.mark.parametrize("name", NIGHTS)
def test_each_night_is_a_valid_document(name: str) -> None:
    assert problems(bundle(night(name), VOICE)) == []


@pytest.mark.parametrize("name", NIGHTS)
def test_each_night_is_the_bundle_that_is_kept(name: str) -> None:
    content = json.dumps(bundle(night(name), VOICE), indent=2, ensure_ascii=False) + "\n"
    assert not changed(GOLDEN / f"{name}.fhir.json", content), KEEP


def test_the_check_itself_finds_what_is_wrong() -> None:
    made = bundle(night("marek_and_the_pump"), VOICE)
    made["type"] = "documents"
    made["entry"][0]["resource"]["subject"]["reference"] = "urn:uuid:nobody"
    assert len(problems(made)) == 2
    made["entry"][0]["resource"]["mood"] = "good"
    with pytest.raises(ValidationError):
        problems(made)


@pytest.mark.parametrize("name", NIGHTS)
def test_a_document_begins_with_its_composition_and_lists_every_resource(name: str) -> None:
    made = bundle(night(name), VOICE)
    composition = made["entry"][0]["resource"]
    assert composition["resourceType"] == "Composition"
    listed = {entry["reference"] for part in composition["section"] for entry in part.get("entry", ())}
    beside = {"Patient", "Device", "RelatedPerson"}
    assert listed == {
        entry["fullUrl"] for entry in made["entry"][1:] if entry["resource"]["resourceType"] not in beside
    }


@pytest.mark.parametrize("name", NIGHTS)
def test_the_patient_has_no_identity(name: str) -> None:
    (patient,) = resources(name, "Patient")
    assert set(patient) == {"resourceType", "name"}
    assert set(patient["name"][0]) == {"extension"}


@pytest.mark.parametrize("name", NIGHTS)
def test_each_code_of_ours_is_in_our_code_system(name: str) -> None:
    ours = {coding["code"] for coding in codings(bundle(night(name), VOICE)) if coding["system"] == SYMPTOMS}
    assert ours
    assert ours <= CODED


def test_our_code_system_is_valid_fhir() -> None:
    assert problems(code_system(KNOWLEDGE)) == []
    assert set(KNOWLEDGE.symptoms) <= CODED


def test_temperatures_have_their_code_their_unit_and_the_time_that_was_said() -> None:
    first, second, _ = of_loinc("priya_hot_at_half_past_two", "8310-5")
    assert first["valueQuantity"] == {
        "value": 38.4, "unit": "°C", "system": "http://unitsofmeasure.org", "code": "Cel",
    }  # fmt: skip
    assert first["effectiveDateTime"] == "2026-03-01T02:15:00+00:00"
    assert first["issued"] == "2026-03-01T03:02:00+00:00"
    assert {"text": "When it was measured was not said: the time is that of the message."} in second["note"]


def test_the_other_values_have_codes_and_units_too() -> None:
    name = "marek_and_the_pump"
    units = {"8867-4": "/min", "59408-5": "%", "15074-8": "mmol/L"}
    for code, unit in units.items():
        (found,) = of_loinc(name, code)
        assert found["valueQuantity"]["code"] == unit
    upper, lower = of_loinc(name, "85354-9")[0]["component"]
    assert upper["code"]["coding"][0]["code"] == "8480-6"
    assert lower["code"]["coding"][0]["code"] == "8462-4"
    assert (upper["valueQuantity"]["value"], lower["valueQuantity"]["value"]) == (96, 58)


def test_a_lower_number_that_nobody_said_is_absent() -> None:
    made = bundle(handed_over(Talk().say("upper one is 99", value("systolic", 99))), VOICE)
    assert problems(made) == []
    pressure = next(entry["resource"] for entry in made["entry"] if "component" in entry["resource"])
    assert "dataAbsentReason" in pressure["component"][1]


def test_a_denial_is_an_observation_that_says_whether_it_was_asked() -> None:
    denied = [
        item
        for item in resources("aisha_and_the_check_question", "Observation")
        if item.get("valueCodeableConcept", {}).get("coding", [{}])[0].get("code") == "denied"
    ]
    assert denied
    assert all(item["component"][0]["valueBoolean"] is True for item in denied)


def test_answers_are_one_questionnaire_response() -> None:
    (answers,) = resources("aisha_and_the_check_question", "QuestionnaireResponse")
    (item,) = answers["item"]
    assert item["answer"][1] == {"valueString": "None of these"}


def test_the_advice_is_a_communication_with_rule_and_time() -> None:
    given = resources("priya_hot_at_half_past_two", "Communication")
    assert {item["priority"] for item in given} == {"asap"}
    assert given[-1]["reasonCode"][0]["coding"][0]["code"]
    assert all(item["sent"] and item["payload"][0]["contentString"] for item in given)


def test_a_medicine_that_was_not_taken_says_so() -> None:
    statuses = {
        item["medicationCodeableConcept"]["text"]: item["status"]
        for name in ("george_whose_words_are_his_own", "priya_hot_at_half_past_two")
        for item in resources(name, "MedicationStatement")
    }
    assert statuses["blinatumomab"] == "unknown"
    assert resources("george_whose_words_are_his_own", "MedicationStatement")[-1]["status"] == "not-taken"
    assert resources("priya_hot_at_half_past_two", "MedicationStatement")[-1]["status"] == "completed"


def test_a_carer_is_there_only_where_one_writes() -> None:
    assert len(resources("a_carer_for_her_little_boy", "RelatedPerson")) == 1
    assert resources("priya_hot_at_half_past_two", "RelatedPerson") == []


def test_the_daily_checks_are_a_section_to_read() -> None:
    talk = Talk().say("daily check").say("12 or older").say("36.8", celsius(36.8)).say("no", intent="deny")
    made = bundle(handed_over(talk), VOICE)
    sections = made["entry"][0]["resource"]["section"]
    assert any("wrong or changed: how the person seems" in one["text"]["div"] for one in sections)
    assert problems(made) == []


def test_words_that_xml_knows_are_only_words() -> None:
    made = bundle(handed_over(Talk().say("<b>head & neck</b>", finding("headache", text="<b>head"))), VOICE)
    text = "".join(part["text"]["div"] for part in made["entry"][0]["resource"]["section"])
    assert "&lt;b&gt;head &amp; neck" in text


statuses = st.sampled_from(["present", "uncertain", "denied", "past", "not_reported"])
items = st.one_of(
    st.builds(
        finding,
        st.sampled_from([*KNOWLEDGE.symptoms, "unlisted"]),
        st.sampled_from(sorted(KNOWLEDGE.signs)),
        status=statuses,
        text=st.text(max_size=12),
    ),
    st.builds(sign, st.sampled_from(sorted(KNOWLEDGE.signs)), statuses, st.text(max_size=12)),
    st.floats(34, 42).map(lambda number: celsius(round(number, 1))),
    st.builds(
        value,
        st.sampled_from(["systolic", "diastolic", "oxygen", "pulse", "blood_sugar"]),
        st.integers(1, 250).map(float),
    ),
)
messages = st.lists(
    st.tuples(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                ["None of these", "Yes", "no", "my son took ibuprofen at 8", "since noon", "cycle 2 day 9"]
            ),
        ),
        st.lists(items, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(messages)
def test_any_conversation_gives_a_valid_bundle(said: list[tuple[str, list[Any]]]) -> None:
    talk = Talk()
    for text, read in said:
        talk.say(text, *read)
    assert problems(bundle(handed_over(talk), VOICE)) == []
