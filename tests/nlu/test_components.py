"""The trained components one after another: classifier and symptom reader as Rasa runs them."""

from __future__ import annotations

import itertools
import random
import string
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from sklearn.feature_extraction.text import HashingVectorizer

from benchmarks.evaluate.pipeline import Pipeline, pipeline
from blina.rasa_adapter.model_files import restore, store
from blina.rasa_adapter.training import topic_label, topic_of
from blina.reading.learned.model import DIMENSIONS, default_model
from blina.reading.meaning.classifier import ENCODER_SHARE, PhraseClassifier
from blina.reading.text import MAX_CHARACTERS

pytestmark = pytest.mark.timeout(600)  # the classifiers may have to be trained first


@pytest.fixture(scope="module")
def assistant() -> Pipeline:
    return pipeline()


def entities(parsed: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entity for entity in parsed["entities"] if entity["entity"] == kind]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello there", "greet"),
        ("thank you so much", "thanks"),
        ("bye for now", "goodbye"),
        ("what can you do?", "ask_bot"),
        ("can I take warfarin with this", "ask_medicine"),
        ("what is blinatumomab?", "ask_drug"),
        ("please delete my messages", "forget_me"),
        ("give me a summary for the nurse", "summary"),
    ],
)
def test_what_a_message_wants(assistant: Pipeline, text: str, intent: str) -> None:
    assert assistant.parse(text)["intent"]["name"] == intent


@pytest.mark.parametrize(
    "text", ["burping all day", "my hands tremble", "hiccups wont stop", "cant hear properly"]
)
def test_a_complaint_is_never_taken_for_good_news_or_small_talk(assistant: Pipeline, text: str) -> None:
    intent = assistant.parse(text)["intent"]["name"]
    assert intent not in {"feels_fine", "out_of_scope", "ask_medicine", "thanks", "greet", "goodbye"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello, I have a rash and my words are slurred", "slurred_speech"),
        ("thanks, but I have a fever", "fever"),
        ("can I take warfarin? my nose will not stop bleeding", "unusual_bleeding"),
        ("I want to die", "self_harm"),
        ("the pump is beeping and I have a rash", "infusion_trouble"),
    ],
)
def test_a_symptom_comes_before_anything_else_in_the_message(
    assistant: Pipeline, text: str, intent: str
) -> None:
    assert assistant.parse(text)["intent"]["name"] == intent


@pytest.mark.parametrize("text", ["no fever", "can this drug cause seizures?", "my neighbour has a fever"])
def test_a_symptom_that_is_not_reported_is_no_intent(assistant: Pipeline, text: str) -> None:
    assert assistant.parse(text)["intent"]["name"] not in {"fever", "seizures"}


def test_findings_are_entities_with_their_status_as_role(assistant: Pipeline) -> None:
    found = entities(assistant.parse("no fever, but a severe headache"), "symptom")
    assert {entity["value"]: entity["role"] for entity in found} == {"fever": "denied", "headache": "present"}


def test_signs_values_and_medicines_are_entities_too(assistant: Pipeline) -> None:
    parsed = assistant.parse("cannot wake him, temp 39.2, he takes warfrin")
    assert [entity["value"] for entity in entities(parsed, "sign")] == ["cannot_be_woken", "blood_thinner"]
    (temperature,) = entities(parsed, "measurement")
    assert (temperature["value"], temperature["fields"]["value"]) == ("temperature", 39.2)
    assert [entity["value"] for entity in entities(parsed, "medicine")] == ["warfarin"]


def test_a_question_on_the_drug_carries_its_topic(assistant: Pipeline) -> None:
    assert len(entities(assistant.parse("may I drive a car during the treatment?"), "topic")) == 1


def test_wording_that_no_lexicon_has_is_read_by_its_meaning(assistant: Pipeline) -> None:
    found = entities(assistant.parse("everything looks like it is under water"), "symptom")
    assert [(entity["value"], entity["fields"]["source"]) for entity in found] == [
        ("blurred_vision", "learned")
    ]


@pytest.mark.parametrize("text", ["", "   ", "?!", "a" * 6000, "\U0001f642"])
def test_no_message_is_left_without_an_intent(assistant: Pipeline, text: str) -> None:
    assert assistant.parse(text)["intent"]["name"]


def small_classifier() -> PhraseClassifier:
    texts = [
        "my eyes see fog",
        "fog before my eyes",
        "blurry sight",
        "the pump beeps",
        "a beep from the pump",
        "the pump is loud",
        "a nice walk",
        "the weather is fine",
        "lunch",
    ]
    labels = ["blurred_vision"] * 3 + ["infusion_trouble"] * 3 + ["nothing"] * 3
    return PhraseClassifier.trained(texts, default_model().encode(texts), labels)


def test_a_classifier_survives_being_stored(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("classifier")
    before = small_classifier()
    store(before, storage, resource)
    after = restore(storage, resource)
    assert after.classes == before.classes
    rows = default_model().encode(["fog"])
    assert np.allclose(before.probabilities(["fog"], rows), after.probabilities(["fog"], rows))


def test_pickled_content_is_refused(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("classifier")
    store(small_classifier(), storage, resource)
    with storage.write_to(resource) as folder:
        np.savez(folder / "weights.npz", meaning=np.array([{"code": "here"}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        restore(storage, resource)


def test_probabilities_sum_to_one() -> None:
    texts = ["fog", "lunch time", ""]
    rows = small_classifier().probabilities(texts, default_model().encode(texts))
    assert rows.shape == (3, 3)
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)


@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
@example(["I can't breathe", "ÄNGSTLICH und müde", "", " ", "\U0001f642"])
@settings(deadline=None, max_examples=50)
def test_spelling_counts_as_the_vectorizer_counts_it(texts: list[str]) -> None:
    weights = {
        "meaning": np.zeros((2, DIMENSIONS), dtype=np.float32),
        "meaning_bias": np.zeros(2, dtype=np.float32),
        "spelling": np.random.default_rng(1).normal(size=(2, 2**14)).astype(np.float32),
        "spelling_bias": np.zeros(2, dtype=np.float32),
    }
    vectorizer = HashingVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), n_features=2**14, alternate_sign=False
    )
    odds = vectorizer.transform(texts) @ weights["spelling"].T
    expected = 1 / (1 + np.exp(-odds))
    expected = ENCODER_SHARE / 2 + (1 - ENCODER_SHARE) * expected / expected.sum(axis=1, keepdims=True)
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    rows = PhraseClassifier(["a", "b"], weights).probabilities(texts, vectors)
    assert np.allclose(rows, expected, atol=1e-5)


def test_labels_of_topics_go_both_ways() -> None:
    assert topic_of(topic_label("driving")) == "driving"
    assert topic_of("greet") is None


ORDINARY = (
    "We had soup and went to the park with the dog. I slept badly and felt a bit sick, but no fever. " * 60
)
ALPHABETS = [
    "%",
    "$",
    "=",
    ";",
    "\U0001f600",
    "120/80 ",
    "38.6 C ",
    "a",
    " ",
    "\n",
    "no ",
    "fever ",
    ", ",
    "(",
    "é",
    "&",
]
NUMBERS = itertools.count()


def seconds(assistant: Pipeline, text: str) -> float:
    """Of the processor, so that other programs do not count; the better of two that nobody has read yet."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        assistant.parse(f"{next(NUMBERS)} {text}"[:MAX_CHARACTERS])
        taken.append(time.process_time() - started)
    return min(taken)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.sampled_from(ALPHABETS) | st.characters() | st.sampled_from(string.printable),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 1000),
)
@example(["%"], 0)
@example(["$", "="], 0)
@example(["\U0001f600"], 0)
@example(["120/80 "], 0)
@example(["38.6 C "], 0)
@example(["not fever, "], 0)
@example(list(string.printable), 0)
def test_nothing_takes_longer_to_read_than_sentences_do(
    assistant: Pipeline, parts: list[str], seed: int
) -> None:
    """Of sentences 5,000 characters take less than 300 ms (`make bench` measures it, docs/performance.md)."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    text = "".join(chance.choice(parts) for _ in range(MAX_CHARACTERS))
    assert seconds(assistant, text) < 2 * seconds(assistant, ORDINARY)
