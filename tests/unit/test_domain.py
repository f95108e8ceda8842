"""Intents, domain, rules, actions, knowledge and training data cannot drift apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from blina.assistant import knowledge
from blina.rasa_adapter import generate

ROOT = Path(__file__).resolve().parents[2]
NOT_TRAINED = {"nlu_fallback"}  # given by the classifier when nothing else is likely


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def trained_intents() -> set[str]:
    files = sorted((ROOT / "data" / "nlu").glob("**/*.yml"))
    return {entry["intent"] for file in files for entry in read(str(file))["nlu"] if "intent" in entry}


@pytest.mark.parametrize("name", sorted(generate.files()))
def test_committed_files_are_what_is_generated(name: str) -> None:
    committed = (ROOT / name).read_text(encoding="utf-8")
    assert committed == generate.files()[name], "run: make generate"


def test_each_documented_side_effect_is_an_intent() -> None:
    symptoms = list(knowledge().symptoms)
    assert len(symptoms) == 65
    assert read("domain.yml")["intents"] == [*symptoms, *generate.OTHER_INTENTS]


def test_no_other_intent_has_the_name_of_a_symptom() -> None:
    assert not set(knowledge().symptoms) & set(generate.OTHER_INTENTS)


def test_there_is_training_data_for_exactly_the_intents() -> None:
    assert trained_intents() == set(read("domain.yml")["intents"]) - NOT_TRAINED


def test_there_is_one_rule_for_each_intent() -> None:
    files = sorted((ROOT / "data" / "rules").glob("*.yml"))
    intents = [rule["steps"][0]["intent"] for file in files for rule in read(str(file))["rules"]]
    assert sorted(intents) == sorted(read("domain.yml")["intents"])


def test_each_action_is_written_and_used() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    used = {"action_triage", *generate.OTHER_INTENTS.values()}
    assert set(read("domain.yml")["actions"]) == set(executor.actions) == used


def test_symptoms_go_to_triage() -> None:
    rules = read("data/rules/symptoms.yml")["rules"]
    assert {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in rules} == dict.fromkeys(
        knowledge().symptoms, "action_triage"
    )


def test_what_is_not_understood_has_an_action() -> None:
    (policy,) = read("config.yml")["policies"]
    assert policy["core_fallback_action_name"] == generate.FALLBACK
    assert policy["enable_fallback_prediction"] is True


def test_writing_leaves_what_is_right(tmp_path: Path) -> None:
    assert sorted(path.relative_to(tmp_path).as_posix() for path in generate.write(tmp_path)) == sorted(
        generate.files()
    )
    assert generate.write(tmp_path) == []
