"""The figures count what is found, missed and invented, and the held-out messages are always the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from learning.measure import HELD_OUT_PERCENT, Floats, is_held_out, measure
from learning.messages import STATUSES, LabelledMessage, LabelSpace
from learning.targets import Example, example


def reads(space: LabelSpace, **probabilities: str) -> Floats:
    """One text: label to the status that is read with 0.95; "none" of the others."""
    said = np.zeros((len(space.labels), len(STATUSES)), np.float32)
    said[:, 0] = 1
    for label, status in probabilities.items():
        row = said[space.labels.index(label)]
        row[0], row[STATUSES.index(status)] = 0.05, 0.95
    return said


def figures(space: LabelSpace, read: Floats, **said: tuple[str, ...]) -> dict[str, object]:
    item = example(LabelledMessage("words", "", dict(said), "report"), space)

    def answer(batch: Sequence[Example]) -> tuple[Floats, Floats]:
        acts = np.zeros((len(batch), len(space.acts)), np.float32)
        acts[:, 0] = 1
        return np.stack([read] * len(batch)), acts

    return measure(answer, [item], space.labels).as_json()


def test_found_missed_and_invented_are_counted(space: LabelSpace) -> None:
    read = reads(space, fever="present", rash="uncertain")
    result = figures(space, read, present=("fever", "cough"))
    assert result["labels"] == {"cough": [0, 1, 0], "fever": [1, 0, 0], "rash": [0, 0, 1]}
    assert (result["recall"], result["precision"], result["acts"]) == (0.5, 0.5, 1.0)


def test_of_a_choice_either_is_right(space: LabelSpace) -> None:
    result = figures(space, reads(space, fainting="present"), present=("dizziness/fainting",))
    assert result["labels"] == {"fainting": [1, 0, 0]}


def test_statuses_are_compared(space: LabelSpace) -> None:
    read = reads(space, fever="denied", cough="denied")
    result = figures(space, read, denied=("fever",), past=("cough",))
    assert result["statuses"] == {
        "present": [0, 0], "uncertain": [0, 0], "denied": [1, 1], "past": [0, 1], "mentioned": [0, 0]
    }  # fmt: skip


def test_of_two_right_statuses_either_will_do(space: LabelSpace) -> None:
    result = figures(space, reads(space, fever="past"), denied=("fever",), past=("fever",))
    assert result["statuses"]["past"] == [1, 1]  # type: ignore[index]


def test_reliability_counts_each_probability_once(space: LabelSpace) -> None:
    result = figures(space, reads(space, fever="present"), present=("fever",))
    bins = result["reliability"]
    assert isinstance(bins, list)
    assert [count for count, _, _ in bins] == [len(space.labels) - 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert bins[9] == [1, 0.95, 1.0]


def test_what_is_held_out_depends_on_the_words_alone() -> None:
    texts = [f"message number {number}" for number in range(3000)]
    share = sum(map(is_held_out, texts)) / len(texts)
    assert abs(share - HELD_OUT_PERCENT / 100) < 0.02
    assert all(is_held_out(text) == is_held_out(f" {text.upper()}\n") for text in texts[:300])
