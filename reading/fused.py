"""Joins what the sentence encoder's graph does in many small steps into onnxruntime's own operators.

onnxruntime joins such steps by itself where it knows the exporter's way of writing them; this graph's it does
not. The results are the same up to rounding; the steps between products take half the time.
"""

from __future__ import annotations

from typing import Any

from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper

CONTRIBUTED = "com.microsoft"  # onnxruntime's operators beside ONNX's
NORMALISATIONS = ("LayerNormalization", "SkipLayerNormalization")
_HEADS = 12
_MASK = "mask_of_pieces"


def fuse(model: ModelProto) -> None:
    """Join attention, the activation (GELU) and each normalisation with the sum before it, in place.

    Args:
        model: the encoder as it is stored.

    Raises:
        ValueError: when its graph has other steps than this encoder's.
    """
    graph = model.graph
    joined = _Joined(graph)
    nodes = [helper.make_node("Cast", ["attention_mask"], [_MASK], to=TensorProto.INT32)]
    nodes += [joined.last.get(node.output[0], node) for node in graph.node]
    graph.ClearField("node")
    graph.node.extend(_needed(nodes, {output.name for output in graph.output}))
    model.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))


class _Joined:
    """The new nodes, each by the name of what the last of the nodes that it replaces gave."""

    def __init__(self, graph: GraphProto) -> None:
        self._made_by = {name: node for node in graph.node for name in node.output}
        self._users: dict[str, list[NodeProto]] = {}
        for node in graph.node:
            for name in node.input:
                self._users.setdefault(name, []).append(node)
        self.last: dict[str, NodeProto] = {}
        for node in graph.node:
            if node.op_type == "Softmax":
                self._join_attention(node)
            elif node.op_type == "Erf":
                self._join_activation(node)
            elif node.op_type == "LayerNormalization":
                self._join_sum(node)

    def _join_attention(self, softmax: NodeProto) -> None:
        weighted = self._after(softmax, "Where", "MatMul")
        scores = self._before(softmax, "Add", "MatMul")
        rows = [self._unfolded(name) for name in (*scores.input, weighted.input[1])]
        last = self._after(weighted, "Transpose", "Reshape")
        self._join(last, "MultiHeadAttention", [*rows, "", _MASK], num_heads=_HEADS)

    def _join_activation(self, erf: NodeProto) -> None:
        last = self._after(erf, "Add", "Mul", "Mul")
        self._join(last, "BiasGelu", list(self._before(erf, "Div", "Add").input))

    def _join_sum(self, normalised: NodeProto) -> None:
        total = self._made_by[normalised.input[0]]
        product = self._made_by[total.input[0]]
        if product.op_type == "Add" and self._made_by[product.input[0]].op_type == "MatMul":
            inputs = [product.input[0], total.input[1], *normalised.input[1:], product.input[1]]
            epsilon = next(value.f for value in normalised.attribute if value.name == "epsilon")
            self._join(normalised, "SkipLayerNormalization", inputs, epsilon=epsilon)

    def _join(self, last: NodeProto, kind: str, inputs: list[str], **attributes: Any) -> None:
        name = last.output[0]
        self.last[name] = helper.make_node(kind, inputs, [name], domain=CONTRIBUTED, **attributes)

    def _after(self, node: NodeProto, *kinds: str) -> NodeProto:
        for kind in kinds:
            users = {user.op_type: user for user in self._users[node.output[0]]}
            if kind not in users:
                raise ValueError(f"the encoder's graph has {', '.join(users)} where {kind} was expected")
            node = users[kind]
        return node

    def _before(self, node: NodeProto, *kinds: str) -> NodeProto:
        for kind in kinds:
            node = self._made_by[node.input[0]]
            if node.op_type != kind:
                raise ValueError(f"the encoder's graph has {node.op_type} where {kind} was expected")
        return node

    def _unfolded(self, name: str) -> str:
        """What was scaled and folded into heads."""
        while (node := self._made_by[name]).op_type in ("Mul", "Transpose", "Reshape"):
            name = node.input[0]
        return name


def _needed(nodes: list[NodeProto], wanted: set[str]) -> list[NodeProto]:
    """The nodes that the wanted outputs depend on."""
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    return kept[::-1]
