"""The network: the sentence encoder, and for each label an attention of its own over the word pieces.

Each label looks for its own words; what is said of them (present, denied, past ...) is mostly judged by a
part that all labels share, so that a denial learned with fever is understood with hallucinations too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from learning.messages import STATUSES

_SHARED = 128  # width of the shared part
_FIRST_MENTION = -3.0  # before it has learned anything, the network says that nothing is said of a label


class Outputs(NamedTuple):
    """What the network says of a batch.

    Args:
        statuses: logits of shape ``(texts, labels, statuses)``; those of "none" are 0.
        acts: logits of shape ``(texts, acts)``.
        intents: logits of shape ``(texts, intents)``.
        meaning: the mean of the word pieces, ``(texts, width)``.
        attention: where each label looks, ``(texts, labels, word pieces)``.
    """

    statuses: Tensor
    acts: Tensor
    intents: Tensor
    meaning: Tensor
    attention: Tensor


class Network(nn.Module):
    """Reads whole messages.

    Args:
        encoder: a BERT without pooler.
        label_vectors: one vector of unit length a label, from its name: where its attention starts from.
        acts: how many acts there are.
        intents: how many intents there are.
    """

    def __init__(self, encoder: Any, label_vectors: Tensor, acts: int, intents: int) -> None:
        super().__init__()
        labels, width = label_vectors.shape
        said = len(STATUSES) - 1
        self.encoder = encoder
        self.looks_for = nn.Parameter(label_vectors * 0.5)
        self.mention = nn.Parameter(label_vectors * 0.1)
        self.mention_bias = nn.Parameter(torch.full((labels,), _FIRST_MENTION))
        self.shared = nn.Linear(width, _SHARED)
        self.shared_label = nn.Parameter(torch.zeros(labels, _SHARED))
        self.status = nn.Linear(_SHARED, said)
        self.own_status = nn.Parameter(torch.zeros(labels, said, width))
        self.own_bias = nn.Parameter(torch.zeros(labels, said))
        self.act = nn.Linear(width, acts)
        self.intent = nn.Linear(width, intents)
        self.dropout = nn.Dropout(0.1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Outputs:
        """Read a batch of texts, each an array of word pieces."""
        hidden = self.dropout(
            self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
        )
        scores = torch.matmul(hidden, self.looks_for.t()).transpose(1, 2)
        scores = scores.masked_fill(attention_mask[:, None, :] == 0, -1e4)
        attention = scores.float().softmax(-1).to(hidden.dtype)
        found = torch.matmul(attention, hidden)
        mention = (found * self.mention).sum(-1) + self.mention_bias
        shared = self.status(nn.functional.gelu(self.shared(found) + self.shared_label))
        own = torch.einsum("blh,lsh->bls", found, self.own_status) + self.own_bias
        said = mention[..., None] + shared + own
        statuses = torch.cat([torch.zeros_like(mention)[..., None], said], -1)
        weights = attention_mask[..., None].to(hidden.dtype)
        meaning = (hidden * weights).sum(1) / weights.sum(1)
        return Outputs(statuses, self.act(meaning), self.intent(meaning), meaning, attention)


def label_vectors(encoder: Any, tokeniser: Any, names: Sequence[str]) -> Tensor:
    """One vector of unit length for the name of each label."""
    pieces = tokeniser(list(names), padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = encoder(**pieces).last_hidden_state
    weights = pieces["attention_mask"][..., None].float()
    means = (hidden * weights).sum(1) / weights.sum(1)
    return means / means.norm(dim=1, keepdim=True)
