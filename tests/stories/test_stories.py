"""Conversations through Rasa's own story tests: which action answers what patients write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.test import test as run_stories

HERE = Path(__file__).parent
MODEL = HERE.parents[1] / "models" / "blina.tar.gz"
FILES = sorted(HERE.glob("test_*.yml"))

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def agent() -> Agent:
    assert MODEL.exists(), "there is no trained model: run make train"
    return Agent.load(MODEL)


def written(file: Path) -> list[dict[str, Any]]:
    stories: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["stories"]
    return stories


def test_there_are_stories() -> None:
    assert sum(len(written(file)) for file in FILES) >= 15


def test_every_action_is_in_a_story() -> None:
    domain = yaml.safe_load((HERE.parents[1] / "domain.yml").read_text(encoding="utf-8"))
    stories = [story for file in FILES for story in written(file)]
    assert {step["action"] for story in stories for step in story["steps"] if "action" in step} == set(
        domain["actions"]
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_every_story_is_answered_by_its_actions(file: Path, agent: Agent, tmp_path: Path) -> None:
    result = await run_stories(
        str(file), agent, out_directory=str(tmp_path), e2e=True, disable_plotting=True, warnings=False
    )
    report = json.loads((tmp_path / "story_report.json").read_text())
    # Rasa passes in silence when it finds no stories: count them
    assert report["conversation_accuracy"]["total"] == len(written(file)) > 0
    actions = [step["action"] for story in written(file) for step in story["steps"] if "action" in step]
    ran = [action for action in result["actions"] if action["action"] != "action_listen"]
    assert sorted(action["action"] for action in ran) == sorted(actions)
    wrong = [
        (action["action"], action["predicted"]) for action in ran if action["action"] != action["predicted"]
    ]
    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_every_message_has_its_intent(file: Path, agent: Agent) -> None:
    wrong = []
    for story in written(file):
        for step in story["steps"]:
            if "user" in step:
                parsed = await agent.parse_message(step["user"])
                if parsed["intent"]["name"] != step["intent"]:
                    wrong.append((step["user"], step["intent"], parsed["intent"]["name"]))
    assert wrong == []
