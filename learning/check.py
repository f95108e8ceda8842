"""Measures the model as it runs, in 8 bits, on the held-out messages: `python -m learning.check`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from blina.reading.learned.model import FILES, LearnedModel
from learning import card
from learning.measure import Floats, is_held_out, measure
from learning.messages import label_space, read_messages
from learning.targets import Example, example

ROOT = Path(__file__).parent.parent


def figures(folder: Path, held_out: Sequence[Example]) -> dict[str, Any]:
    """What a model gets right.

    Args:
        folder: holds the model's files.
        held_out: messages that it did not learn from.

    Returns:
        For `reader.json`; see `learning.measure.Figures.as_json`.
    """
    model = LearnedModel(folder)

    def read(batch: Sequence[Example]) -> tuple[Floats, Floats]:
        predictions = [model.predict(item.text, item.asked) for item in batch]
        return np.array([one.statuses for one in predictions]), np.array([one.acts for one in predictions])

    return measure(read, held_out, model.labels).as_json()


def main() -> None:
    """Measure the project's model and write the figures down."""
    space = label_space(ROOT)
    files = sorted((ROOT / "data" / "messages").rglob("*.jsonl"))
    messages = [message for message in read_messages(files, space) if is_held_out(message.text)]
    noted = json.loads((FILES / "reader.json").read_text(encoding="utf-8"))
    noted["held_out"] = figures(FILES, [example(message, space) for message in messages])
    (FILES / "reader.json").write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")
    card.write()
    print({name: noted["held_out"][name] for name in ("messages", "recall", "precision", "acts", "statuses")})


if __name__ == "__main__":
    main()
