"""Numbers in a message: what they measure, in which unit, and which ones nobody can have."""

from __future__ import annotations

import pytest

from blina.reading.measurements import measurements, pain_score
from blina.reading.text import clean
from tests.unit.reading_words import read


def values(text: str, kind: str = "temperature") -> list[float]:
    return [m.value for m in measurements(clean(text)) if m.kind == kind]


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("temp is 38.6", 38.6),
        ("temp 38,6", 38.6),
        ("38.6", 38.6),
        ("38.6C", 38.6),
        ("38.6 c", 38.6),
        ("38.6\u00b0", 38.6),
        ("38.6 \u00b0C", 38.6),
        ("38.6 degrees", 38.6),
        ("38 degrees celsius", 38.0),
        ("temp of 39", 39.0),
        ("temperature: 36.7", 36.7),
        ("running 39.1", 39.1),
        ("fever of 39", 39.0),
        ("his temp was 38 point 8", 38.8),
        ("thermometer says 40", 40.0),
        ("101.5F", 38.6),
        ("101.5 f", 38.6),
        ("101.5 fahrenheit", 38.6),
        ("temp 101.5", 38.6),
        ("temp of 101", 38.3),
        ("100.4", 38.0),
        ("temp 98.6", 37.0),
        ("one oh one", 38.3),
        ("one oh one point five", 38.6),
        ("a hundred and two", 38.9),
        ("one hundred and one point two", 38.4),
        ("thirty eight point five", 38.5),
        ("thirty-nine", 39.0),
        ("ninety nine point five", 37.5),
    ],
)
def test_temperatures_are_read_in_every_way_people_write_them(text: str, celsius: float) -> None:
    assert values(text) == [celsius]


def test_several_temperatures_keep_their_order() -> None:
    assert values("temp was 37.4, then 38.1 and now 38.9") == [37.4, 38.1, 38.9]


@pytest.mark.parametrize(
    "text",
    [
        "I slept 38 hours",
        "I am 38 years old",
        "the 38 bus",
        "37.5 mg of it",
        "I weigh 38.5 kg",
        "my weight is 98.6 lbs",
        "room 101",
        "call me at 10.30",
        "it lasted 36.5 hours",
        "cycle 2 day 12",
        "in 40 minutes",
        "took 2 tablets",
        "bed 39",
    ],
)
def test_other_numbers_are_no_temperature(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    "text", ["temp 381", "temp is 12 C", "temperature 55", "temp 3.8", "12 C", "thermometer says 200"]
)
def test_temperatures_that_nobody_has_are_marked_to_be_asked_again(text: str) -> None:
    (found,) = [m for m in measurements(clean(text)) if m.kind == "temperature"]
    assert not found.plausible


@pytest.mark.parametrize("text", ["temp 35.5", "temp 42", "86 F", "107.6F"])
def test_rare_but_possible_temperatures_are_believed(text: str) -> None:
    assert [m.plausible for m in measurements(clean(text)) if m.kind == "temperature"] == [True]


@pytest.mark.parametrize(
    ("text", "pressure"),
    [
        ("bp 85/50", (85, 50)),
        ("BP: 120/80", (120, 80)),
        ("blood pressure 85 over 50", (85, 50)),
        ("blood pressure is 118 / 76", (118, 76)),
        ("85 on 50", (85, 50)),
        ("120/80", (120, 80)),
    ],
)
def test_blood_pressure_pairs(text: str, pressure: tuple[int, int]) -> None:
    assert (values(text, "systolic"), values(text, "diastolic")) == ([pressure[0]], [pressure[1]])
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "value"), [("blood pressure 84", 84), ("my systolic is 88", 88), ("bp only 79", 79)]
)
def test_the_upper_pressure_alone(text: str, value: float) -> None:
    assert values(text, "systolic") == [value]


@pytest.mark.parametrize("text", ["on 12/11 I had my bag changed", "pain 8/10", "24/7"])
def test_dates_and_scores_are_no_blood_pressure(text: str) -> None:
    assert values(text, "systolic") == []


@pytest.mark.parametrize("text", ["bp 850/50", "bp 20/10", "bp 50/85"])
def test_pressures_that_nobody_has_are_marked(text: str) -> None:
    systolic = next(m for m in measurements(clean(text)) if m.kind == "systolic")
    assert not systolic.plausible


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("sats 91", "oxygen", 91),
        ("oxygen level is 88%", "oxygen", 88),
        ("spo2 97", "oxygen", 97),
        ("pulse 132", "pulse", 132),
        ("heart rate of 120", "pulse", 120),
        ("blood sugar 15.2", "blood_sugar", 15.2),
        ("glucose 270", "blood_sugar", 15.0),
    ],
)
def test_other_values_are_read_by_the_word_in_front(text: str, kind: str, value: float) -> None:
    assert values(text, kind) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [("cough and 38", 38), ("sore throat, chills + 39.", 39), ("my age is 38 and I cough", None)],
)
def test_a_fevers_number_at_the_end_of_a_list_needs_no_name(text: str, value: float | None) -> None:
    assert values(text, "temperature") == ([] if value is None else [value])


def test_a_value_keeps_the_patients_words_and_their_place() -> None:
    text = "I took it, 101.5F just now"
    (found,) = measurements(text)
    assert found.text == "101.5F"
    assert text[found.start : found.end] == "101.5F"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("pain 8/10", 8),
        ("it's an 8 out of 10", 8),
        ("nine out of ten", 9),
        ("2/10 then 7/10", 7),
        ("11/10", None),
        ("no pain", None),
    ],
)
def test_a_score_out_of_ten(text: str, score: int | None) -> None:
    assert pain_score(text) == score


@pytest.mark.parametrize(
    "text",
    ["what if it goes over 38.5", "the leaflet says call if temperature is 38.0", "temp was 39 years ago"],
)
def test_a_value_that_is_only_talked_about_is_not_the_patients(text: str) -> None:
    assert read(text).measurements == ()


def test_a_value_in_a_denial_still_counts() -> None:
    assert [m.value for m in read("temp is 36.7 so no fever").measurements] == [36.7]
