"""The knowledge files say row by row what the reference tables say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.schema import Mention, SymptomSign, Urgency

REFERENCE = Path(__file__).parents[1] / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SYMPTOMS = rows("symptoms.csv")
MENTIONS = rows("mentions.csv")
QUESTIONS = rows("questions.csv")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def test_there_are_the_65_symptoms_and_no_others(knowledge: Knowledge) -> None:
    assert len(SYMPTOMS) == 65
    assert list(knowledge.symptoms) == [row["id"] for row in SYMPTOMS]


@pytest.mark.parametrize("row", SYMPTOMS, ids=lambda row: row["id"])
def test_a_symptom_is_as_in_the_table(knowledge: Knowledge, row: dict[str, str]) -> None:
    symptom = knowledge.symptoms[row["id"]]
    when = {
        to: "; ".join(escalation.when for escalation in symptom.escalations if escalation.to is to)
        for to in (Urgency.EMERGENCY, Urgency.CONTACT_NOW)
    }
    assert {
        "id": symptom.id,
        "label": symptom.label,
        "category": symptom.category.value,
        "urgency": symptom.urgency.value,
        "signs": " ".join(sign.value for sign in symptom.signs),
        "escalate_to_emergency_when": when[Urgency.EMERGENCY],
        "escalate_to_contact_now_when": when[Urgency.CONTACT_NOW],
    } == row


def test_every_mention_of_the_table_is_there_and_no_other(knowledge: Knowledge) -> None:
    def as_row(symptom: str, mention: Mention) -> tuple[str, ...]:
        document = knowledge.documents[mention.document]
        section = document.section(mention.section).reference
        return symptom, mention.document, document.file or "", section, mention.term

    found = Counter(
        as_row(symptom.id, mention) for symptom in knowledge.symptoms.values() for mention in symptom.mentions
    )
    found.update(as_row("", mention) for mention in knowledge.conditions)
    expected = Counter(tuple(row.values()) for row in MENTIONS)
    assert sum(expected.values()) == 118
    assert found == expected


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: f"{row['topic']}: {row['document']}")
def test_every_section_of_the_facts_is_a_section_of_its_document(
    knowledge: Knowledge, row: dict[str, str]
) -> None:
    section = knowledge.documents[row["document"]].section(row["section"])
    assert section.reference == row["section"]


def test_the_listed_medicines_are_those_of_the_leaflet(knowledge: Knowledge) -> None:
    listed = (REFERENCE / "medicines.txt").read_text(encoding="utf-8").split()
    assert len(listed) == 22
    assert sorted(medicine.name for medicine in knowledge.medicines.values()) == sorted(listed)


def test_headache_nausea_and_vomiting_are_screened(knowledge: Knowledge) -> None:
    screened = {symptom.id for symptom in knowledge.symptoms.values() if symptom.has_sign(SymptomSign.SCREEN)}
    assert {"headache", "nausea", "vomiting"} <= screened
    assert knowledge.policy.questions["screening"].about == (("symptom_sign:screen",),)


def test_the_signs_of_cytokine_release_are_those_of_the_policy(knowledge: Knowledge) -> None:
    crs = knowledge.policy.syndrome
    assert set(crs.alone) == {"fever", "chills", "low_blood_pressure", "trouble_breathing"}
    assert set(crs.any_two) == {*crs.alone, "headache", "nausea", "vomiting"}
    assert knowledge.policy.numbers.syndrome_window_hours == 24
    assert knowledge.policy.numbers.low_systolic_mmhg == 90


def test_whatever_goes_beyond_the_documents_is_marked(knowledge: Knowledge) -> None:
    kinds = {document.id: document.kind for document in knowledge.documents.values()}
    assert kinds == {
        "overview_2024": "provided",
        "leaflet_2018": "provided",
        "label_beyond": "beyond",
        "astct_2019": "beyond",
        "capd_2014": "beyond",
        "triage_policy": "policy",
    }
