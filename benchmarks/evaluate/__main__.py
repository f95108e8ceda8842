"""`python -m benchmarks.evaluate [FILE...]`: measure, and write docs/evaluation.md with its pictures."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks.evaluate import bounds, parts, plots, timing
from benchmarks.evaluate.challenge import FOLDER, Failure, Row, answer, judge, load
from benchmarks.evaluate.patients import Measured, measure
from benchmarks.evaluate.pipeline import pipeline
from benchmarks.evaluate.rasa_default import EPOCHS, intents
from benchmarks.evaluate.report import MORE_SETS, Figures, write
from benchmarks.evaluate.statistics import Share
from benchmarks.evaluate.thresholds import cases, curves, held_out, named
from benchmarks.performance.processes import ours
from blina.assistant import knowledge
from blina.reading.learned.model import default_model
from blina.reading.learned.reader import LearnedReader
from scripts.common import ROOT, main, say

DOCUMENT = ROOT / "docs" / "evaluation.md"
IMAGES = ROOT / "docs" / "images"
DEFAULT_NAME = "Rasa's default pipeline"


def script() -> None:
    """Measure everything and write it down."""
    arguments = _arguments()
    rows, more = load(), {name: load(FOLDER / name) for name in MORE_SETS}
    say("Training what is to be measured, unless it is kept from the last time")
    assistant = pipeline()
    readers = parts.readers(knowledge())
    kept = held_out()
    bounded = {name: bounds.load(name) for name in bounds.SETS}
    ticks = (
        len(rows) * (2 + len(readers))
        + sum(map(len, more.values()))
        + len(kept)
        + sum(map(len, bounded.values()))
        + sum(_lines(file) for file in arguments.files)
    )
    with tqdm(total=ticks, unit="messages", mininterval=1) as bar:
        failures: list[Failure] = []
        for row in rows:
            failures += judge(row, answer(assistant, row.text))
            bar.update()
        more_failures: dict[str, list[Failure]] = {name: [] for name in more}
        for name, others in more.items():
            for row in others:
                more_failures[name] += judge(row, answer(assistant, row.text))
                bar.update()
        tallies = {name: bounds.measure(assistant, rest, bar.update) for name, rest in bounded.items()}
        found = {name: parts.found_by(reader, rows, bar.update) for name, reader in readers.items()}
        lexicon, learned = readers["lexicon alone"], LearnedReader(default_model())
        decided = list(cases(kept, knowledge(), lexicon, learned, bar.update))
        by_cost = curves(decided)
        patients = _patients(arguments.files, bar)
    whole = readers[list(readers)[-1]]
    texts = [row.text for row in rows]
    say("Timing the reader")
    milliseconds = timing.milliseconds(whole, timing.of_twenty_words(texts))
    growth = timing.growth(whole, texts)
    first = {"this project": _first([assistant.parse(text)["intent"]["name"] for text in texts], rows)}
    qualities = {name: parts.quality(rows, ids) for name, ids in found.items()}
    if arguments.epochs:
        say(f"Asking {DEFAULT_NAME}, trained for {arguments.epochs} epochs (an hour for 100 of them)")
        guessed = intents(texts, arguments.epochs)
        listed = set(knowledge().symptoms)
        qualities[DEFAULT_NAME] = parts.quality(rows, [frozenset({intent} & listed) for intent in guessed])
        first[DEFAULT_NAME] = _first(guessed, rows)
    costs = knowledge().policy.reading
    figures = Figures(
        rows=rows,
        failures=failures,
        more={name: (others, more_failures[name]) for name, others in more.items()},
        parts=qualities,
        symptoms=parts.by_symptom(rows, found[list(found)[-1]], knowledge().symptoms),
        first=first,
        epochs=arguments.epochs or EPOCHS,
        curves=by_cost,
        used={(decision, group): getattr(costs.group(group), decision) for decision, group in by_cost},
        named=named(decided, knowledge()),
        held_out=len(kept),
        bounded=tallies,
        milliseconds=milliseconds,
        growth=growth,
        patients=patients,
        command="make evaluate",
    )
    IMAGES.mkdir(parents=True, exist_ok=True)
    plots.qualities(qualities, IMAGES / "evaluation-parts.png")
    plots.thresholds(by_cost, IMAGES / "evaluation-thresholds.png")
    plots.growth(growth, IMAGES / "evaluation-time.png")
    plots.symptoms(figures.symptoms, IMAGES / "evaluation-symptoms.png")
    DOCUMENT.write_text(write(figures), encoding="utf-8")
    say(f"{DOCUMENT.relative_to(ROOT)} is written")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="messages that patients wrote, one JSON object a line"
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=EPOCHS,
        help=f"how long Rasa's default pipeline learns ({EPOCHS} is its own setting; 0 leaves it out)",
    )
    return parser.parse_args()


def _lines(file: Path) -> int:
    return sum(1 for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


def _patients(files: Sequence[Path], bar: tqdm[None]) -> list[Measured]:
    if not files:
        return []
    with ours({}) as assistant:
        return [measure(file, assistant.url, bar.update) for file in files]


def _first(guessed: Sequence[str], rows: Sequence[Row]) -> Share:
    """How often the one intent of a message with symptoms is one of them."""
    pairs = [(intent, row.present | row.any_of) for intent, row in zip(guessed, rows, strict=True)]
    return Share(sum(intent in ids for intent, ids in pairs), sum(bool(ids) for _, ids in pairs))


if __name__ == "__main__":
    main(script)
