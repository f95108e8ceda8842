"""The pictures of docs/evaluation.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl  # type: ignore[import-untyped]

mpl.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.evaluate.parts import Quality
from benchmarks.evaluate.statistics import Share
from benchmarks.evaluate.thresholds import GRID, Curve

_RECALL, _PRECISION = "#1f5f8b", "#d98324"


def qualities(parts: Mapping[str, Quality], file: Path) -> None:
    """Recall and precision of each part, with 95 % intervals."""
    figure, axes = plt.subplots(figsize=(7.5, 0.8 + 0.75 * len(parts)))
    for offset, colour, name in ((0.18, _RECALL, "recall"), (-0.18, _PRECISION, "precision")):
        shares: list[Share] = [getattr(part, name) for part in parts.values()]
        places = [number + offset for number in range(len(shares))]
        axes.barh(places, [s.value for s in shares], 0.34, color=colour, label=name)
        errors = [[s.value - s.interval[0] for s in shares], [s.interval[1] - s.value for s in shares]]
        axes.errorbar([s.value for s in shares], places, xerr=errors, fmt="none", ecolor="black", capsize=3)
    axes.set(yticks=range(len(parts)), yticklabels=list(parts), xlim=(0, 1), xlabel="share, 95 % interval")
    axes.invert_yaxis()
    axes.legend(loc="lower left")
    _save(figure, file)


def thresholds(curves: Mapping[tuple[str, str], Curve], file: Path) -> None:
    """Cost of adding against threshold, one line a group of labels; a dot marks the cheapest threshold."""
    figure, axes = plt.subplots(figsize=(7.5, 4))
    for (decision, group), curve in curves.items():
        if decision == "adds" and curve.reported:
            (line,) = axes.plot(GRID, curve.costs, label=group)
            axes.plot(curve.best, min(curve.costs), "o", color=line.get_color())
    axes.set(xlabel="least probability", ylabel="cost (false alarms)", yscale="log")
    axes.legend()
    _save(figure, file)


def growth(milliseconds: Mapping[int, float], file: Path) -> None:
    """Time against length, beside a straight line through the shortest."""
    figure, axes = plt.subplots(figsize=(7.5, 3.5))
    lengths = list(milliseconds)
    axes.plot(lengths, list(milliseconds.values()), "o-", color=_RECALL, label="measured")
    per_character = milliseconds[lengths[0]] / lengths[0]
    axes.plot(lengths, [per_character * length for length in lengths], "--", color="grey", label="linear")
    axes.set(xlabel="characters", ylabel="milliseconds")
    axes.legend()
    _save(figure, file)


def symptoms(found: Mapping[str, tuple[Share, int]], file: Path) -> None:
    """Recall of each symptom, worst first."""
    ordered = sorted(found.items(), key=lambda item: (-item[1][0].value, item[0]))
    figure, axes = plt.subplots(figsize=(7.5, 0.6 + 0.17 * len(ordered)))
    shares = [share for _, (share, _) in ordered]
    errors = [[s.value - s.interval[0] for s in shares], [s.interval[1] - s.value for s in shares]]
    axes.errorbar([s.value for s in shares], range(len(shares)), xerr=errors, fmt="o", ms=3, color=_RECALL)
    axes.set(xlim=(0, 1.02), ylim=(-1, len(shares)), xlabel="found of those there, 95 % interval")
    axes.set_yticks(range(len(shares)), [id for id, _ in ordered], fontsize=7)
    _save(figure, file)


def _save(figure: plt.Figure, file: Path) -> None:
    figure.tight_layout()
    # Without a date and a version in it, the same figures give the same file.
    figure.savefig(file, dpi=110, metadata={"Software": None})
    plt.close(figure)
