"""What the assistant says: the action first, why, what to tell, the source; calm and plain."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import textstat

from blina.assistant import Chip, safe_reply
from blina.knowledge.schema import Urgency
from blina.reading.model import Reading
from blina.triage.chips import choice, numbered
from tests.unit.talk import KNOWLEDGE, SETTINGS, TEAM, Talk, celsius, denied, finding, reading, sign, value

NO_NUMBER = SETTINGS.copy(update={"care_team_phone": None, "crisis_line": None})
ACTIONS = {
    "emergency": "Call 112 now.",
    "contact_now": f"Call your treatment team now on {TEAM}.",
    "call_today": f"Call your treatment team today on {TEAM}.",
    "tell_team": "Tell your treatment team about this at your next contact.",
}
REASSURING = re.compile(
    r"predictable|fades? away|nothing to worry|(?:don't|do not) worry|harmless|will pass|wears? off|relax|"
    r"no need to|(?:not|nothing) serious|should be fine|probably|usually|manageable|do not need to call",
    re.IGNORECASE,
)
ORDINARY = [
    talk
    for symptom in [*KNOWLEDGE.symptoms, "unlisted"]
    for talk in [Talk().say(symptom, finding(symptom, text="it itches"), intent=symptom)]
]
DIALOGUES = [
    Talk().say("headache", finding("headache")).say("dunno", intent="unsure"),
    Talk().say("headache", finding("headache")).say("no", intent="deny"),
    Talk().say("headache, sick", finding("headache"), finding("nausea"), finding("constipation")),
    Talk()
    .say("constipated", finding("constipation"))
    .say("worse", sign("getting_worse"), intent="getting_worse"),
    Talk().say("temp 381", celsius(381)),
    Talk().say("sore throat, 37.4", finding("sore_throat"), celsius(37.4)),
    Talk().say("low fever 37.4", finding("fever"), celsius(37.4)),
    Talk().say("pump alarm", sign("infusion_trouble")),
    Talk().say("I want to die", sign("self_harm")),
    Talk().say("lips swollen", sign("face_or_throat_swelling")),
    Talk().say("was confused", finding("confusion", status="past")),
    Talk().say("no thermometer", sign("no_thermometer")),
    Talk().say("no fever, no rash", denied("fever"), denied("rash")),
    Talk().say("rash", finding("rash")).say("can I drive?", intent="ask_drug", topic="driving"),
    Talk().say("fever", finding("fever")).say("why?", intent="ask_why"),
    Talk().say("fever", finding("fever")).say("ta", intent="thanks"),
    Talk().say("can it cause fits?", finding("seizures", status="not_reported"), intent="seizures"),
    Talk().say("can I take warfarin?", intent="ask_medicine", medicines=("warfarin",)),
]
SMALL = "greet goodbye thanks ask_bot abuse out_of_scope affirm deny unsure feels_fine nlu_fallback".split()


@pytest.mark.parametrize("talk", ORDINARY, ids=lambda talk: talk.payload["symptoms"][0]["id"])
def test_the_first_sentence_says_what_to_do(talk: Talk) -> None:
    assert talk.text.startswith(ACTIONS[talk.urgency])


@pytest.mark.parametrize("talk", ORDINARY, ids=lambda talk: talk.payload["symptoms"][0]["id"])
def test_then_why_then_what_to_tell_and_the_sources_fold_behind_why(talk: Talk) -> None:
    id = talk.payload["symptoms"][0]["id"]
    symptom = KNOWLEDGE.symptoms.get(id)
    tell = (
        symptom.tell_the_team.split(". ")[0] if symptom else KNOWLEDGE.text("unlisted", "tell").split(". ")[0]
    )
    why = symptom.lay if symptom else "not on my lists"
    hint = KNOWLEDGE.text("heading", "why_hint")
    order = [talk.text.index(part) for part in (ACTIONS[talk.urgency], why, tell, hint)]
    assert order == sorted(order)
    assert "Where this comes from" not in talk.text
    assert "CRS" not in talk.text
    assert talk.payload["symptoms"][0]["sources"]
    why = Talk(conversation=talk.conversation, now=talk.now).say("why?", intent="ask_why").text
    assert re.search(r"Where this comes from: the \d{4} (?:overview|leaflet), \"", why)


@pytest.mark.parametrize("talk", [*ORDINARY, *DIALOGUES], ids=range(len(ORDINARY) + len(DIALOGUES)))
def test_the_phone_number_is_in_every_reply_from_call_today_up(talk: Talk) -> None:
    for reply in talk.replies:
        if reply.payload and reply.payload["urgency"] in ("call_today", "contact_now", "emergency"):
            assert TEAM in reply.text or "116 123" in reply.text
            assert reply.payload["contact"] == {"care_team": TEAM, "emergency": "112"}


@pytest.mark.parametrize("talk", [*ORDINARY, *DIALOGUES], ids=range(len(ORDINARY) + len(DIALOGUES)))
def test_a_warning_holds_no_reassurance(talk: Talk) -> None:
    if any(reply.payload and reply.payload["urgency"] != "none" for reply in talk.replies):
        assert not REASSURING.search(talk.text)


def test_without_the_teams_number_the_reply_says_so_and_names_the_emergency_number() -> None:
    for symptom in ("headache", "fever", "cough"):
        talk = Talk(settings=NO_NUMBER).say(symptom, finding(symptom))
        assert "number is not set" in talk.text
        assert "call 112" in talk.text
        assert "None" not in talk.text
        assert talk.payload["contact"] == {"care_team": None, "emergency": "112"}


def test_without_a_crisis_line_the_emergency_number_is_given() -> None:
    talk = Talk(settings=NO_NUMBER).say("I want to die", sign("self_harm"))
    assert "Call 112 now" in talk.text
    assert "None" not in talk.text


def test_the_new_thing_comes_first_and_advice_that_stands_is_one_line() -> None:
    talk = Talk().say("fever", finding("fever")).say("thanks", intent="thanks")
    new, standing = talk.text.split("\n\n")
    assert new.startswith("You are welcome")
    assert standing == f"Please still call your treatment team now on {TEAM}."


def test_the_disclaimer_is_not_repeated() -> None:
    talk = Talk().say("rash", finding("rash"))
    assert "not a doctor" not in talk.text
    assert "I can be wrong" not in talk.text


def test_the_number_of_the_pair_is_explained() -> None:
    talk = Talk().say("headache and sick", finding("headache"), finding("nausea"))
    assert "Two of these signs within a day" in talk.text
    assert talk.text.count("Measure the temperature and tell them the number.") == 1


def test_less_urgent_symptoms_are_named_too() -> None:
    talk = Talk().say("fever and constipated", finding("fever"), finding("constipation"))
    assert "Constipation: Tell your team." in talk.text


def test_what_leads_from_before_is_not_blamed_on_what_is_new() -> None:
    talk = Talk().say("fever", finding("fever")).say("and constipated", finding("constipation"))
    assert "Before, you told me about a fever." in talk.text
    assert "You told me about constipation. This can be the first sign" not in talk.text
    assert "Constipation: Tell your team." in talk.text


def test_trouble_with_the_infusion_is_explained_even_when_the_advice_stays() -> None:
    talk = Talk().say("fever", finding("fever")).say("pump stopped", sign("infusion_trouble"))
    assert "do not flush the line" in talk.text


def test_after_a_crisis_the_crisis_line_stays() -> None:
    talk = Talk().say("I want to die", sign("self_harm")).say("yes", intent="affirm")
    assert "116 123" in talk.text
    assert "116 123" in talk.say("I have a rash", finding("rash")).text


def test_temperatures_are_shown_in_the_unit_of_the_settings() -> None:
    fahrenheit = SETTINGS.copy(update={"temperature_unit": "F"})
    assert "101.5 °F" in Talk(settings=fahrenheit).say("101.5", celsius(38.611)).text
    assert "38.6 °C" in Talk().say("101.5", celsius(38.611)).text


def test_other_values_are_noted() -> None:
    talk = Talk().say("pulse 80, oxygen 97", value("pulse", 80), value("oxygen", 97))
    assert "80 beats a minute" in talk.text
    assert "97 %" in talk.text


@pytest.mark.parametrize("intent", SMALL)
def test_small_talk_is_answered_without_an_assessment(intent: str) -> None:
    talk = Talk().say("...", intent=intent)
    assert talk.text
    assert all(reply.payload is None for reply in talk.replies)


@pytest.mark.parametrize("text", ["all good today", "not bad at all", "no side effects so far", "I'm fine"])
def test_good_news_is_good_news(text: str) -> None:
    assert "I am glad" in Talk().say(text, intent="feels_fine").text


@pytest.mark.parametrize(
    "text",
    [
        "no trouble, except something that I cannot name",
        "fine until an hour ago",
        "all good but my thing is doing it again",
        "I'm anything but ok",
        "he isn't fine",
        "apart from the wobbly bit no problems",
        "not at all good",
    ],
)
def test_what_may_be_no_good_news_gets_the_number_of_the_team(text: str) -> None:
    talk = Talk().say(text, intent="feels_fine")
    assert "glad" not in talk.text
    assert TEAM in talk.text


@pytest.mark.parametrize("text", ["2", "2.", " 3) "])
def test_the_number_of_a_choice_without_a_question_is_no_other_subject(text: str) -> None:
    assert "I have asked nothing just now" in Talk().say(text, intent="out_of_scope").text


def test_another_language_is_answered_kindly_with_the_number() -> None:
    foreign = reading("mir ist schlecht", ())
    talk = Talk().say("mir ist schlecht", read=type(foreign)(foreign.text, language="other"))
    assert "I can only read English" in talk.text
    assert TEAM in talk.text


def test_a_message_that_was_too_long_is_admitted() -> None:
    long = reading("x", (finding("fever"),))
    talk = Talk().say("x", read=type(long)(long.text, long.findings, truncated=True))
    assert "I read 5000 characters at most" in talk.text
    assert talk.urgency == "contact_now"


def test_braces_in_the_patients_words_are_left_alone() -> None:
    talk = Talk().say("{care_team}", finding("unlisted", text="{care_team} hurts"))
    assert '"{care_team} hurts"' in talk.text


def test_the_safe_reply_cannot_fail() -> None:
    assert TEAM in safe_reply(SETTINGS, KNOWLEDGE).text
    assert "112" in safe_reply(NO_NUMBER, KNOWLEDGE).text
    assert TEAM in safe_reply(SETTINGS, None).text
    assert "112" in safe_reply(None, None).text
    broken = type("Broken", (), {"wording": {}})()
    assert TEAM in safe_reply(SETTINGS, broken).text


CHIPS = (Chip("None of these", "None of these"), Chip("Not sure", "not_sure"))


def test_chips_are_numbers_where_only_text_can_be_shown() -> None:
    assert numbered("Any of these?", CHIPS) == "Any of these?\n\n1. None of these\n2. Not sure"
    assert numbered("Hello.", ()) == "Hello."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2", "not_sure"),
        (" 2. ", "not_sure"),
        ("(1)", "None of these"),
        ("not sure", "not_sure"),
        ("NONE OF THESE!", "None of these"),
        ("3", "3"),
        ("0", "0"),
        ("2 seizures", "2 seizures"),
        ("38.5", "38.5"),
    ],
)
def test_a_number_or_a_title_is_a_choice_and_nothing_else_is(typed: str, meant: str) -> None:
    assert choice(typed, CHIPS) == meant


# --- readability ---------------------------------------------------------------------------

LONG_REPLY = 3  # sentences
HARDEST_LONG_REPLY = 9.0  # Flesch-Kincaid grade
HARDEST_AVERAGE = 7.0
# Names of illnesses and medicines cannot be made shorter, so they are read as one short word.
MEDICAL = re.compile(
    "|".join(
        re.escape(name)
        for name in sorted(
            {
                *(word for symptom in KNOWLEDGE.symptoms.values() for word in (symptom.lay, symptom.label)),
                *(medicine.name for medicine in KNOWLEDGE.medicines.values()),
                "cytokine release syndrome (CRS)",
                "blinatumomab (Blincyto)",
                "blinatumomab",
                "paracetamol (Tylenol)",
                "ibuprofen",
                "temperature",
                "thermometer",
                TEAM,
            },
            key=len,
            reverse=True,
        )
    ),
    re.IGNORECASE,
)


def patient_sentences(text: str) -> str:
    """The reply as it is read aloud: without the line of sources, names of illnesses shortened."""
    paragraphs = [part for part in text.split("\n\n") if not part.startswith("Where this comes from")]
    text = re.sub(r"Where this comes from:.*", "", " ".join(paragraphs))
    return MEDICAL.sub("it", text)


def spoken() -> Iterator[str]:
    for talk in [*ORDINARY, *DIALOGUES]:
        yield patient_sentences(talk.text)


def test_replies_can_be_read_at_eleven() -> None:
    grades = [textstat.flesch_kincaid_grade(text) for text in spoken()]
    assert sum(grades) / len(grades) <= HARDEST_AVERAGE


@pytest.mark.parametrize("text", [text for text in spoken() if textstat.sentence_count(text) > LONG_REPLY])
def test_no_long_reply_is_hard_to_read(text: str) -> None:
    assert textstat.flesch_kincaid_grade(text) <= HARDEST_LONG_REPLY, text


def test_every_urgency_has_an_action() -> None:
    for urgency in Urgency:
        assert KNOWLEDGE.wording["action"][urgency.value]
        assert KNOWLEDGE.wording["action_no_number"][urgency.value]


def test_a_carer_of_somebody_who_cannot_be_woken_is_told_to_stay_with_them() -> None:
    talk = Talk().say("he won't wake up", sign("cannot_be_woken"))
    assert talk.urgency == "emergency"
    assert KNOWLEDGE.text("after_action", "carer") in talk.text
    assert "confusion" not in talk.text
    assert "Do not stay alone" not in talk.text


def test_what_is_not_covered_is_said_only_to_a_question() -> None:
    not_covered = KNOWLEDGE.text("topic", "not_covered").split("{")[0]
    assert not_covered not in Talk().say("my temp is 37.2", celsius(37.2), intent="ask_drug").text
    assert not_covered in Talk().say("37.2, is that ok?", celsius(37.2), intent="ask_drug").text
    assert not_covered in Talk().say("what about sushi", intent="ask_drug").text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("🤒", "no_words"),
        ("???", "no_words"),
        ("أشعر بالمرض", "other_language"),
        ("熱があります", "other_language"),
    ],
)
def test_what_cannot_be_read_gets_the_number_of_the_team(text: str, name: str) -> None:
    talk = Talk().say(text, intent="out_of_scope", read=Reading(text, language="none"))
    assert KNOWLEDGE.text("reading", name).split("{")[0] in talk.text
    assert TEAM in talk.text


def test_a_number_under_the_limit_is_no_comfort_in_a_warning() -> None:
    assert "do not count it as a fever" in Talk().say("36.9", celsius(36.9)).text
    warning = Talk().say("shivering, 36.9", finding("chills"), celsius(36.9)).text
    assert "I wrote down 36.9 °C." in warning
    assert "do not count it as a fever" not in warning


@pytest.mark.parametrize("topic", ["pregnancy", "pump_alarm", "crs"])
def test_an_answer_that_says_to_call_has_the_number(topic: str) -> None:
    assert TEAM in Talk().say("?", intent="ask_drug", topic=topic).text


def test_an_answer_that_does_not_say_to_call_has_none() -> None:
    assert TEAM not in Talk().say("?", intent="ask_drug", topic="cycle").text


def test_medicines_that_hide_a_fever_are_named() -> None:
    talk = Talk().say("warfarin or Ibuprofen?", intent="ask_medicine", medicines=("warfarin",))
    assert "Warfarin is on the leaflet's list" in talk.text
    assert "Ibuprofen is not on the leaflet's list" in talk.text
    assert "Ibuprofen can hide a fever." in talk.text


def test_a_medicine_that_is_asked_about_beside_a_symptom_comes_after_it() -> None:
    talk = Talk().say("38.5, can I take ibuprofen?", celsius(38.5), intent="fever")
    assert talk.text.startswith(ACTIONS["contact_now"])
    assert "Ibuprofen is not on the leaflet's list" in talk.text
    assert "leaflet's list" not in Talk().say("38.5, took ibuprofen", celsius(38.5), intent="fever").text


def test_the_question_comes_last_with_its_answers_below() -> None:
    talk = Talk().say("my head hurts", finding("headache"), intent="headache")
    assert talk.text.split("\n\n")[-1].startswith("Do you also have any of these right now")


def test_what_one_sign_can_mean_is_not_said_again_beside_two() -> None:
    talk = Talk().say("fever and chills", finding("fever"), finding("chills"))
    assert {"crs.single", "crs.two_signs"} <= talk.rules
    assert talk.text.count("a reaction that gets worse fast") == 1


def test_no_is_written_down_once() -> None:
    talk = Talk().say("no thermometer", sign("no_thermometer")).say("no", intent="deny")
    assert talk.text.count("wrote") == 1


def test_why_names_a_few_places_for_each_reason() -> None:
    talk = Talk().say("fever", finding("fever")).say("why?", intent="ask_why")
    assert max(paragraph.count('"') for paragraph in talk.text.split("\n\n")) <= 6


def test_who_asks_about_the_assistant_gets_no_answer_about_the_drug() -> None:
    talk = Talk().say("what can you do?", intent="ask_bot", topic="school_and_work")
    assert talk.text.startswith(KNOWLEDGE.text("small_talk", "can_do")[:40])
    assert "school" not in talk.text
