"""Labelled messages are read as they were meant, and a mistake is refused with its file and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blina.knowledge import load_knowledge
from learning.messages import UNLISTED, LabelSpace, MessageError, read_messages


def written(folder: Path, *lines: str | dict[str, Any]) -> Path:
    """A file of messages."""
    file = folder / "body.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def test_a_message_keeps_what_it_says(tmp_path: Path, space: LabelSpace) -> None:
    row = {"text": "no fever, cough is back", "asked": "screening", "present": ["cough"], "denied": ["fever"]}
    (message,) = read_messages([written(tmp_path, row)], space)
    assert (message.text, message.asked, message.act) == (row["text"], "screening", "report")
    assert message.said == {"present": ("cough",), "denied": ("fever",)}


def test_signs_and_unlisted_complaints_are_present(tmp_path: Path, space: LabelSpace) -> None:
    row = {"text": "itchy, and worse", "present": ["rash"], "signs": ["getting_worse"], "unlisted": True}
    (message,) = read_messages([written(tmp_path, row)], space)
    assert message.said == {"present": ("rash", "getting_worse", UNLISTED)}


def test_alternatives_are_kept_together(tmp_path: Path, space: LabelSpace) -> None:
    (message,) = read_messages([written(tmp_path, {"text": "x", "present": ["dizziness/fainting"]})], space)
    assert message.said["present"] == ("dizziness/fainting",)


GOOD = {"text": "fine"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[]", "the field text is missing or empty"),
        ({"present": ["fever"]}, "the field text is missing or empty"),
        ({"text": "  "}, "the field text is missing or empty"),
        ({"text": "hot", "presnt": ["fever"]}, "unknown field presnt"),
        ({"text": "hot", "present": ["feverr"]}, "present: feverr is no symptom and no sign"),
        ({"text": "hot", "past": ["chills/feverr"]}, "past: feverr is no symptom and no sign"),
        ({"text": "hot", "act": "shouts"}, "act: shouts is not one of"),
        ({"text": " FINE "}, r"the same message stands in body\.jsonl, line 1"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    tmp_path: Path, space: LabelSpace, line: str | dict[str, Any], reason: str
) -> None:
    file = written(tmp_path, GOOD, "", line)
    with pytest.raises(MessageError, match=rf"^body\.jsonl, line 3: {reason}"):
        read_messages([file], space)


def test_the_same_words_may_answer_two_questions(tmp_path: Path, space: LabelSpace) -> None:
    rows = [{"text": "no", "asked": asked} for asked in ("Is she awake?", "Is the pump running?")]
    assert len(read_messages([written(tmp_path, *rows)], space)) == 2


def test_every_label_is_a_symptom_or_a_sign_of_the_lexicon(space: LabelSpace) -> None:
    knowledge = load_knowledge()
    signs = space.labels[space.labels.index(UNLISTED) + 1 :]
    assert space.labels[: space.labels.index(UNLISTED)] == tuple(knowledge.symptoms)
    assert set(signs) - set(knowledge.signs) == set()
    assert len(set(space.labels)) == len(space.labels) == len(space.names)
