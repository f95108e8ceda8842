"""Agreement of two readers, on counts that can be checked by hand."""

from __future__ import annotations

import pytest

from learning.agreement import Cells, compare, report
from learning.messages import LabelledMessage, LabelSpace


def said(text: str, act: str = "report", **what: str) -> LabelledMessage:
    return LabelledMessage(text, "", {status: tuple(of.split()) for status, of in what.items()}, act)


def test_what_both_say_and_what_only_one_says(space: LabelSpace) -> None:
    first = [said("a", present="fever cough"), said("b", denied="fever"), said("not read again")]
    second = [said("a", present="fever", denied="cough"), said("b", "other", denied="fever")]
    result = compare(first, second, space)
    present, denied = result.statuses["present"], result.statuses["denied"]
    assert result.messages == 2
    assert (present.both, present.first, present.second) == (1, 1, 0)
    assert (denied.both, denied.first, denied.second) == (1, 0, 1)
    assert result.same_act == 0.5
    assert result.labels["cough"].first == 1


def test_of_a_choice_either_is_right_and_uncertain_is_present(space: LabelSpace) -> None:
    first = [said("a", present="dizziness/fainting"), said("b", uncertain="fever")]
    second = [said("a", present="fainting"), said("b", present="fever/chills")]
    present = compare(first, second, space).statuses["present"]
    assert (present.both, present.first, present.second) == (2, 0, 0)


def test_kappa() -> None:
    cells = Cells(both=20, first=5, second=10, all=50)  # the usual example: 0.7 seen, 0.5 by chance
    assert cells.kappa == pytest.approx(0.4)
    assert cells.agreement == pytest.approx(40 / 55)
    assert Cells(both=0, all=10).kappa == 1.0


def test_the_report_names_the_labels_with_least_agreement(space: LabelSpace) -> None:
    first = [said(str(n), present="fever" if n % 2 else "cough") for n in range(40)]
    second = [said(str(n), present="fever" if n % 2 else "chills") for n in range(40)]
    shown = report(compare(first, second, space))
    assert "| present | 20 | 20 | 20 | 0.50 |" in shown
    assert "| `cough` | 0 | 20 | 0 | 0.00 |" in shown
