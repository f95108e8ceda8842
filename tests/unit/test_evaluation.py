"""The arithmetic behind docs/evaluation.md."""

from __future__ import annotations

import pytest

from benchmarks.evaluate.challenge import Answer, Fault, Kind, Row, judge
from benchmarks.evaluate.statistics import Share, highest_rate
from blina.knowledge.schema import Urgency
from blina.reading.model import Status

NOBODY: frozenset[str] = frozenset()


def row(present: set[str], at_least: Urgency = Urgency.NONE, at_most: Urgency = Urgency.EMERGENCY) -> Row:
    ids = frozenset(present)
    return Row(
        text="",
        kind=Kind.RED_FLAG,
        present=ids,
        denied=frozenset({"rash"}),
        past=NOBODY,
        any_of=NOBODY,
        optional=NOBODY,
        signs=NOBODY,
        at_least=at_least,
        at_most=at_most,
    )


def test_wilsons_interval() -> None:
    # Worked example of the method: 81 of 263.
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert Share(0, 0).interval == (0, 1)


def test_what_no_miss_in_300_messages_can_exclude() -> None:
    assert highest_rate(0, 300) == pytest.approx(0.00994, abs=1e-5)
    with pytest.raises(ValueError, match="no misses"):
        highest_rate(1, 300)


@pytest.mark.parametrize(
    ("got", "faults"),
    [
        ({"fever": Status.PRESENT, "rash": Status.DENIED}, []),
        ({"fever": Status.UNCERTAIN, "rash": Status.DENIED}, []),
        ({"rash": Status.DENIED}, [Fault.MISSED]),
        ({"fever": Status.PRESENT, "rash": Status.PRESENT}, [Fault.FALSE_ALARM]),
        ({"fever": Status.PRESENT}, [Fault.STATUS]),
    ],
)
def test_an_answer_is_judged_by_its_symptoms(got: dict[str, Status], faults: list[Fault]) -> None:
    judged = judge(row({"fever"}), Answer(Urgency.CONTACT_NOW, got, NOBODY))
    assert [failure.fault for failure in judged] == faults


@pytest.mark.parametrize(
    ("urgency", "fault"),
    [(Urgency.TELL_TEAM, Fault.TOO_LOW), (Urgency.EMERGENCY, Fault.TOO_HIGH), (Urgency.CONTACT_NOW, None)],
)
def test_an_answer_is_judged_by_its_urgency(urgency: Urgency, fault: Fault | None) -> None:
    judged = judge(
        row({"fever"}, at_least=Urgency.CALL_TODAY, at_most=Urgency.CONTACT_NOW),
        Answer(urgency, {"fever": Status.PRESENT, "rash": Status.DENIED}, NOBODY),
    )
    assert [failure.fault for failure in judged] == ([fault] if fault else [])
