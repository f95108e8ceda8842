"""Another drug keeps the phrases of side effects that it does not list: as complaints that no list names."""

import shutil
from pathlib import Path

import pytest

from scripts import fit_phrases
from scripts.common import ROOT

PHRASES = """nlu:
- intent: fever # a warning sign
  examples: |
    - my intent: headache is gone
- intent: headache
  examples: |
    - my head hurts
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The made-up drug with one file of phrases."""
    shutil.copytree(ROOT / "tests/second_drug/knowledge", tmp_path / "knowledge")
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge/shared")
    (tmp_path / "data/nlu").mkdir(parents=True)
    (tmp_path / "data/nlu/more.yml").write_text(PHRASES, encoding="utf-8")
    return tmp_path


def test_only_the_intents_that_are_not_known_change() -> None:
    fitted = fit_phrases.fitted(PHRASES, ["fever"])
    assert fitted == PHRASES.replace("- intent: headache\n  ex", "- intent: unlisted_complaint\n  ex")


def test_the_drug_at_hand_needs_no_fitting() -> None:
    assert fit_phrases.fit() == []


def test_the_phrases_of_what_was_taken_off_the_list_are_fitted(project: Path) -> None:
    symptoms = (project / "knowledge/symptoms.yml").read_text(encoding="utf-8")
    assert "- id: woolly_tongue" in symptoms
    assert fit_phrases.fit(project) == ["data/nlu/more.yml"]
    assert "- intent: unlisted_complaint" in (project / "data/nlu/more.yml").read_text(encoding="utf-8")
    assert fit_phrases.fit(project) == []
