"""What is said of each label becomes the statuses that are right, and joining messages loses none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.messages import UNLISTED, LabelledMessage, LabelSpace, label_space
from learning.targets import (
    ANY,
    BIT,
    NONE,
    NOT_REPORTED,
    REPORTED,
    Example,
    chosen,
    example,
    joined,
    phrase_example,
)
from scripts.common import ROOT

SPACE = label_space(ROOT)
PLACE = {label: at for at, label in enumerate(SPACE.labels)}
STATUSES = ("present", "uncertain", "denied", "past", "mentioned")


def message(text: str = "words", act: str = "report", **said: str) -> Example:
    labelled = LabelledMessage(text, "", {status: tuple(of.split()) for status, of in said.items()}, act)
    return example(labelled, SPACE)


def allowed(item: Example, label: str) -> int:
    return item.allowed[PLACE[label]]


def test_what_is_not_said_is_none() -> None:
    item = message(present="fever")
    assert allowed(item, "fever") == BIT["present"]
    assert {bits for label, bits in zip(SPACE.labels, item.allowed, strict=True) if label != "fever"} == {
        NONE
    }


def test_past_and_denied_are_both_right() -> None:
    assert allowed(message(past="fever", denied="fever"), "fever") == BIT["past"] | BIT["denied"]


def test_what_is_present_is_nothing_else() -> None:
    item = message(present="fever", uncertain="fever", past="fever", denied="fever", mentioned="fever")
    assert allowed(item, "fever") == BIT["present"]


def test_of_a_choice_either_is_reported_and_the_other_may_be() -> None:
    item = message(present="dizziness/fainting")
    assert item.either == (((PLACE["dizziness"], PLACE["fainting"]), BIT["present"]),)
    ways = set()
    for seed in range(20):
        (row,) = chosen([item], random.Random(seed))
        ways.add((row[PLACE["dizziness"]], row[PLACE["fainting"]]))
    one, other = BIT["present"], NONE | REPORTED
    assert ways == {(one, other), (other, one)}


def test_a_phrase_says_little_of_other_labels() -> None:
    item = phrase_example("hot", "fever", {"fever": 3}, SPACE)
    assert (allowed(item, "fever"), allowed(item, "cough"), item.intent) == (REPORTED, NOT_REPORTED, 3)
    weights = dict(zip(SPACE.labels, item.weights, strict=True))
    assert (weights["fever"], weights[UNLISTED], weights["severe"]) == (1.0, 0.0, 0.0)
    assert 0 < weights["cough"] < 1


def test_an_unlisted_complaint_is_reported() -> None:
    item = phrase_example("itchy nose", "unlisted_complaint", {"unlisted_complaint": 0}, SPACE)
    assert allowed(item, UNLISTED) == REPORTED


@pytest.mark.parametrize("seed", range(5))
def test_a_joined_message_holds_both_texts(seed: int) -> None:
    both = joined(message("I am hot."), message("no cough"), random.Random(seed))
    assert "I am hot" in both.text
    assert "no cough" in both.text
    assert both.act == 0


said = st.dictionaries(
    st.sampled_from(STATUSES), st.lists(st.sampled_from(SPACE.labels), max_size=3).map(tuple), max_size=4
)
examples = said.map(
    lambda what: example(LabelledMessage("a b", "", what, "report"), SPACE)
) | st.sampled_from(
    [phrase_example("hot", label, {label: 0}, SPACE) for label in ("fever", "cough", "self_harm")]
)


@given(examples, examples, st.integers(0, 100))
def test_what_either_reports_is_reported_when_they_are_joined(
    one: Example, other: Example, seed: int
) -> None:
    both = joined(one, other, random.Random(seed))
    for first, second, result in zip(one.allowed, other.allowed, both.allowed, strict=True):
        assert 0 < result <= ANY
        for bits in (first, second):
            if bits & ~REPORTED == 0:
                assert result & ~REPORTED == 0
    assert both.weights == tuple(map(min, one.weights, other.weights))


@given(examples, examples)
def test_what_is_only_denied_or_over_in_one_stays_so(one: Example, other: Example) -> None:
    both = joined(one, other, random.Random(1))
    for first, second, result in zip(one.allowed, other.allowed, both.allowed, strict=True):
        if second == NONE:
            assert result == first


def test_the_space_is_the_projects(space: LabelSpace) -> None:
    assert space == SPACE
