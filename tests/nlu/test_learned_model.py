"""The learned model: the right files or none, long messages in windows, and the featurizer on top of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from blina.assistant import knowledge, reader
from blina.rasa_adapter.encoder import SentenceEncoder, vectors
from blina.reading.learned.model import (
    DIMENSIONS,
    FILES,
    LearnedModel,
    ModelError,
    default_model,
    predict_ahead,
)
from blina.reading.learned.reader import LearnedReader
from blina.reading.model import Status
from blina.reading.reader import SymptomReader

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
def model() -> LearnedModel:
    return default_model()


def test_every_symptom_of_the_knowledge_can_be_read(model: LearnedModel) -> None:
    assert set(knowledge().symptoms) <= set(model.labels)


def test_every_label_of_the_model_is_a_symptom_or_sign_of_the_knowledge(model: LearnedModel) -> None:
    assert set(model.labels) <= {*knowledge().symptoms, "unlisted", *knowledge().signs}


@pytest.mark.parametrize(
    ("text", "label", "status"),
    [
        ("my husband can't get his words out", "difficulty_talking", Status.PRESENT),
        ("the shivering stopped on Monday, none since", "chills", Status.PAST),
        ("no headache today", "headache", Status.DENIED),
        ("can this medicine cause seizures?", "seizures", Status.NOT_REPORTED),
    ],
)
def test_what_is_said_of_a_symptom(model: LearnedModel, text: str, label: str, status: Status) -> None:
    opinion = LearnedReader(model).opinions(text)[0][label]
    read = Status.PRESENT if opinion.reported >= 0.5 else opinion.status
    assert read is status, opinion


def test_a_good_oxygen_reading_does_not_unsay_that_breathing_is_hard(model: LearnedModel) -> None:
    reading = SymptomReader(knowledge(), model).read("each breath takes real effort tonight. sats 96")
    assert ("trouble_breathing", Status.PRESENT) in {(one.symptom, one.status) for one in reading.findings}


@pytest.mark.parametrize(
    ("text", "there"),
    [("there is no balance owed", False), ("no balance owed, but my balance is gone when I stand", True)],
)
def test_what_the_lexicon_says_is_never_it_the_learned_reader_does_not_add(
    model: LearnedModel, text: str, there: bool
) -> None:
    found = SymptomReader(knowledge(), model).read(text).findings
    assert any(one.symptom == "loss_of_balance" and one.status is Status.PRESENT for one in found) is there


def test_an_answer_is_read_with_its_question(model: LearnedModel) -> None:
    opinions, _, _ = LearnedReader(model).opinions("none except my breathing", "screening")
    assert opinions["trouble_breathing"].reported > 0.5


def test_an_opinion_names_the_words_that_it_rests_on(model: LearnedModel) -> None:
    text = "we had a lovely walk and soup for lunch. My head is pounding."
    opinion = LearnedReader(model).opinions(text)[0]["headache"]
    assert set(text[opinion.start : opinion.end].lower().split()) & {"head", "pounding", "pounding."}


def test_probabilities_of_one_label_add_up_to_one(model: LearnedModel) -> None:
    prediction = model.predict("I have a fever")
    assert np.allclose(prediction.statuses.sum(axis=1), 1, atol=1e-4)
    assert float(prediction.acts.sum()) == pytest.approx(1, abs=1e-4)


def test_a_warning_sign_is_heard_wherever_it_stands_in_a_long_message(model: LearnedModel) -> None:
    chat = "We had soup and went to the park and the dog was happy. " * 40
    for text in (f"He is having a seizure right now. {chat}", f"{chat} He is having a seizure right now."):
        assert LearnedReader(model).opinions(text)[0]["seizures"].reported > 0.5


def test_a_warning_sign_is_heard_among_marks_without_end(model: LearnedModel) -> None:
    marks = "%=;$" * 600
    text = f"{marks} He is having a seizure right now. {marks}"
    assert model.predict(text).is_whole  # no word is left out
    assert LearnedReader(model).opinions(text)[0]["seizures"].reported > 0.5


def test_of_more_pieces_than_can_be_read_in_time_words_come_first_and_what_is_left_out_is_said(
    model: LearnedModel,
) -> None:
    numbers = "mon 38.6 120/80 37.1 92 97 14 5.5 " * 70
    text = f"{numbers}He is having a seizure right now. {numbers}"
    assert not model.predict(text).is_whole
    assert LearnedReader(model).opinions(text)[0]["seizures"].reported > 0.5
    reading = reader().read(text)
    assert (reading.truncated, len(reading.text)) == (True, len(text))


def test_five_thousand_characters_of_sentences_are_heard_to_the_end(model: LearnedModel) -> None:
    story = (
        "We had soup and went to the park with the dog, who was happy. I slept badly and felt a bit sick. "
    )
    assert model.predict((story * 60)[:5000]).is_whole


def test_vectors_have_unit_length(model: LearnedModel) -> None:
    rows = model.encode(SENTENCES)
    assert rows.shape == (len(SENTENCES), DIMENSIONS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_rows_come_in_the_order_of_the_texts(model: LearnedModel) -> None:
    texts = ["rash", *SENTENCES[::-1]]
    alone = np.vstack([model.encode([text]) for text in texts])
    assert np.allclose(model.encode(texts), alone, atol=1e-5)  # whatever else is encoded


def test_no_texts_give_no_rows(model: LearnedModel) -> None:
    assert model.encode([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("text", ["", " ", "\U0001f642", "a" * 5000, "%" * 5000])
def test_anything_can_be_heard(model: LearnedModel, text: str) -> None:
    assert np.isfinite(model.predict(text).statuses).all()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FILES, tmp_path / "files"))


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json"])
def test_another_file_is_refused(files: Path, name: str) -> None:
    content = bytearray((files / name).read_bytes())
    content[-1] ^= 1
    (files / name).write_bytes(content)
    with pytest.raises(ModelError, match=f"{name} is not the one that was measured"):
        LearnedModel(files)


@pytest.mark.parametrize("name", ["reader.onnx", "reader.json", "tokenizer.json"])
def test_a_missing_file_is_named(files: Path, name: str) -> None:
    (files / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        LearnedModel(files)


def test_the_card_names_the_model_that_it_stands_beside() -> None:
    assert len(json.loads((FILES / "reader.json").read_text())["sha256"]) == 64


def component() -> SentenceEncoder:
    storage = LocalModelStorage.create(Path())
    return SentenceEncoder.create({}, storage, Resource("encoder"), ExecutionContext(GraphSchema({})))


def test_the_featurizer_leaves_one_vector_on_each_message(model: LearnedModel) -> None:
    messages = component().process([Message({TEXT: "rash"}), Message({TEXT: "fever"})])
    assert np.allclose(vectors(messages), model.encode(["rash", "fever"]), atol=1e-5)


def test_training_phrases_are_featurized_and_messages_without_text_are_left_alone() -> None:
    data = component().process_training_data(
        TrainingData([Message({TEXT: "rash"}), Message({"intent": "rash"})])
    )
    assert [bool(message.features) for message in data.training_examples] == [True, False]
    assert not vectors([data.training_examples[1]]).any()


def test_batches_side_by_side_give_the_rows_of_single_texts(model: LearnedModel) -> None:
    many = [f"{sentence} since {day}" for sentence in SENTENCES for day in ("noon", "monday", "last night")]
    together = model.encode(many)
    assert np.allclose(together[[0, 40, 56]], [model.encode([many[at]])[0] for at in (0, 40, 56)], atol=1e-5)


async def test_a_message_that_was_encoded_ahead_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    await predict_ahead("/a rash\u200b on my left knee")
    monkeypatch.setattr(LearnedModel, "_predict", None)
    assert default_model().encode(["a rash on my left knee"]).shape == (1, DIMENSIONS)


def test_what_is_remembered_cannot_be_changed_and_is_not_the_words(model: LearnedModel) -> None:
    model.encode(["my secret words"])[:] = 0
    assert model.encode(["my secret words"]).any()
    assert not any(b"secret" in key for key in model._latest)


def test_only_the_latest_texts_are_remembered(model: LearnedModel) -> None:
    for number in range(100):
        model.encode([f"day {number}"])
    assert len(model._latest) <= 32
