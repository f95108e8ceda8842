"""The pictures of docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

import matplotlib as mpl  # type: ignore[import-untyped]

mpl.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.performance.results import MILLISECONDS, Measured, Results

_COLOURS = {"this project": "#1f5f8b", "stock Rasa": "#d98324"}
_SIZE = (7.5, 3.6)


def draw(results: Results, folder: Path) -> list[str]:
    """Draw all pictures.

    Args:
        results: of a run.
        folder: where they go.

    Returns:
        The names of the files.
    """
    bots = {"this project": results.ours, "stock Rasa": results.stock}
    drawn = [_latency(bots, folder), _throughput(bots, folder), _turns(bots, folder)]
    return [*drawn, _memory(results.memory, folder)] if results.memory else drawn


def _latency(bots: Mapping[str, Measured], folder: Path) -> str:
    figure, axes = plt.subplots(figsize=_SIZE)
    for name, bot in bots.items():
        taken = sorted(MILLISECONDS * value for values in bot.answers.rounds for value in values)
        shares = [(at + 1) / len(taken) for at in range(len(taken))]
        axes.plot(taken, shares, color=_COLOURS[name], label=name)
    axes.set(xscale="log", xlabel="milliseconds", ylabel="share answered within", ylim=(0, 1))
    return _save(figure, axes, folder, "performance-latency.png")


def _throughput(bots: Mapping[str, Measured], folder: Path) -> str:
    figure, axes = plt.subplots(figsize=_SIZE)
    for name, bot in bots.items():
        users = list(bot.throughput)
        axes.plot(users, [bot.rate(number) for number in users], "o-", color=_COLOURS[name], label=name)
    axes.set(xlabel="patients at the same time", ylabel="messages a second", xticks=users)
    axes.set_ylim(bottom=0)
    return _save(figure, axes, folder, "performance-throughput.png")


def _turns(bots: Mapping[str, Measured], folder: Path) -> str:
    figure, axes = plt.subplots(figsize=_SIZE)
    for name, bot in bots.items():
        taken = [MILLISECONDS * median(same) for same in zip(*bot.turns, strict=True)]
        axes.plot(range(1, len(taken) + 1), taken, color=_COLOURS[name], label=name)
    axes.set(xlabel="turn of the conversation", ylabel="milliseconds")
    axes.set_ylim(bottom=0)
    return _save(figure, axes, folder, "performance-turns.png")


def _memory(memory: Mapping[int, float], folder: Path) -> str:
    figure, axes = plt.subplots(figsize=_SIZE)
    name = "this project"
    axes.plot(list(memory), list(memory.values()), color=_COLOURS[name], label=name)
    axes.set(xlabel="messages", ylabel="megabytes")
    axes.set_ylim(bottom=0)
    return _save(figure, axes, folder, "performance-memory.png")


def _save(figure: plt.Figure, axes: plt.Axes, folder: Path, name: str) -> str:
    axes.legend()
    figure.tight_layout()
    figure.savefig(folder / name, dpi=110, metadata={"Software": None})
    plt.close(figure)
    return name
