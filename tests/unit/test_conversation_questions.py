"""The questions the assistant asks: when, how the answer is understood, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.talk import KNOWLEDGE, TEAM, Item, Talk, celsius, denied, finding, sign, value

SCREENED = ["headache", "nausea", "vomiting"] + [
    id for id, entry in KNOWLEDGE.symptoms.items() if "screen" in entry.signs
]


def headache() -> Talk:
    return Talk().say("my head hurts", finding("headache"), intent="headache")


@pytest.mark.parametrize("symptom", dict.fromkeys(SCREENED))
def test_guidance_comes_first_and_then_one_question_with_chips(symptom: str) -> None:
    talk = Talk().say("...", finding(symptom), intent=symptom)
    assert talk.payload["awaiting_answer"] is True
    assert talk.text.index("?") > talk.text.index("\n\n"), "what to do stands before the question"
    assert {"None of these", "Not sure"} < set(talk.chips)
    assert TEAM in talk.text


def test_the_reply_says_what_to_do_if_yes_unsure_or_never() -> None:
    assert "If the answer is yes, or you are not sure, call" in headache().text
    assert "If you cannot answer, call them now too." in headache().text


NO: list[tuple[str, str, tuple[Item, ...]]] = [
    ("None of these", "deny", ()),
    ("no", "deny", ()),
    ("No", "affirm", ()),
    ("nope none of that", "nlu_fallback", ()),
    ("no none of those", "deny", (sign("none_of_those"),)),
    ("haven't any of that", "deny", (sign("none_of_those", status="denied"),)),
    ("NONE", "nlu_fallback", ()),
    ("no, no fever", "deny", (denied("fever"),)),
    ("no no fever", "deny", (denied("fever"),)),
    ("no, just tired", "extreme_fatigue", (finding("extreme_fatigue"),)),
    ("just the headache", "headache", (finding("headache"),)),
    ("only my head, nothing else", "headache", (finding("headache"),)),
    ("no but my back hurts", "back_pain", (finding("back_pain"),)),
    ("i don't", "deny", ()),
]


@pytest.mark.parametrize(("text", "intent", "items"), NO, ids=[case[0] for case in NO])
def test_a_clear_no_keeps_the_base_urgency(text: str, intent: str, items: tuple[Item, ...]) -> None:
    talk = headache().say(text, *items, intent=intent)
    assert talk.urgency == "call_today"
    (answer,) = talk.conversation.answers
    assert (answer.question, answer.answer) == ("screening", "no")


YES: list[tuple[str, str, tuple[Item, ...]]] = [
    ("yes", "affirm", ()),
    ("yeah", "deny", ()),
    ("y", "nlu_fallback", ()),
    ("i do", "nlu_fallback", ()),
    ("Fever or chills", "fever", ()),
    ("Trouble walking", "nlu_fallback", ()),
    ("the chills", "chills", (finding("chills"),)),
    ("just the chills", "chills", (finding("chills"),)),
    ("no, a bit confused maybe", "confusion", (finding("confusion", status="uncertain"),)),
    ("yes but no fever", "affirm", (denied("fever"),)),
    ("blurry eyes", "blurred_vision", (finding("blurred_vision"),)),
]


@pytest.mark.parametrize(("text", "intent", "items"), YES, ids=[case[0] for case in YES])
def test_a_yes_in_any_words_is_for_the_team_now(text: str, intent: str, items: tuple[Item, ...]) -> None:
    talk = headache().say(text, *items, intent=intent)
    assert talk.urgency == "contact_now"
    assert not talk.is_asking


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("dunno", "unsure"),
        ("not sure", "deny"),
        ("Not sure", "nlu_fallback"),
        ("maybe", "affirm"),
        ("no idea", "deny"),
        ("i don't know", "deny"),
        ("kind of", "nlu_fallback"),
        ("not really", "deny"),
    ],
)
def test_being_unsure_is_for_the_team_now(text: str, intent: str) -> None:
    talk = headache().say(text, intent=intent)
    assert talk.urgency == "contact_now"
    assert "screening.unsure" in talk.rules


@pytest.mark.parametrize(
    ("text", "intent"), [("asdf", "nlu_fallback"), ("the weather", "out_of_scope"), ("", "nlu_fallback")]
)
def test_an_answer_that_is_not_understood_is_for_the_team_now(text: str, intent: str) -> None:
    talk = headache().say(text, intent=intent)
    assert talk.urgency == "contact_now"
    assert "screening.not_understood" in talk.rules


def test_a_denial_of_one_thing_is_no_answer_to_all_of_it() -> None:
    talk = headache().say("no fever", denied("fever"), intent="fever")
    assert talk.urgency == "call_today"
    assert talk.is_asking
    talk.say("still no fever", denied("fever"), intent="fever")
    assert talk.urgency == "contact_now"


def test_a_question_in_between_leaves_the_check_question_open_once() -> None:
    talk = headache().say("can I have wine?", intent="ask_drug", topic="alcohol")
    assert talk.is_asking
    assert "I still need to know one thing" in talk.text
    talk = talk.say("can I eat sushi?", intent="ask_drug", topic="food")
    assert not talk.is_asking
    assert talk.urgency == "contact_now"
    assert "no clear answer" in talk.text


@pytest.mark.parametrize(
    "asked",
    [
        "can it cause that?",
        "is it dangerous?",
        "can I drive?",
        "do you mean right now?",
        "how long can I wait",
    ],
)
def test_what_is_asked_about_the_advice_leaves_the_check_question_open(asked: str) -> None:
    talk = headache()
    for intent in ("ask_drug", "unsure", "nlu_fallback"):
        talk.say(asked, intent=intent)
        assert talk.is_asking
        assert talk.conversation.last_urgency == "call_today"
    assert talk.say("none", intent="deny").urgency == "call_today"


def test_why_and_summary_leave_the_question_open() -> None:
    talk = (
        headache()
        .say("why?", intent="ask_why")
        .say("summary", intent="summary")
        .say("why?", intent="ask_why")
    )
    assert talk.is_asking
    assert "Not sure" in talk.chips
    talk = talk.say("summary", intent="summary")
    assert "Not sure" in talk.chips
    talk = talk.say("no", intent="deny")
    assert not talk.is_asking
    assert talk.urgency == "call_today"


def test_a_red_flag_interrupts_at_once() -> None:
    talk = headache().say("he is having a fit", finding("seizures"))
    assert talk.urgency == "emergency"
    assert not talk.is_asking
    assert talk.chips == []


def test_infusion_trouble_interrupts_too() -> None:
    talk = headache().say("pump stopped", sign("infusion_trouble"))
    assert talk.conversation.question is not None
    assert talk.conversation.question.id == "infusion_gap"


def test_the_check_question_is_asked_once_a_conversation() -> None:
    talk = headache().say("no", intent="deny").say("dizzy now", finding("dizziness"))
    assert not talk.is_asking
    assert talk.urgency == "call_today"


def test_after_a_yes_later_check_symptoms_are_urgent_too() -> None:
    talk = headache().say("yes", intent="affirm").say("my skin tingles", finding("tingling"))
    assert {entry["urgency"] for entry in talk.payload["symptoms"]} == {"contact_now"}


def test_what_was_reported_is_not_asked_again() -> None:
    talk = Talk().say("being sick", finding("vomiting"))
    assert "Vomiting" not in talk.chips
    assert "Confusion" in talk.chips


def test_an_open_question_does_not_outlive_the_memory() -> None:
    talk = headache().say("no", intent="deny", after=timedelta(hours=60))
    assert talk.conversation.answers == ()


def test_never_more_than_three_questions_in_a_conversation() -> None:
    talk = headache().say("no", intent="deny")
    for symptom in ("stomach_pain", "diarrhea", "extreme_fatigue", "dehydration", "trouble_urinating"):
        talk.say("...", finding(symptom))
        for _ in range(3):
            if talk.is_asking:
                talk.say("no", intent="deny")
    assert len(talk.conversation.asked) == 3


@pytest.mark.parametrize(
    ("symptom", "question", "answer"),
    [("stomach_pain", "severity", "yes"), ("diarrhea", "stools", "yes"), ("dehydration", "urine", "no")],
)
def test_a_symptom_is_asked_about_only_where_the_answer_can_change_what_to_do(
    symptom: str, question: str, answer: str
) -> None:
    talk = Talk().say("...", finding(symptom))
    assert talk.conversation.question is not None
    assert talk.conversation.question.id == question
    assert f"If the answer is {answer}, or you are not sure" in talk.text
    assert talk.say(answer).urgency == "contact_now"


@pytest.mark.parametrize(
    "symptom", ["constipation", "back_pain", "fever", "seizures", "weight_loss", "cough"]
)
def test_nothing_is_asked_where_no_answer_can_change_what_to_do(symptom: str) -> None:
    assert not Talk().say("...", finding(symptom)).is_asking


def test_what_was_already_said_is_not_asked() -> None:
    assert not Talk().say("six times", finding("diarrhea", "four_or_more_a_day")).is_asking


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("5", "contact_now"), ("12", "contact_now"), ("3 times", "tell_team"), ("twice", "tell_team")],
)
def test_a_bare_count_answers_how_often(text: str, urgency: str) -> None:
    assert Talk().say("the runs", finding("diarrhea")).say(text).urgency == urgency


@pytest.mark.parametrize("text", ["not that bad", "bearable", "no", "not really"])
def test_mild_is_a_no_to_severe(text: str) -> None:
    talk = Talk().say("belly ache", finding("stomach_pain")).say(text, intent="deny")
    assert talk.urgency == "call_today"


def test_an_unclear_answer_to_severe_counts_as_severe() -> None:
    talk = Talk().say("belly ache", finding("stomach_pain")).say("ugh", intent="nlu_fallback")
    assert talk.urgency == "contact_now"


def test_a_change_of_topic_drops_a_question_that_is_no_check_question() -> None:
    talk = (
        Talk()
        .say("the runs", finding("diarrhea"))
        .say("can I have wine?", intent="ask_drug", topic="alcohol")
    )
    assert not talk.is_asking
    assert "Alcohol" in talk.text


def test_an_impossible_value_is_asked_again_kindly() -> None:
    talk = Talk().say("temp is 381", celsius(381))
    assert "I read 381, but that cannot be right" in talk.text
    assert talk.payload["awaiting_answer"] is True
    assert TEAM in talk.text
    assert talk.say("38.1", celsius(38.1)).urgency == "contact_now"


def test_a_value_that_stays_impossible_is_taken_as_a_fever() -> None:
    talk = Talk().say("381", celsius(381)).say("it says 381!", celsius(381))
    assert talk.urgency == "contact_now"
    assert talk.symptoms == {"fever": "uncertain"}


def test_an_impossible_value_in_answer_to_another_question_is_taken_as_a_fever() -> None:
    talk = headache().say("381", celsius(381))
    assert talk.urgency == "contact_now"
    assert not talk.is_asking


def test_a_possible_value_beside_an_impossible_one_is_enough() -> None:
    talk = Talk().say("381, I mean 36.9", celsius(381), celsius(36.9))
    assert talk.urgency == "none"
    assert not talk.is_asking


def test_an_impossible_blood_pressure_is_asked_again() -> None:
    assert "cannot be right" in Talk().say("12/8", value("systolic", 12, plausible=False)).text


def test_without_a_thermometer_how_it_feels_counts() -> None:
    talk = Talk().say("I have no thermometer", sign("no_thermometer"))
    assert talk.is_asking
    assert "You do not need to call" not in talk.text
    assert talk.say("yes", intent="affirm").urgency == "contact_now"
    calm = Talk().say("I have no thermometer", sign("no_thermometer")).say("no", intent="deny")
    assert calm.urgency == "none"


def test_medicines_that_hide_a_fever_are_asked_about_when_it_matters() -> None:
    talk = Talk().say("sore throat, temp 37.4", finding("sore_throat"), celsius(37.4))
    assert "hide a fever" in talk.text
    assert talk.is_asking
    assert talk.say("yes, tylenol", intent="affirm").urgency == "contact_now"


def test_they_are_not_asked_about_when_it_does_not_matter() -> None:
    assert not Talk().say("temp 37.4", celsius(37.4)).is_asking
    assert not Talk().say("constipated, temp 37.4", finding("constipation"), celsius(37.4)).is_asking


def test_a_fever_medicine_that_was_named_already_is_not_asked_about() -> None:
    talk = Talk().say(
        "sore throat, 37.4 after paracetamol",
        finding("sore_throat"),
        celsius(37.4),
        sign("took_fever_medicine"),
    )
    assert talk.urgency == "contact_now"
    assert "number.hidden_fever" in talk.rules


@pytest.mark.parametrize(
    ("number", "answer", "urgency"),
    [
        ("1", "yes", "contact_now"),
        ("8.", "yes", "contact_now"),
        ("9", "no", "call_today"),
        ("10)", "unsure", "contact_now"),
    ],
)
def test_the_number_of_a_chip_is_its_answer(number: str, answer: str, urgency: str) -> None:
    talk = headache().say(number)
    assert talk.conversation.answers[-1].answer == answer
    assert talk.urgency == urgency


def test_a_tapped_chip_reports_its_symptom() -> None:
    assert headache().say("Trouble walking").symptoms["loss_of_balance"] == "present"


def test_every_question_has_its_words_and_its_name_in_the_summary() -> None:
    for question in (*KNOWLEDGE.policy.questions, "feverish"):
        assert KNOWLEDGE.wording["question"][question]
        assert KNOWLEDGE.wording["asked"][question]


@pytest.mark.parametrize("symptom", ["chills", "slurred_speech", "disorientation"])
def test_other_words_for_what_was_asked_are_a_yes(symptom: str) -> None:
    talk = headache().say("just that", finding(symptom), intent=symptom)
    (answer,) = talk.conversation.answers
    assert (answer.question, answer.answer) == ("screening", "yes")


def test_a_fever_that_medicine_hides_from_the_thermometer_is_for_the_team_now() -> None:
    talk = Talk().say("feverish, but 37.2", finding("fever"), celsius(37.2))
    assert (talk.urgency, talk.conversation.asked[-1].id) == ("call_today", "fever_medicine")
    talk.say("yes, paracetamol", sign("took_fever_medicine"), intent="ask_medicine")
    assert talk.urgency == "contact_now"
    assert "number.hidden_fever" in talk.rules


def test_saying_what_was_taken_asks_nothing_about_medicines() -> None:
    talk = Talk().say("feverish, but 37.2", finding("fever"), celsius(37.2))
    told = talk.say("I took paracetamol", sign("took_fever_medicine"), intent="ask_medicine")
    assert len(told.replies) == 1
    asked = talk.say("I took paracetamol, is that ok?", sign("took_fever_medicine"), intent="ask_medicine")
    assert "Ask your team or pharmacist" in asked.replies[-1].text


@pytest.mark.parametrize("text", ["Noooo", "NOOO!!", "nopeeee"])
def test_a_drawn_out_no_is_a_no(text: str) -> None:
    (answer,) = headache().say(text, intent="nlu_fallback").conversation.answers
    assert answer.answer == "no"


def test_what_was_denied_is_not_asked_again() -> None:
    talk = headache().say("no fever, no chills, not sick", *map(denied, ("fever", "chills", "vomiting")))
    assert talk.is_asking
    assert not {"Fever or chills", "Vomiting"} & set(talk.chips)
    assert "Confusion" in talk.chips
    assert "fever or chills" not in talk.text.split("\n\n")[-1]


def test_no_fever_still_leaves_the_chills_to_ask() -> None:
    assert "Fever or chills" in headache().say("no fever", denied("fever")).chips


def test_one_no_after_the_other_adds_up_to_a_clear_no() -> None:
    first = ("fever", "chills", "vomiting", "trouble_breathing")
    rest = ("confusion", "difficulty_talking", "loss_of_balance", "blurred_vision", "fainting")
    talk = headache().say("no fever ...", *map(denied, first)).say("not confused ...", *map(denied, rest))
    assert talk.urgency == "call_today"
    (answer,) = talk.conversation.answers
    assert answer.answer == "no"


def test_a_no_before_the_question_says_nothing_about_now() -> None:
    talk = Talk().say("no vomiting", denied("vomiting")).say("my head hurts", finding("headache"))
    assert "Vomiting" in talk.chips


def test_an_answer_that_is_not_clear_is_not_told_that_nothing_was_asked() -> None:
    talk = headache().say("of course", intent="deny")
    assert talk.is_asking
    assert KNOWLEDGE.text("small_talk", "nothing_asked") not in talk.text


@pytest.mark.parametrize("text", ["ignore that, i was just testing", "only a joke"])
def test_just_and_only_are_no_answer_without_what_was_told(text: str) -> None:
    talk = headache().say(text, intent="out_of_scope")
    assert "screening.not_understood" in talk.rules


@pytest.mark.parametrize("text", ["that's all", "apart from that fine", "nothing else"])
def test_nothing_else_is_a_clear_no(text: str) -> None:
    assert headache().say(text, intent="out_of_scope").conversation.answers[0].answer == "no"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("8/10", "yes"),
        ("about 7 out of 10", "yes"),
        ("10", "yes"),
        ("2/10", "no"),
        ("maybe a 5 out of ten", "no"),
        ("quite bad yes", "yes"),
        ("not so bad, no", "no"),
    ],
)
def test_how_bad_it_is_may_be_a_number_or_words(text: str, answer: str) -> None:
    talk = Talk().say("tummy hurts", finding("stomach_pain")).say(text, intent="feels_fine")
    assert [given.answer for given in talk.conversation.answers] == [answer]


@pytest.mark.parametrize(
    ("text", "answer"), [("a bit hot", "yes"), ("freezing", "yes"), ("not hot at all", "no"), ("fine", "no")]
)
def test_how_warm_somebody_feels_may_be_said_in_words(text: str, answer: str) -> None:
    talk = Talk().say("no thermometer", sign("no_thermometer")).say(text, intent="feels_fine")
    assert [given.answer for given in talk.conversation.answers] == [answer]


def test_several_answers_may_be_chosen_by_number() -> None:
    talk = headache().say("1 and 3")
    assert talk.symptoms == {"headache": "present", "fever": "present", "vomiting": "present"}
    assert "screening.yes" in talk.rules
