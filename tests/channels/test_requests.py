"""Who may call a channel, and what it makes of what the providers deliver."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from blina.http_server.body import MAX_BYTES
from tests.channels.people import (
    PEOPLE,
    PUBLIC_URL,
    Person,
    SlackPerson,
    SmsPerson,
    TelegramPerson,
    WhatsAppPerson,
    Write,
    texts,
)
from tests.channels.stubs import Twilio
from tests.server.running import CARE_TEAM, Assistant

pytestmark = pytest.mark.server

everybody = pytest.mark.parametrize("kind", PEOPLE)


# --- who may call


def refuses(person: Person, body: bytes, headers: dict[str, str]) -> bool:
    """Whether a request is refused before anything else, and nobody is answered."""
    before = len(person.screen)
    status, answer = person.deliver(body, headers)
    person.wait()
    return status == 403 and json.loads(answer) == {"error": "Forbidden"} and len(person.screen) == before


@everybody
def test_a_request_that_is_not_signed_is_refused(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    body, headers = person.message("I have a fever")
    kind_of_body = {"Content-Type": headers["Content-Type"]}
    assert refuses(person, body, kind_of_body)
    for name in set(headers) - set(kind_of_body):
        assert refuses(person, body, {**headers, name: ""})
        assert refuses(person, body, {**headers, name: headers[name][:-1] + "?"})
        assert refuses(person, body, {**headers, name: "é"})
    assert refuses(person, b"\xff\xfe", kind_of_body)


@pytest.mark.parametrize("kind", [SmsPerson, SlackPerson])
def test_a_body_that_was_changed_is_refused(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    body, headers = person.message("I have a fever")
    assert refuses(person, body.replace(b"fever", b"cough"), headers)


def test_twilio_signs_for_the_public_address_and_this_account(write: Write) -> None:
    person = write(SmsPerson)
    body, _ = person.message("I have a fever")
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert refuses(person, body, person.signed(form, url="https://elsewhere.example.org"))
    assert refuses(person, body, person.signed(form, url=person.assistant.url))
    assert refuses(person, body, person.signed(form, token="another token"))
    other = {**form, "AccountSid": "AC" + "6" * 32}
    assert refuses(person, urlencode(other).encode(), person.signed(other))
    assert person.answers_to(body, person.signed(form, url=PUBLIC_URL))


@pytest.mark.parametrize("age", [-310, 310])
def test_a_request_of_slack_is_good_for_five_minutes(write: Write, age: int) -> None:
    person = write(SlackPerson)
    body, _ = person.message("I have a fever")
    assert refuses(person, *person.signed(body, "application/json", age=age))
    assert refuses(person, *person.signed(body, "application/json", secret="another secret"))
    assert person.answers_to(*person.signed(body, "application/json; charset=utf-8", age=200))


def test_slack_gets_its_word_back_when_it_checks_the_address(write: Write) -> None:
    person = write(SlackPerson)
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV"}).encode()
    assert person.deliver(*person.signed(body, "application/json")) == (200, "3eZbrw1aBm2rZgRNFdxV")
    assert person.deliver(body, {"Content-Type": "application/json"})[0] == 403


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"message": 5}', b'{"message": {"from": {}}}', b"{"])
def test_what_cannot_be_read_is_a_400(write: Write, body: bytes) -> None:
    person = write(TelegramPerson)
    _, headers = person.message("")
    status, answer = person.deliver(body, headers)
    assert (status, json.loads(answer)) == (400, {"error": "Bad Request"})


@everybody
def test_a_large_body_is_refused(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    assert person.deliver(*person.message("x" * (MAX_BYTES + 1)))[0] == 413


# --- delivered again


@everybody
def test_what_is_delivered_again_is_answered_once(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    message = person.message("I have chills")
    assert person.answers_to(*message)
    assert person.answers_to(*message) == []
    assert texts(person.say("summary")).count("chills") == 1


@everybody
def test_what_is_delivered_several_times_at_once_is_answered_once(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    message = person.message("thank you")
    threads = [threading.Thread(target=person.deliver, args=message) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    person.wait()
    assert len(person.screen) == 1


# --- pictures, recordings, places


SMS_PICTURE = {
    "Body": "",
    "NumMedia": "1",
    "MediaUrl0": "https://example.org/a",
    "MediaContentType0": "image/png",
}
PLACE = {"Body": "", "Latitude": "53.8", "Longitude": "-1.5"}
FILE = {"subtype": "file_share", "files": [{"id": "F1", "mimetype": "audio/webm"}]}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (SmsPerson, SMS_PICTURE),
        (WhatsAppPerson, SMS_PICTURE),
        (WhatsAppPerson, PLACE),
        (TelegramPerson, {"photo": [{"file_id": "a", "width": 1, "height": 1}]}),
        (TelegramPerson, {"voice": {"file_id": "a", "duration": 3}}),
        (TelegramPerson, {"sticker": {"file_id": "a", "emoji": "🤒"}}),
        (TelegramPerson, {"location": {"latitude": 53.8, "longitude": -1.5}}),
        (SlackPerson, FILE),
    ],
)
def test_a_picture_or_recording_is_answered_in_words_and_leaves_the_question_open(
    write: Write, kind: type[Person], fields: dict[str, Any]
) -> None:
    person = write(kind)
    person.say("I have a headache")
    vomiting = person.offers()["Vomiting"]
    (reply,) = person.answers_to(*person.message("", **fields))
    assert "I can only read words" in reply.text
    assert CARE_TEAM in reply.text
    assert "112" in reply.text
    chosen = person.answers_to(*person.tap(vomiting)) if kind.buttons else person.say(vomiting)
    assert "vomiting" in texts(chosen)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (SmsPerson, {"NumMedia": "1"}),
        (TelegramPerson, {"photo": [], "text": None, "caption": "temp is 38.6"}),
        (SlackPerson, FILE),
    ],
)
def test_the_words_below_a_picture_are_read(write: Write, kind: type[Person], fields: dict[str, Any]) -> None:
    person = write(kind)
    replies = person.answers_to(*person.message("temp is 38.6", **fields))
    assert CARE_TEAM in replies[0].text.splitlines()[0]
    assert "I could not look at the picture" in replies[-1].text


# --- changed messages, other people, other programs


def test_a_changed_message_is_read_again(write: Write) -> None:
    telegram, slack = write(TelegramPerson), write(SlackPerson)
    assert CARE_TEAM in texts(telegram.answers_to(*telegram.message("temp is 38.6", "edited_message")))
    before = {"user": slack.name, "text": "temp is 36.8", "ts": "1.1"}
    after = {**before, "text": "temp is 38.6"}
    change = {"user": None, "text": None, "subtype": "message_changed", "message": after}
    assert CARE_TEAM in texts(slack.answers_to(*slack.message("", **change, previous_message=before)))
    assert slack.answers_to(*slack.message("", **change, previous_message=after)) == []


def rewritten(person: TelegramPerson, first: str, then: str) -> str:
    """What comes back when somebody writes something and changes it at once."""
    body, headers = person.message(first)
    person.answers_to(body, headers)
    number = json.loads(body)["message"]["message_id"]
    return texts(person.answers_to(*person.message(then, "edited_message", message_id=number)))


def test_a_changed_message_replaces_the_last_one(write: Write) -> None:
    person = write(TelegramPerson)
    person.say("I have chills")
    answer = rewritten(person, "I have a rash and my temp is 38.6", "I have a rash and my temp is 36.8")
    assert "in place of your last message" in answer
    told = texts(person.say("summary"))
    assert "38.6" not in told
    assert "36.8" in told
    assert "rash" in told
    assert "chills" in told


def test_a_message_may_be_changed_again(write: Write) -> None:
    person = write(TelegramPerson)
    body, headers = person.message("I have a rash")
    person.answers_to(body, headers)
    number = json.loads(body)["message"]["message_id"]
    for text in ("I have a cough", "I have back pain"):
        assert person.answers_to(*person.message(text, "edited_message", message_id=number))
    told = texts(person.say("summary"))
    assert "back" in told
    assert "cough" not in told
    assert "rash" not in told


def test_a_changed_answer_answers_the_question_that_was_open(write: Write) -> None:
    person = write(SlackPerson)
    person.say("I have a headache")
    answer = {"user": person.name, "text": "none of these", "ts": "2.2"}
    person.answers_to(*person.message(answer["text"], ts=answer["ts"]))
    change = {"user": None, "text": None, "subtype": "message_changed", "previous_message": answer}
    after = {**answer, "text": "I am vomiting"}
    assert "vomiting" in texts(person.answers_to(*person.message("", **change, message=after)))


def test_what_was_said_since_a_message_is_not_taken_away_when_that_is_changed(write: Write) -> None:
    person = write(TelegramPerson)
    body, headers = person.message("I have a rash")
    person.answers_to(body, headers)
    person.say("and chest pain")
    number = json.loads(body)["message"]["message_id"]
    answer = texts(person.answers_to(*person.message("I have a cough", "edited_message", message_id=number)))
    assert "in place of" not in answer
    told = texts(person.say("summary"))
    assert "chest pain" in told
    assert "cough" in told


def test_a_place_that_moves_is_answered_once(write: Write) -> None:
    person = write(TelegramPerson)
    place = {"location": {"latitude": 53.8, "longitude": -1.5, "live_period": 900}}
    assert person.answers_to(*person.message("", **place))
    assert person.answers_to(*person.message("", "edited_message", **place)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message", "user": None},
        {"subtype": "message_deleted", "user": None},
        {"subtype": "channel_join"},
        {"channel_type": "channel", "channel": "C1"},
        {"channel_type": "group", "channel": "C1"},
    ],
)
def test_slack_programs_and_people_among_themselves_are_left_alone(
    write: Write, fields: dict[str, Any]
) -> None:
    person = write(SlackPerson)
    assert person.answers_to(*person.message("I have a fever", **fields)) == []
    assert person.provider.shown["C1"] == []


def test_telegram_programs_and_events_are_left_alone(write: Write) -> None:
    person = write(TelegramPerson)
    bot = {"from": {"id": 5, "is_bot": True, "first_name": "B"}}
    assert person.answers_to(*person.message("I have a fever", **bot)) == []
    assert person.answers_to(*person.message("", pinned_message={})) == []
    assert person.answers_to(*person.message("I have a fever", "channel_post")) == []
    assert person.answers_to(*person.update({"my_chat_member": {}})) == []


def test_a_telegram_group_is_asked_once_to_write_in_private(write: Write) -> None:
    person = write(TelegramPerson)
    group = {"chat": {"id": -int(person.name), "type": "supergroup"}}
    for _ in range(2):
        person.answers_to(*person.message("@blina I have a fever", **group))
    (reply,) = person.provider.shown[f"-{person.name}"]
    assert "private chat" in reply.text
    assert "112" in reply.text
    assert "fever" not in reply.text
    assert "not told me anything" in texts(person.say("summary"))


def test_a_slack_channel_is_asked_once_to_write_in_private(write: Write) -> None:
    person = write(SlackPerson)
    channel = f"C{person.name[1:]}"
    for _ in range(2):
        mention = {"type": "app_mention", "channel": channel, "channel_type": None}
        person.answers_to(*person.message("<@U0BLINA> I have a fever", **mention))
    (reply,) = person.provider.shown[channel]
    assert "private chat" in reply.text
    assert "not told me anything" in texts(person.say("summary"))


def test_twilio_answers_stop_itself(write: Write) -> None:
    person = write(SmsPerson)
    assert person.answers_to(*person.message("STOP", OptOutType="STOP")) == []
    person.say("I have a headache")
    assert person.answers_to(*person.message("END", OptOutType="STOP")) == []


@pytest.mark.parametrize("keyword", ["HELP", "START"])
def test_who_asks_twilio_for_help_or_comes_back_gets_the_numbers(write: Write, keyword: str) -> None:
    person = write(SmsPerson)
    (reply,) = person.answers_to(*person.message(keyword, OptOutType=keyword))
    assert CARE_TEAM in reply.text
    assert "112" in reply.text


def test_help_leaves_the_question_open(write: Write) -> None:
    person = write(SmsPerson)
    person.say("I have a headache")
    vomiting = person.offers()["Vomiting"]
    assert CARE_TEAM in texts(person.answers_to(*person.message("help", OptOutType="HELP")))
    assert "vomiting" in texts(person.say(vomiting))


@pytest.mark.parametrize(("word", "kind"), [("Yes", "START"), ("no", "STOP")])
def test_an_answer_is_one_although_twilio_takes_it_for_a_command(write: Write, word: str, kind: str) -> None:
    person = write(SmsPerson)
    person.say("forget me")
    assert person.offers()
    answer = texts(person.answers_to(*person.message(word, OptOutType=kind)))
    assert answer
    assert "Write what you feel and I say what to do" not in answer


def test_a_yes_to_a_question_about_warning_signs_is_one_although_twilio_takes_it_for_a_command(
    write: Write,
) -> None:
    person = write(SmsPerson)
    person.say("I have a headache")
    assert "Vomiting" in person.offers()
    answer = texts(person.answers_to(*person.message("Yes", OptOutType="START")))
    assert f"now on {CARE_TEAM}" in answer
    assert "Write what you feel and I say what to do" not in answer


def test_a_gateways_html_is_text(write: Write) -> None:
    assert CARE_TEAM in texts(write(SmsPerson).say("I can&#39;t breathe &amp; I&apos;m hot"))


def test_what_became_of_a_reply_is_not_answered(write: Write) -> None:
    person = write(SmsPerson)
    report = {"From": Twilio.NUMBERS[0], "SmsStatus": "delivered", "MessageStatus": "delivered"}
    assert person.answers_to(*person.message("", **report, To=person.name)) == []
    assert person.provider.shown[Twilio.NUMBERS[0]] == []


def test_telegram_greets_whoever_opens_the_chat(write: Write) -> None:
    person = write(TelegramPerson)
    person.say("/start")
    (reply,) = person.whole_screen
    assert "112" in reply.text
    assert "forget me" in reply.text
    assert "I can be wrong" in reply.text


# --- what is sent


def test_slack_shows_what_was_typed_and_reads_its_own_signs(write: Write) -> None:
    person = write(SlackPerson)
    assert CARE_TEAM in person.say("temp > 38 & rising, it is 38.6")[0].text
    assert "my nose is _runny_ <3 &" in texts(person.say("my nose is _runny_ <3 &amp;"))
    tel = {"text": "my number is <tel:+441134960000|0113 496 0000>, <@U1> I have a rash"}
    assert "rash" in texts(person.answers_to(*person.message("", **tel)))


def test_whatsapp_makes_no_bold_text_of_what_a_patient_wrote(write: Write) -> None:
    words = "I am burping _all_ day"
    assert words in texts(write(SmsPerson).say(words))
    told = texts(write(WhatsAppPerson).say(words))
    assert "burping" in told
    assert not set("*_~`") & set(told)


def test_replies_come_from_the_number_that_was_written_to(write: Write) -> None:
    sms, app = write(SmsPerson), write(WhatsAppPerson)
    assert sms.say("hello")
    assert app.say("hello")
    assert app.address == f"whatsapp:{app.name}"
    assert Twilio.NUMBERS[1].startswith("whatsapp:")


@pytest.mark.parametrize("kind", [TelegramPerson])
def test_a_tap_ends_the_hourglass_on_the_button(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("I have a headache")
    body, headers = person.tap(person.offers()["Not sure"])
    status, answer = person.deliver(body, headers)
    call = json.loads(answer)
    assert status == 200
    assert call["method"] == "answerCallbackQuery"
    assert call["callback_query_id"] == json.loads(body)["callback_query"]["id"]
    person.wait()


@everybody
def test_a_provider_is_another_machine_behind_a_proxy(write: Write, kind: type[Person]) -> None:
    """Other machines need a token for REST; a provider has its signature."""
    person = write(kind)
    body, headers = person.message("temp is 38.6")
    forwarded = {"Host": "blina.example.org", "X-Forwarded-For": "203.0.113.5", **headers}
    assert CARE_TEAM in texts(person.answers_to(body, forwarded))


@everybody
def test_the_address_tells_that_it_is_there(server: Assistant, kind: type[Person]) -> None:
    assert server.get(f"/webhooks/{kind.channel}/") == (200, {"status": "ok"})
