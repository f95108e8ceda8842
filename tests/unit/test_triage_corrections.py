"""A value that its own message takes back: shown as corrected, and the safer one still counts."""

from __future__ import annotations

import pytest

from blina.reading.model import Measurement, Reading, Status
from blina.reading.values.grammar import ValueReader
from blina.triage import corrections
from blina.triage.values import Limits
from tests.unit.hand_overs import handed_over
from tests.unit.talk import KNOWLEDGE, SETTINGS, Talk, celsius

LIMITS = Limits.of(KNOWLEDGE, SETTINGS)
READER = ValueReader(KNOWLEDGE.values)


def settled(text: str) -> list[Measurement]:
    reading = Reading(text, measurements=tuple(READER.read(text)))
    return list(corrections.settled(reading, LIMITS, KNOWLEDGE).measurements)


@pytest.mark.parametrize(
    "between", [", no wait ", " no sorry ", ", sorry ", " i mean ", ", oops ", " or rather ", "... actually "]
)
def test_the_second_value_takes_the_place_of_the_first(between: str) -> None:
    (value,) = settled(f"temp 38.4{between}38.9")
    assert (value.value, value.corrects) == (38.9, "38.4")


def test_the_one_that_asks_for_more_still_counts() -> None:
    first, second = settled("temp 38.4, no wait 36.9")
    assert (first.value, second.value, second.corrects) == (38.4, 36.9, "38.4")
    assert [item.value for item in settled("bp 88/60, sorry 98/60")] == [88, 98, 60]


@pytest.mark.parametrize(
    "text", ["38.4 at six, 38.9 now", "38.4 then 38.9", "38-39", "38.4, no fever this morning, 37.1"]
)
def test_what_is_no_correction_keeps_every_value(text: str) -> None:
    assert len(settled(text)) == 2
    assert not any(item.corrects for item in settled(text))


def test_a_message_that_corrects_itself_takes_back_nothing_that_was_told_before() -> None:
    talk = Talk().say("38.6", celsius(38.6))
    text = "37.4, no wait 37.6"
    talk.say(text, *READER.read(text))
    assert talk.symptoms["fever"] == "present"
    (row,) = handed_over(talk).values
    assert [reading.shown for reading in row.readings] == ["38.6 °C", "37.6 °C"]


def test_the_hand_over_shows_the_corrected_value_and_what_the_advice_counts_beside_it() -> None:
    text = "temp 38.4, no wait 36.9"
    talk = Talk().say(text, *READER.read(text))
    made = handed_over(talk)
    (reading,) = made.values[0].readings
    assert (reading.shown, reading.first_written) == ("36.9 °C", "38.4 °C")
    assert made.urgency == "contact_now"
    assert made.reason is not None
    assert made.reason.words == text
    assert all(value.status is Status.PRESENT for value in talk.conversation.values)
