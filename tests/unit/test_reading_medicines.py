"""Listed medicines in a message: by name, by brand and misspelled."""

from __future__ import annotations

import pytest

from blina.reading.medicines import MedicineReader
from tests.unit.reading_words import KNOWLEDGE, lexicon_reader

READER = MedicineReader(KNOWLEDGE.medicines, lexicon_reader().is_ordinary_word)


def ids(text: str) -> list[str]:
    return [entity["value"] for entity in READER.entities(text)]


@pytest.mark.parametrize("id", KNOWLEDGE.medicines)
def test_every_listed_medicine_is_found_by_each_of_its_names(id: str) -> None:
    medicine = KNOWLEDGE.medicines[id]
    for name in (medicine.name, *medicine.also):
        assert ids(f"can I take {name}?") == [id]
        assert ids(f"CAN I TAKE {name.upper()}") == [id]


@pytest.mark.parametrize("typed", ["warfrin", "warfarin", "wafarin", "Warfarine"])
def test_a_misspelled_name_is_found(typed: str) -> None:
    assert ids(f"is {typed} ok with this") == ["warfarin"]


def test_several_medicines_are_found_in_their_order() -> None:
    names = [medicine.name for medicine in KNOWLEDGE.medicines.values()][:3]
    assert ids(f"I take {names[2]}, {names[0]} and {names[1]}") == [
        list(KNOWLEDGE.medicines)[number] for number in (2, 0, 1)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "can I take paracetamol",
        "I am warm and far in",
        "what about vitamins",
        "my doctor is kind",
        "",
        "medicine",
    ],
)
def test_other_words_are_no_listed_medicine(text: str) -> None:
    assert ids(text) == []


def test_an_entity_points_to_the_words_as_the_patient_wrote_them() -> None:
    text = "and Warfrin?"
    (entity,) = READER.entities(text)
    assert (entity["entity"], entity["name"]) == ("medicine", "Warfrin")
    assert text[entity["start"] : entity["end"]] == "Warfrin"
