"""How far two readers agree: `python -m learning.agreement data/messages data/second_reader.jsonl`."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from learning.messages import LabelledMessage, LabelSpace, label_space, read_messages

ROOT = Path(__file__).parent.parent
STATUSES = {"present": ("present", "uncertain"), "denied": ("denied",), "past": ("past",)}
STATUSES["mentioned"] = ("mentioned",)
_FEWEST = 10  # a label that is said more rarely than that has no figure of its own
_SHOWN = 10

Key = tuple[str, str]


@dataclass
class Cells:
    """Decisions of two readers, each a yes or a no.

    Args:
        both: both say yes.
        first: only the first.
        second: only the second.
        all: how many decisions there were.
    """

    both: int = 0
    first: int = 0
    second: int = 0
    all: int = 0

    @property
    def agreement(self) -> float:
        """Of what either says, how much both say: twice the common ones, over the ones of both."""
        return 2 * self.both / max(1, 2 * self.both + self.first + self.second)

    @property
    def kappa(self) -> float:
        """Cohen's kappa: agreement beyond that of chance."""
        if not self.all:
            return 0.0
        one, two = (self.both + self.first) / self.all, (self.both + self.second) / self.all
        return _beyond_chance(1 - (self.first + self.second) / self.all, one * two + (1 - one) * (1 - two))


@dataclass
class Agreement:
    """Two readers compared.

    Args:
        messages: labelled by both.
        statuses: by status, over all labels.
        labels: by label, of what is present or may be.
        acts: what the first and the second say that a message does, counted.
    """

    messages: int = 0
    statuses: dict[str, Cells] = field(default_factory=dict)
    labels: dict[str, Cells] = field(default_factory=dict)
    acts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def same_act(self) -> float:
        """The share of messages that do the same for both."""
        return sum(n for (one, two), n in self.acts.items() if one == two) / max(1, self.messages)

    @property
    def kappa_of_acts(self) -> float:
        """Cohen's kappa of the acts."""
        firsts: Counter[str] = Counter()
        seconds: Counter[str] = Counter()
        for (one, two), n in self.acts.items():
            firsts[one] += n
            seconds[two] += n
        chance = sum(firsts[act] * seconds[act] for act in firsts) / max(1, self.messages) ** 2
        return _beyond_chance(self.same_act, chance)


def compare(
    first: Iterable[LabelledMessage], second: Iterable[LabelledMessage], space: LabelSpace
) -> Agreement:
    """Compare what two readers say of the same messages; where either leaves a choice, either is right.

    Args:
        first: messages; those that the second reader did not see are left out.
        second: the same messages, read by another.
        space: the labels.

    Returns:
        The counts.
    """
    known: Mapping[Key, LabelledMessage] = {(message.text, message.asked): message for message in first}
    result = Agreement(statuses={status: Cells() for status in STATUSES})
    result.labels = {label: Cells() for label in space.labels}
    for other in second:
        one = known.get((other.text, other.asked))
        if one is None:
            continue
        result.messages += 1
        result.acts[one.act, other.act] += 1
        for status, names in STATUSES.items():
            said, again = _settled(_entries(one, names), _entries(other, names))
            for label in space.labels:
                cells = [result.statuses[status]]
                if status == "present":
                    cells.append(result.labels[label])
                for cell in cells:
                    cell.all += 1
                    cell.both += label in said and label in again
                    cell.first += label in said and label not in again
                    cell.second += label in again and label not in said
    return result


def report(result: Agreement) -> str:
    """The figures as tables for `docs/data.md`.

    Args:
        result: of `compare`.

    Returns:
        Markdown.
    """
    lines = [
        f"{result.messages} messages.",
        "",
        "| what is said | both | only the writer | only the second reader | agreement | kappa |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [_row(status, cells) for status, cells in result.statuses.items()]
    different = sum(n for (one, two), n in result.acts.items() if one != two)
    lines += [
        f"| act | {result.messages - different} | {different} differ | | {result.same_act:.2f} "
        f"| {result.kappa_of_acts:.2f} |",
        "",
        "| least agreement on what is present | both | only the writer | only the second reader | agreement "
        "| kappa |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    often = {
        label: cells
        for label, cells in result.labels.items()
        if cells.both + cells.first + cells.second >= _FEWEST
    }
    least = sorted(often.items(), key=lambda item: item[1].agreement)[:_SHOWN]
    return "\n".join([*lines, *(_row(f"`{label}`", cells) for label, cells in least)])


def main() -> None:
    """Compare two files or folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path, help="a file, or a folder with all its files")
    parser.add_argument("second", type=Path)
    arguments = parser.parse_args()
    space = label_space(ROOT)
    first, second = (read_messages(_files(path), space) for path in (arguments.first, arguments.second))
    print(report(compare(first, second, space)))


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]


def _row(name: str, cells: Cells) -> str:
    counts = f"{cells.both} | {cells.first} | {cells.second}"
    return f"| {name} | {counts} | {cells.agreement:.2f} | {cells.kappa:.2f} |"


def _entries(message: LabelledMessage, statuses: Iterable[str]) -> list[frozenset[str]]:
    return [frozenset(entry.split("/")) for status in statuses for entry in message.said.get(status, ())]


def _settled(one: list[frozenset[str]], other: list[frozenset[str]]) -> tuple[set[str], set[str]]:
    """One label for each entry: of a choice the one that the other reader names, if there is one."""
    return _chosen(one, frozenset().union(*other)), _chosen(other, frozenset().union(*one))


def _chosen(entries: list[frozenset[str]], named: frozenset[str]) -> set[str]:
    return {min(entry & named or entry) for entry in entries}


def _beyond_chance(seen: float, chance: float) -> float:
    return 1.0 if chance >= 1 else (seen - chance) / (1 - chance)


if __name__ == "__main__":
    main()
