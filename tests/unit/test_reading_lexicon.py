"""The lexicon: which of several matches counts, and what only looks like a symptom."""

from __future__ import annotations

import pytest

from blina.knowledge.schema import Phrases, SignWords
from blina.reading.lexicon.lexicon import Lexicon, Matches
from tests.unit.reading_words import KNOWLEDGE, present, read, signs, tokeniser, tokens


def phrases(*written: str, excluded: tuple[str, ...] = (), never: tuple[str, ...] = ()) -> Phrases:
    return Phrases.parse_obj({"phrases": written, "not": excluded, "never": never})


def matches(text: str) -> Matches:
    lexicon = Lexicon(
        tokeniser(),
        {"sore": ["sore", "hurt"]},
        {
            "pain": phrases("hurt"),
            "chest_pain": phrases("chest hurt", excluded=("chest hair ~ hurt",)),
            "vomiting": phrases("sick", excluded=("sick of",), never=("sick joke",)),
        },
        {"severe": SignWords.parse_obj({"meaning": "how bad", "phrases": ["really/terribly hurt"]})},
        ["dying for a coffee", "die of laughter ~ hurt"],
    )
    return lexicon.find(tokens(text))


def labels(text: str) -> list[str]:
    return [match.label for match in matches(text).symptoms]


def test_the_more_specific_of_two_nested_matches_counts() -> None:
    assert labels("my chest hurts") == ["chest_pain"]


def test_matches_that_only_stand_side_by_side_both_count() -> None:
    assert labels("it hurts, sick too") == ["pain", "vomiting"]


def test_a_look_alike_hides_the_symptom_it_belongs_to() -> None:
    assert labels("sick of waiting") == []
    assert labels("sick of waiting, and sick") == ["vomiting"]


def test_what_a_clinician_says_is_never_it_hides_the_symptom_and_is_named() -> None:
    found = matches("a sick joke, and sick")
    assert [match.label for match in found.symptoms] == ["vomiting"]
    assert [match.label for match in found.never] == ["vomiting"]


def test_an_idiom_hides_whatever_it_covers() -> None:
    assert matches("I could die of laughter until it hurts").symptoms == ()


def test_a_sign_is_found_beside_the_symptom_it_is_said_about() -> None:
    found = matches("it really hurts")
    assert [match.label for match in found.symptoms] == ["pain"]
    assert [match.label for match in found.signs] == ["severe"]


def test_the_same_symptom_said_twice_in_the_same_words_is_found_once() -> None:
    assert labels("hurts") == ["pain"]


@pytest.mark.parametrize("id", KNOWLEDGE.symptoms)
def test_every_symptom_is_found_by_its_own_label(id: str) -> None:
    label = KNOWLEDGE.symptoms[id].label
    assert id in {finding.symptom for finding in read(f"I have {label.lower()}").findings}


@pytest.mark.parametrize(
    "text",
    [
        "I'm dying for a coffee",
        "I'm sick and tired of waiting",
        "my stomach for this is gone",
        "he is a pain in the neck",
        "I have cold feet about the treatment",
        "my heart sank when I heard",
        "it makes my blood boil",
        "worried sick about him",
        "that was a headache to organise",
        "I'm sick of hospitals",
        "butterflies in my stomach",
        "my head is spinning with all this information",
        "a rash decision",
        "it cost an arm and a leg",
        "the fever pitch of the match",
        "I had a minor heart attack when the bill came",
        "my printer is having a fit",
        "the second line was very faint",
        "her doctors are confused by it",
        "it balances itself out in a week",
        "he is being chill about it",
        "my salt balance is checked on Mondays",
    ],
)
def test_idioms_report_nothing(text: str) -> None:
    assert present(text) == set()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("he can't balance himself", "loss_of_balance"),
        ("I have a chill that won't go", "chills"),
        ("he is confused and asks where he is", "confusion"),
        ("I think I had a heart attack when I got up", "chest_pain"),
        ("he was at the computer and had a fit", "seizures"),
    ],
)
def test_words_of_an_idiom_report_elsewhere(text: str, symptom: str) -> None:
    assert symptom in present(text)


@pytest.mark.parametrize(
    "text",
    [
        "not ok",
        "not okay at all",
        "he's not fine",
        "far from well",
        "I was fine until noon",
        "not feeling great",
    ],
)
def test_not_being_well_is_a_complaint(text: str) -> None:
    assert present(text) == {"unlisted"}


@pytest.mark.parametrize(
    "text", ["is it not ok to fly?", "not bad", "not well known", "not so good at maths"]
)
def test_what_is_not_good_need_not_be_a_patient(text: str) -> None:
    assert present(text) == set()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("throwing up since lunch", "vomiting"),
        ("I've got the runs", "diarrhea"),
        ("can't get his words out", "difficulty_talking"),
        ("black tarry poo", "black_or_bloody_stools"),
        ("there's blood in my wee", "blood_in_urine"),
        ("telly has gone fuzzy", "blurred_vision"),
        ("my head is killing me", "headache"),
        ("I keep falling over", "loss_of_balance"),
        ("pins and needles in my fingers", "tingling"),
        ("he passed out in the kitchen", "fainting"),
        ("puking my guts up", "vomiting"),
        ("she's burning up", "fever"),
        ("shivering and can't get warm", "chills"),
        ("my teeth are chattering", "chills"),
        ("slurring her words", "slurred_speech"),
        ("he had a fit", "seizures"),
        ("can't catch my breath", "trouble_breathing"),
        ("the whites of my eyes are yellow", "jaundice"),
        ("haven't pooed for five days", "constipation"),
        ("off my food", "decreased_appetite"),
        ("no control over my legs", "loss_of_strength"),
        ("no control over my breathing", "trouble_breathing"),
        ("tasting blood", "unusual_bleeding"),
        ("my memory is terrible", "unlisted"),
        ("I see things that are not there", "hallucinations"),
    ],
)
def test_everyday_words_for_symptoms(text: str, symptom: str) -> None:
    assert symptom in present(text)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("we cannot wake him", "cannot_be_woken"),
        ("her lips are swelling up", "face_or_throat_swelling"),
        ("his face has dropped on one side", "stroke_signs"),
        ("the bleeding won't stop", "bleeding_will_not_stop"),
        ("I want to die", "self_harm"),
        ("the pump is beeping", "infusion_trouble"),
        ("my line has come out", "infusion_trouble"),
        ("lips are blue", "blue_lips"),
        ("can't keep anything down", "cannot_keep_fluids_down"),
        ("it came on all of a sudden", "sudden"),
        ("the worst headache of my life", "worst_ever"),
        ("it is getting worse", "getting_worse"),
        ("probably nothing", "minimised"),
        ("I took paracetamol", "took_fever_medicine"),
        ("I don't have a thermometer", "no_thermometer"),
        ("none of those", "none_of_those"),
    ],
)
def test_signs_are_found_in_everyday_words(text: str, sign: str) -> None:
    assert sign in signs(text)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("I'm dying for a holiday", "self_harm"),
        ("the pump is fine, no alarm", "infusion_trouble"),
        ("my lips are not blue", "blue_lips"),
        ("I don't want to die", "self_harm"),
    ],
)
def test_signs_are_not_found_where_they_are_not(text: str, sign: str) -> None:
    assert sign not in signs(text)


@pytest.mark.parametrize(
    "text", ["he has memory loss", "my memory is shot", "she's losing her memory since Monday"]
)
def test_memory_that_goes_is_an_early_sign_of_the_nerves(text: str) -> None:
    assert "early_nerve_sign" in signs(text)


@pytest.mark.parametrize(
    "text",
    ["he has no pulse", "no pulse!", "I can't find a pulse", "can't feel her pulse", "his heart has stopped"],
)
def test_who_has_no_pulse_does_not_respond(text: str) -> None:
    assert "cannot_be_woken" in signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "no pulse oximeter here",
        "can't find a pulse oximeter",
        "no pulse problems",
        "her heart has stopped racing",
    ],
)
def test_a_device_or_a_trouble_that_is_not_there_is_no_missing_pulse(text: str) -> None:
    assert "cannot_be_woken" not in signs(text)
