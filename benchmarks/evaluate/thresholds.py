"""How sure the learned reader must be against the lexicon: what a miss costs against a false alarm.

Measured on labelled messages that it did not learn from. Five decisions, each by itself, since they never
meet in one symptom of one message: to add what the lexicon did not find, to keep what it reports, and to
report what its cues call denied, over or only mentioned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from blina.knowledge import Knowledge
from blina.knowledge.references import UNLISTED
from blina.knowledge.schema import Certainty, Urgency
from blina.reading.learned.reader import LearnedReader
from blina.reading.model import REPORTED, Status
from blina.reading.reader import SymptomReader
from learning.measure import is_held_out
from learning.messages import LabelledMessage, label_space, read_messages
from scripts.common import ROOT

# What one missed symptom costs in false alarms: a judgement, to be made by clinicians.
COST_OF_A_MISS: Mapping[str, float] = {
    Urgency.EMERGENCY.value: 6,
    Urgency.CONTACT_NOW.value: 4,
    Urgency.CALL_TODAY.value: 2,
    Urgency.TELL_TEAM.value: 1.5,
    UNLISTED: 1.5,
    "signs": 3,
}
GRID = np.round(np.arange(0.02, 1.0, 0.02), 2)
DECISIONS = ("adds", "keeps", "denied", "past", "mentioned")
_MESSAGES = ROOT / "data" / "messages"


@dataclass(frozen=True)
class Curve:
    """Cost at each threshold of ``GRID``, in false alarms, and the cheapest one."""

    costs: tuple[float, ...]
    misses: tuple[int, ...]
    alarms: tuple[int, ...]
    reported: int

    @property
    def best(self) -> float:
        """The cheapest threshold; the lowest of equals."""
        return float(GRID[int(np.argmin(self.costs))])


@dataclass(frozen=True)
class Case:
    """One label in one message: what the lexicon said, how sure the learned reader is, and what is right."""

    label: str
    group: str
    decision: str
    reported: float
    right: bool


@dataclass(frozen=True)
class Named:
    """What a label's own thresholds do.

    Args:
        right: how often the lexicon names it and it is there.
        lowest: how sure the learned reader is at least of those; 1 where there are none.
        wrong: how often the lexicon names it and it is not there.
        taken_away: how many of these the learned reader may take away.
        silent: how often it is there and the lexicon does not name it.
        added: how many of these the learned reader may add.
        invented: how often it may add it where it is not there.
        costs: the policy's.
    """

    right: int
    lowest: float
    wrong: int
    taken_away: int
    silent: int
    added: int
    invented: int
    costs: Certainty


def held_out() -> list[LabelledMessage]:
    """The labelled messages that the reader did not learn from."""
    files = sorted(_MESSAGES.rglob("*.jsonl"))
    return [message for message in read_messages(files, label_space(ROOT)) if is_held_out(message.text)]


def cases(
    messages: Sequence[LabelledMessage],
    knowledge: Knowledge,
    lexicon: SymptomReader,
    learned: LearnedReader,
    tick: Callable[[], None],
) -> Iterator[Case]:
    """Every decision that the messages ask for; labels of which either would be right are left out."""
    labels = learned.labels & {*knowledge.symptoms, UNLISTED, *knowledge.signs}
    for message in messages:
        reading = lexicon.read(message.text)
        said: dict[str, Status] = {item.symptom: item.status for item in reading.findings}
        said |= {sign.id: sign.status for sign in reading.signs}
        opinions, _, _ = learned.opinions(message.text, message.asked)
        there = [*message.said.get("present", ()), *message.said.get("uncertain", ())]
        doubtful = {label for entry in there if "/" in entry for label in entry.split("/")}
        for label in labels - doubtful:
            yield Case(
                label,
                _group(label, knowledge),
                _decision(said.get(label)),
                opinions[label].reported,
                label in there,
            )
        tick()


def curves(found: Sequence[Case]) -> dict[tuple[str, str], Curve]:
    """One curve for each decision and group of labels."""
    return {
        (decision, group): _curve([c for c in found if (c.decision, c.group) == (decision, group)], cost)
        for decision in DECISIONS
        for group, cost in COST_OF_A_MISS.items()
    }


def named(found: Sequence[Case], knowledge: Knowledge) -> dict[str, Named]:
    """What the thresholds for single labels do: those of which the policy says something of its own."""
    costs = knowledge.policy.reading
    return {
        label: _named([case for case in found if case.label == label], costs.of(label, knowledge.symptoms))
        for label in costs.labels
    }


def _named(found: Sequence[Case], costs: Certainty) -> Named:
    def sure(decision: str, right: bool) -> list[float]:
        return [case.reported for case in found if (case.decision, case.right) == (decision, right)]

    right, wrong = sure("keeps", True), sure("keeps", False)
    silent = sure("adds", True)
    return Named(
        right=len(right),
        lowest=min(right, default=1.0),
        wrong=len(wrong),
        taken_away=sum(one < costs.keeps for one in wrong),
        silent=len(silent),
        added=sum(one >= costs.adds for one in silent),
        invented=sum(one >= costs.adds for one in sure("adds", False)),
        costs=costs,
    )


def _group(label: str, knowledge: Knowledge) -> str:
    if label in knowledge.symptoms:
        return knowledge.symptoms[label].urgency.value
    return UNLISTED if label == UNLISTED else "signs"


def _decision(status: Status | None) -> str:
    if status is None:
        return "adds"
    if status in REPORTED:
        return "keeps"
    return {Status.DENIED: "denied", Status.PAST: "past"}.get(status, "mentioned")


def _curve(found: Sequence[Case], cost: float) -> Curve:
    right = np.array([case.reported for case in found if case.right])
    wrong = np.array([case.reported for case in found if not case.right])
    misses = tuple(int((right < least).sum()) for least in GRID)
    alarms = tuple(int((wrong >= least).sum()) for least in GRID)
    costs = tuple(cost * m + a for m, a in zip(misses, alarms, strict=True))
    return Curve(costs, misses, alarms, len(right))
