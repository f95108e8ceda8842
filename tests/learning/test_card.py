"""The model card says what `make learn` noted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from learning import card
from learning.messages import STATUSES, LabelSpace

NOTED = {
    "made": "2026-11-28",
    "sha256": "ab" * 32,
    "labels": ["fever", "cough"],
    "statuses": list(STATUSES),
    "acts": ["report", "other"],
    "most_pieces": 400,
    "plan": {"epochs": 6.0, "seed": 1},
    "messages": {"common/body.jsonl": 150, "common/long.jsonl": 50},
    "frames": 40,
    "phrases": 10,
    "minutes": 1.5,
    "held_out": {
        "messages": 19,
        "recall": 0.9,
        "precision": 0.8,
        "acts": 0.7,
        "statuses": {status: [3, 4] if status == "past" else [9, 12] for status in STATUSES[1:]},
        "labels": {"cough": [1, 0, 1], "fever": [9, 1, 3]},
        "reliability": [[100, 0.01, 0.0], [0, 0.0, 0.0], [0, 0.0, 0.0], [0, 0.0, 0.0], [20, 0.91, 0.95]],
    },
}


def test_the_card_shows_figures_limits_and_use(tmp_path: Path) -> None:
    reader, target = tmp_path / "reader.json", tmp_path / "card.md"
    reader.write_text(json.dumps(NOTED))
    card.write(reader, target)
    text = target.read_text()
    assert "| learned from | 200 messages, 40 frames, 10 training phrases |" in text
    assert "| `fever` | Fever | 9 | 1 | 3 | 0.90 | 0.75 |" in text
    assert "| `cough` | Cough | 1 | 0 | 1 | (too few) | (too few) |" in text
    assert "| past: was there, and is over | 3 | 4 | (too few) |" in text
    assert "| 0.8 to 1.0 | 20 | 0.910 | 0.950 |" in text
    for said in ("not a medical device", "English only", "## Limits", "`" + "ab" * 32 + "`"):
        assert said in text


@pytest.mark.skipif(not card.READER.exists(), reason="the reader's files are not here")
def test_the_card_in_the_docs_is_the_readers(space: LabelSpace) -> None:
    noted = json.loads(card.READER.read_text(encoding="utf-8"))
    assert noted["labels"] == list(space.labels)
    names = dict(zip(space.labels, space.names, strict=True))
    assert card.TARGET.read_text(encoding="utf-8") == card.card(noted, names)
