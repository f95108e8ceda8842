"""docs/architecture.md says what is: its layers are the checked ones, its walk is the one that is walked."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import reply
from blina.reading.learned.model import default_model
from blina.reading.reader import SymptomReader
from tests.unit.talk import KNOWLEDGE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
RESOLVED = ("longest_first", "_plain_phrases", "_loose", "_loose_pattern", "_ids")  # once for each cue
MESSAGE = "I have a headache and no fever"


def table(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    below = PAGE.split(f"\n## {heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert rows
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()[2:]]


def steps() -> list[tuple[str, str]]:
    """File and name of each step of the walk."""
    found = [re.fullmatch(r"`(\S+)`, `(\w+)`", row[2]) for row in table("One message in ten steps")]
    return [(step[1], step[2]) for step in found if step]


def test_the_rooms_are_the_layers_that_lint_checks_in_their_order() -> None:
    layers = re.search(
        r'^name = "Rooms import downwards only"$.*?^layers = \[$(.*?)^\]$', PROJECT, re.M | re.S
    )
    assert layers
    checked = [sorted(re.findall(r"[a-z_]+", line)) for line in layers[1].strip().splitlines()]
    named = [room for row in table("The rooms") for room in re.findall(r"`([a-z_]+)(?:/|\.py)`", row[0])]
    assert named == [room for line in checked for room in line]


def test_the_walk_has_ten_steps_that_are_there() -> None:
    assert len(table("One message in ten steps")) == len(steps()) == 10
    for file, name in steps():
        defined = {
            getattr(node, "name", "") for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
        }
        assert name in defined, f"{file} has no {name}"


def test_rasas_part_of_the_walk_is_its_pipeline() -> None:
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    components = [component["name"].rsplit(".", 1)[1] for component in pipeline]
    assert components == [name for _, name in steps()[1:5]]


def test_the_picture_names_rasas_part_in_the_order_of_the_walk() -> None:
    (picture,) = re.findall(r"^channel -> .*$", PAGE, re.M)
    assert picture.startswith(
        "channel -> guard -> encoder -> intent classifier -> symptom extractor -> rule -> "
    )
    assert picture.endswith(" -> action -> triage core -> reply")


@contextmanager
def watched(calls: list[tuple[str, str]]) -> Iterator[None]:
    """Keep each call of a function of the project: its file and its name."""

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith((f"{ROOT}/blina/", f"{ROOT}/actions/")):
            calls.append((Path(frame.f_code.co_filename).relative_to(ROOT).as_posix(), frame.f_code.co_name))

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def walked() -> list[tuple[str, str]]:
    """Every call of the core's part of the walk."""
    read = SymptomReader(KNOWLEDGE, default_model()).read(MESSAGE)
    latest = {"text": MESSAGE, "intent": {"name": "headache"}, "entities": read.as_entities()}
    tracker = Tracker("somebody", {}, latest, [], False, None, {}, "action_listen")
    calls: list[tuple[str, str]] = []
    reply.take_turn(CollectingDispatcher(), tracker)  # what is read once is read now
    with watched(calls):
        reply.take_turn(CollectingDispatcher(), tracker)
    return calls


def test_the_core_takes_its_steps_in_the_order_of_the_walk() -> None:
    calls = walked()
    first = [calls.index(step) for step in steps()[5:]]
    assert first == sorted(first)


def test_a_message_is_not_decided_again_and_again() -> None:
    calls = walked()
    decisions = calls.count(("blina/triage/policy.py", "decide"))
    assert decisions <= 4


def test_a_bound_core_looks_nothing_up_anew() -> None:
    calls = walked()
    assert ("blina/triage/policy.py", "decide") in calls
    made = {("blina/triage/values.py", "_limits"), *(("blina/triage/cues.py", name) for name in RESOLVED)}
    assert made.isdisjoint(calls)
