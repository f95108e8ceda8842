"""The answers cover what the documents say, in plain words, and repeat none of their mistakes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import textstat

from blina.knowledge import load_knowledge
from blina.knowledge.schema import Topic

REFERENCE = Path(__file__).parents[1] / "reference"
KNOWLEDGE = load_knowledge()
TOPICS = KNOWLEDGE.questions
HARDEST_ANSWER = 8.0  # Flesch-Kincaid grade
FEWEST_QUESTIONS = 12

# Where each topic of the reference table is answered.
ANSWERED_BY: dict[str, tuple[str, ...]] = {
    "what is it": ("what_it_is",),
    "approval history": ("approval",),
    "how it works": ("how_it_works",),
    "about the disease": ("the_disease", "disease_causes"),
    "dosing cycle": ("cycle",),
    "why continuous": ("why_continuous",),
    "how long until it works": ("when_it_works",),
    "how the dose is chosen": ("how_dose_is_chosen",),
    "where it is given": ("where_given",),
    "home treatment": ("home_treatment",),
    "line care": ("line_care",),
    "treatment delay": ("treatment_delay",),
    "weight limit": ("weight_limit",),
    "how common are side effects": ("how_common",),
    "do side effects pass": ("do_effects_pass",),
    "effects not listed": ("effects_not_listed",),
    "monitoring tests": ("monitoring_tests",),
    "infection risk": ("infection_risk", "visitors_and_crowds"),
    "CRS - what is it": ("crs",),
    "neurological effects": ("neurological_effects",),
    "contraindication": ("allergy",),
    "caution": ("nerve_caution",),
    "health conditions": ("health_conditions",),
    "vaccination": ("vaccination",),
    "benzyl alcohol": ("benzyl_alcohol",),
    "age 65+": ("older_people",),
    "pregnancy": ("pregnancy",),
    "contraception (women and men)": ("contraception",),
    "breastfeeding": ("breastfeeding",),
    "interactions - general": ("interactions",),
    "interactions - what to tell the doctor": ("what_to_tell_team",),
    "diet, alcohol, tobacco": ("food", "alcohol", "smoking"),
    "storage": ("storage",),
    "disposal": ("disposal",),
    "benefit versus risk": ("benefit_and_risk",),
    "document dates": ("document_dates",),
}
NOT_FOR_PATIENTS = {"not patient content"}

# What patients ask and the documents do not answer, or answer wrongly.
ALSO_ASKED = {
    "driving", "travel", "washing", "pets", "school_and_work", "exercise", "sex", "hair_loss", "pump_alarm",
    "fever_medicines", "steroids", "temperature", "bag_change", "sun", "dental_work", "herbal_products",
    "grapefruit", "caffeine", "fertility", "is_it_chemotherapy", "cost", "survival", "when_to_call",
}  # fmt: skip

WRONG = {
    "the frequencies": r"\d+ ?%|per ?cent|in (?:ten|100)",
    "the weight of a child": r"pounds|\blbs?\b|\bkilos?\b|\bkg\b",
    "steroids as a thing to avoid": r"interfer|steroids? (?:can |may )?(?:stop|block|weaken)|avoid steroids?",
    "that it is chemotherapy": r"infusion chemotherapy|(?<!not )(?<!get )\bchemotherapy (?:drug|medicine)",
    "a number of cycles": r"(?:five|four|5|4) cycles",
    "the advertisement": r"synapse|database",
}
REASSURING = re.compile(
    r"predictable|fades? away|nothing to worry|do not worry|harmless|often manageable", re.I
)
DOSING = re.compile(
    r"\bmg\b|\btablets?\b|take (?:some |a )?(?:paracetamol|ibuprofen|tylenol)|and wait\b", re.I
)
AMERICAN = re.compile(r"diarrhea|anemia|leukemia|\bcolor|\bcenter\b|\b(?!size|prize)\w+ize\b", re.I)


def reference_rows() -> list[dict[str, str]]:
    with (REFERENCE / "questions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def said(topic: Topic) -> str:
    """What a patient reads, the caution included."""
    return f"{topic.answer} {topic.caution or ''}".strip()


def draws_on(topic: Topic, document: str, section: str) -> bool:
    """Whether one of the topic's sources is this section or a part of it ("Paragraph 4 (side effects)")."""
    references = (
        KNOWLEDGE.documents[source.document].section(source.section).reference
        for source in topic.sources
        if source.document == document
    )
    return any(reference == section or reference.startswith(f"{section} ") for reference in references)


@pytest.mark.parametrize("row", reference_rows(), ids=lambda row: f"{row['topic']}: {row['document']}")
def test_every_fact_is_answered_from_its_own_section(row: dict[str, str]) -> None:
    document, section = row["document"], row["section"]
    if row["topic"] in NOT_FOR_PATIENTS:
        assert not any(draws_on(topic, document, section) for topic in TOPICS.values())
    else:
        assert any(draws_on(TOPICS[id], document, section) for id in ANSWERED_BY[row["topic"]])


def test_what_patients_ask_beyond_the_documents_is_answered() -> None:
    assert sorted(ALSO_ASKED - set(TOPICS)) == []


@pytest.mark.parametrize("claim", WRONG)
def test_no_answer_repeats_a_mistake_of_the_documents(claim: str) -> None:
    assert [id for id, topic in TOPICS.items() if re.search(WRONG[claim], said(topic), re.I)] == []


def test_it_says_plainly_that_it_is_no_chemotherapy() -> None:
    assert TOPICS["is_it_chemotherapy"].answer.startswith("No")


def test_a_weight_or_a_preservative_is_never_a_reason_against_the_drug() -> None:
    for id in ("weight_limit", "benzyl_alcohol"):
        assert "one kind of bag" in TOPICS[id].answer
        assert "team" in TOPICS[id].answer


@pytest.mark.parametrize("id", TOPICS)
def test_an_answer_is_easy_to_read(id: str) -> None:
    assert textstat.flesch_kincaid_grade(re.sub(r"\{\w+\}", "them", said(TOPICS[id]))) <= HARDEST_ANSWER


@pytest.mark.parametrize("id", TOPICS)
def test_an_answer_has_two_to_five_sentences(id: str) -> None:
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", said(TOPICS[id]))) <= 5


@pytest.mark.parametrize("id", TOPICS)
def test_an_answer_is_calm_british_and_advises_no_dose(id: str) -> None:
    text = said(TOPICS[id])
    assert not DOSING.search(text)
    assert not AMERICAN.search(text)
    assert not REASSURING.search(text)


@pytest.mark.parametrize("id", ["crs", "neurological_effects", "infection_risk", "pancreas", "temperature"])
def test_an_answer_about_a_warning_ends_with_whom_to_call(id: str) -> None:
    caution = TOPICS[id].caution
    assert caution is not None
    assert re.match(r"If you (?:have|notice) .* call \{centre\} now", caution)


def test_the_pump_is_never_to_be_touched() -> None:
    answer = TOPICS["pump_alarm"].answer
    assert "call {centre} now" in answer
    assert "Do not change any settings" in answer
    assert "do not flush" in answer


def test_a_fever_medicine_is_asked_about_first() -> None:
    answer = TOPICS["fever_medicines"].answer
    assert answer.startswith("Ask your team before")
    assert "hide a fever" in answer


@pytest.mark.parametrize("id", TOPICS)
def test_a_topic_is_asked_about_in_many_ways(id: str) -> None:
    assert len(TOPICS[id].asked_as) >= FEWEST_QUESTIONS


def test_an_answer_is_written_once() -> None:
    sentences: dict[str, str] = {}
    for id, topic in TOPICS.items():
        for sentence in re.split(r"(?<=[.?!])\s+", topic.answer):
            assert sentence not in sentences, f"{id} and {sentences[sentence]} share: {sentence}"
            sentences[sentence] = id


def test_every_listed_medicine_is_known_by_its_other_names() -> None:
    listed = (REFERENCE / "medicines.txt").read_text(encoding="utf-8").split()
    also = {medicine.name: medicine.also for medicine in KNOWLEDGE.medicines.values()}
    assert sorted(also) == sorted(listed)
    assert [name for name in listed if not also[name]] == []


def test_a_name_stands_for_one_medicine() -> None:
    names = [
        name.casefold()
        for medicine in KNOWLEDGE.medicines.values()
        for name in (medicine.name, *medicine.also)
    ]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("brand", "medicine"),
    [
        ("Coumadin", "Warfarin"),
        ("Tegretol", "Carbamazepine"),
        ("Dilantin", "Phenytoin"),
        ("Epanutin", "Phenytoin"),
        ("Neoral", "Cyclosporine"),
        ("Prograf", "Tacrolimus"),
        ("Riamet", "Artemether"),
        ("Uniphyllin", "Theophylline"),
    ],
)
def test_brands_lead_to_their_medicine(brand: str, medicine: str) -> None:
    assert brand in next(entry for entry in KNOWLEDGE.medicines.values() if entry.name == medicine).also
