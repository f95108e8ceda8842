"""How often the messages say each thing of each symptom: `python -m learning.counts`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from learning.messages import UNLISTED, LabelledMessage, LabelSpace, label_space, read_messages

ROOT = Path(__file__).parent.parent
WANTED = {"present": 120, "denied": 40, "past": 30, "mentioned": 40}
_LONG = 40  # words


def counts(messages: Iterable[LabelledMessage]) -> Counter[tuple[str, str]]:
    """How many messages say each thing of each label; what is uncertain counts as present.

    Args:
        messages: labelled.

    Returns:
        Label and status, counted; of a choice each label.
    """
    return Counter(
        said
        for message in messages
        for said in {
            (label, "present" if status == "uncertain" else status)
            for status, entries in message.said.items()
            for entry in entries
            for label in entry.split("/")
        }
    )


def short(counted: Counter[tuple[str, str]], space: LabelSpace) -> list[str]:
    """The symptoms of which something is said more rarely than wanted.

    Args:
        counted: of `counts`.
        space: the labels.

    Returns:
        Their ids.
    """
    symptoms = space.labels[: space.labels.index(UNLISTED)]
    return [
        label
        for label in symptoms
        if any(counted[label, status] < wanted for status, wanted in WANTED.items())
    ]


def main() -> None:
    """Print what there is, and the symptoms that are short of something."""
    space = label_space(ROOT)
    messages = read_messages(sorted((ROOT / "data" / "messages").rglob("*.jsonl")), space)
    lengths = [len(message.text.split()) for message in messages]
    long = sum(length > _LONG for length in lengths)
    answers = sum(bool(message.asked) for message in messages)
    nothing = sum(not message.said for message in messages)
    print(
        f"{len(messages)} messages, {answers} of them with the question that they answer; {nothing} say "
        f"nothing of any label; {long} have more than {_LONG} words, the longest {max(lengths)}.\n"
    )
    counted = counts(messages)
    print(f"| short of something | {' | '.join(WANTED)} |\n|---|{'---:|' * len(WANTED)}")
    for label in short(counted, space):
        print(f"| `{label}` | {' | '.join(str(counted[label, status]) for status in WANTED)} |")


if __name__ == "__main__":
    main()
