"""The grammar of values: which numbers are readings, of what, from when, and which way they move."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blina.reading.measurements import measurements
from blina.reading.model import Measurement, Status
from blina.reading.text import clean
from blina.reading.values.times import moment_of
from tests.unit.made_messages import messages
from tests.unit.reading_words import KNOWLEDGE

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=timezone.utc)  # a Wednesday
MADE = 50_000


def found(text: str) -> list[Measurement]:
    return measurements(clean(text))


def values(text: str) -> list[tuple[str, float]]:
    return [(item.kind, item.value) for item in found(text)]


def temperatures(text: str) -> list[float]:
    return [item.value for item in found(text) if item.kind == "temperature"]


@pytest.mark.parametrize(
    "text",
    [
        "temp fine at 9:41",
        "took it at 8.39 pm",
        "my weight is 39.2",
        "waist 38.5",
        "it cost \u00a339.50",
        "build 38.5 of the website",
        "temp ok, ring me on 01632 960 038",
        "ferritin 101",
        "I am 40 and she is 38",
        "it's 39 degrees out here in the sun",
        "the soup was 40 degrees",
        "one in 39 people",
        "on the A38",
        "the drip shows volume 38.2",
        "normal range is 36 to 38",
        "my target is under 38",
        "39 pages",
        "bus 38",
        "www.example.org/a/T9a38",
        "lost 3-1",
        "open 9 to 5",
        "every 4-6 hours",
        "38th birthday",
        "I'm 39",
        "I'm in my late 30s",
        "I'm late 30s",
        "got a new thermometer for 38.99",
        "not 38",
        "it isn't 38",
        "I haven't had a temp of 38",
        "they told me to ring at 38.5",
        "what to do if it reaches 39",
        "three sugars in my coffee",
        "washed at 40 degrees",
        "temp is up by 1.5",
        "temp is 2 degrees higher",
        "target bp is 120/80",
        "my usual is 36.4",
    ],
)
def test_what_looks_like_a_value_and_is_none(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("temp 38.7 hr 115", [("temperature", 38.7), ("pulse", 115)]),
        (
            "T 38.4 HR 118 BP 105/65",
            [("temperature", 38.4), ("pulse", 118), ("systolic", 105), ("diastolic", 65)],
        ),
        ("temp 36.7, CRP 40, platelets 39", [("temperature", 36.7)]),
        ("temp 36.9 in ward 38 at 10:40", [("temperature", 36.9)]),
        ("on 1 litre, pulse ox 92", [("oxygen", 92)]),
        ("the finger probe reads 91 %", [("oxygen", 91)]),
        ("91 on the oximeter", [("oxygen", 91)]),
        ("108 heart rate, 95 oxygen", [("pulse", 108), ("oxygen", 95)]),
        ("heart pounding at 145", [("pulse", 145)]),
        ("sugar 290", [("blood_sugar", 16.1)]),
        ("glucose 6,4 mmol/L", [("blood_sugar", 6.4)]),
        ("B.P. 118/72", [("systolic", 118), ("diastolic", 72)]),
        ("bp one twenty over eighty", [("systolic", 120), ("diastolic", 80)]),
        ("vape 70/30", []),
        ("bp 118 76", [("systolic", 118), ("diastolic", 76)]),
        ("bp 118|76", [("systolic", 118), ("diastolic", 76)]),
        ("bp 92 by 54", [("systolic", 92), ("diastolic", 54)]),
        ("bp 118/76 64", [("systolic", 118), ("diastolic", 76), ("pulse", 64)]),
        ("bp 118/76/64", [("systolic", 118), ("diastolic", 76), ("pulse", 64)]),
        ("bp 118/76, 64", [("systolic", 118), ("diastolic", 76), ("pulse", 64)]),
        ("SYS 118 DIA 76 PUL 64", [("systolic", 118), ("diastolic", 76), ("pulse", 64)]),
        ("sats 96/93/90", [("oxygen", 96), ("oxygen", 93), ("oxygen", 90)]),
        (
            "obs: 37.4, 116/72, 95%",
            [("temperature", 37.4), ("systolic", 116), ("diastolic", 72), ("oxygen", 95)],
        ),
        ("pulse is 28 in 15 seconds", [("pulse", 112)]),
        ("heart racing, 39.1", [("temperature", 39.1)]),
        ("heart racing, 141", [("pulse", 141)]),
        ("beats 104", [("pulse", 104)]),
        ("PR 104", [("pulse", 104)]),
        ("her heart rate's 118", [("pulse", 118)]),
        (
            "bp down to 92/50 from 130/80",
            [("systolic", 130), ("diastolic", 80), ("systolic", 92), ("diastolic", 50)],
        ),
        ("bag 3 of 7, bp 120/70", [("systolic", 120), ("diastolic", 70)]),
        ("the peg on my finger says 93", [("oxygen", 93)]),
    ],
)
def test_each_number_goes_to_its_own_name(text: str, expected: list[tuple[str, float]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("39 in the armpit", [39]),
        ("39.1 again", [39.1]),
        ("102 tonight", [38.9]),
        ("temp.39", [39]),
        ("temp!!! 39", [39]),
        ("39ish", [39]),
        ("39-40", [39, 40]),
        ("between 38 and 40 all night", [38, 40]),
        ("37.1/37.8/38.6", [37.1, 37.8, 38.6]),
        ("thirty nine and a half", [39.5]),
        ("temp 38.5 pm", [38.5]),
        ("temp at 7 was 38.2, at noon 38.9", [38.2, 38.9]),
        ("temp \u0663\u0669\u066b\u0661", [39.1]),
        ("temp \uff13\uff19", [39]),
        ("39 times 2", [39]),
        ("temp is usually fine but tonight it's 38", [38]),
        ("it went from 37 to 38.4 since lunch", [37, 38.4]),
        ("it crept from 37 to 38.4 without a reason", [38.4]),
        ("38 .4", [38.4]),
        ("38. 4", [38.4]),
        ("38'4", [38.4]),
        ("temp 38:4", [38.4]),
        ("temp 37 8", [37.8]),
        ("temp 38. 2 tablets taken", [38]),
        ("temp 38 2 hours ago", [38]),
        ("38.70", [38.7]),
        ("temp 37.1 > 37.8 > 38.4", [37.1, 37.8, 38.4]),
        ("temp 37 ... 38 ... 39", [37, 38, 39]),
        ("temps 1. 37 2. 38", [37, 38]),
        ("last 3 temps 37 38 39", [37, 38, 39]),
        ("6:00 37.1 / 10:00 37.9 / 14:00 38.4", [37.1, 37.9, 38.4]),
        ("temp on day 2: 37.4, on day 3: 38.3", [37.4, 38.3]),
        ("temp not 38, it's 37.4", [37.4]),
        ("call if it goes over 38, my temp is 38.4", [38.4]),
        ("temp has gone up 2 degrees to 38.5", [38.5]),
        ("temp 38 left ear, 38.4 right ear", [38, 38.4]),
        ("temp am 37.1 pm 38.2", [37.1, 38.2]),
        ("I don't feel well, 38.5", [38.5]),
        ("not good, temp 38.5", [38.5]),
        ("no 37.4", [37.4]),
    ],
)
def test_temperatures_in_the_ways_that_people_write_them(text: str, expected: list[float]) -> None:
    assert temperatures(text) == expected


@pytest.mark.parametrize(
    ("text", "bound", "value"),
    [
        ("temp has been under 38 all day", "under", 37.9),
        ("temp hasn't gone over 38", "under", 37.9),
        ("temp over 39", "over", 39.1),
        ("sats haven't dropped below 95", "over", 96),
        ("sats below 90", "under", 89),
        ("no fever over 38", "under", 37.9),
        ("I haven't had a temperature above 37.5", "under", 37.4),
        ("never had a temp over 38 before", "over", 38.1),
        ("T > 38", "over", 38.1),
        ("temp over 38\nthen a shower", "over", 38.1),
        ("temp at least 39", "at_least", 39),
        ("temp \u2265 38", "at_least", 38),
        ("temp 38 or more", "at_least", 38),
        ("temp 39+", "at_least", 39),
        ("temp at most 37.2", "at_most", 37.2),
        ("temp 37.5 or below", "at_most", 37.5),
    ],
)
def test_a_bound_is_no_reading_at_the_bound(text: str, bound: str, value: float) -> None:
    (item,) = found(text)
    assert (item.bound, item.value) == (bound, value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bp mostly in the mid 80s", ("systolic", 85)),
        ("sats in the low 90s", ("oxygen", 92)),
        ("oxygen in the high eighties", ("oxygen", 88)),
        ("pulse in the 120s", ("pulse", 120)),
        ("temp in the 37s", ("temperature", 37.5)),
        ("temp in the high 38s", ("temperature", 38.8)),
        ("temp in the high 30s", ("temperature", 38)),
        ("sugar in the teens", ("blood_sugar", 15)),
    ],
)
def test_a_value_that_is_told_in_tens_is_about_what_they_say(text: str, expected: tuple[str, float]) -> None:
    assert values(text) == [expected]


def test_the_ends_of_a_range_are_limits_and_a_change_is_none() -> None:
    assert [item.bound for item in found("sats between 92 and 95")] == ["at_least", "at_most"]
    assert [item.bound for item in found("temp 37.1-38.2")] == ["at_least", "at_most"]
    assert [item.bound for item in found("sugar went from 6 to 19")] == ["", ""]
    assert [item.bound for item in found("sats 97 - 95 - 92")] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tmep 38.4", ("temperature", 38.4)),
        ("temprature is 38.4", ("temperature", 38.4)),
        ("themometer says 39", ("temperature", 39)),
        ("oxgen 91", ("oxygen", 91)),
        ("saturtion 91", ("oxygen", 91)),
        ("pluse 131", ("pulse", 131)),
        ("suger 17", ("blood_sugar", 17)),
        ("blod presure 84", ("systolic", 84)),
        ("38.4 degress", ("temperature", 38.4)),
    ],
)
def test_slips_in_a_name_or_a_unit_are_mended(text: str, expected: tuple[str, float]) -> None:
    assert values(text) == [expected]


def test_what_is_usual_is_over_where_the_reading_of_now_is_told_too() -> None:
    first, second = found("pulse normally 60, now 112")
    assert (first.status, second.status) == (Status.PAST, Status.PRESENT)
    assert found("my pulse is normally 60")[0].status is Status.PRESENT


def test_a_reading_of_now_is_heard_behind_other_words() -> None:
    assert values("sats 88, put on 2L, now 95") == [("oxygen", 88), ("oxygen", 95)]
    assert values("sats 95, I am 71 now") == [("oxygen", 95)]


@pytest.mark.parametrize(
    ("text", "whens"),
    [
        ("6am 36.8 10am 37.2 1pm 37.9", ["6am", "10am", "1pm"]),
        ("36.8 6am, 37.2 10am", ["6am", "10am"]),
        ("temp 37 @7am 38 @11am", ["@7am", "@11am"]),
        ("on day 3 of cycle 2 my temp was 38.1", ["on day 3 of cycle 2"]),
        ("C2D3 temp 38.1", ["C2D3"]),
        ("temp 38.2 when I woke up", ["when I woke up"]),
        ("temp 38.2 at half 8", ["at half 8"]),
    ],
)
def test_each_value_has_its_own_time(text: str, whens: list[str]) -> None:
    assert [item.when for item in found(text)] == whens


@pytest.mark.parametrize(
    ("text", "trend"),
    [
        ("103 and climbing", "rising"),
        ("temp up to 38.4", "rising"),
        ("sats dropped to 88", "falling"),
        ("temp 38.4", ""),
        ("woke up with 39", ""),
    ],
)
def test_which_way_it_moves(text: str, trend: str) -> None:
    assert found(text)[0].trend == trend


def test_several_readings_keep_their_order_and_an_earlier_day_is_over() -> None:
    assert values("sats down to 87 from 95") == [("oxygen", 95), ("oxygen", 87)]
    first, second = found("sats were 96 last night 89 now")
    assert (first.status, first.when) == (Status.PAST, "last night")
    assert (second.status, second.when) == (Status.PRESENT, "now")


def test_where_it_was_taken_and_whether_that_is_uncertain() -> None:
    assert [
        (found(text)[0].place, found(text)[0].is_uncertain) for text in ("37.8 under the arm", "38 by mouth")
    ] == [
        ("armpit", True),
        ("mouth", False),
    ]


@pytest.mark.parametrize(
    ("words", "hours_ago"),
    [
        ("at 8:30", 5.5),
        ("at 8", 6),
        ("at 8 pm", 18),
        ("an hour ago", 1),
        ("half an hour ago", 0.5),
        ("last night", 16),
        ("yesterday at 3pm", 23),
        ("half past two", 11.5),
        ("just now", 0),
        ("at quarter past eight yesterday evening", 17.75),
        ("yesterday evening at 8", 18),
        ("at 20:15 yesterday", 17.75),
        ("at 3 pm yesterday", 23),
        ("this morning at 7", 7),
        ("at 2 last night", 12),
        ("at 11 last night", 15),
        ("at half eight", 5.5),
        ("after breakfast", 5),
    ],
)
def test_the_moment_that_words_mean(words: str, hours_ago: float) -> None:
    moment = moment_of(words, NOW)
    assert moment is not None
    assert (NOW - moment).total_seconds() / 3600 == hours_ago


@pytest.mark.parametrize("words", ["recently", "on Tuesday", "12 November", "all day", ""])
def test_a_time_that_is_not_plain_is_not_made_up(words: str) -> None:
    assert moment_of(words, NOW) is None


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_made_messages_are_read_without_a_wrong_value_or_a_false_fever() -> None:
    wrong = [
        (made.text, got, made.values)
        for made in messages(20_261_128, MADE, KNOWLEDGE.values)
        if sorted(got := values(made.text)) != sorted(made.values)
    ]
    assert not wrong, f"{len(wrong)} of {MADE}, such as {wrong[:5]}"


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=300)
    | st.text(alphabet="0123456789.,/:-+ %CFtemphrbps\u00b0\n\u0661\uff11", max_size=300)
)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for item in found(text):
        assert 0 <= item.start < item.end <= len(text)


@pytest.mark.parametrize(
    "piece",
    [
        "38.1 -> ",
        "38-",
        "now 95 ",
        "tmep 38 ",
        "not 38 ",
        "120/80 ",
        "38.6 C ",
        "39 then ",
        "at 8 ",
        "a hundred and ",
        "temp ",
        "1",
        "hr 1 ",
    ],
)
def test_the_time_grows_with_the_length_and_no_faster(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        measurements(text)
        started = time.process_time()
        measurements(text)
        return time.process_time() - started

    assert min(seconds(5_000) for _ in range(3)) < 12 * min(seconds(1_000) for _ in range(3)) + 0.02
