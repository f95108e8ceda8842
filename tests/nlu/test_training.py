"""How the classifiers learn: the softmax regression, and phrases that are encoded ahead."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.exceptions import YamlException
from sklearn.linear_model import LogisticRegression

from blina.knowledge.loader import DEFAULT
from blina.rasa_adapter import training_cache
from blina.rasa_adapter.importer import ProjectFiles
from blina.rasa_adapter.phrases import intents_for, without_other_drugs
from blina.reading.learned.model import DIMENSIONS, Array, LearnedModel, ModelError, default_model
from blina.reading.meaning.softmax import learn_softmax

ROOT = Path(__file__).resolve().parents[2]
GROUPS, EACH = 5, 60
PHRASES = ["I have a fever", "my hands shake", "the pump beeps"]


@pytest.fixture
def clouds() -> tuple[Array, list[str]]:
    """Vectors around five points, near enough to be taken for one another."""
    random = np.random.default_rng(1)
    centres = random.normal(size=(GROUPS, 20))
    vectors = np.repeat(centres, EACH, axis=0) + random.normal(size=(GROUPS * EACH, 20))
    labels = [f"group {number}" for number in range(GROUPS) for _ in range(EACH)]
    return vectors.astype(np.float32), labels


def test_softmax_regression_learns_what_scikit_learn_learns(clouds: tuple[Array, list[str]]) -> None:
    vectors, labels = clouds
    classes, weights, bias = learn_softmax(vectors, labels, c=0.5, rounds=500)
    theirs = LogisticRegression(C=0.5, max_iter=500, tol=1e-6).fit(vectors, labels)
    assert classes == list(theirs.classes_)
    scores = vectors @ weights.T + bias
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        odds / odds.sum(axis=1, keepdims=True), theirs.predict_proba(vectors), atol=5e-3
    )


def test_large_weights_cost_more_when_c_is_small(clouds: tuple[Array, list[str]]) -> None:
    _, free, _ = learn_softmax(*clouds, c=10, rounds=100)
    _, bound, _ = learn_softmax(*clouds, c=0.01, rounds=100)
    assert np.linalg.norm(bound) < np.linalg.norm(free) / 2


def test_phrases_encoded_ahead_are_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = default_model().encode([*PHRASES, "a new one"])
    monkeypatch.setattr(training_cache, "_begun", [])
    training_cache.begin(PHRASES)
    _ = [work.result() for work in training_cache._begun]
    asked: list[str] = []
    encode = LearnedModel.encode

    def watch(encoder: LearnedModel, texts: list[str]) -> Array:
        asked.extend(texts)
        return encode(encoder, texts)

    monkeypatch.setattr(LearnedModel, "encode", watch)
    rows = training_cache.encoded([PHRASES[2], "a new one", PHRASES[0], PHRASES[2]])
    assert asked == ["a new one"]
    np.testing.assert_allclose(rows, expected[[2, 3, 0, 2]], atol=1e-5)


def test_nothing_to_encode_gives_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_cache, "_begun", [])
    assert training_cache.encoded([]).shape == (0, DIMENSIONS)


def test_an_encoder_that_fails_ahead_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ModelError("no encoder")

    monkeypatch.setattr(training_cache, "_begun", [])
    monkeypatch.setattr(LearnedModel, "encode", fail)
    training_cache.begin(PHRASES)
    with pytest.raises(ModelError, match="no encoder"):
        training_cache.encoded(PHRASES)


def phrases_file(folder: Path, phrase: str) -> Path:
    file = folder / "nlu.yml"
    file.write_text(f'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - {phrase}\n    - hi\n')
    return file


def read(folder: Path) -> list[str]:
    data = ProjectFiles(training_data_paths=[str(folder)]).get_nlu_data()
    return [str(example.get("text")) for example in data.intent_examples]


def test_phrases_of_another_drug_are_left_out_and_its_side_effects_are_complaints(tmp_path: Path) -> None:
    knowledge = Path(shutil.copytree(DEFAULT, tmp_path / "knowledge"))
    shutil.copytree(ROOT / "tests/second_drug/knowledge", knowledge / "drugs/exempline")
    files = [f"data/nlu/{drug}/more.yml" for drug in ("common", "blinatumomab", "exempline")]
    assert without_other_drugs(files, "exempline", knowledge) == [files[0], files[2]]
    assert without_other_drugs(files, "blinatumomab", knowledge) == files[:2]
    intent_of = intents_for("exempline", knowledge)
    listed = ["woolly_tongue", "fever", "greet", "no_intent"]
    assert list(map(intent_of, listed)) == listed
    assert intent_of("headache") == "unlisted_complaint"
    assert intents_for("blinatumomab", knowledge)("headache") == "headache"


def test_training_phrases_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    phrases_file(tmp_path, "hello")
    assert read(tmp_path) == ["hello", "hi"]
    monkeypatch.setattr(
        "rasa.shared.importers.utils.training_data_from_paths", lambda *_: pytest.fail("again")
    )
    assert read(tmp_path) == ["hello", "hi"]


def test_changed_training_phrases_are_read_again(tmp_path: Path) -> None:
    file = phrases_file(tmp_path, "hello")
    assert read(tmp_path) == ["hello", "hi"]
    phrases_file(tmp_path, "good evening")
    os.utime(file, ns=(1, 1))
    assert read(tmp_path) == ["good evening", "hi"]


def test_broken_training_phrases_are_refused(tmp_path: Path) -> None:
    phrases_file(tmp_path, "hello").write_text("version: '3.1'\nnlu: [")
    with pytest.raises(YamlException):
        read(tmp_path)
