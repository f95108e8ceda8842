"""Everything that one run measured, and whether it is good enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.performance.client import Load
from benchmarks.performance.measure import TURNS, Answers, Refusal
from benchmarks.performance.profile import Line
from benchmarks.performance.statistics import around, of_rounds, quantile

_EARLY, _WIDTH = 10, 5
_USERS = 8
MILLISECONDS = 1000


@dataclass(frozen=True)
class Measured:
    """One bot beside the other.

    Args:
        starts: seconds until ready, for each start.
        answers: one patient at a time.
        throughput: loads by number of patients.
        turns: for each conversation the seconds of each turn.
        at_once: seconds until four messages were answered, and whether in order.
        profile: where the time goes; None where looking is not allowed.
    """

    starts: Sequence[float]
    answers: Answers
    throughput: Mapping[int, Sequence[Load]]
    turns: Sequence[Sequence[float]]
    at_once: Sequence[tuple[float, bool]]
    profile: Sequence[Line] | None

    def milliseconds(self, share: float) -> float:
        """A quantile of the time of a message."""
        return MILLISECONDS * of_rounds(self.answers.rounds, share)

    def rate(self, users: int) -> float:
        """Messages a second."""
        return median(load.rate for load in self.throughput[users])

    @property
    def start(self) -> float:
        """Seconds until ready."""
        return median(self.starts)

    def turn(self, number: int) -> float:
        """Milliseconds of the turns that lead up to one."""
        return MILLISECONDS * around(self.turns, number, _WIDTH)


@dataclass(frozen=True)
class Results:
    """One run.

    Args:
        ours: this project.
        stock: the stock bot.
        epochs: for which the stock bot's networks learned.
        stock_training: seconds.
        training: seconds of training from scratch.
        nothing_changed: seconds of deciding that no training is needed.
        long_messages: seconds of messages of 5,000 characters.
        refusal: what became of a body of a megabyte.
        memory: megabytes by number of messages; empty when the long run was left out.
        encoder: milliseconds of the encoder for one message.
        empty_handler: milliseconds of a request to a server that does nothing.
        storing: milliseconds of storing a turn.
    """

    ours: Measured
    stock: Measured
    epochs: int
    stock_training: float
    training: float
    nothing_changed: float
    long_messages: Sequence[float]
    refusal: Refusal
    memory: Mapping[int, float]
    encoder: float
    empty_handler: float
    storing: float


@dataclass(frozen=True)
class Target:
    """One figure that has to hold.

    Args:
        what: is measured.
        ours: this project's figure.
        stock: the stock bot's, empty where there is none.
        figure: what is compared with the limit.
        limit: in words.
        holds: whether it is good enough.
    """

    what: str
    ours: str
    stock: str
    figure: str
    limit: str
    holds: bool


def targets(results: Results) -> list[Target]:
    """Compare a run with what was asked for.

    Args:
        results: of the run.

    Returns:
        All targets, met or not.
    """
    return [*_beside_stock(results), *_alone(results)]


def _beside_stock(results: Results) -> list[Target]:
    ours, stock = results.ours, results.stock
    return [
        _at_most("median time of a message", ours.milliseconds(0.5), stock.milliseconds(0.5), 0.25, "ms"),
        _at_most("95th percentile", ours.milliseconds(0.95), stock.milliseconds(0.95), 0.25, "ms"),
        _at_least(
            f"messages a second, {_USERS} patients at a time", ours.rate(_USERS), stock.rate(_USERS), 4
        ),
        _at_most("start until ready", ours.start, stock.start, 0.5, "s"),
        _at_most("memory after 1,000 messages", ours.answers.megabytes, stock.answers.megabytes, 0.7, "MB"),
    ]


def _at_most(what: str, ours: float, stock: float, most: float, unit: str) -> Target:
    ratio = ours / stock
    return Target(
        what, _with(ours, unit), _with(stock, unit), f"{ratio:.2f}", f"at most {most:g}", ratio <= most
    )


def _at_least(what: str, ours: float, stock: float, least: float) -> Target:
    ratio = ours / stock
    return Target(
        what, f"{ours:.1f}", f"{stock:.1f}", f"{ratio:.1f} times", f"at least {least:g} times", ratio >= least
    )


def _alone(results: Results) -> list[Target]:
    ours, stock = results.ours, results.stock
    growth = ours.turn(TURNS) / ours.turn(_EARLY)
    theirs = stock.turn(TURNS) / stock.turn(_EARLY)
    four, fours = (max(seconds for seconds, _ in bot.at_once) for bot in (ours, stock))
    order = all(in_order for _, in_order in ours.at_once)
    long, longest = (MILLISECONDS * quantile(results.long_messages, share) for share in (0.5, 1))
    refused = MILLISECONDS * quantile(results.refusal.seconds, 0.5)
    found = [
        Target(
            f"turn {TURNS} of a conversation, against turn {_EARLY}",
            f"{ours.turn(TURNS):.1f} ms, {ours.turn(_EARLY):.1f} ms",
            f"{stock.turn(TURNS):.1f} ms, {stock.turn(_EARLY):.1f} ms ({theirs:.2f})",
            f"{growth:.2f}",
            "at most 1.2",
            growth <= 1.2,
        ),
        Target(
            "four messages at once from one sender, slowest of all tries",
            f"{MILLISECONDS * four:.0f} ms, {'in order' if order else 'out of order'}",
            f"{MILLISECONDS * fours:.0f} ms",
            f"{MILLISECONDS * four:.0f} ms",
            "at most 200 ms, in order",
            four <= 0.2 and order,
        ),
        _below("training from scratch", results.training, 60, "s", f"{results.stock_training:.0f} s"),
        _below("deciding that nothing changed", results.nothing_changed, 1, "s"),
        Target(
            "message of 5,000 characters, median",
            f"{long:.0f} ms, slowest {longest:.0f} ms",
            "",
            f"{long:.0f} ms",
            "below 300 ms",
            long < 300,
        ),
        Target(
            "body of 1 MB refused, median",
            f"status {results.refusal.status}, memory {results.refusal.megabytes:+.1f} MB",
            "",
            _with(refused, "ms"),
            "below 50 ms, memory flat",
            refused < 50 and results.refusal.status == 413 and results.refusal.megabytes < 1,
        ),
        _below("storing a turn, median", results.storing, 2, "ms"),
    ]
    return found + _memory(results.memory)


def _below(what: str, value: float, limit: float, unit: str, stock: str = "") -> Target:
    return Target(
        what, _with(value, unit), stock, _with(value, unit), f"below {limit:g} {unit}", value < limit
    )


def _memory(memory: Mapping[int, float]) -> list[Target]:
    if not memory:
        return []
    start, end = min(memory), max(memory)
    first = memory[next(count for count in memory if count >= 1000)]
    growth = memory[end] / first - 1
    return [
        Target(
            f"memory after {end - start:,} messages, against that after 1,000",
            f"{memory[end]:.0f} MB, {first:.0f} MB",
            "",
            f"{growth:+.1%}",
            "below +5 %",
            growth < 0.05,
        )
    ]


def _with(value: float, unit: str) -> str:
    return (
        f"{value:.0f} {unit}"
        if value >= 100
        else f"{value:.2f} {unit}"
        if value < 10
        else f"{value:.1f} {unit}"
    )
