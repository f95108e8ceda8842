"""The chart of a night: drawn in shapes, told in words, the same each time."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blina.knowledge.wording import Voice
from blina.replies.handover.chart import chart
from tests.unit.hand_overs import GOLDEN, KEEP, NIGHTS, VOICE, changed, handed_over, night
from tests.unit.talk import KNOWLEDGE, SETTINGS, Talk, celsius, finding

SVG = "{http://www.w3.org/2000/svg}"
PRIYA = "priya_hot_at_half_past_two"


def drawn(name: str) -> str:
    return chart(night(name), VOICE)


def described(svg: str) -> str:
    return ElementTree.fromstring(svg).findtext(f"{SVG}desc") or ""  # noqa: S314 - made by this program


@pytest.mark.parametrize("name", NIGHTS)
def test_each_night_is_drawn_as_it_is_kept(name: str) -> None:
    assert not changed(GOLDEN / f"{name}.svg", drawn(name)), KEEP


@pytest.mark.parametrize("name", NIGHTS)
def test_a_screen_reader_hears_a_title_and_all_that_is_drawn(name: str) -> None:
    root = ElementTree.fromstring(drawn(name))  # noqa: S314 - made by this program
    assert root.get("role") == "img"
    named = {root.find(f"{SVG}{part}").get("id") for part in ("title", "desc")}  # type: ignore[union-attr]
    assert named == set((root.get("aria-labelledby") or "").split())
    told = described(drawn(name))
    made = night(name)
    assert all(item.label in told for item in made.complaints)
    assert all(item.label in told for item in made.over)
    assert all(
        reading.shown in told for row in made.values if row.kind == "temperature" for reading in row.readings
    )


@pytest.mark.parametrize("name", NIGHTS)
def test_it_needs_no_colour_no_script_and_nothing_from_elsewhere(name: str) -> None:
    svg = drawn(name)
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) <= {"currentColor", "none"}
    assert not re.search(r"<script|href=|url\(|style=|#[0-9a-f]{3}", svg)


def test_the_words_say_what_a_nurse_would_read_off() -> None:
    told = described(drawn(PRIYA))
    assert "Temperature: 38.4 °C at Sun 02:15, 39.1 °C at Sun 03:04, 38.2 °C at Sun 03:55." in told
    assert "Fever from 38.0 °C." in told
    assert "Headache: there at Sun 03:04, worse at Sun 03:55." in told


def test_a_centre_that_measures_in_fahrenheit_gets_its_numbers() -> None:
    voice = Voice(KNOWLEDGE, SETTINGS.copy(update={"temperature_unit": "F"}))
    assert "Fever from 100.4 °F" in chart(night(PRIYA), voice)


def test_with_nothing_to_draw_it_says_so() -> None:
    svg = chart(handed_over(Talk().say("hello", intent="greet")), VOICE)
    assert described(svg) == "Nothing to draw yet."


def test_of_many_temperatures_only_the_highest_and_the_last_have_numbers() -> None:
    talk = Talk()
    for number in range(12):
        talk.say("again", celsius(38 + number / 10 if number < 11 else 37.0))
    svg = chart(handed_over(talk), VOICE)
    numbers = re.findall(r'text-anchor="middle">([\d.]+) °C', svg)
    assert numbers == ["39.0", "37.0"]


def test_no_number_lies_on_another_or_on_the_line_of_the_limit() -> None:
    talk = Talk()
    for minutes, number in ((0, 37.6), (1, 37.9), (1, 38.0), (1, 38.6), (60, 38.1)):
        talk.say("again", celsius(number), after=timedelta(minutes=minutes))
    svg = chart(handed_over(talk), VOICE)
    written = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="middle">([\d.]+) °C', svg)
    places = [(float(x), float(y)) for x, y, _ in written]
    limit = float(re.findall(r'y1="([\d.]+)"[^>]*stroke-dasharray="6 4"', svg)[0])
    assert {number for _, _, number in written} >= {"38.6", "38.1"}
    assert all(y <= limit or y - 11 >= limit for _, y in places)  # eleven: how high a number is
    for one, other in combinations(places, 2):
        assert abs(one[0] - other[0]) >= 50 or abs(one[1] - other[1]) >= 13


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.lists(st.floats(34, 42), max_size=4))
def test_any_words_give_a_drawing_that_can_be_read(text: str, numbers: list[float]) -> None:
    talk = Talk().say(text, finding("unlisted", text=text), intent="unlisted_complaint")
    for number in numbers:
        talk.say(text, celsius(round(number, 1)))
    ElementTree.fromstring(chart(handed_over(talk), VOICE))  # noqa: S314 - made by this program


def checked(days: int, answer: str = "No or changed") -> Talk:
    """A talk with a daily check a day, of which the last has this answer to an item."""
    talk = Talk()
    forms = {form.id: form for form in KNOWLEDGE.daily_check.forms}
    for day in range(days):
        talk.say("daily check", after=timedelta(hours=24)).say(forms["from_12"].title)
        talk.say("36.8", celsius(36.8))
        if day == days - 1:
            return talk.say(answer)
        for _ in forms["from_12"].items[1:]:
            talk.say("Yes", intent="affirm")
    return talk


def test_the_run_of_daily_checks_is_drawn_and_told() -> None:
    svg = chart(handed_over(checked(3)), VOICE)
    told = described(svg)
    assert told.count("as ever at") == 2
    assert "wrong or changed (How the person seems) at Wed 03:23" in told
    assert re.findall(r'text-anchor="middle">(\w{2})</text>', svg)[-3:] == ["Mo", "Tu", "We"]
    root = ElementTree.fromstring(svg)  # noqa: S314 - made by this program
    height = float((root.get("viewBox") or "").split()[-1])
    lowest = max(float(one.get("y") or 0) for one in root.iter(f"{SVG}text"))
    assert lowest < height


def test_not_sure_has_a_mark_of_its_own() -> None:
    empty = 'r="5" fill="none"'
    changed, unsure = (
        chart(handed_over(checked(1, answer)), VOICE) for answer in ("No or changed", "Not sure")
    )
    assert unsure.count(empty) == changed.count(empty) + 1


def test_of_a_long_run_the_latest_two_weeks_are_drawn() -> None:
    told = described(chart(handed_over(checked(20)), VOICE))
    assert told.count("as ever at") == 13
    assert "wrong or changed" in told


def test_a_chart_without_checks_has_no_place_for_them() -> None:
    assert "Daily check" not in drawn(PRIYA)
