"""Messages composed from frames, for grammar that is endless: "no fever, but a headache", of any symptom."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml

from learning.messages import STATUSES, LabelledMessage, LabelSpace, MessageError

_SLOTS = ("a", "b", "c")
_FEELING = "f"
MOST_SHARE = 0.2  # of all that is learned from


def composed(file: Path, space: LabelSpace, count: int, seed: int) -> list[LabelledMessage]:
    """Fill frames with symptoms, each frame and each symptom about as often as any other.

    Args:
        file: ``frames.yml``.
        space: the labels that may be used.
        count: how many messages are wanted; no message is made twice.
        seed: the same seed gives the same messages.

    Returns:
        At most ``count`` messages.

    Raises:
        MessageError: a frame or a name speaks of a label or a status that there is not.
    """
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    _check(content, space, file.name)
    chance = random.Random(seed)
    made: dict[tuple[str, str], LabelledMessage] = {}
    for number in range(count):
        message = _filled(content["frames"][number % len(content["frames"])], content, space, chance)
        made.setdefault((message.text.lower(), message.asked), message)
    return list(made.values())


def _filled(
    frame: dict[str, Any], content: dict[str, Any], space: LabelSpace, chance: random.Random
) -> LabelledMessage:
    slots = [slot for slot in _SLOTS if slot in frame]
    symptoms = dict(zip(slots, chance.sample(sorted(content["names"]), len(slots)), strict=True))
    words = {slot: chance.choice(content["names"][symptom]) for slot, symptom in symptoms.items()}
    if _FEELING in frame:
        others = [symptom for symptom in sorted(content["feelings"]) if symptom not in symptoms.values()]
        symptoms[_FEELING] = chance.choice(others)
        words[_FEELING] = chance.choice(content["feelings"][symptoms[_FEELING]])
    said: dict[str, tuple[str, ...]] = {}
    for slot, symptom in symptoms.items():
        said[frame[slot]] = (*said.get(frame[slot], ()), symptom)
    return LabelledMessage(
        frame["text"].format(**words), frame.get("asked", ""), said, frame.get("act", space.acts[0])
    )


def _check(content: dict[str, Any], space: LabelSpace, name: str) -> None:
    for group in ("names", "feelings"):
        if unknown := set(content[group]) - set(space.labels):
            raise MessageError(f"{name}: {group}: {', '.join(sorted(unknown))} is no symptom and no sign")
    for frame in content["frames"]:
        slots = [slot for slot in (*_SLOTS, _FEELING) if slot in frame]
        wrong = [frame[slot] for slot in slots if frame[slot] not in STATUSES]
        if not slots or wrong or frame.get("act", space.acts[0]) not in space.acts:
            raise MessageError(f"{name}: the frame «{frame['text']}» has an unknown status or act")
