"""Messages with bounds: the lowest and highest urgency that is right, and what must and must not be found.

`tests/challenge/frames` and `tests/challenge/blind_round2` were written by somebody who saw only the policy.
Totals only: nobody reads their failures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.evaluate.challenge import FOLDER
from benchmarks.evaluate.pipeline import Pipeline
from benchmarks.evaluate.statistics import Share
from blina.assistant import Conversation
from blina.knowledge.schema import Urgency
from blina.triage.turn import Turn

SETS = ("frames", "blind_round2")
_OPENING = "I have a headache"  # asks the check question


@dataclass(frozen=True)
class Bounds:
    """One message.

    Args:
        text: the patient's words.
        group: what it tries.
        asked: whether it answers the check question.
        low: lowest urgency that is right.
        high: highest urgency that is right.
        present: of each group at least one has to be found.
        absent: what must not be found.
    """

    text: str
    group: str
    asked: bool
    low: Urgency
    high: Urgency
    present: tuple[frozenset[str], ...]
    absent: frozenset[str]


@dataclass
class Tally:
    """How one group was read."""

    messages: int = 0
    right: int = 0
    too_low: int = 0
    too_high: int = 0
    not_now: int = 0  # red flags whose reply did not say to call now

    def cells(self) -> list[object]:
        """For a table."""
        return [
            self.messages,
            Share(self.right, self.messages),
            self.too_low,
            self.not_now,
            self.too_high,
        ]


def load(name: str) -> list[Bounds]:
    """The messages of one set."""
    return list(_messages(FOLDER / name / "messages.jsonl"))


def measure(assistant: Pipeline, messages: Sequence[Bounds], tick: Callable[[], None]) -> dict[str, Tally]:
    """Read each message at the start of a conversation, or behind the check question."""
    tallies: dict[str, Tally] = {}
    for message in messages:
        before = assistant.respond(_OPENING)[1].conversation if message.asked else Conversation()
        _, turn = assistant.respond(message.text, before)
        _count(tallies.setdefault(message.group, Tally()), message, turn)
        tick()
    return tallies


def _count(tally: Tally, message: Bounds, turn: Turn) -> None:
    payload = next((reply.payload for reply in turn.replies if reply.payload), None)
    standing = Urgency.CALL_TODAY if message.asked else Urgency.NONE  # without a payload nothing changed
    urgency = Urgency(payload["urgency"]) if payload else standing
    symptoms = payload["symptoms"] if payload else []
    found = {s["id"] for s in symptoms if s["status"] in ("present", "uncertain")}
    if message.asked and not any("headache" in group for group in message.present):
        found -= {"headache"}  # of the opening
    high = max(message.high, standing)
    low, above = urgency < message.low, urgency > high
    wrong = bool(message.absent & found) or any(not group & found for group in message.present)
    tally.messages += 1
    tally.too_low += low
    tally.too_high += above
    tally.not_now += message.low >= Urgency.CONTACT_NOW and urgency < Urgency.CONTACT_NOW
    tally.right += not (low or above or wrong)


def _messages(file: Path) -> Iterator[Bounds]:
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Bounds(
            row["text"],
            row["set"],
            bool(row.get("asked")),
            Urgency(row["low"]),
            Urgency(row["high"]),
            tuple(frozenset(group) for group in row.get("present", [])),
            frozenset(row.get("absent", [])),
        )
