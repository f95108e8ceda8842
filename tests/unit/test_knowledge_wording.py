"""What patients read is plain, calm and complete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import textstat

from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.schema import Urgency
from blina.knowledge.texts import required_texts

ROOT = Path(__file__).parents[2]
CODE = "\n".join(
    file.read_text(encoding="utf-8")
    for folder in ("actions", "blina")
    for file in sorted((ROOT / folder).rglob("*.py"))
)
CODE_BUT_THE_LIST = CODE.replace((ROOT / "blina/knowledge/texts.py").read_text(encoding="utf-8"), "")
# the code puts these around other names
COMPOSED = re.compile(
    r"^again_|^taken_|_several$|_[1-4]$|_(?:emergency|contact_now|call_today|tell_team|reached)$"
)
SAID = re.compile(r"""\.(?:say|text)\(\s*["'](\w+)["'],\s*["'](\w+)["']""")

KNOWLEDGE = load_knowledge()

HARDEST_TEXT = 7.5  # Flesch-Kincaid grade; names of medicines and illnesses cannot be made shorter
HARDEST_AVERAGE = 5.0  # a reading age of about ten
SHORT_TEXT = 6  # words: the formula says nothing about so few

REASSURING = re.compile(
    r"predictable|fades? away|nothing to worry|don't worry|do not worry|harmless|will pass|wears? off|"
    r"probably|usually|often manageable|normal side effect|\bsafe with\b",
    re.IGNORECASE,
)
DOSING = re.compile(
    r"\bdos(?:e|es|age)\b|\bmg\b|\btablets?\b|take (?:some |a )?(?:paracetamol|ibuprofen|tylenol)", re.I
)
AMERICAN = re.compile(r"diarrhea|\banemia\b|leukemia|\bcolor|\bcenter\b|\w+ize\b", re.IGNORECASE)


def patient_texts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Every text that a patient may read, with its place."""
    for section, texts in knowledge.wording.items():
        yield from ((f"wording {section}.{name}", text) for name, text in texts.items())
    for symptom in knowledge.symptoms.values():
        yield f"{symptom.id}: lay", symptom.lay
        yield f"{symptom.id}: tell_the_team", symptom.tell_the_team
        if symptom.meanwhile:
            yield f"{symptom.id}: meanwhile", symptom.meanwhile
        for escalation in symptom.escalations:
            yield f"{symptom.id}: {escalation.when}", escalation.reason
    yield from ((f"rule {rule.id}", rule.reason) for rule in knowledge.policy.rules)
    yield from ((f"category {words.id.value}", words.reason) for words in knowledge.policy.categories)


TEXTS = dict(patient_texts(KNOWLEDGE))
LETTERS = KNOWLEDGE.wording["letters_name"]
REQUIRED = set(required_texts(KNOWLEDGE.policy, KNOWLEDGE.values, LETTERS))


def words(text: str) -> str:
    """The text as it reads once its placeholders are filled with a short word."""
    return re.sub(r"\{\w+\}", "it", text)


def test_every_text_is_easy_to_read() -> None:
    grades = {
        place: textstat.flesch_kincaid_grade(words(text))
        for place, text in TEXTS.items()
        if len(text.split()) >= SHORT_TEXT
    }
    assert len(grades) > 200
    assert {place: grade for place, grade in grades.items() if grade > HARDEST_TEXT} == {}


def test_all_texts_together_are_easier_still() -> None:
    assert textstat.flesch_kincaid_grade(" ".join(words(text) for text in TEXTS.values())) <= HARDEST_AVERAGE


@pytest.mark.parametrize("unwanted", [REASSURING, DOSING, AMERICAN], ids=["reassuring", "dosing", "American"])
def test_no_text_has_unwanted_words(unwanted: re.Pattern[str]) -> None:
    # what says that something is not known gives no advice
    denial = re.compile(r"That does not mean that (?:it is|they are) safe with|^dose not said$")
    found = {place: text for place, text in TEXTS.items() if unwanted.search(denial.sub("", text))}
    assert found == {}


def test_what_to_tell_the_team_takes_one_or_two_sentences() -> None:
    counts = {
        symptom.id: len(re.findall(r"[.!?](?:\s|$)", symptom.tell_the_team))
        for symptom in KNOWLEDGE.symptoms.values()
    }
    assert set(counts.values()) <= {1, 2}


@pytest.mark.parametrize("urgency", Urgency)
def test_every_urgency_has_its_first_sentence(urgency: Urgency) -> None:
    with_number = KNOWLEDGE.text("action", urgency.value)
    without = KNOWLEDGE.text("action_no_number", urgency.value)
    assert "{care_team}" not in without
    if urgency >= Urgency.CALL_TODAY:
        assert with_number.startswith("Call ")
        assert "{care_team}" in with_number or "{emergency}" in with_number


def test_whenever_something_breaks_the_patient_gets_the_numbers() -> None:
    assert {"{care_team}", "{emergency}"} <= set(re.findall(r"\{\w+\}", KNOWLEDGE.text("fallback", "say")))
    assert "{emergency}" in KNOWLEDGE.text("fallback", "say_no_number")
    assert "{emergency}" in KNOWLEDGE.text("crisis", "call")
    assert "{crisis_line}" in KNOWLEDGE.text("crisis", "line")


def test_every_text_that_the_code_says_is_there() -> None:
    said = set(SAID.findall(CODE))
    assert len(said) > 20
    assert {pair for pair in said if pair[1] not in KNOWLEDGE.wording.get(pair[0], {})} == set()


def test_every_text_of_the_triage_core_is_required() -> None:
    files = [ROOT / "blina/assistant.py"]
    files += [file for room in ("triage", "replies") for file in sorted((ROOT / "blina" / room).glob("*.py"))]
    core = "".join(file.read_text(encoding="utf-8") for file in files)
    said = {pair for pair in SAID.findall(core) if not pair[1].endswith("_no_number")}
    assert len(said) > 20
    assert said - REQUIRED == set(), "add them to blina/knowledge/texts.py"


def test_nothing_is_required_that_the_code_does_not_say() -> None:
    said = set(re.findall(r"\w+", CODE_BUT_THE_LIST))
    said |= (
        {item.id for item in KNOWLEDGE.policy.screening}
        | {kind.id for kind in KNOWLEDGE.values.kinds}
        | {*LETTERS}
    )
    said |= {cue.removeprefix("stops_") for cue in KNOWLEDGE.cues}  # what illness stops is named by its cue
    unsaid = {
        f"{section}.{name}"
        for section, name in REQUIRED
        if section.removesuffix("_no_number") not in said or COMPOSED.sub("", name) not in said
    }
    assert unsaid == set()


def test_every_list_of_signs_in_the_lexicon_names_signs() -> None:
    assert set(KNOWLEDGE.cues["describing_signs"]) <= set(KNOWLEDGE.signs)


def test_every_rule_that_the_code_names_is_in_the_policy() -> None:
    prefixes = "emergency|neuro|crs|number|infusion|screening|infection|course|past|unlisted"
    named = set(re.findall(rf'"((?:{prefixes})\.[a-z_]+)"', CODE))
    rules = {rule.id for rule in KNOWLEDGE.policy.rules}
    assert len(named) > 5
    assert named <= rules
