"""The reader as a whole: symptoms, signs and values of a message, whatever its length or language."""

from __future__ import annotations

import cProfile
import json

import pytest

from blina.reading.model import Disagreement, Reading, Status
from blina.reading.text import MAX_CHARACTERS
from tests.unit.reading_words import finding_of, lexicon_reader, present, read, signs, statuses


def test_several_symptoms_in_one_message() -> None:
    assert present("bad headache, chills and a rash, I also feel dizzy") == {
        "headache",
        "chills",
        "rash",
        "dizziness",
    }


def test_a_list_without_commas() -> None:
    assert {"fever", "chills", "headache", "rash"} <= present("fever chills headache rash")


def test_a_run_on_sentence() -> None:
    text = (
        "so I woke up and my head hurts and then I threw up and now I am shivering and I dont know what to do"
    )
    assert {"headache", "vomiting", "chills"} <= present(text)


def test_findings_are_in_the_order_of_the_text_and_point_to_the_patients_words() -> None:
    reading = read("Rash on my arms. My HEAD hurts!")
    assert [finding.symptom for finding in reading.findings] == ["rash", "headache"]
    headache = reading.findings[1]
    assert reading.text[headache.start : headache.end] == "HEAD hurts"
    assert headache.text == "My HEAD hurts"


@pytest.mark.parametrize(
    ("text", "symptom", "qualifier"),
    [
        ("I have a severe headache", "headache", "severe"),
        ("the headache came on suddenly", "headache", "sudden"),
        ("worst headache of my life", "headache", "worst_ever"),
        ("diarrhea six times today", "diarrhea", "four_or_more_a_day"),
        ("been to the loo with diarrhea 5 times", "diarrhea", "four_or_more_a_day"),
        ("pain in my stomach 9/10", "stomach_pain", "severe"),
        ("I can't breathe even when I sit still", "trouble_breathing", "at_rest"),
    ],
)
def test_what_is_said_about_a_symptom_goes_with_it(text: str, symptom: str, qualifier: str) -> None:
    assert qualifier in finding_of(text, symptom).qualifiers


def test_a_qualifier_goes_to_the_symptom_it_stands_beside() -> None:
    text = "I have a severe headache. My skin is itchy."
    assert "severe" in finding_of(text, "headache").qualifiers
    others = [finding for finding in read(text).findings if finding.symptom != "headache"]
    assert all("severe" not in finding.qualifiers for finding in others)


@pytest.mark.parametrize("text", ["diarrhea 3 times today", "diarrhea six times this month", "vomited twice"])
def test_a_few_times_or_over_a_long_time_is_not_often(text: str) -> None:
    assert "four_or_more_a_day" not in signs(text)


def test_a_denied_sign_is_no_sign() -> None:
    assert "severe" not in signs("the headache is not severe")


def test_a_message_is_read_to_its_5000th_character() -> None:
    padding = "We went to the park and it was nice. " * 200
    text = padding[: MAX_CHARACTERS - 40] + ". I have a fever and my head hurts."
    text = text[:MAX_CHARACTERS]
    reading = read(text)
    assert "fever" in {finding.symptom for finding in reading.findings}
    assert not reading.truncated


def test_what_comes_after_5000_characters_is_not_read_and_the_reading_says_so() -> None:
    reading = read("We went to the park. " * 239 + "I have a fever")
    assert reading.truncated
    assert len(reading.text) == MAX_CHARACTERS
    assert reading.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "mam gorączkę i bardzo boli mnie głowa",
        "tengo mucha fiebre y me duele la cabeza desde ayer",
        "ich habe seit gestern hohes fieber und kopfschmerzen",
        "j'ai de la fièvre depuis hier soir et des frissons",
        "у меня высокая температура",
    ],
)
def test_other_languages_are_told_apart(text: str) -> None:
    assert read(text).language == "other"


@pytest.mark.parametrize("text", ["", "   ", "?!?", "\U0001f642\U0001f642", "...", "\n\n"])
def test_a_message_without_words_holds_nothing(text: str) -> None:
    reading = read(text)
    assert reading.language == "none"
    assert (reading.findings, reading.signs, reading.measurements) == ((), (), ())


@pytest.mark.parametrize("text", ["asdfgh qwertz hjkl", "xkcd zzxx qqwp ffgh", "lkjhgf mnbvc poiuy"])
def test_gibberish_is_not_taken_for_english_or_for_symptoms(text: str) -> None:
    reading = read(text)
    assert reading.language == "other"
    assert reading.findings == ()


@pytest.mark.parametrize("text", ["hi", "temp 38.6", "38.6", "im ok thx", "feelin rough 2nite", "HELP"])
def test_short_and_texted_messages_are_english(text: str) -> None:
    assert read(text).language == "english"


@pytest.mark.parametrize(
    "text",
    ["\x00\x01", "a" * 10_000, "\u202e" * 50, "(" * 500, "no " * 1000, "~ {head} =x /", "\ud83d\ude00 fever"],
)
def test_nothing_that_can_be_typed_breaks_the_reader(text: str) -> None:
    assert isinstance(read(text), Reading)


def test_a_reading_survives_the_way_through_rasa() -> None:
    reading = read("severe headache, no fever, temp 36.9, we cannot wake him")
    assert Reading.from_entities(reading.text, reading.as_entities()) == reading


def test_a_cut_reading_survives_the_way_through_rasa() -> None:
    reading = read("fieber kopfschmerzen schwindel " * 200)
    assert (reading.truncated, reading.language) == (True, "other")
    assert Reading.from_entities(reading.text, reading.as_entities()) == reading


def test_what_two_readings_disagree_about_and_what_a_message_does_survive_as_entities() -> None:
    disputed = Disagreement("seizures", Status.PRESENT, Status.DENIED, "not a fit I hope")
    reading = Reading("not a fit I hope", disagreements=(disputed,), act="answer_no", act_confidence=0.75)
    kept = json.loads(json.dumps(reading.as_entities()))
    assert Reading.from_entities(reading.text, kept) == reading


def test_entities_of_other_components_are_left_alone() -> None:
    topic = {"entity": "topic", "value": "driving", "start": 0, "end": 4}
    assert Reading.from_entities("text", [topic]) == Reading("text")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my husband can't get his words out", {"difficulty_talking"}),
        ("black tarry poo", {"black_or_bloody_stools"}),
        ("no fever, just constipated", {"constipation"}),
        ("can this drug cause seizures?", set()),
    ],
)
def test_messages_everyone_asks_about(text: str, expected: set[str]) -> None:
    assert present(text) == expected


def test_below_the_threshold_a_temperature_denies_nothing_else() -> None:
    assert statuses("36.8 but shivering")["chills"] == "present"


def test_the_work_does_not_explode_with_the_length_of_the_text() -> None:
    """Counted in function calls, which are the same on every machine."""
    part = (
        "My head hurts badly and I feel sick. No fever today. The rash on my arm is getting worse. "
        "I slept well, we had soup and went to the park. Yesterday I was dizzy twice but that has passed. "
    )

    def calls(text: str) -> int:
        profile = cProfile.Profile()
        profile.runcall(lexicon_reader().read, text)
        return sum(entry.callcount for entry in profile.getstats())

    short, long = part * 2, part * 20
    assert len(long) < MAX_CHARACTERS
    read(long)  # fills the caches of the speller
    assert calls(long) < 20 * calls(short)


@pytest.mark.parametrize(
    "part",
    [
        "not fever, ", "no ", "no fever ", "no fever, rash, ", "fever ", "fever, no rash / ", "just now/",
        "not just now, ", "if I have fever and ", "fever gone, back, ", "severe ", "%", "$", "=", ";", ".",
        "\U0001f600", "120/80 ", "38.6 C ", "<", "temp 38.6 and bp 120/80, ", "my wife ", "a.b",
    ],
)  # fmt: skip
def test_the_work_grows_with_the_length_whatever_is_written_again_and_again(part: str) -> None:
    """Lists of hundreds of denials, cues and symptoms compare each with its neighbours only."""

    def calls(length: int) -> int:
        profile = cProfile.Profile()
        profile.runcall(lexicon_reader().read, (part * MAX_CHARACTERS)[:length])
        return sum(entry.callcount for entry in profile.getstats())

    read(part * 10)
    short, long = calls(MAX_CHARACTERS // 4), calls(MAX_CHARACTERS)
    assert long < 5.5 * short  # four times the length
    assert long < 2_500_000


def test_a_unit_that_is_written_without_end_takes_no_longer_than_other_marks() -> None:
    def calls(mark: str) -> int:
        profile = cProfile.Profile()
        profile.runcall(lexicon_reader().read, f"39 {mark * 3000}")
        return sum(entry.callcount for entry in profile.getstats())

    assert calls("%") < 2 * calls("=")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("she won't stop crying whatever we do", "child_danger"),
        ("nothing calms her", "child_danger"),
        ("he doesn't look at me", "child_danger"),
        ("my toddler is not drinking", "child_danger"),
        ("she is like a rag doll", "child_danger"),
        ("two dry nappies since morning", "child_danger"),
        ("she's not babbling anymore", "child_danger"),
        ("cannot walk any more", "cannot_walk"),
        ("my 3 year old isn't walking any more", "cannot_walk"),
        ("he has stopped walking", "cannot_walk"),
        ("I can't get up off the chair", "cannot_walk"),
        ("one pupil is bigger than the other", "early_nerve_sign"),
        ("my muscles jump", "early_nerve_sign"),
        ("she's suddenly giggling at everything", "early_nerve_sign"),
        ("my platelet count is 19,000", "very_low_platelets"),
        ("platelets 9 thousand", "very_low_platelets"),
        ("anc 400", "very_low_neutrophils"),
        ("neutropenic at 0.2", "very_low_neutrophils"),
    ],
)
def test_signs_beyond_the_documents_are_found_in_other_words(text: str, sign: str) -> None:
    assert sign in signs(text)


@pytest.mark.parametrize(
    "text",
    [
        "platelets 119,000",
        "anc 1200",
        "I can't stand any more of this",
        "the little boy next door cried",
        "we were laughing at nothing",
    ],
)
def test_what_only_resembles_such_a_sign_is_none(text: str) -> None:
    beyond = {"child_danger", "cannot_walk", "early_nerve_sign", "very_low_platelets", "very_low_neutrophils"}
    assert not beyond & signs(text)


@pytest.mark.parametrize(
    "text", ["his temp is 38.7 is it bad", "my temp is 38.7 is that ok", "bp 85/50 is that bad"]
)
def test_a_question_behind_a_number_takes_nothing_from_it(text: str) -> None:
    assert [value.status for value in lexicon_reader().read(text).measurements][:1] == [Status.PRESENT]


@pytest.mark.parametrize("text", ["what if his temp is 38.7", "should we ring if it is over 38.7"])
def test_a_number_that_is_only_supposed_is_none(text: str) -> None:
    assert lexicon_reader().read(text).measurements == ()


@pytest.mark.parametrize(
    ("text", "there", "denied"),
    [
        ("rash absent, chills present", "chills", "rash"),
        ("rash nil fever mild", "fever", "rash"),
        ("cough false, fever true", "fever", "cough"),
    ],
)
def test_a_list_in_a_doctors_words(text: str, there: str, denied: str) -> None:
    found = {item.symptom: item.status for item in lexicon_reader().read(text).findings}
    assert (found[there], found[denied]) == (Status.PRESENT, Status.DENIED)
