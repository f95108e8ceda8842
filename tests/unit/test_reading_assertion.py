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
    "mum hasn't got a fever": {"fever"},
    "I haven't got chills or a rash": {"chills", "rash"},
    "a fever she does not have": {"fever"},
    "chills I haven't had": {"chills"},
    "headaches are not something I get": {"headache"},
    "rash? didn't see one": {"rash"},
    "afebrile, no rigors": {"fever", "chills"},
    "fever-free for three days": {"fever"},
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
        ("worried about how swollen her lips are", "swelling"),
        ("scared of how breathless I am", "trouble_breathing"),
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


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("the sickness has very nearly stopped", "nausea"),
        ("my cough never quite cleared up", "cough"),
        ("the rash should have faded by now", "rash"),
        ("I wish this dizziness would pass, it has gone nowhere", "dizziness"),
        ("has the dizziness stopped? No", "dizziness"),
        ("when will the back ache be gone", "back_pain"),
        ("I hoped the chills were over now, no luck", "chills"),
    ],
)
def test_what_is_not_quite_over_is_there(text: str, symptom: str) -> None:
    assert statuses(text)[symptom] == "present"


@pytest.mark.parametrize("text", ["the fever has gone", "the fever has gone, no chills now"])
def test_what_is_over_stays_over(text: str) -> None:
    assert statuses(text)["fever"] == "past"


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("she wasn't confused earlier but she is now", "confusion"),
        ("no rash yesterday, have now", "rash"),
        ("no nausea before, now yes", "nausea"),
        ("I was told to ring for chills and I have them", "chills"),
        ("no new cough, the old one is still there", "cough"),
    ],
)
def test_what_was_denied_before_and_is_there_now_is_there(text: str, symptom: str) -> None:
    assert statuses(text)[symptom] == "present"


@pytest.mark.parametrize("text", ["no fever and I don't know what to do now", "no fever, I am now fine"])
def test_now_alone_does_not_turn_a_denial(text: str) -> None:
    assert statuses(text) == {"fever": "denied"}


@pytest.mark.parametrize(
    "text",
    ["no easing of the headache", "there isn't any change in the headache", "not much change in my headache"],
)
def test_no_change_denies_nothing(text: str) -> None:
    assert statuses(text) == {"headache": "present"}


@pytest.mark.parametrize(
    "text", ["nothing wrong bar a temp", "all well save for a temperature", "fine apart from a temp"]
)
def test_an_exception_is_there(text: str) -> None:
    assert present(text) == {"fever"}


@pytest.mark.parametrize(
    ("text", "symptom"), [("no he is confused", "confusion"), ("no I feel dizzy", "dizziness")]
)
def test_no_before_a_new_statement_is_an_answer(text: str, symptom: str) -> None:
    assert statuses(text)[symptom] == "present"


def test_where_each_item_has_its_own_no_the_one_without_is_there() -> None:
    assert statuses("no rash no cough dizzy") == {"rash": "denied", "cough": "denied", "dizziness": "present"}
    assert statuses("no fever chills rash") == {"fever": "denied", "chills": "denied", "rash": "denied"}


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("nausea N cough Y fever N", {"cough"}, {"nausea", "fever"}),
        ("nausea (yes) fever (no)", {"nausea"}, {"fever"}),
        ("headache - N, sickness - Y", {"nausea"}, {"headache"}),
        ("chills=no rash=yes", {"rash"}, {"chills"}),
        ("headache n chills n fever", {"headache", "chills", "fever"}, set()),
        ("fever no appetite", {"fever", "decreased_appetite"}, set()),
    ],
)
def test_in_a_list_each_symptom_has_the_answer_behind_it(
    text: str, there: set[str], not_there: set[str]
) -> None:
    assert present(text) == there
    assert with_status(text, "denied") == not_there


def test_afraid_of_what_one_has_is_a_report_and_of_getting_it_is_none() -> None:
    assert present("I'm scared I have a fever") == {"fever"}
    assert present("I'm scared of getting a fever") == set()


@pytest.mark.parametrize("text", ["a fever I don't have a thermometer", "chest pain I haven't had before"])
def test_a_denial_of_something_else_behind_a_symptom_leaves_it_there(text: str) -> None:
    assert present(text) & {"fever", "chest_pain"}


@pytest.mark.parametrize(
    "text", ["a rash, didn't see it until tonight", "rash didn't notice it before today"]
)
def test_what_nobody_noticed_before_is_there(text: str) -> None:
    assert present(text) == {"rash"}


def test_a_no_behind_a_comma_denies_what_follows_and_not_what_went_before() -> None:
    read = statuses("throat sore, coughing, no fever. No rash.")
    assert read == {"sore_throat": "present", "cough": "present", "fever": "denied", "rash": "denied"}


@pytest.mark.parametrize("reason", ["as", "because", "since", "that"])
def test_afraid_for_a_reason_that_is_there_reports_it(reason: str) -> None:
    assert present(f"I'm scared {reason} I have chest pain") == {"chest_pain"}


def test_what_runs_in_the_family_is_not_the_patients() -> None:
    assert present("seizures run in my family") == set()


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("I haven't got rid of the headache", "headache"),
        ("not getting any relief from the headache", "headache"),
        ("the rash has not got any better", "rash"),
        ("he hasn't got over the fever", "fever"),
    ],
)
def test_what_one_has_not_got_rid_of_is_there(text: str, symptom: str) -> None:
    assert present(text) == {symptom}


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("I'm not positive about the rash", "rash"),
        ("I'm not positive where the bleeding is", "unusual_bleeding"),
    ],
)
def test_who_is_not_positive_denies_nothing(text: str, symptom: str) -> None:
    assert statuses(text)[symptom] in ("present", "uncertain")


def test_a_test_that_is_not_positive_leaves_a_denial_as_it_is() -> None:
    assert statuses("the test was not positive, no fever") == {"fever": "denied"}


@pytest.mark.parametrize(
    ("text", "denied", "there"),
    [
        ("do I have chills? no am I dizzy? yes", "chills", "dizziness"),
        ("any cough? no do I have a rash? yes", "cough", "rash"),
    ],
)
def test_a_no_before_the_next_question_answers_the_last_one(text: str, denied: str, there: str) -> None:
    assert statuses(text) == {denied: "denied", there: "present"}


def test_the_cycle_of_today_makes_nothing_over() -> None:
    assert present("day 4 cycle 1 shaking chills") == {"chills"}
    assert with_status("in cycle 1 I had chills", "past") == {"chills"}


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("no trouble breathing, well maybe when I lie flat", "trouble_breathing"),
        ("I'm not short of breath unless I climb stairs", "trouble_breathing"),
        ("no fever except at night", "fever"),
        ("no vomiting, just when I eat", "vomiting"),
        ("not dizzy until I stand up", "dizziness"),
    ],
)
def test_a_denial_that_names_when_it_is_there_after_all_is_none(text: str, symptom: str) -> None:
    assert symptom in present(text)


@pytest.mark.parametrize(
    "text", ["no fever, just tired", "no fever, well a bit of a cough", "no fever, only a rash at the line"]
)
def test_an_exception_that_names_something_else_leaves_the_denial(text: str) -> None:
    assert "fever" not in present(text)


@pytest.mark.parametrize("text", ["fits she doesn't get", "he doesn't get fits"])
def test_a_noun_of_its_own_behind_or_before_get_is_denied(text: str) -> None:
    assert with_status(text, "denied") == {"seizures"}


@pytest.mark.parametrize(
    "text",
    [
        "i wouldnt call it a seizure",
        "not exactly vomiting",
        "not shivering as such",
        "not shivering, more shaking",
    ],
)
def test_a_hedged_denial_is_none(text: str) -> None:
    assert present(text)
