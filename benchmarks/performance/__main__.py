"""`python -m benchmarks.performance`: measure both bots, and write docs/performance.md with its pictures."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from tqdm import tqdm

from benchmarks.performance import ceiling, measure, plots, processes, profile, report, training
from benchmarks.performance.client import messages
from benchmarks.performance.processes import Bot
from benchmarks.performance.results import Measured, Results, targets
from benchmarks.performance.stock import Stock, project
from scripts.common import ROOT, main, say

DOCUMENT = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
Opening = Callable[[], AbstractContextManager[Bot]]

EPOCHS = 2
_MANY = 20_000
_USERS = 4


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Args:
        starts: of each bot.
        messages: one after another, to each bot.
        rounds: into which those are cut.
        loads: for each number of patients.
        load: messages of one of them.
        conversations: of 100 turns, with ours, of which the target speaks, and with the slower stock bot.
        tries: of everything else.
        many: messages of the long run, 0 to leave it out.
    """

    starts: int
    messages: int
    rounds: int
    loads: int
    load: int
    conversations: tuple[int, int]
    tries: int
    many: int


FULL = Size(3, 1000, 5, 3, 128, (15, 3), 20, _MANY)
QUICK = Size(1, 200, 2, 1, 64, (9, 1), 5, 0)


def script() -> None:
    """Measure everything and write it down."""
    arguments = _arguments()
    size = QUICK if arguments.quick else FULL
    rival = project(arguments.stock_epochs)
    say("Training from scratch")
    seconds = training.from_scratch()
    unchanged = training.nothing_changed()
    say("Starting both bots")
    opened: Sequence[Opening] = (processes.ours, lambda: processes.stock(rival))
    starts = [_starts(bot, size.starts - 1) for bot in opened]
    with ExitStack() as running:
        bots = [running.enter_context(bot()) for bot in opened]
        starts = [[*before, bot.seconds_to_start] for before, bot in zip(starts, bots, strict=True)]
        results = _measure(bots, starts, size, rival, (seconds, unchanged))
    pictures = plots.draw(results, IMAGES)
    written = report.write(results, pictures, "make bench" + (" ARGS=--quick" if arguments.quick else ""))
    DOCUMENT.write_text(report.put_into(DOCUMENT.read_text(encoding="utf-8"), written), encoding="utf-8")
    for target in targets(results):
        say(f"{'holds' if target.holds else 'FAILS'}: {target.what}: {target.figure} ({target.limit})")
    say(f"Written: {DOCUMENT.relative_to(ROOT)}")


def _measure(
    bots: list[Bot], starts: list[list[float]], size: Size, rival: Stock, trained: tuple[float, float]
) -> Results:
    texts = messages()
    mine, _ = bots
    for bot in measure.alone(bots):  # what is loaded at the first message is no part of the start's figures
        measure.warm_up(bot, texts)
    users, turns = len(measure.USERS) * size.loads * size.load, sum(size.conversations) * measure.TURNS
    with tqdm(total=2 * (size.messages + users) + turns + size.many, unit="messages", mininterval=1) as bar:
        answers = measure.answers(bots, texts, size.messages, size.rounds, bar.update)
        loads = measure.throughput(bots, texts[: size.load], size.loads, bar.update)
        long = measure.turns(bots, texts, size.conversations, bar.update)
        at_once = measure.at_once(bots, texts, size.tries)
        profiles = [profile.top_functions(bot, texts) for bot in measure.alone(bots)]
        with bots[1].paused():
            long_messages = measure.long_messages(mine, texts, size.tries)
            refusal = measure.refusals(mine, size.tries)
            encoder, empty, stored = ceiling.encoder(texts), ceiling.empty_handler(), ceiling.storing()
            memory = measure.memory(mine, texts, size.many, _USERS, bar.update) if size.many else {}
    parts = zip(starts, answers, loads, long, at_once, profiles, strict=True)
    ours, stock = (Measured(*figures) for figures in parts)
    return Results(
        ours=ours,
        stock=stock,
        epochs=rival.epochs,
        stock_training=rival.seconds,
        training=trained[0],
        nothing_changed=trained[1],
        long_messages=long_messages,
        refusal=refusal,
        memory=memory,
        encoder=encoder,
        empty_handler=empty,
        storing=stored,
    )


def _starts(bot: Opening, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        with bot() as running:
            taken.append(running.seconds_to_start)
    return taken


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.performance", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer messages, and no run of 20,000")
    parser.add_argument(
        "--stock-epochs",
        type=int,
        default=EPOCHS,
        help=f"how long the stock bot learns ({EPOCHS}; Rasa's 100 take hours and change no time)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main(script)
