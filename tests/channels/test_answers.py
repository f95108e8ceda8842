"""The same safe answers in every messaging channel, in the form that it can show."""

from __future__ import annotations

import re

import pytest

from blina.channels.messaging.store import FILE
from tests.channels.people import (
    ABOUT,
    PEOPLE,
    Person,
    SlackPerson,
    SmsPerson,
    TelegramPerson,
    WhatsAppPerson,
    Write,
    texts,
)
from tests.forged_texts import COMMANDS, FORGED, INTENTS
from tests.server.running import CARE_TEAM, Assistant
from tests.stored import counted

pytestmark = pytest.mark.server

everybody = pytest.mark.parametrize("kind", PEOPLE)
with_numbers = pytest.mark.parametrize("kind", [kind for kind in PEOPLE if not kind.buttons])
with_buttons = pytest.mark.parametrize("kind", [kind for kind in PEOPLE if kind.buttons])

NOT_PLAIN = re.compile(r"[*_`~<>{}]|&(?:amp|lt|gt);|\]\(|/\w+\{")


@everybody
def test_a_warning_is_plain_text_with_the_phone_number_in_its_first_line(
    write: Write, kind: type[Person]
) -> None:
    replies = write(kind).say("temp is 38.6")
    assert replies[0].text.startswith("Call ")
    assert CARE_TEAM in replies[0].text.splitlines()[0]
    assert NOT_PLAIN.search(texts(replies)) is None
    assert all(not reply.buttons for reply in replies)


@everybody
def test_whoever_writes_for_the_first_time_is_told_once_who_answers(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("temp is 38.6")
    person.say("I have a rash")
    assert [ABOUT in shown.text for shown in person.whole_screen if shown.text.startswith("I am")] == [True]
    assert person.whole_screen[0].text.startswith("Call ")
    person.say("forget me")
    person.say("Yes, delete everything")
    before = len(person.whole_screen)
    person.say("I have a headache")
    assert ABOUT in person.whole_screen[before].text
    assert person.offers()


@with_numbers
@pytest.mark.parametrize("typed", ["3", " 3. ", "(3)", "three", "Option 3", "3️⃣"])
def test_a_number_picks_what_stands_behind_it(write: Write, kind: type[Person], typed: str) -> None:
    person = write(kind)
    question = texts(person.say("I have a headache"))
    assert "\n3. Vomiting\n" in question
    assert "Reply with a number" in question
    reply = texts(person.say(typed))
    assert "being sick (vomiting)" in reply
    assert "Your answer: Vomiting." in reply


def test_several_numbers_pick_several_answers(write: Write) -> None:
    person = write(SmsPerson)
    person.say("I have a headache")
    reply = texts(person.say("1 and 4"))
    assert "fever" in reply
    assert "confusion" in reply


def test_a_number_without_a_question_is_no_choice(write: Write) -> None:
    person = write(SmsPerson)
    person.say("I have a headache")
    person.say("None of these")
    assert "vomiting" not in texts(person.say("3"))


def test_a_number_among_words_is_words(write: Write) -> None:
    person = write(SmsPerson)
    person.say("I have a headache")
    reply = texts(person.say("2 seizures"))
    assert "seizure" in reply
    assert "trouble breathing" not in reply


@with_buttons
def test_what_is_typed_instead_of_tapped_is_read(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    assert person.say("I have a headache")[-1].buttons
    assert "chest pain" in texts(person.say("I have crushing chest pain"))


@with_buttons
def test_a_button_that_is_tapped_twice_is_one_answer(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("I have a headache")
    tap = person.tap(person.offers()["Vomiting"])
    assert "Your answer: Vomiting." in texts(person.answers_to(*tap))
    assert person.answers_to(*tap) == []


@with_buttons
def test_a_no_to_an_earlier_question_does_not_answer_the_next(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("I have a headache")
    earlier = person.offers()["None of these"]
    person.say("why?")
    (reply,) = person.answers_to(*person.tap(earlier))
    assert "earlier question" in reply.text
    assert CARE_TEAM in reply.text
    assert "Do you also have any of these" in texts(person.say("summary"))


@with_buttons
def test_a_symptom_that_is_tapped_late_still_counts(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("I have a headache")
    earlier = person.offers()["Fainting"]
    person.say("none of these")
    person.say("thank you")
    assert texts(person.answers_to(*person.tap(earlier))).startswith("Call ")


@with_buttons
@pytest.mark.parametrize("data", ["", "0", "000000000000:0", "/restart", "No", "{}", "x" * 500])
def test_a_button_that_was_never_offered_does_nothing(write: Write, kind: type[Person], data: str) -> None:
    person = write(kind)
    person.say("I have a headache")
    assert "earlier question" in texts(person.answers_to(*person.tap(data)))
    assert "headache" in texts(person.say("summary"))


@with_buttons
def test_a_button_of_somebody_else_does_nothing(write: Write, kind: type[Person]) -> None:
    one, other = write(kind), write(kind)
    one.say("I have a headache")
    other.say("I have a headache")
    assert "earlier question" in texts(other.answers_to(*other.tap(one.offers()["Vomiting"])))


@everybody
def test_people_do_not_share_a_conversation(write: Write, kind: type[Person]) -> None:
    write(kind).say("I have chills")
    assert "not told me anything" in texts(write(kind).say("summary"))


def test_media_do_not_share_a_conversation(write: Write) -> None:
    """The sender of a text message can be forged more easily than that of a WhatsApp message."""
    phone, app = write(SmsPerson), write(WhatsAppPerson)
    app.name = phone.name
    phone.say("I have chills")
    assert "not told me anything" in texts(app.say("summary"))


def test_typed_commands_are_words(write: Write) -> None:
    person = write(SmsPerson)
    person.say("I have chills")
    for text in COMMANDS + INTENTS:
        assert NOT_PLAIN.search(texts(person.say(text))) is None
    assert "chills" in texts(person.say("summary"))


@everybody
def test_no_forged_text_reaches_the_conversation(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("I have chills")
    for text in FORGED[PEOPLE.index(kind) :: 2 * len(PEOPLE)]:
        assert texts(person.say(text))
    assert "chills" in texts(person.say("summary"))


@everybody
def test_why_summary_and_forget_me(write: Write, server: Assistant, kind: type[Person]) -> None:
    person, count = write(kind), "select count(*) from events"
    before = counted(server.database, count)
    person.say("temp is 38.6")
    assert "This is why" in texts(person.say("why?"))
    assert "Read this to your team" in texts(person.say("summary"))
    assert counted(server.database, count) > before
    assert "Delete everything" in texts(person.say("forget me"))
    assert "I have deleted this conversation" in texts(person.say("Yes, delete everything"))
    assert counted(server.database, count) == before
    assert "not told me anything" in texts(person.say("summary"))


def test_a_long_message_is_cut_and_that_is_said(write: Write) -> None:
    person = write(SlackPerson)
    replies = person.say("I have a fever. " + "and so on " * 1000)
    assert "very long" in texts(replies)
    assert CARE_TEAM in replies[0].text


def test_a_long_reply_comes_in_few_parts_and_starts_with_what_to_do(write: Write) -> None:
    person = write(SmsPerson)
    complaints = "chills, a rash, vomiting, back pain, bone pain, cough, diarrhea, dizzy, swelling, insomnia"
    replies = [*person.say(f"I have {complaints}"), *person.say("summary")]
    assert len(person.say("why?")) <= 3
    assert replies[0].text.startswith("Call ")


def test_too_many_messages_in_a_minute_are_answered_once_with_the_numbers(write: Write) -> None:
    person = write(SmsPerson)
    for _ in range(30):
        person.deliver(*person.message("thank you"))
    person.wait()
    before = len(person.screen)
    assert before == 30
    for _ in range(3):
        person.deliver(*person.message("I have a fever"))
    person.wait()
    (told,) = person.screen[before:]
    assert "I did not read your last message" in told.text
    assert CARE_TEAM in told.text
    assert "112" in told.text


def test_messages_at_once_are_answered_in_their_order(write: Write) -> None:
    person = write(TelegramPerson)
    for text in ("I have chills", "I have a rash", "my back hurts"):
        person.deliver(*person.message(text))
    person.wait()
    told = [reply.text for reply in person.screen]
    assert ["chills" in told[0], "rash" in told[1], "back" in told[2]] == [True] * 3


def test_nobodys_name_number_or_words_are_in_the_log_or_kept_longer_than_needed(
    write: Write, server: Assistant
) -> None:
    people = [write(kind) for kind in PEOPLE]
    for person in people:
        person.say("my head hurts like a purple whale")
    log = server.log.read_text() + server.output
    under_way = server.database.with_name(FILE).read_bytes()
    stored = b"".join(file.read_bytes() for file in server.database.parent.glob("*.db*"))
    assert "purple whale" not in log
    assert b"purple whale" in stored
    assert b"purple whale" not in under_way
    for person in people:
        assert person.name not in log
        assert person.name.encode() not in stored
