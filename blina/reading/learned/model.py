"""The learned reader on onnxruntime: the one place that loads its files.

`make learn` writes them. One run gives, for every symptom and sign, the probability of each status and the
words that it rests on; what the message does; and a vector of its meaning for the intents.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

from blina.reading.learned.windows import Span, most_worded, windows
from blina.reading.text import clean, sanitised

Array = npt.NDArray[np.float32]

FILES = Path(__file__).parent / "files"
DIMENSIONS = 384
_TOKENISER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_REMEMBERED = 32  # messages; more than are under way at the same time on a small server
_ASKED = "asked: "
_NEAR_PEAK = 0.3  # pieces beside the one that a label looks at most belong to its words from this share on
_PRESENT, _UNCERTAIN = 1, 2  # places of the statuses that report


class ModelError(RuntimeError):
    """The reader's files are missing or not the ones that `make learn` wrote together."""


@dataclass(frozen=True)
class Prediction:
    """What the learned reader makes of one message.

    Args:
        statuses: probabilities of shape ``(labels, statuses)``.
        acts: probabilities of shape ``(acts,)``.
        meaning: a vector of unit length, ``(384,)``.
        words: for each label the first character and the end of the words that it rests on.
        is_whole: false when words were left out, because there were too many numbers and marks beside them.
    """

    statuses: Array
    acts: Array
    meaning: Array
    words: tuple[Span, ...]
    is_whole: bool = True


class LearnedModel:
    """Reads messages.

    Args:
        folder: holds ``reader.onnx``, ``reader.json`` and ``tokenizer.json``.

    Raises:
        ModelError: a file is missing, or the model is not the one that the card describes.
    """

    def __init__(self, folder: Path = FILES) -> None:
        card = json.loads(_content(folder / "reader.json"))
        model = _verified(folder / "reader.onnx", card["sha256"])
        _verified(folder / "tokenizer.json", _TOKENISER_SHA256)
        self.labels: tuple[str, ...] = tuple(card["labels"])
        self.statuses: tuple[str, ...] = tuple(card["statuses"])
        self.acts: tuple[str, ...] = tuple(card["acts"])
        self._tokeniser = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokeniser.no_truncation()
        self._tokeniser.no_padding()
        options = onnxruntime.SessionOptions()
        # Messages are short and servers small: a second thread only waits for the first.
        options.intra_op_num_threads = int(os.environ.get("BLINA_ENCODER_THREADS", "1"))
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Some processors without 8-bit instructions of their own would cut sums off at 16 bits.
        options.add_session_config_entry("session.x64quantprecision", "1")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._latest: OrderedDict[bytes, Prediction] = OrderedDict()

    def predict(self, text: str, asked: str = "") -> Prediction:
        """Read one message.

        Args:
            text: at most 5,000 characters are worth reading; longer ones take longer.
            asked: the question that it answers, or empty.

        Returns:
            What it says; of a long message each label from the window that says most of it.
        """
        key = hashlib.blake2b(f"{asked}\0{text}".encode(errors="surrogatepass"), digest_size=16).digest()
        if (known := self._latest.get(key)) is not None:
            return known
        prediction = self._predict(text, asked)
        self._latest[key] = prediction
        if len(self._latest) > _REMEMBERED:
            with suppress(KeyError):  # two threads may both find it too long
                self._latest.popitem(last=False)
        return prediction

    def encode(self, texts: Sequence[str]) -> Array:
        """The meaning of each text, by itself: no text's vector depends on the others.

        Args:
            texts: any number.

        Returns:
            Array of shape ``(len(texts), 384)``, rows of unit length.
        """
        if len(texts) == 1:
            return self.predict(texts[0]).meaning[None, :].copy()
        # The runtime works outside Python's lock, so texts can be read side by side.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            rows = list(pool.map(lambda text: self._predict(text, "").meaning, texts))
        return np.array(rows, dtype=np.float32).reshape(-1, DIMENSIONS)

    def _predict(self, text: str, asked: str) -> Prediction:
        whole = self._tokeniser.encode(text, add_special_tokens=False)
        spans, is_whole = most_worded(text, windows(text, whole.offsets))
        question = _ASKED + asked if asked else None
        encodings = [self._tokeniser.encode(text[start:end], question) for start, end in spans]
        statuses, acts, meaning, attention = self._session.run(None, _inputs(encodings))
        best = _window_of_each_label(statuses)
        labels = np.arange(statuses.shape[1])
        mean = meaning.mean(axis=0)
        return Prediction(
            statuses[best, labels],
            acts[-1] if len(spans) == 1 else acts.mean(axis=0),
            mean / max(float(np.linalg.norm(mean)), 1e-9),
            tuple(
                _words(encodings[window], attention[window, label], spans[window])
                for label, window in enumerate(best.tolist())
            ),
            is_whole,
        )


@lru_cache(maxsize=1)
def default_model() -> LearnedModel:
    """The learned reader that everything in one process shares."""
    return LearnedModel()


async def predict_ahead(text: str) -> None:
    """Read a message in a thread: other conversations go on meanwhile, and the components find it done.

    Args:
        text: as it came from the channel.
    """
    words = sanitised(text)
    if words:
        await asyncio.to_thread(default_model().predict, clean(words))


def _window_of_each_label(statuses: Array) -> npt.NDArray[np.int64]:
    """The window that reports a label most surely; where none does, the one that says most of it."""
    reported = statuses[:, :, _PRESENT] + statuses[:, :, _UNCERTAIN]
    said = 1 - statuses[:, :, 0]
    strongest: npt.NDArray[np.int64] = np.where(
        reported.max(axis=0) >= 0.5, reported.argmax(axis=0), said.argmax(axis=0)
    )
    return strongest


def _inputs(encodings: Sequence[Encoding]) -> dict[str, npt.NDArray[np.int64]]:
    length = max(len(encoding.ids) for encoding in encodings)
    batch = {
        name: np.zeros((len(encodings), length), dtype=np.int64)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    for row, encoding in enumerate(encodings):
        size = len(encoding.ids)
        batch["input_ids"][row, :size] = encoding.ids
        batch["attention_mask"][row, :size] = 1
        batch["token_type_ids"][row, :size] = encoding.type_ids
    return batch


def _words(encoding: Encoding, attention: Array, window: Span) -> Span:
    """The words around the piece that a label looks at most; the whole window where it looks at no word."""
    own = [at for at, sequence in enumerate(encoding.sequence_ids) if sequence == 0]
    if not own:
        return window
    weights = attention[own[0] : own[-1] + 1]
    peak = int(weights.argmax())
    least = float(weights[peak]) * _NEAR_PEAK
    first = last = peak
    while first > 0 and weights[first - 1] >= least:
        first -= 1
    while last + 1 < len(weights) and weights[last + 1] >= least:
        last += 1
    start, end = encoding.offsets[own[0] + first][0], encoding.offsets[own[0] + last][1]
    return window[0] + start, window[0] + end


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise ModelError(f"the reader's file {file.name} is missing: take it from the project again")
    return file.read_bytes()


def _verified(file: Path, expected: str) -> bytes:
    """A file's content, when it is the one that is expected."""
    content = _content(file)
    if hashlib.sha256(content).hexdigest() != expected:
        raise ModelError(f"the reader's file {file.name} is not the one that was measured (SHA-256 differs)")
    return content
