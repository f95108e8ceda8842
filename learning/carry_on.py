"""Going on from a reader that was taught before: its weights, read back from the 8 bits they are kept in.

A few new messages do not need hours: what was learned stays, and is learned further. The rounding to 8 bits
is undone as far as it can be; the first hundred steps mend what it cost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

_ATTENTION = ("query", "key", "value")  # as the runtime's operator joins them
_BY_LABEL = ("looks_for", "mention", "mention_bias", "shared_label", "own_status", "own_bias")
_BY_ACT = ("act.weight", "act.bias")
_WHERE_LABELS_LOOK = "looks_for"


def carried_on(
    fresh: Mapping[str, Tensor], folder: Path, labels: Sequence[str], acts: Sequence[str]
) -> dict[str, Tensor]:
    """The weights of a new network, with what an earlier reader learned.

    Labels and acts go by their ids, so that one that is new starts fresh and one that is gone is left out.

    Args:
        fresh: weights of a network that has learned nothing yet.
        folder: holds the earlier reader (``reader.onnx`` and ``reader.json``).
        labels: ids of the new network's labels, in order.
        acts: of its acts.

    Returns:
        Weights for the new network; what the earlier reader does not keep stays as in ``fresh``.
    """
    noted = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    learned = dict(_read(folder / "reader.onnx"))
    places = dict.fromkeys(_BY_LABEL, (noted["labels"], labels))
    places |= dict.fromkeys(_BY_ACT, (noted["acts"], acts))
    weights = dict(fresh)
    for name, values in learned.items():
        if name not in fresh:
            continue
        if name not in places:
            weights[name] = values
            continue
        then, now = places[name]
        rows = [(now.index(one), at) for at, one in enumerate(then) if one in now]
        weights[name] = fresh[name].clone()
        weights[name][[new for new, _ in rows]] = values[[old for _, old in rows]]
    return weights


def _read(file: Path) -> Iterator[tuple[str, Tensor]]:
    """Name and weights of each part of the network that the file keeps, apart from the table of words."""
    graph = onnx.load(str(file)).graph
    kept = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for name, values in kept.items():
        if name.startswith("network.") and values.dtype == np.float32 and not name.endswith("_scale"):
            yield name.removeprefix("network."), torch.tensor(values)
    for node in graph.node:
        if node.op_type not in ("MatMulInteger", "QAttention"):
            continue
        base = node.input[1].removesuffix("_quantized")
        if f"{base}_scale" not in kept:
            continue
        whole = kept[node.input[1]].astype(np.float32) - kept[f"{base}_zero_point"].astype(np.float32)
        turned = torch.tensor(np.ascontiguousarray((whole * kept[f"{base}_scale"]).T))
        if node.op_type == "MatMulInteger":
            yield _module(node.name), turned
            continue
        layer = f"encoder.encoder.layer.{node.name.split('_')[1]}.attention.self"
        bias = torch.tensor(kept[node.input[2]])
        for part, weight, offset in zip(_ATTENTION, turned.chunk(3), bias.chunk(3), strict=True):
            yield f"{layer}.{part}.weight", weight
            yield f"{layer}.{part}.bias", offset


def _module(node: str) -> str:
    """The name of the weights that a multiplication of the graph uses."""
    path = node.removeprefix("/network").rpartition("/")[0].strip("/").replace("/", ".")
    return f"{path}.weight" if path else _WHERE_LABELS_LOOK
