"""Writes the model card from what `make learn` noted: `python -m learning.card`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from learning.messages import label_space

ROOT = Path(__file__).parent.parent
READER = ROOT / "blina" / "reading" / "learned" / "files" / "reader.json"
TARGET = ROOT / "docs" / "model-card.md"
_STATUS_NAMES = {
    "present": "is there",
    "uncertain": "may be there",
    "denied": "is not there",
    "past": "was there, and is over",
    "mentioned": "is asked about, feared, quoted, an idiom, or somebody else's",
}
_FEWEST = 5  # held-out messages of a label below which a share says nothing

_HEAD = """# Model card: the learned reader

Made by `python -m learning.card` from `blina/reading/learned/files/reader.json`; `make learn` makes both.

| | |
|---|---|
"""

_USE = """
## What it is for

It reads one message of somebody who is treated with blinatumomab, or of somebody beside them, together with
the question that the message answers, and gives for each of {labels} labels how likely it is there, denied,
past or only mentioned, for the message what it does, and for each label the words that this rests on. It is one of two
readings: the lexicon is the other, and what a patient is told is decided by rules that a clinician signs
([architecture.md](architecture.md), [triage.md](triage.md)).

**It is not a medical device**, diagnoses nothing, and must not be used by itself: not to decide whether
somebody needs help, not for another medicine, not to sort messages that nobody looks at.

## Languages

English only, as people in Britain, Ireland, North America, India, Africa and Australia write it, also with
typing errors, and also by people whose first language is another. A message in another language is not
understood, although single words of it may seem to be.

## Limits

- The people who wrote the messages are the project's own writers, no patients. Real patients' messages were never
  learned from. Figures on messages that strangers wrote are in [evaluation.md](evaluation.md); they are lower than the
  ones here.
- The figures here are of messages by the same writers as those that it learned from: they say how well it
  learned, not how well it will do with patients.
- Rare labels have few messages to measure with; a share from fewer than twenty of them can be wrong by a fifth.
- It was measured as a whole and by label, not by age, sex, region or illness of whoever writes.
- It knows nothing of the conversation but the question before. Messages of more than 220 word pieces are read in windows.
- Numbers (temperatures, blood values) are read by a grammar, not by it.
- What the labels mean is a convention ([data.md](data.md)); two readers agree on it only so far.
"""


def card(reader: dict[str, Any], names: dict[str, str]) -> str:
    """The model card.

    Args:
        reader: content of ``reader.json``.
        names: readable names of the labels.

    Returns:
        Markdown.
    """
    held = reader["held_out"]
    written = sum(reader["messages"].values())
    facts = [
        ("made on", reader["made"]),
        ("SHA-256 of `reader.onnx`", f"`{reader['sha256']}`"),
        ("encoder it began from", "all-MiniLM-L6-v2 (Apache-2.0), its published float weights"),
        ("learned from", f"{written} messages, {reader['frames']} frames, {reader['phrases']} training phrases"),
        ("measured with", f"{held['messages']} of the messages and frames, chosen by their words, never learned from"),
        ("time", f"{reader['minutes']} minutes"),
        ("plan", _plan(reader)),
        *_before(reader.get("went_on_from")),
        ("labels", f"{len(reader['labels'])}; acts: {len(reader['acts'])}"),
    ]  # fmt: skip
    parts = [
        _HEAD + "\n".join(f"| {name} | {value} |" for name, value in facts) + "\n",
        _USE.format(labels=len(reader["labels"])),
        "\n## Data\n\nWritten for this project, by writers each with a region and a voice; a second reader "
        "labelled a part again ([data.md](data.md)).\n\n",
        _table(("file", "messages"), sorted(reader["messages"].items())),
        "\n## Figures\n\nOn the messages that were held out. A label is found when it is there or may be there with "
        f"more than one half. Over all labels, recall is {held['recall']:.3f} and precision "
        f"{held['precision']:.3f}; the act is right in {held['acts']:.3f}.\n\n",
        _table(("what is said", "right", "of", "share"), _statuses(held["statuses"])),
        "\n### Is a probability what it says?\n\n",
        _table(("probability that it is there", "how many", "mean", "really there"), _bins(held["reliability"])),
        "\n### By label\n\n",
        _table(
            ("label", "", "found", "missed", "invented", "recall", "precision"), _labels(held["labels"], names)
        ),
    ]  # fmt: skip
    return "".join(parts)


def write(reader: Path = READER, target: Path = TARGET) -> None:
    """Write the card.

    Args:
        reader: ``reader.json``.
        target: the card.
    """
    space = label_space(ROOT)
    names = dict(zip(space.labels, space.names, strict=True))
    target.write_text(card(json.loads(reader.read_text(encoding="utf-8")), names), encoding="utf-8")


def main() -> None:
    """Read the command line and write the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, default=READER)
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    write(arguments.reader, arguments.target)


def _plan(reader: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in reader["plan"].items())


def _before(reader: Mapping[str, Any] | None) -> Iterable[tuple[str, str]]:
    """The readers that this one went on from, latest first."""
    while reader:
        which = f"`{reader['sha256']}`" if "sha256" in reader else "weights that were kept"
        yield "went on from", f"{which}, {reader['minutes']} minutes: {_plan(reader)}"
        reader = reader.get("went_on_from")


def _statuses(statuses: dict[str, Sequence[int]]) -> Iterable[tuple[object, ...]]:
    for status, (right, all_) in statuses.items():
        yield f"{status}: {_STATUS_NAMES[status]}", right, all_, _share(right, all_)


def _bins(reliability: Sequence[Sequence[float]]) -> Iterable[tuple[object, ...]]:
    width = 1 / len(reliability)
    for at, (count, mean, really) in enumerate(reliability):
        yield f"{at * width:.1f} to {(at + 1) * width:.1f}", int(count), f"{mean:.3f}", f"{really:.3f}"


def _labels(labels: dict[str, Sequence[int]], names: dict[str, str]) -> Iterable[tuple[object, ...]]:
    for label, (found, missed, invented) in labels.items():
        recall, precision = _share(found, found + missed), _share(found, found + invented)
        yield f"`{label}`", names.get(label, ""), found, missed, invented, recall, precision


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole >= _FEWEST else "(too few)"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


if __name__ == "__main__":
    main()
