"""Probabilities that mean what they say: one scale and one offset a status, fitted on held-out messages."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from learning.measure import batches
from learning.network import Network
from learning.targets import Example
from learning.train import encoded, status_loss


def logits(network: Network, tokeniser: object, examples: Sequence[Example]) -> tuple[Tensor, list[Example]]:
    """Logits of the statuses for all examples, and the examples in that order."""
    network.eval()
    statuses, order = [], []
    with torch.no_grad():
        for batch in batches(examples):
            said = network(**encoded(tokeniser, batch))
            statuses.append(said.statuses.float())
            order += batch
    return torch.cat(statuses), order


def scales(statuses: Tensor, examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Scale and offset of each status that make the held-out messages most likely.

    Args:
        statuses: logits of shape ``(texts, labels, statuses)``.
        examples: in the same order.

    Returns:
        Two tensors of one number a status; those of "none" stay 1 and 0.
    """
    allowed = torch.tensor([item.allowed for item in examples])
    for row, item in zip(allowed, examples, strict=True):
        for places, bit in item.either:
            for at in places:
                row[at] |= bit
    weights = torch.tensor([item.weights for item in examples])
    free_scale = torch.ones(statuses.shape[-1] - 1, requires_grad=True)
    free_offset = torch.zeros(statuses.shape[-1] - 1, requires_grad=True)
    optimiser = torch.optim.LBFGS([free_scale, free_offset], max_iter=60)

    def whole() -> tuple[Tensor, Tensor]:
        return torch.cat([torch.ones(1), free_scale]), torch.cat([torch.zeros(1), free_offset])

    def closure() -> Tensor:
        optimiser.zero_grad()
        scale, offset = whole()
        loss = status_loss(statuses * scale + offset, allowed, weights)
        loss.backward()
        return loss

    optimiser.step(closure)
    scale, offset = whole()
    return scale.detach(), offset.detach()
