"""The labelled messages of `data/messages/`: what each says of symptoms and signs, and what it does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

KNOWLEDGE = Path(
    "knowledge/drugs/blinatumomab"
)  # whose side effects the reader knows; from the project's folder
UNLISTED = "unlisted"
STATUSES = ("none", "present", "uncertain", "denied", "past", "mentioned")
_LISTS = ("present", "uncertain", "denied", "past", "mentioned", "signs")
_FIELDS = {"text", "asked", "unlisted", "act", *_LISTS}


class MessageError(ValueError):
    """A labelled message that cannot be learned from, with its file and line."""


@dataclass(frozen=True)
class LabelSpace:
    """What a message can say something of, and what it can do.

    Args:
        labels: ids of symptoms, ``unlisted`` and ids of signs, in the order of the network's outputs.
        names: one readable name a label, of which the network's first guess is made.
        acts: what a message does; the first one reports.
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    acts: tuple[str, ...]


@dataclass(frozen=True)
class LabelledMessage:
    """One message with what it says.

    Args:
        text: the patient's words.
        asked: the question that it answers, or empty.
        said: status to the labels with that status; alternatives are joined with ``/``.
        act: what the message does.
    """

    text: str
    asked: str
    said: dict[str, tuple[str, ...]]
    act: str


def label_space(root: Path) -> LabelSpace:
    """The labels: every symptom of the knowledge, and what `data/messages/labels.yml` adds.

    Args:
        root: the project's folder.

    Returns:
        The label space.
    """
    symptoms = yaml.safe_load((root / KNOWLEDGE / "symptoms.yml").read_text(encoding="utf-8"))["symptoms"]
    more = yaml.safe_load((root / "data" / "messages" / "labels.yml").read_text(encoding="utf-8"))
    signs = more["signs"]
    return LabelSpace(
        (*(symptom["id"] for symptom in symptoms), UNLISTED, *signs),
        (*(symptom["label"] for symptom in symptoms), "another complaint", *signs.values()),
        tuple(more["acts"]),
    )


def read_messages(files: Sequence[Path], space: LabelSpace) -> list[LabelledMessage]:
    """All labelled messages of some files.

    Args:
        files: JSON lines.
        space: the labels that may be used.

    Returns:
        The messages in the order of the files.

    Raises:
        MessageError: naming the file and line, for bad JSON, unknown fields, labels or acts, an empty text,
            or a text that stands there twice with the same question.
    """
    seen: dict[tuple[str, str], str] = {}
    messages = []
    for file in files:
        for number, line in _lines(file):
            where = f"{file.name}, line {number}"
            message = _message(line, where, space)
            key = (" ".join(message.text.lower().split()), message.asked)
            if key in seen:
                raise MessageError(f"{where}: the same message stands in {seen[key]}")
            seen[key] = where
            messages.append(message)
    return messages


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    with file.open(encoding="utf-8") as lines:
        yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _message(line: str, where: str, space: LabelSpace) -> LabelledMessage:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise MessageError(f"{where}: no JSON ({error})") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise MessageError(f"{where}: the field text is missing or empty")
    if unknown := set(row) - _FIELDS:
        raise MessageError(f"{where}: unknown field {', '.join(sorted(unknown))}")
    act = row.get("act", space.acts[0])
    if act not in space.acts:
        raise MessageError(f"{where}: act: {act} is not one of data/messages/labels.yml")
    said: dict[str, tuple[str, ...]] = {}
    for name in _LISTS:
        labels = tuple(row.get(name) or ())
        for label in (one for entry in labels for one in entry.split("/")):
            if label not in space.labels:
                raise MessageError(f"{where}: {name}: {label} is no symptom and no sign")
        status = "present" if name == "signs" else name
        said[status] = (*said.get(status, ()), *labels)
    if row.get("unlisted"):
        said["present"] = (*said["present"], UNLISTED)
    return LabelledMessage(row["text"], row.get("asked") or "", {s: v for s, v in said.items() if v}, act)
