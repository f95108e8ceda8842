"""Answers as people give them: lists, exceptions, second thoughts, refusals, and what is no answer at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blina.assistant import Conversation
from tests.unit.talk import KNOWLEDGE, Item, Talk, denied, finding, reading, sign


def headache() -> Talk:
    return Talk().say("my head hurts", finding("headache", text="my head hurts"), intent="headache")


def answer_of(talk: Talk) -> str:
    return talk.conversation.answers[-1].answer


YES: list[tuple[str, tuple[str, ...]]] = [
    ("chills no, seeing yes, others no", ("blurred_vision",)),
    ("breathing: no / fainting: yes / walking: no", ("fainting",)),
    ("temp ✗ speech ✓", ("difficulty_talking",)),
    ("none bar the walking", ("loss_of_balance",)),
    ("nope, only my balance", ("loss_of_balance",)),
    ("nothing apart from my sight", ("blurred_vision",)),
    ("no hang on, yes", ()),
    ("no... actually yes", ()),
    ("the speech and the walking", ("difficulty_talking", "loss_of_balance")),
    ("just number 2", ("trouble_breathing",)),
    ("yes, 1 and 3", ("fever", "vomiting")),
    ("Vomiting, Trouble seeing", ("vomiting", "blurred_vision")),
    ("Vomiting, None of these", ("vomiting",)),
]


@pytest.mark.parametrize(("text", "named"), YES, ids=[text for text, _ in YES])
def test_an_item_that_is_named_in_any_way_is_a_yes(text: str, named: tuple[str, ...]) -> None:
    talk = headache().say(text)
    assert answer_of(talk) == "yes"
    assert talk.urgency == "contact_now"
    assert {id for id, status in talk.symptoms.items() if status == "present"} == {"headache", *named}


def test_nobody_is_told_that_they_answered_yes_who_did_not() -> None:
    assert "You answered" not in headache().say("the chills", finding("chills")).text


UNSURE = [
    "no to nearly all",
    "none, well maybe that thing",
    "no but in the night it was different",
    "no she keeps staring at the wall",
    "nothing feels like it did",
    "not at all right",
    "i dont trust my own head today",
    "nobody is around so no clue",
]


@pytest.mark.parametrize("text", UNSURE)
def test_a_no_with_more_behind_it_than_is_understood_is_for_the_team_now(text: str) -> None:
    talk = headache().say(text, intent="deny")
    assert answer_of(talk) in ("unsure", "not_understood")
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize(
    "text",
    [
        "no thank you",
        "nope, none at all right now",
        "no love, nothing else",
        "none of those thankfully",
        "fever no, vomiting no, rest no",
        "no, everything else no",
    ],
)
def test_a_clear_no_with_friendly_words_stays_a_no(text: str) -> None:
    talk = headache().say(text)
    assert answer_of(talk) == "no"
    assert talk.urgency == "call_today"


def test_an_exception_for_what_was_told_already_is_a_no() -> None:
    talk = headache().say("none but the headache", finding("headache"))
    assert answer_of(talk) == "no"


@pytest.mark.parametrize(
    "text", ["id rather not say", "mind your own business", "not answering that", "skip it", "stop asking me"]
)
def test_a_refusal_is_for_the_team_now(text: str) -> None:
    talk = headache().say(text, intent="feels_fine")
    assert answer_of(talk) == "refused"
    assert talk.urgency == "contact_now"
    assert "screening.refused" in talk.rules


NO_ANSWER = [
    "since tuesday",
    "from 7 pm",
    "she is 9",
    "hold on a sec",
    "my head hurts",
    "*my head hurts",
    "thanks",
]


@pytest.mark.parametrize("text", NO_ANSWER)
def test_what_is_no_answer_leaves_the_question_open_and_is_kept(text: str) -> None:
    talk = headache()
    first = talk.text.split("\n\n")[-1]
    talk.say(text)
    assert talk.is_asking
    assert talk.conversation.answers == ()
    assert [kept.text for kept in talk.conversation.unclear] == [text]
    assert "Is any of them there right now?" in talk.text, "asked in other words"
    assert first.split("?")[0] not in talk.text
    talk.say("hang on a moment")
    assert answer_of(talk) == "not_understood"
    assert talk.urgency == "contact_now"


def test_a_guess_at_unsure_is_no_answer_where_the_words_do_not_say_so() -> None:
    talk = headache()
    talk.say("hang on, let me ask her", intent="unsure")
    assert talk.conversation.question
    assert not talk.conversation.answers


def test_what_was_kept_survives_json() -> None:
    talk = headache().say("hang on")
    assert Conversation.from_json(talk.conversation.to_json()) == talk.conversation
    older = talk.conversation.to_json()
    del older["unclear"]
    assert Conversation.from_json(older) == replace(talk.conversation, unclear=())


def acting(text: str, act: str, *items: Item, confidence: float = 0.9) -> Talk:
    read = replace(reading(text, items), act=act, act_confidence=confidence)
    return headache().say(text, read=read)


@pytest.mark.parametrize(
    ("text", "act", "answer"),
    [
        ("not that i noticed today", "answer_no", "no"),
        ("blah", "answer_no", "not_understood"),  # no word of it denies anything
        ("never", "answer_no", "no"),
        ("nope", "answer_unsure", "unsure"),
        ("nope", "answer_yes", "yes"),
        ("yes", "answer_no", "yes"),
        ("bugger off", "answer_refuses", "refused"),
        ("no he is staring at the wall", "answer_no", "not_understood"),
    ],
)
def test_of_two_readings_of_an_answer_the_more_urgent_wins(text: str, act: str, answer: str) -> None:
    assert answer_of(acting(text, act)) == answer


def test_a_faint_guess_at_what_a_message_does_changes_nothing() -> None:
    assert answer_of(acting("blah", "answer_no", confidence=0.3)) == "not_understood"


def test_what_the_learned_reader_takes_for_something_else_leaves_the_question_open() -> None:
    assert acting("the nurse is on her way up", "progress_on_the_way").is_asking


def test_questions_are_worded_so_that_yes_means_the_thing_is_there() -> None:
    talk = Talk().say("dry mouth, dizzy", finding("dehydration"))
    assert "Have you passed urine" in talk.text
    assert talk.say("yes this morning").urgency == "call_today"
    talk = Talk().say("dry mouth", finding("dehydration")).say("not since yesterday")
    assert talk.urgency == "contact_now"


def test_none_of_those_with_a_denial_is_still_a_no() -> None:
    talk = headache().say("no none of that", sign("none_of_those"), denied("fever"))
    assert answer_of(talk) == "no"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("just twice so far", "no"),
        ("about three times today", "no"),
        ("seven times", "yes"),
        ("its been 5", "yes"),
    ],
)
def test_a_count_is_the_answer_whatever_else_is_read(text: str, answer: str) -> None:
    talk = Talk().say("the runs", finding("diarrhea", text="the runs"))
    talk.say(text, read=replace(reading(text, ()), act="answer_yes", act_confidence=0.9))
    assert answer_of(talk) == answer


def test_not_liking_it_is_no_no() -> None:
    talk = headache().say("i dont like that at all", intent="deny")
    assert "no" not in {answer.answer for answer in talk.conversation.answers}


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("I've got a sore throat since Sunday", (finding("sore_throat"),)),
        ("I haven't slept", (finding("insomnia"),)),
        ("she has a headache", (finding("headache"),)),
    ],
)
def test_the_start_of_a_statement_answers_nothing(text: str, items: tuple[Item, ...]) -> None:
    talk = Talk().say("loose stools", finding("diarrhea"), intent="diarrhea")
    question = talk.conversation.question
    assert question is not None
    talk.say(text, *items, intent="nlu_fallback")
    assert not [answer for answer in talk.conversation.answers if answer.question == question.id]


def test_a_bare_i_have_answers() -> None:
    talk = Talk().say("loose stools", finding("diarrhea"), intent="diarrhea").say("I have")
    assert answer_of(talk) == "yes"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("I don't like this", "unsure"),
        ("he doesn't care", "not_understood"),
        ("I have to go to work", "not_understood"),
    ],
)
def test_what_only_begins_like_an_answer_is_neither_yes_nor_no(text: str, answer: str) -> None:
    talk = Talk().say("loose stools", finding("diarrhea"), intent="diarrhea").say(text)
    assert answer_of(talk) == answer


@pytest.mark.parametrize(
    ("text", "answer"), [("I don't think so", "no"), ("I haven't had any", "no"), ("I do, still", "yes")]
)
def test_short_words_behind_it_leave_it_an_answer(text: str, answer: str) -> None:
    talk = Talk().say("loose stools", finding("diarrhea"), intent="diarrhea").say(text)
    assert answer_of(talk) == answer


def test_a_medicine_that_was_not_taken_answers_no_question_about_a_fever() -> None:
    talk = headache().say("no thermometer here", sign("no_thermometer"))
    text = "did not take any paracetamol"
    said = replace(reading(text, ()), act="answer_no", act_confidence=0.95)
    before = talk.conversation.answers
    talk.say(text, read=said)
    assert talk.conversation.answers == before


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("I do, and it is getting worse", (sign("getting_worse"),)),
        ("I have, since yesterday", (sign("lasting"),)),
        ("I have had diarrhea five times", (finding("diarrhea"),)),
    ],
)
def test_a_yes_that_says_more_of_what_was_asked_is_a_yes(text: str, items: tuple[Item, ...]) -> None:
    talk = Talk().say("loose stools", finding("diarrhea"), intent="diarrhea").say(text, *items)
    assert answer_of(talk) == "yes"


def test_a_medicine_named_in_words_that_nobody_understands_leaves_the_question_alarming() -> None:
    talk = Talk().say("loose stools", finding("diarrhea"), intent="diarrhea").say("paracetamol my foot")
    assert answer_of(talk) == "not_understood"


def test_a_no_beside_a_new_warning_is_not_told_back_as_no_to_all() -> None:
    clear = KNOWLEDGE.wording["screening"]["clear"]
    assert clear in headache().say("no", intent="deny").text
    talk = headache().say("no he is having a seizure", finding("seizures", text="he is having a seizure"))
    assert talk.urgency == "emergency"
    assert clear not in talk.text
