"""The challenge set: messages written by hand, what has to be understood, and the judgement of a reply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from benchmarks.evaluate.pipeline import Pipeline
from blina.knowledge.schema import Urgency
from blina.reading.model import REPORTED, Status
from scripts.common import ROOT

FOLDER = ROOT / "tests" / "challenge"
_LISTS = ("present", "denied", "past", "any_of", "optional", "signs")


class Kind(str, Enum):
    """What a message of the challenge set tries."""

    RED_FLAG = "red_flag"
    ORDINARY = "ordinary"
    NOT_NOW = "not_now"  # denied, past, asked, feared, quoted, somebody else's, an idiom
    SEVERAL = "several"
    TYPING = "typing"


class Fault(str, Enum):
    """One way to be wrong about a message."""

    TOO_LOW = "too low"  # less urgent than it has to be
    TOO_HIGH = "too high"
    MISSED = "missed"  # a present symptom was not found
    FALSE_ALARM = "false alarm"  # a symptom that is not there was found
    STATUS = "status"  # a symptom that is denied or over was not found to be
    SIGN = "sign"  # "severe", "cannot be woken": not found


# The faults that change what the patient is told; the others lose detail for the team.
HARMFUL = frozenset({Fault.TOO_LOW, Fault.TOO_HIGH, Fault.MISSED, Fault.FALSE_ALARM})


@dataclass(frozen=True)
class Row:
    """One message with its labels; the fields are explained in tests/challenge/README.md."""

    text: str
    kind: Kind
    present: frozenset[str]
    denied: frozenset[str]
    past: frozenset[str]
    any_of: frozenset[str]
    optional: frozenset[str]
    signs: frozenset[str]
    at_least: Urgency = Urgency.NONE
    at_most: Urgency = Urgency.EMERGENCY
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What the assistant made of one message.

    Args:
        urgency: of the reply's payload, ``none`` without one.
        statuses: symptom id to what was read about it.
        signs: ids of the signs and qualifiers that were read as there.
    """

    urgency: Urgency
    statuses: Mapping[str, Status]
    signs: frozenset[str]

    @property
    def present(self) -> frozenset[str]:
        """Symptoms that were found to be there, for sure or maybe."""
        return frozenset(id for id, status in self.statuses.items() if status in REPORTED)


@dataclass(frozen=True)
class Failure:
    """One fault in one row."""

    row: Row
    fault: Fault
    expected: str
    got: str


def load(folder: Path = FOLDER) -> tuple[Row, ...]:
    """All rows of the challenge set.

    Raises:
        ValueError: a row with an unknown field, kind or urgency.
    """
    rows = []
    for path in sorted(folder.glob("*.yml")):
        for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            try:
                rows.append(_row(entry))
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"{path.name}, message {number}: {error}") from error
    return tuple(rows)


def _row(entry: dict[str, Any]) -> Row:
    fields: dict[str, Any] = {name: frozenset(entry.pop(name, None) or ()) for name in _LISTS}
    fields |= {name: Urgency(entry.pop(name)) for name in ("at_least", "at_most") if name in entry}
    return Row(kind=Kind(entry.pop("kind")), **fields, **entry)


def answer(pipeline: Pipeline, text: str) -> Answer:
    """What the assistant makes of a message that opens a conversation."""
    reading, turn = pipeline.respond(text)
    payload: dict[str, Any] = next((reply.payload for reply in turn.replies if reply.payload), {})
    told = {sign.id for sign in reading.signs if sign.status in REPORTED}
    qualifiers = {id for finding in reading.findings for id in finding.qualifiers}
    return Answer(
        urgency=Urgency(payload.get("urgency", "none")),
        statuses={entry["id"]: Status(entry["status"]) for entry in payload.get("symptoms", [])},
        signs=frozenset(told | qualifiers),
    )


def judge(row: Row, got: Answer) -> Iterator[Failure]:
    """Everything that is wrong about an answer."""
    if got.urgency < row.at_least:
        yield Failure(row, Fault.TOO_LOW, f"at least {row.at_least.value}", got.urgency.value)
    if got.urgency > row.at_most:
        yield Failure(row, Fault.TOO_HIGH, f"at most {row.at_most.value}", got.urgency.value)
    for id in sorted(row.present - got.present):
        yield Failure(row, Fault.MISSED, id, _shown(got.present))
    if row.any_of and not row.any_of & got.present:
        yield Failure(row, Fault.MISSED, " or ".join(sorted(row.any_of)), _shown(got.present))
    for id in sorted(got.present - row.present - row.any_of - row.optional):
        yield Failure(row, Fault.FALSE_ALARM, f"no {id}", id)
    for status, ids in ((Status.DENIED, row.denied), (Status.PAST, row.past)):
        for id in sorted(ids - got.present):  # present instead is a false alarm
            if got.statuses.get(id) is not status:
                read = got.statuses.get(id)
                yield Failure(row, Fault.STATUS, f"{id} {status.value}", read.value if read else "nothing")
    for id in sorted(row.signs - got.signs):
        yield Failure(row, Fault.SIGN, id, _shown(got.signs))


def _shown(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"
