"""The challenge set on the whole way from text to triage: what is never missed, and how rarely it errs.

The messages are in ``tests/challenge``; they were written apart from the phrases and the lexicon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from benchmarks.evaluate.challenge import FOLDER, HARMFUL, Failure, Fault, Kind, Row, answer, judge, load
from benchmarks.evaluate.pipeline import PHRASES, phrases, pipeline
from benchmarks.evaluate.report import MORE_SETS
from blina.knowledge import load_knowledge
from blina.knowledge.schema import Urgency

KNOWLEDGE = load_knowledge()
ROWS = load()
FEWEST = {Kind.RED_FLAG: 300, Kind.ORDINARY: 100, Kind.NOT_NOW: 120}
FEWEST_MESSAGES = 600
FEWEST_WAYS = 6
MOST_OVERCALLED = 0.05
MOST_WRONG = 0.03

pytestmark = pytest.mark.timeout(600)  # the classifiers may have to be trained first


@pytest.fixture(scope="module")
def failures() -> list[Failure]:
    assistant = pipeline()
    return [failure for row in ROWS for failure in judge(row, answer(assistant, row.text))]


def of(failures: Iterable[Failure], kind: Kind, *faults: Fault) -> dict[str, str]:
    """The rows of one kind with one of the faults, with what is wrong."""
    return {
        f.row.text: f"{f.expected}, got {f.got}" for f in failures if f.row.kind is kind and f.fault in faults
    }


def rows(kind: Kind) -> list[Row]:
    return [row for row in ROWS if row.kind is kind]


def test_there_are_enough_messages_of_each_kind() -> None:
    counts = Counter(row.kind for row in ROWS)
    assert len(ROWS) >= FEWEST_MESSAGES
    assert {kind: counts[kind] for kind, fewest in FEWEST.items() if counts[kind] < fewest} == {}


@pytest.mark.parametrize("id", KNOWLEDGE.symptoms)
def test_every_symptom_is_said_in_at_least_six_ways(id: str) -> None:
    assert sum(id in row.present | row.any_of for row in ROWS) >= FEWEST_WAYS


def test_no_message_is_there_twice() -> None:
    assert [text for text, count in Counter(row.text.lower() for row in ROWS).items() if count > 1] == []


def test_labels_are_symptoms_and_signs_that_exist() -> None:
    named = {id for row in ROWS for id in row.present | row.denied | row.past | row.any_of | row.optional}
    assert named - set(KNOWLEDGE.symptoms) - {"unlisted"} == set()
    assert {id for row in ROWS for id in row.signs} - set(KNOWLEDGE.signs) == set()


def test_every_red_flag_has_to_be_urgent_and_nothing_ordinary_has() -> None:
    assert [row.text for row in rows(Kind.RED_FLAG) if row.at_least < Urgency.CONTACT_NOW] == []
    assert [row.text for row in rows(Kind.ORDINARY) if row.at_least >= Urgency.CONTACT_NOW] == []


def test_no_message_is_trained_on() -> None:
    assert PHRASES.is_dir()
    trained = {example.get("text").lower() for example in phrases().training_examples if example.get("text")}
    rows_of_all = [*ROWS, *(row for name in MORE_SETS for row in load(FOLDER / name))]
    longer = {row.text.lower() for row in rows_of_all if len(row.text.split()) >= 4}
    assert longer & trained == set()


def test_no_red_flag_is_missed(failures: list[Failure]) -> None:
    assert of(failures, Kind.RED_FLAG, Fault.TOO_LOW) == {}


def test_nothing_else_is_taken_too_lightly(failures: list[Failure]) -> None:
    low = {
        f.row.text: f.got
        for f in failures
        if f.fault is Fault.TOO_LOW and f.row.at_least >= Urgency.CONTACT_NOW
    }
    assert low == {}


def test_ordinary_messages_are_hardly_ever_called_urgent(failures: list[Failure]) -> None:
    ordinary = rows(Kind.ORDINARY)
    called = {
        failure.row.text
        for failure in failures
        if failure.row.kind is Kind.ORDINARY
        and failure.fault is Fault.TOO_HIGH
        and Urgency(failure.got) >= Urgency.CONTACT_NOW
    }
    assert len(called) <= MOST_OVERCALLED * len(ordinary), sorted(called)


def test_what_is_not_there_now_is_hardly_ever_taken_for_a_symptom(failures: list[Failure]) -> None:
    wrong = of(failures, Kind.NOT_NOW, *HARMFUL)
    assert len(wrong) <= MOST_WRONG * len(rows(Kind.NOT_NOW)), wrong
