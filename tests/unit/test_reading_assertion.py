"""What is said about a symptom: there, maybe there, denied, over, or only talked about."""

from __future__ import annotations

import pytest

from tests.unit.reading_words import present, statuses, with_status

DENIALS = {
    "no fever": {"fever"},
    "no fever or chills": {"fever", "chills"},
    "no fever, chills or rash": {"fever", "chills", "rash"},
    "no fever, no chills, no rash": {"fever", "chills", "rash"},
    "not dizzy, not confused, no rash": {"dizziness", "confusion", "rash"},
    "neither fever nor chills": {"fever", "chills"},
    "I have not had any headache": {"headache"},
    "I don't have a headache": {"headache"},
    "I dont think I have a fever": {"fever"},
    "haven't vomited": {"vomiting"},
    "never had a seizure": {"seizures"},
    "without a fever": {"fever"},
    "she denies chest pain": {"chest_pain"},
    "no sign of a rash": {"rash"},
    "free of fever": {"fever"},
    "zero nausea": {"nausea"},
    "fever: none": {"fever"},
    "fever - no": {"fever"},
    "Headache? No. Rash? No.": {"headache", "rash"},
    "rash: nil": {"rash"},
    "he isn't confused": {"confusion"},
    "I can't say I'm dizzy": {"dizziness"},
    "no fever/chills": {"fever", "chills"},
    "I haven't had nausea and vomiting": {"nausea", "vomiting"},
    "my head doesn't hurt": {"headache"},
    "my chest does not hurt at all": {"chest_pain"},
}


@pytest.mark.parametrize("text", DENIALS)
def test_what_is_denied_is_denied(text: str) -> None:
    assert with_status(text, "denied") == DENIALS[text]
    assert present(text) == set()


SCOPES = {
    "no fever or chills but my throat hurts": ({"sore_throat"}, {"fever", "chills"}),
    "not dizzy, not confused, no rash. My back hurts though": (
        {"back_pain"},
        {"dizziness", "confusion", "rash"},
    ),
    "no fever, just constipated": ({"constipation"}, {"fever"}),
    "no fever and I have a rash": ({"rash"}, {"fever"}),
    "no fever however a headache": ({"headache"}, {"fever"}),
    "no fever although I have chills": ({"chills"}, {"fever"}),
    "no rash. Headache.": ({"headache"}, {"rash"}),
    "no rash\nheadache": ({"headache"}, {"rash"}),
    "fever: none, headache: yes": ({"headache"}, {"fever"}),
    "I have a headache, no fever": ({"headache"}, {"fever"}),
    "headache and chills, no rash": ({"headache", "chills"}, {"rash"}),
    "no fever, my chest hurts": ({"chest_pain"}, {"fever"}),
    "no headache only a rash": ({"rash"}, {"headache"}),
    "no fever apart from that I have diarrhea": ({"diarrhea"}, {"fever"}),
}


@pytest.mark.parametrize("text", SCOPES)
def test_a_denial_ends_where_the_next_statement_starts(text: str) -> None:
    there, denied = SCOPES[text]
    assert present(text) == there
    assert with_status(text, "denied") == denied


NO_DENIALS = {
    "can't stop vomiting": "vomiting",
    "I can't sleep": "insomnia",
    "my nose won't stop bleeding": "unusual_bleeding",
    "I can't breathe": "trouble_breathing",
    "no energy at all": "extreme_fatigue",
    "no appetite": "decreased_appetite",
    "the headache won't go away": "headache",
    "the rash is not going away": "rash",
    "the pain in my chest is not getting better": "chest_pain",
    "no relief from this headache": "headache",
    "no doubt this is a fever": "fever",
    "never had a headache like this": "headache",
    "I am not only dizzy": "dizziness",
    "not sure if it is a fever": "fever",
    "I can't shake this headache": "headache",
    "he cannot find his words": "difficulty_talking",
    "not feeling well, I have a rash": "rash",
    "can't get rid of this cough": "cough",
}


@pytest.mark.parametrize("text", NO_DENIALS)
def test_some_words_look_like_denials_and_are_none(text: str) -> None:
    assert NO_DENIALS[text] in present(text)


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("not without a headache", "headache"),
        ("never without nausea these days", "nausea"),
        ("I can't deny that I am dizzy", "dizziness"),
        ("there isn't a day without a headache", "headache"),
    ],
)
def test_a_double_negative_affirms(text: str, symptom: str) -> None:
    assert symptom in present(text)


PAST = [
    ("I used to get headaches", "headache"),
    ("history of seizures", "seizures"),
    ("the headache is gone now", "headache"),
    ("my rash has cleared up", "rash"),
    ("no more diarrhea since Monday", "diarrhea"),
    ("the vomiting has stopped", "vomiting"),
    ("I got over the cough", "cough"),
    ("had a fever years ago", "fever"),
    ("the diarrhea went away", "diarrhea"),
    ("I no longer feel dizzy", "dizziness"),
    ("I don't have a headache anymore", "headache"),
    ("the swelling has disappeared", "swelling"),
]


@pytest.mark.parametrize(("text", "symptom"), PAST)
def test_what_is_over_is_not_there(text: str, symptom: str) -> None:
    assert statuses(text)[symptom] in {"past", "denied"}


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("the fever went away but came back", "fever"),
        ("the headache is back", "headache"),
        ("the headache has not gone away", "headache"),
        ("the rash has not cleared", "rash"),
        ("my cough is gone but now I have a fever", "fever"),
        ("I had a seizure", "seizures"),
        ("I passed out", "fainting"),
        ("threw up", "vomiting"),
    ],
)
def test_what_came_back_or_only_just_happened_is_there(text: str, symptom: str) -> None:
    assert symptom in present(text)


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("maybe a bit dizzy", "dizziness"),
        ("I might have a fever", "fever"),
        ("I think it's a rash", "rash"),
        ("perhaps some chills", "chills"),
        ("possibly confused", "confusion"),
        ("it could be a fever", "fever"),
        ("a headache maybe", "headache"),
        ("dizzy or something", "dizziness"),
        ("I suspect a fever", "fever"),
    ],
)
def test_maybe_is_neither_a_yes_nor_a_no(text: str, symptom: str) -> None:
    assert statuses(text)[symptom] == "uncertain"


ONLY_TALKED_ABOUT = [
    # hypothetical
    "what if I get a fever",
    "what should I do if I have a seizure",
    "in case I get a rash",
    "when should I call about a fever?",
    "how will I know if I am confused",
    # fear
    "I'm worried about getting a seizure",
    "scared of vomiting",
    "afraid I will have a seizure",
    "I don't want to get a fever",
    # questions
    "can this drug cause seizures?",
    "does blinatumomab cause headaches",
    "how common is a rash",
    "is it a side effect, a headache?",
    "what is a seizure",
    "what causes chills",
    "tell me about low blood pressure",
    # leaflets
    "the leaflet says to watch for confusion",
    "the booklet lists headache and chills",
    "the nurse told me to watch for fever and chills",
    "I read that it can cause seizures",
    "call your doctor if you have a fever",
    "watch out for chills",
    # other people
    "my neighbour has a fever",
    "a friend of mine had a seizure",
    "my dog has diarrhea",
    "a colleague is coughing",
    "my cousin has a rash",
]


@pytest.mark.parametrize("text", ONLY_TALKED_ABOUT)
def test_what_is_only_talked_about_is_no_symptom(text: str) -> None:
    assert with_status(text, "present", "uncertain", "denied", "past") == set()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("is it normal to feel dizzy", "dizziness"),
        ("is it ok that my head hurts", "headache"),
        ("should I worry about my fever", "fever"),
        ("why do I have a headache", "headache"),
        ("what can I do about my headache", "headache"),
        ("can I take something for this headache", "headache"),
        ("what do I do, he's having a seizure", "seizures"),
        ("should I call, I have chills", "chills"),
        ("how do I stop the bleeding", "unusual_bleeding"),
        ("could my rash be from the drug", "rash"),
        ("I'm worried about my fever", "fever"),
        ("I am scared, I can't breathe", "trouble_breathing"),
    ],
)
def test_a_question_about_what_the_patient_feels_is_a_report(text: str, symptom: str) -> None:
    assert symptom in present(text)


CARERS = [
    "my son",
    "my daughter",
    "my husband",
    "my wife",
    "mum",
    "my dad",
    "he",
    "she",
    "the patient",
    "our little girl",
]


@pytest.mark.parametrize("person", CARERS)
@pytest.mark.parametrize(("words", "symptom"), [("has a fever", "fever"), ("is confused", "confusion")])
def test_a_carer_writes_for_the_patient(person: str, words: str, symptom: str) -> None:
    assert symptom in present(f"{person} {words}")


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("my neighbour has a cough and I have a fever", {"fever"}),
        ("my friend had chills. I have a rash", {"rash"}),
        ("can it cause headaches? I have a rash", {"rash"}),
        ("the leaflet mentions fever. I am dizzy", {"dizziness"}),
        ("if I get a fever I will call. Right now my head hurts", {"headache"}),
        ("I was worried about seizures but it is just nausea", {"nausea"}),
    ],
)
def test_what_the_patient_has_is_told_apart_from_what_is_only_talked_about(
    text: str, there: set[str]
) -> None:
    assert present(text) == there


def test_present_wins_over_a_denial_elsewhere_in_the_message() -> None:
    assert statuses("No fever this morning. Now I have a fever.") == {"fever": "present"}


def test_a_minimising_word_takes_nothing_away() -> None:
    assert "chest_pain" in present("probably nothing, don't want to bother anyone, but my chest hurts")
