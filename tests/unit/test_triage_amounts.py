"""Answers in numbers: what is one, and what is an age or a time."""

from __future__ import annotations

import pytest

from blina.triage import amounts


@pytest.mark.parametrize(
    ("text", "bad"), [("8/10", 8), ("about 6 out of ten", 6), ("7", 7), ("it hurts", None)]
)
def test_how_bad_it_is(text: str, bad: int | None) -> None:
    assert amounts.scale(text) == bad


@pytest.mark.parametrize(
    ("text", "times"),
    [("2", 2), ("only twice so far", 2), ("four or five times today", 5), ("none", 0), ("no", None)],
)
def test_how_many_times(text: str, times: int | None) -> None:
    assert amounts.count(text) == times


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("five hours", 300),
        ("half an hour or so", 30),
        ("only ten minutes", 10),
        ("a couple of days", 2880),
        ("5", None),
    ],
)
def test_how_long(text: str, minutes: float | None) -> None:
    assert amounts.minutes(text) == minutes


@pytest.mark.parametrize("text", ["he is 6", "since 8", "for two days now", "20 minutes ago"])
def test_an_age_or_a_time_is_no_answer(text: str) -> None:
    assert amounts.is_age_or_time(text)
