"""Frames are filled with known labels, repeatably, and stay a small part of what is learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from learning.frames import MOST_SHARE, composed
from learning.messages import STATUSES, LabelSpace, MessageError
from scripts.common import ROOT

FILE = ROOT / "data" / "messages" / "frames.yml"


def frames(folder: Path, **changes: Any) -> Path:
    content = {
        "names": {"fever": ["fever"], "cough": ["a cough"], "rash": ["a rash", "rash"]},
        "feelings": {"nausea": ["queasy"]},
        "frames": [{"text": "no {a}, but {b}", "a": "denied", "b": "present"}],
    }
    file = folder / "frames.yml"
    file.write_text(yaml.safe_dump({**content, **changes}), encoding="utf-8")
    return file


def test_frames_are_at_most_a_fifth_of_what_is_learned_from() -> None:
    assert MOST_SHARE <= 0.2


def test_a_frame_says_what_it_should_of_what_is_filled_in(tmp_path: Path, space: LabelSpace) -> None:
    for message in composed(frames(tmp_path), space, 40, seed=1):
        (denied,), (present,) = message.said["denied"], message.said["present"]
        assert denied != present
        assert message.text.index(denied) < message.text.index(present)


def test_a_feeling_is_another_symptom_than_the_names(tmp_path: Path, space: LabelSpace) -> None:
    frame = {"text": "no {a}, just {f}", "a": "denied", "f": "present"}
    file = frames(tmp_path, frames=[frame], feelings={"nausea": ["queasy"], "fever": ["feverish"]})
    for message in composed(file, space, 40, seed=1):
        assert message.said["denied"] != message.said["present"]


def test_no_message_is_made_twice_and_the_same_seed_makes_the_same(space: LabelSpace) -> None:
    made = composed(FILE, space, 800, seed=3)
    assert made == composed(FILE, space, 800, seed=3)
    assert made != composed(FILE, space, 800, seed=4)
    assert len({(message.text.lower(), message.asked) for message in made}) == len(made)


def test_the_projects_frames_name_only_known_labels_statuses_and_acts(space: LabelSpace) -> None:
    for message in composed(FILE, space, 2000, seed=1):
        assert set(message.said) <= set(STATUSES)
        assert {label for labels in message.said.values() for label in labels} <= set(space.labels)
        assert message.act in space.acts
        assert "{" not in message.text


@pytest.mark.parametrize(
    "changes",
    [
        {"names": {"feverr": ["fever"]}},
        {"feelings": {"feverr": ["hot"]}},
        {"frames": [{"text": "no {a}", "a": "dennied"}]},
        {"frames": [{"text": "nothing"}]},
        {"frames": [{"text": "no {a}", "a": "denied", "act": "shouts"}]},
    ],
)
def test_what_there_is_not_is_refused(tmp_path: Path, space: LabelSpace, changes: dict[str, Any]) -> None:
    with pytest.raises(MessageError, match=r"^frames\.yml: "):
        composed(frames(tmp_path, **changes), space, 10, seed=1)
