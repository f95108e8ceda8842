"""The learning itself."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from learning.messages import STATUSES
from learning.network import Network, Outputs, label_vectors
from learning.slips import slipped
from learning.targets import NONE, REPORTED, Example, chosen, joined

_BITS = torch.tensor([1 << at for at in range(len(STATUSES))])
_REPORTED_WEIGHT = 1.5  # a missed symptom costs more than one too many
_ACT_WEIGHT = 0.5
_INTENT_WEIGHT = 0.3
_WARM_UP = 0.04
_LEAST_RATE = 0.02
_WITH_PHRASE = 0.3  # of the joined messages are joined with a training phrase of an intent
_LONGEST_JOINED = 800  # characters
MOST_PIECES = 400


@dataclass(frozen=True)
class Plan:
    """How to learn.

    Args:
        epochs: how often each message is seen.
        seed: for everything that chance decides.
        rate: highest learning rate of the encoder.
        head_rate: highest learning rate of what is new.
        pieces: word pieces in one batch.
        joins: joined messages for each message.
        again: share of what an earlier reader has learned, and of the phrases, that an epoch shows again.
    """

    epochs: float = 6.0
    seed: int = 1
    rate: float = 2e-4
    head_rate: float = 2e-3
    pieces: int = 1400
    joins: float = 0.3
    again: float = 1.0


@dataclass(frozen=True)
class Taught:
    """What is learned from.

    Args:
        new: labelled messages that each epoch shows.
        known: labelled messages that an earlier reader has learned from.
        phrases: training phrases of the intents.
    """

    new: Sequence[Example]
    known: Sequence[Example]
    phrases: Sequence[Example]


def learn(network: Network, tokeniser: Any, taught: Taught, plan: Plan) -> None:
    """Teach a network.

    Args:
        network: is changed; see `build`.
        tokeniser: of its encoder.
        taught: what from.
        plan: how to learn.
    """
    torch.manual_seed(plan.seed)
    parameters = [weights for weights in network.parameters() if weights.requires_grad]
    encoder = [w for name, w in network.named_parameters() if name.startswith("encoder.") and w.requires_grad]
    own = {id(weights) for weights in encoder}
    heads = [weights for weights in parameters if id(weights) not in own]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": plan.rate}, {"params": heads, "lr": plan.head_rate}],
        weight_decay=0.01,
        fused=True,
    )
    chance, slips = random.Random(plan.seed), random.Random(plan.seed * 1000)
    steps = _steps(taught, plan)
    network.train()
    shown = tqdm(range(steps), desc="learning", mininterval=5)
    for step, batch in zip(shown, _batches_of_all_epochs(taught, plan, chance), strict=False):
        factor = _rate(step / steps)
        optimiser.param_groups[0]["lr"] = plan.rate * factor
        optimiser.param_groups[1]["lr"] = plan.head_rate * factor
        loss = _loss(network, tokeniser, batch, slips)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if step % 50 == 0:
            shown.set_postfix(loss=f"{loss.item():.2f}")


def build(encoder_folder: Path, names: Sequence[str], sizes: tuple[int, int]) -> tuple[Network, Any]:
    """A network that has learned nothing yet, and its tokeniser."""
    from transformers import AutoModel, AutoTokenizer, logging

    logging.set_verbosity_error()
    tokeniser = AutoTokenizer.from_pretrained(encoder_folder)
    # "eager": on a processor, the backward pass of the fused attention takes four times as long.
    encoder = AutoModel.from_pretrained(encoder_folder, add_pooling_layer=False, attn_implementation="eager")
    encoder.eval()
    network = Network(encoder, label_vectors(encoder, tokeniser, names), *sizes)
    # The words keep their published vectors: rare ones would drift away from those that are not trained on.
    for weights in network.encoder.embeddings.parameters():
        weights.requires_grad = False
    return network, tokeniser


def encoded(
    tokeniser: Any, examples: Sequence[Example], chance: random.Random | None = None
) -> dict[str, Tensor]:
    """A batch as the network takes it: the words, and the question that they answer as second segment."""
    texts = [item.text if chance is None else slipped(item.text, chance) for item in examples]
    questions = [f"asked: {item.asked}" if item.asked else "" for item in examples]
    batch: dict[str, Tensor] = tokeniser(
        texts,
        questions,
        padding=True,
        truncation="longest_first",
        max_length=MOST_PIECES,
        return_tensors="pt",
    )
    return batch


def status_loss(statuses: Tensor, allowed: Tensor, weights: Tensor) -> Tensor:
    """Minus the logarithm of the probability of what is right, summed over the labels.

    Args:
        statuses: logits of shape ``(texts, labels, statuses)``.
        allowed: bits of the right statuses, ``(texts, labels)``.
        weights: ``(texts, labels)``.
    """
    right = (allowed[..., None] & _BITS) > 0
    logs = statuses.float().log_softmax(-1)
    cost = -torch.logsumexp(logs.masked_fill(~right, -1e4), -1)
    said = ((allowed & NONE) == 0) & ((allowed & REPORTED) > 0)
    return (cost * weights * torch.where(said, _REPORTED_WEIGHT, 1.0)).sum(-1).mean()


def _loss(network: Network, tokeniser: Any, batch: Sequence[Example], slips: random.Random) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat_is_faster()):
        said: Outputs = network(**encoded(tokeniser, batch, slips))
    allowed = torch.tensor(chosen(batch, slips))
    loss = status_loss(said.statuses, allowed, torch.tensor([item.weights for item in batch]))
    for logits, wanted, weight in (
        (said.acts, [item.act for item in batch], _ACT_WEIGHT),
        (said.intents, [item.intent for item in batch], _INTENT_WEIGHT),
    ):
        target = torch.tensor(wanted)
        if (known := target >= 0).any():
            loss = loss + weight * nn.functional.cross_entropy(logits.float()[known], target[known])
    return loss


@cache
def bfloat_is_faster() -> bool:
    """Whether this processor multiplies bfloat16 faster than float; some take twice as long."""

    def seconds(kind: torch.dtype) -> float:
        one, other = torch.ones(1400, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        times = []
        for _ in range(8):
            start = time.perf_counter()
            one @ other
            times.append(time.perf_counter() - start)
        return min(times)

    return seconds(torch.bfloat16) < seconds(torch.float32)


def _rate(done: float) -> float:
    return min(1.0, done / _WARM_UP) * max(_LEAST_RATE, 0.5 * (1 + math.cos(math.pi * done)))


def _steps(taught: Taught, plan: Plan) -> int:
    chance = random.Random(plan.seed)
    return max(1, int(plan.epochs * len(_batches(_epoch(taught, plan, chance), plan, chance))))


def _batches_of_all_epochs(taught: Taught, plan: Plan, chance: random.Random) -> Iterator[list[Example]]:
    while True:
        yield from _batches(_epoch(taught, plan, chance), plan, chance)


def _epoch(taught: Taught, plan: Plan, chance: random.Random) -> list[Example]:
    """Messages, phrases, and messages joined at random."""
    messages = [*taught.new, *_part(taught.known, plan.again, chance)]
    phrases = _part(taught.phrases, plan.again, chance)
    items = [*messages, *phrases]
    for first in chance.sample(messages, int(len(messages) * min(1.0, plan.joins))):
        others = phrases if phrases and chance.random() < _WITH_PHRASE else messages
        second = chance.choice(others)
        short = len(first.text) + len(second.text) < _LONGEST_JOINED
        if short and not (first.asked and second.asked):
            items.append(joined(first, second, chance))
    return items


def _part(examples: Sequence[Example], share: float, chance: random.Random) -> list[Example]:
    return chance.sample(list(examples), int(len(examples) * min(1.0, share)))


def _batches(items: Sequence[Example], plan: Plan, chance: random.Random) -> list[list[Example]]:
    """Texts of about one length together, as many as fit."""
    order = sorted(items, key=lambda item: len(item.text) + len(item.asked) + chance.random() * 30)
    batches: list[list[Example]] = []
    batch: list[Example] = []
    for item in order:
        pieces = 4 + (len(item.text) + len(item.asked)) / 4
        if batch and (len(batch) + 1) * pieces > plan.pieces:
            batches.append(batch)
            batch = []
        batch.append(item)
    batches.append(batch)
    chance.shuffle(batches)
    return batches
