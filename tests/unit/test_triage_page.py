"""The page for clinicians says what the knowledge says."""

from __future__ import annotations

import pytest

from blina.knowledge.settings import load_settings
from blina.replies.clinician_page import PAGE, page
from tests.unit.talk import KNOWLEDGE

TEXT = page(KNOWLEDGE, load_settings(environ={}))


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == TEXT, "run: make generate"


@pytest.mark.parametrize("symptom", KNOWLEDGE.symptoms)
def test_each_symptom_has_its_urgency_its_escalations_and_its_sources(symptom: str) -> None:
    entry = KNOWLEDGE.symptoms[symptom]
    start = TEXT.index(f"(`{symptom}`): `{entry.urgency.value}`")
    section = TEXT[start : TEXT.find("####", start)]
    for escalation in entry.escalations:
        assert f"`{escalation.to.value}` when {escalation.when}" in section
    for mention in entry.mentions:
        assert f"“{mention.term}”" in section


def test_each_rule_is_on_the_page() -> None:
    for rule in KNOWLEDGE.policy.rules:
        assert f"`{rule.id}`" in TEXT
        assert rule.reason in TEXT
