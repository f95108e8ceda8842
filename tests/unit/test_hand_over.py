"""The hand-over holds what a nurse asks for on the phone, in her order, and nothing that nobody said."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blina.assistant import Conversation, hand_over
from blina.replies.handover import __main__ as command
from blina.replies.handover.model import Complaint, Group, HandOver
from blina.stop import Stop
from blina.triage import told as told_words
from tests.unit.hand_overs import GOLDEN, KEEP, LATER, NIGHTS, at, changed, handed_over, night, told
from tests.unit.nights import line
from tests.unit.talk import START, Talk, celsius, denied, finding, sign, value

PRIYA, CARER, PUMP = "priya_hot_at_half_past_two", "a_carer_for_her_little_boy", "marek_and_the_pump"
AISHA, GEORGE = "aisha_and_the_check_question", "george_whose_words_are_his_own"


@pytest.mark.parametrize("name", NIGHTS)
def test_each_night_is_handed_over_as_it_is_kept(name: str) -> None:
    content = json.dumps(night(name).as_json(), indent=2, ensure_ascii=False) + "\n"
    assert not changed(GOLDEN / f"{name}.json", content), KEEP


@pytest.mark.parametrize("name", NIGHTS)
def test_every_quote_is_a_whole_message(name: str) -> None:
    messages = {one.text for one in NIGHTS[name]}
    made = night(name)
    quotes = [quote.words for item in made.complaints for quote in item.quotes]
    quotes += [item.quote.words for item in made.denials]
    quotes += [item.quote.words for item in made.over]
    quotes += [item.quote.words for item in made.answers]
    quotes += [item.quote.words for item in made.medicines]
    quotes += [item.quote.words for item in made.not_understood]
    quotes += [item.quote.words for item in (*made.done, *made.circumstances)]
    assert set(quotes) <= messages


def test_the_reason_for_contact_is_the_first_message_about_how_somebody_is() -> None:
    made = told(
        line("hello", intent="greet"), line("my head hurts so", finding("headache", text="head hurts"))
    )
    assert made.reason is not None
    assert made.reason.words == "my head hurts so"


def test_who_writes_is_said_only_where_it_was_said() -> None:
    assert (night(PRIYA).who.writes, night(PRIYA).who.for_whom) == ("patient", None)
    assert night(CARER).who.writes == "carer"
    assert "boy" in (night(CARER).who.for_whom or "")
    assert told(line("headache", finding("headache"))).who.writes is None
    assert told(line("I think he is hot", finding("fever"))).who.writes is None


def test_cycle_and_day_are_as_said_or_not_there() -> None:
    treatment = night(PRIYA).treatment
    assert treatment.drug == "blinatumomab"
    assert [said.words for said in (treatment.cycle, treatment.day) if said] == ["cycle 1", "day 3"]
    assert (night(GEORGE).treatment.cycle, night(GEORGE).treatment.day) == (None, None)


def test_the_most_serious_comes_first_whatever_came_first() -> None:
    made = told(
        line("cannot sleep", finding("insomnia")),
        line("a cough", finding("cough")),
        line("headache", finding("headache")),
        line("38.4", celsius(38.4)),
        line("muddled", finding("confusion")),
        line("a fit", finding("seizures")),
    )
    assert [item.id for item in made.complaints] == [
        "seizures", "confusion", "fever", "headache", "cough", "insomnia",
    ]  # fmt: skip
    assert [item.group for item in made.complaints] == [
        Group.EMERGENCY, Group.NERVES, Group.CRS, Group.CRS, Group.INFECTION, Group.OTHER,
    ]  # fmt: skip


def test_since_when_is_in_their_words_and_as_a_time_where_that_is_plain() -> None:
    fever = night(PRIYA).complaints[0]
    assert fever.since is not None
    assert fever.since.words == "since about 2"
    assert fever.since.time == START.replace(hour=2)


@pytest.mark.parametrize(
    "text", ["headache, took paracetamol 2 hours ago", "headache and 37.1 at noon", "headache"]
)
def test_a_time_that_belongs_to_something_else_is_not_since_when(text: str) -> None:
    items = [finding("headache")]
    if "37.1" in text:
        made = told(line(text, *items, at(celsius(37.1), "at noon")))
    else:
        made = told(line(text, *items))
    assert made.complaints[0].since is None


def test_each_complaint_has_its_course_its_qualifiers_and_how_often_it_was_told() -> None:
    headache = next(item for item in night(PRIYA).complaints if item.id == "headache")
    assert (headache.course, headache.times_told) == ("worse", 2)
    assert [point.worse for point in headache.points] == [False, True]
    assert [item.label for item in night(AISHA).complaints[0].qualifiers] == ["severe"]


def test_what_was_asked_and_not_answered_plainly_is_not_said_to_be_so() -> None:
    legs = next(item for item in night(GEORGE).complaints if item.id == "unlisted")
    assert legs.qualifiers == ()
    assert [item.id for item in legs.not_ruled_out] == ["severe"]


def test_a_complaint_that_only_a_value_stands_for_says_so() -> None:
    assert [item.id for item in night(PUMP).complaints if item.is_value] == [
        "low_blood_pressure",
        "trouble_breathing",
    ]
    assert not any(item.is_value for item in night(PRIYA).complaints)


def test_trouble_that_is_no_symptom_is_there_and_not_twice() -> None:
    assert [item.id for item in night(PUMP).complaints].count("infusion_trouble") == 1
    made = told(line("he won't wake up", sign("cannot_be_woken", text="won't wake up")))
    assert [item.id for item in made.complaints] == ["confusion"]
    assert [item.id for item in made.complaints[0].qualifiers] == ["cannot_be_woken"]


def test_values_are_a_row_in_order_of_time_with_a_trend() -> None:
    (row,) = night(PRIYA).values
    assert [reading.shown for reading in row.readings] == ["38.4 °C", "39.1 °C", "38.2 °C"]
    assert [reading.trend for reading in row.readings] == [None, "up", "down"]
    measured = row.readings[0].measured
    assert measured is not None
    assert (measured.words, measured.time) == ("at 2:15", START.replace(hour=2, minute=15))


def test_a_blood_pressure_is_one_reading() -> None:
    rows = {row.kind: row for row in night(PUMP).values}
    assert [reading.shown for reading in rows["blood_pressure"].readings] == ["96/58 mmHg", "84/50 mmHg"]
    assert "systolic" not in rows
    alone = told(line("lower 55", value("diastolic", 55)), line("upper 99", value("systolic", 99)))
    assert [reading.shown for reading in alone.values[0].readings] == ["–/55 mmHg", "99 mmHg"]


def test_a_value_that_was_taken_back_is_not_handed_over() -> None:
    made = told(line("38.6", celsius(38.6)), line("sorry, I meant 37.6", celsius(37.6)))
    assert [reading.shown for reading in made.values[0].readings] == ["37.6 °C"]


def test_a_medicine_has_its_dose_and_time_and_is_marked_where_it_hides_a_fever() -> None:
    (medicine,) = night(PRIYA).medicines
    assert (medicine.name, medicine.hides_fever, medicine.taken) == ("paracetamol", True, "yes")
    assert medicine.dose == "1 g"
    assert medicine.when is not None
    assert medicine.when.words == "half an hour ago"


def test_a_medicine_that_was_only_asked_about_was_not_taken() -> None:
    assert [(item.name, item.taken) for item in night(CARER).medicines] == [("ibuprofen", "asked")]
    assert [(item.name, item.taken) for item in night(GEORGE).medicines] == [("paracetamol", "no")]


def test_denials_are_one_by_one_asked_or_unasked() -> None:
    assert [(item.id, item.asked) for item in night(CARER).denials] == [("rash", False), ("cough", False)]
    asked = night(AISHA).denials
    assert all(item.asked and item.quote.words == "None of these" for item in asked)
    assert {"confusion", "fainting", "fever_or_chills", "trouble_seeing"} <= {item.id for item in asked}


def test_what_came_after_a_no_is_no_denial() -> None:
    made = told(
        line("headache", finding("headache")),
        line("None of these", intent="deny"),
        line("now I am muddled", finding("confusion")),
    )
    assert "confusion" not in {item.id for item in made.denials}


def test_what_is_over_says_when_it_was() -> None:
    over = {item.id: item for item in night(CARER).over}
    assert over["vomiting"].when is not None
    assert over["vomiting"].when.words == "last night"
    assert over["vomiting"].last_there is None
    assert over["fever"].last_there is not None


def test_what_was_not_understood_is_there_in_whole_words() -> None:
    assert [item.quote.words for item in night(GEORGE).not_understood] == [
        "there is a hum in my bones and it buzzes",
        "it comes in waves, like a washing machine",  # as an answer
    ]


def test_what_was_done_since_and_circumstances_are_there() -> None:
    assert [item.id for item in night(PRIYA).done] == ["no_answer", "told_come_in"]
    assert [item.id for item in night(GEORGE).circumstances] == ["no_thermometer"]


def test_advice_has_its_rule_and_its_time_and_the_last_one_holds() -> None:
    advice = night(AISHA).advice
    assert [item.is_current for item in advice][-1]
    assert not any(item.is_current for item in advice[:-1])
    assert all(item.rules for item in advice)
    assert all(rule.reason for rule in advice[-1].rules)


def test_of_nothing_told_nothing_is_handed_over() -> None:
    made = told(line("hello", intent="greet"))
    parts = (made.reason, made.complaints, made.values, made.medicines, made.denials, made.over, made.advice)
    assert not any(parts)


def test_times_are_in_the_zone_of_who_asks() -> None:
    talk = Talk().say("headache since noon", finding("headache", text="headache since noon"))
    made = hand_over(talk.conversation, talk.now.astimezone(ZoneInfo("America/New_York")))
    since = made.complaints[0].since
    assert since is not None
    assert since.time is not None
    assert (since.time.hour, since.time.utcoffset()) == (12, timedelta(hours=-5))


def test_a_conversation_of_an_earlier_release_is_handed_over_too() -> None:
    talk = Talk().say("bad headache", finding("headache", "severe", text="bad headache"))
    stored = talk.conversation.to_json()
    del stored["told"]
    talk.conversation = Conversation.from_json(stored)
    made = handed_over(talk)
    assert made.complaints[0].quotes[0].words == "bad headache"
    assert made.advice[-1].is_current


def test_what_was_said_too_long_ago_is_not_handed_over() -> None:
    talk = Talk().say("headache", finding("headache"))
    made = hand_over(talk.conversation, talk.now + timedelta(hours=49))
    assert not made.complaints
    assert made.reason is None


def test_whole_words_do_not_grow_without_end() -> None:
    talk = Talk().say("my first words", finding("headache"))
    for number in range(60):
        talk.say(f"{number} " + "and so on " * 60, finding("fever"), denied("rash"))
    kept = talk.conversation.told
    assert kept[0].text == "my first words"
    assert kept[-1].text.startswith("59 ")
    assert len(json.dumps(talk.conversation.to_json()["told"])) <= 1.2 * told_words.MOST


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_words_at_all_are_handed_over(texts: list[str]) -> None:
    talk = Talk()
    for text in texts:
        talk.say(text, finding("headache", text=text or "x"), after=LATER)
    assert json.loads(json.dumps(handed_over(talk).as_json()))["type"] == "hand_over"


class TestCommand:
    """``python -m blina.replies.handover FILE``."""

    @pytest.mark.parametrize(
        ("form", "starts"),
        [("json", '{\n  "type": "hand_over"'), ("fhir", '{\n  "resourceType"'), ("chart", "<svg")],
    )
    def test_it_prints_a_stored_conversation(
        self, form: str, starts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        talk = Talk().say("headache since noon", finding("headache"))
        file = tmp_path / "memory.json"
        file.write_text(json.dumps({"conversation": talk.conversation.to_json()}))
        command.main([str(file), "--as", form, "--zone", "Europe/London"])
        assert capsys.readouterr().out.startswith(starts)

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 0}'])
    def test_what_is_no_conversation_is_refused_in_a_sentence(self, content: str, tmp_path: Path) -> None:
        file = tmp_path / "memory.json"
        file.write_text(content)
        with pytest.raises(Stop):
            command.main([str(file)])


@pytest.mark.parametrize("part", [HandOver, Complaint])
def test_the_page_for_those_who_take_it_in_names_each_field(part: type) -> None:
    page = (Path(__file__).parents[2] / "docs" / "hand-over.md").read_text(encoding="utf-8")
    unsaid = {"made", "id", "label", "is_sign", "urgency"}
    names = {field.name for field in fields(part)} - unsaid
    assert {name for name in names if name not in page} == set()
