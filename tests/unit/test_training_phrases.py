"""What the intents are trained on: enough of it, each phrase once, and nothing that is kept for measuring."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from blina.knowledge import load_knowledge
from blina.knowledge.schema import Category

ROOT = Path(__file__).parents[2]
KNOWLEDGE = load_knowledge()
FEWEST = 20
FEWEST_FOR_WARNINGS = 40
WARNINGS = (Category.NEUROLOGICAL_WARNING, Category.CRS_WARNING)
KEPT_FOR_MEASURING = ROOT / "tests" / "reference" / "evaluation_hashes.txt"
FEWEST_WORDS_KEPT = 4  # shorter messages are ordinary phrases that nobody owns
NO_INTENT = "nlu_fallback"  # what Rasa calls a message that fits no intent
ASKS_ABOUT_THE_DRUG = "ask_drug"  # the intent that the questions of questions.yml belong to


def words(text: str) -> list[str]:
    """The words of a message without case, apostrophes and punctuation."""
    return re.findall(r"[^\W_]+", re.sub(r"['’]", "", text.lower()))


def examples() -> Iterator[tuple[str, str, str]]:
    """Intent, phrase and place of everything that the intents are trained on."""
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                assert line.startswith("- "), f"{path.name}: {line!r} is no list entry"
                yield block["intent"], line.removeprefix("- ").strip(), path.name
    for topic in KNOWLEDGE.questions.values():
        for phrase in topic.asked_as:
            yield ASKS_ABOUT_THE_DRUG, phrase, topic.id


EXAMPLES = list(examples())
COUNTS = Counter(intent for intent, _, _ in EXAMPLES)


@pytest.mark.parametrize("id", KNOWLEDGE.symptoms)
def test_every_symptom_has_enough_phrases(id: str) -> None:
    fewest = FEWEST_FOR_WARNINGS if KNOWLEDGE.symptoms[id].category in WARNINGS else FEWEST
    assert COUNTS[id] >= fewest


def test_no_phrase_is_there_twice() -> None:
    places = defaultdict(list)
    for intent, phrase, place in EXAMPLES:
        places[" ".join(words(phrase))].append(f"{intent} ({place})")
    assert {phrase: found for phrase, found in places.items() if len(found) > 1} == {}


def test_every_phrase_has_words() -> None:
    assert [(intent, phrase) for intent, phrase, _ in EXAMPLES if not words(phrase)] == []


def test_the_intents_of_the_domain_are_the_intents_with_phrases() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    intents = {next(iter(intent)) if isinstance(intent, dict) else intent for intent in domain["intents"]}
    assert intents - {NO_INTENT} == set(COUNTS)
    assert set(KNOWLEDGE.symptoms) <= intents


def test_nothing_that_is_kept_for_measuring_is_trained_on_or_listed() -> None:
    _, *hashes = KEPT_FOR_MEASURING.read_text(encoding="utf-8").splitlines()
    kept = set(hashes)
    assert len(kept) > 1000
    assert all(re.fullmatch(r"[0-9a-f]{64}", line) for line in kept)
    listed = [
        phrase
        for entry in (*KNOWLEDGE.lexicon.values(), *KNOWLEDGE.signs.values())
        for phrase in (*entry.phrases, *entry.excluded)
    ]
    found = [
        phrase
        for phrase in (*(phrase for _, phrase, _ in EXAMPLES), *listed, *KNOWLEDGE.idioms)
        if len(words(phrase)) >= FEWEST_WORDS_KEPT
        and hashlib.sha256(" ".join(words(phrase)).encode()).hexdigest() in kept
    ]
    assert found == []
