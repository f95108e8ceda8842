"""The labelled messages themselves: valid, enough, and none that is kept for measuring."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from learning.counts import WANTED, counts, short
from learning.frames import composed
from learning.messages import UNLISTED, LabelledMessage, LabelSpace, read_messages
from scripts.common import ROOT

MESSAGES = ROOT / "data" / "messages"
SECOND_READER = ROOT / "data" / "second_reader.jsonl"
FEWEST_MESSAGES = 20_000
FEWEST_LONG = 1_500  # of more than 40 words
FLOOR = {"present": 60, "denied": 30, "past": 25, "mentioned": 20}  # of every symptom, also of the rarest
FEWEST_WORDS_KEPT = 4  # shorter messages are ordinary phrases that nobody owns


@pytest.fixture(scope="module")
def messages(space: LabelSpace) -> list[LabelledMessage]:
    return read_messages(sorted(MESSAGES.rglob("*.jsonl")), space)


def normalised(text: str) -> str:
    """The words of a message without case, apostrophes and punctuation."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’]", "", text.lower())))


def texts(content: Any) -> Iterator[str]:
    """Every message of a file of the challenge set, wherever it stands."""
    if isinstance(content, list):
        for entry in content:
            yield from texts(entry)
    elif isinstance(content, dict):
        if isinstance(content.get("text"), str):
            yield content["text"]
        for entry in content.values():
            yield from texts(entry)


def test_there_are_enough_and_the_long_ones_among_them(messages: list[LabelledMessage]) -> None:
    assert len(messages) >= FEWEST_MESSAGES
    assert sum(len(message.text.split()) > 40 for message in messages) >= FEWEST_LONG


def test_every_symptom_is_said_in_every_way(messages: list[LabelledMessage], space: LabelSpace) -> None:
    counted = counts(messages)
    symptoms = space.labels[: space.labels.index(UNLISTED)]
    few = {
        (label, status): counted[label, status]
        for label in symptoms
        for status, least in FLOOR.items()
        if counted[label, status] < least
    }
    assert few == {}


def test_the_symptoms_that_are_short_of_something_are_in_the_docs(
    messages: list[LabelledMessage], space: LabelSpace
) -> None:
    listed = re.findall(r"^\| `(\w+)` (?:\| \d+ ){4}\|$", (ROOT / "docs/data.md").read_text(), re.MULTILINE)
    assert set(short(counts(messages), space)) - set(listed) == set(), f"below {WANTED}: add to docs/data.md"


def test_frames_stay_below_a_fifth(messages: list[LabelledMessage], space: LabelSpace) -> None:
    frames = composed(MESSAGES / "frames.yml", space, 6000, seed=1)
    assert len(frames) <= 0.25 * len(messages)


def test_every_act_has_messages(messages: list[LabelledMessage], space: LabelSpace) -> None:
    assert {message.act for message in messages} == set(space.acts)


@pytest.mark.slow
def test_no_message_is_kept_for_measuring(messages: list[LabelledMessage]) -> None:
    _, *hashes = (ROOT / "tests/reference/evaluation_hashes.txt").read_text(encoding="utf-8").splitlines()
    kept = set(hashes)
    challenge = {
        normalised(text)
        for file in (ROOT / "tests/challenge").rglob("*.yml")
        for text in texts(yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    }
    assert len(challenge) > 2000
    words = [normalised(message.text) for message in messages]
    words = [said for said in words if said.count(" ") + 1 >= FEWEST_WORDS_KEPT]
    assert [said for said in words if said in challenge] == []
    assert [said for said in words if hashlib.sha256(said.encode()).hexdigest() in kept] == []


def test_the_second_reader_read_messages_that_are_there(
    messages: list[LabelledMessage], space: LabelSpace
) -> None:
    second = read_messages([SECOND_READER], space)
    known = {(message.text, message.asked) for message in messages}
    assert len(second) > 2000
    assert sum((message.text, message.asked) in known for message in second) >= 0.95 * len(second)
