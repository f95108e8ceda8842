"""Each step of the triage policy, on one message or a few."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from blina.reading.model import Status
from blina.triage.policy import is_active
from tests.unit.talk import KNOWLEDGE, SETTINGS, Item, Talk, celsius, denied, finding, sign, value

EMERGENCIES: dict[str, tuple[Item, ...]] = {
    "a seizure": (finding("seizures"),),
    "breathless at rest": (finding("trouble_breathing", "at_rest"),),
    "severe breathlessness": (finding("trouble_breathing", "severe"),),
    "cannot finish a sentence": (sign("cannot_finish_sentence"),),
    "blue lips": (sign("blue_lips"),),
    "crushing chest pain": (finding("chest_pain", "crushing"),),
    "severe chest pain": (finding("chest_pain", "severe"),),
    "chest pain that spreads": (finding("chest_pain", "spreading_pain"),),
    "chest pain with trouble breathing": (finding("chest_pain"), finding("trouble_breathing")),
    "cannot be woken": (sign("cannot_be_woken"),),
    "swollen lips": (sign("face_or_throat_swelling"),),
    "bleeding that will not stop": (sign("bleeding_will_not_stop"),),
    "a drooping face": (sign("stroke_signs"),),
    "sudden weakness on one side": (finding("loss_of_strength", "sudden", "one_sided"),),
    "slurred speech and a weak arm, suddenly": (finding("slurred_speech", "sudden"), sign("limb_weak")),
    "not recovered after fainting": (finding("fainting", "not_recovered"),),
    "fainting with low blood pressure": (finding("low_blood_pressure"), finding("fainting")),
    "worst headache ever, suddenly": (finding("headache", "sudden", "worst_ever"),),
    "coughing up more than streaks of blood": (finding("coughing_up_blood", "more_than_streaks"),),
    "sudden loss of sight": (sign("sudden_sight_loss"),),
    "a rash with trouble breathing": (finding("rash"), finding("trouble_breathing")),
    "hoarse with a swollen throat": (finding("hoarseness"), sign("face_or_throat_swelling")),
    "sweating with chest pain": (finding("sweating"), finding("chest_pain")),
    "bleeding after a knock on the head": (finding("unusual_bleeding"), sign("after_head_injury")),
    "heavy bloody stools": (finding("black_or_bloody_stools", "heavy"),),
}


@pytest.mark.parametrize("items", EMERGENCIES.values(), ids=EMERGENCIES.keys())
def test_an_emergency_is_called_at_once_and_without_a_question(items: tuple[Item, ...]) -> None:
    talk = Talk().say("...", *items)
    assert talk.urgency == "emergency"
    assert talk.text.startswith("Call 112 now.")
    assert not talk.is_asking


@pytest.mark.parametrize("symptom", KNOWLEDGE.symptoms)
def test_a_symptom_alone_has_its_documented_urgency_and_category(symptom: str) -> None:
    entry = KNOWLEDGE.symptoms[symptom]
    talk = Talk().say("...", finding(symptom), intent=symptom)
    assert talk.urgency == entry.urgency.value
    assert talk.payload["category"] == entry.category.value
    assert talk.payload["symptoms"][0]["sources"], "every symptom names its sources"


@pytest.mark.parametrize(
    "symptom", [id for id, entry in KNOWLEDGE.symptoms.items() if "neurological" in entry.signs]
)
def test_neurological_signs_that_warn_are_never_questioned_first(symptom: str) -> None:
    talk = Talk().say("...", finding(symptom))
    if talk.urgency in ("contact_now", "emergency"):
        assert not talk.is_asking


@pytest.mark.parametrize("symptom", ["fever", "chills", "low_blood_pressure", "trouble_breathing"])
def test_these_are_a_crs_warning_alone(symptom: str) -> None:
    talk = Talk().say("...", finding(symptom))
    assert talk.urgency == "contact_now"
    assert "crs.single" in talk.rules


def test_two_crs_signs_in_one_message_are_a_warning() -> None:
    talk = Talk().say("head hurts and I feel sick", finding("headache"), finding("nausea"))
    assert talk.urgency == "contact_now"
    assert "crs.two_signs" in talk.rules
    assert not talk.is_asking


def test_a_warning_that_is_over_counts_to_the_last_second_of_its_window_and_no_longer() -> None:
    talk = Talk().say("I have a fever", finding("fever"))
    (there,) = talk.conversation.reports
    assert there.present_time
    over = replace(there, status=Status.PAST)
    end = there.present_time + timedelta(hours=KNOWLEDGE.policy.numbers.syndrome_window_hours)
    assert is_active(over, KNOWLEDGE, end)
    assert not is_active(over, KNOWLEDGE, end + timedelta(seconds=1))


def test_two_crs_signs_add_up_across_turns_within_24_hours() -> None:
    talk = Talk().say("headache", finding("headache")).say("none of these", sign("none_of_those"))
    assert talk.urgency == "call_today"
    talk.say("now I feel sick", finding("nausea"), after=timedelta(hours=23))
    assert talk.urgency == "contact_now"
    assert "crs.two_signs" in talk.rules


def test_two_crs_signs_more_than_24_hours_apart_do_not_add_up() -> None:
    talk = Talk().say("headache", finding("headache")).say("none of these", sign("none_of_those"))
    talk.say("now I feel sick", finding("nausea"), after=timedelta(hours=25))
    assert "crs.two_signs" not in talk.rules


def test_a_headache_that_is_over_still_counts_as_a_crs_sign_today() -> None:
    talk = Talk().say("headache", finding("headache")).say("none of these", sign("none_of_those"))
    talk.say("the headache is gone but I feel sick", finding("headache", status="past"), finding("nausea"))
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize(
    ("number", "urgency"), [(37.9, "none"), (37.94, "none"), (38.0, "contact_now"), (39.6, "contact_now")]
)
def test_the_number_decides_what_is_a_fever(number: float, urgency: str) -> None:
    assert Talk().say(f"temp {number}", celsius(number)).urgency == urgency


def test_100_4_fahrenheit_is_a_fever() -> None:
    assert Talk().say("100.4", celsius((100.4 - 32) * 5 / 9)).urgency == "contact_now"


def test_the_fever_limit_is_a_setting() -> None:
    careful = SETTINGS.copy(update={"fever_threshold_c": 37.5})
    assert Talk(settings=careful).say("37.6", celsius(37.6)).urgency == "contact_now"


def test_a_low_number_beats_a_fever_that_only_the_encoder_saw() -> None:
    talk = Talk().say("my temp is 36.9", finding("fever", source="encoder"), celsius(36.9))
    assert talk.urgency == "none"
    assert "fever" not in talk.symptoms


def test_a_fever_in_words_with_a_low_number_needs_a_call_but_no_alarm() -> None:
    talk = Talk().say("low fever, 37.7", finding("fever"), celsius(37.7))
    assert talk.urgency == "call_today"
    assert "number.temperature_below" in talk.rules


def test_a_low_number_does_not_undo_a_later_fever() -> None:
    talk = Talk().say("37.0", celsius(37.0))
    talk.say("now he is burning up", finding("fever"), after=timedelta(hours=2))
    assert talk.urgency == "contact_now"


def test_a_low_number_never_cancels_other_crs_signs() -> None:
    talk = Talk().say("chills, temp 36.8", finding("chills"), celsius(36.8))
    assert talk.urgency == "contact_now"


def test_a_fever_in_words_with_a_low_number_still_adds_up_with_another_crs_sign() -> None:
    talk = Talk().say("low fever 37.7 and headache", finding("fever"), finding("headache"), celsius(37.7))
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize(("number", "urgency"), [(89, "contact_now"), (90, "none"), (120, "none")])
def test_an_upper_pressure_under_90_is_low(number: float, urgency: str) -> None:
    talk = Talk().say(f"{number}/60", value("systolic", number), value("diastolic", 60))
    assert talk.urgency == urgency
    assert ("low_blood_pressure" in talk.symptoms) == (urgency == "contact_now")


@pytest.mark.parametrize(("number", "urgency"), [(93, "contact_now"), (94, "none"), (98, "none")])
def test_oxygen_under_94_percent_counts_as_trouble_breathing(number: float, urgency: str) -> None:
    talk = Talk().say(f"sats {number}", value("oxygen", number))
    assert talk.urgency == urgency
    assert ("trouble_breathing" in talk.symptoms) == (urgency == "contact_now")


@pytest.mark.parametrize(
    "symptom",
    ["cough", "sore_throat", "body_aches", "painful_urination", "cloudy_urine", "mouth_sores", "skin_sores"],
)
@pytest.mark.parametrize("with_", ["fever", "chills"])
def test_a_sign_of_infection_with_fever_or_chills_is_urgent_itself(symptom: str, with_: str) -> None:
    talk = Talk().say("...", finding(symptom), finding(with_))
    entries = {entry["id"]: entry["urgency"] for entry in talk.payload["symptoms"]}
    assert entries[symptom] == "contact_now"


ESCALATIONS: dict[str, tuple[Item, ...]] = {
    "diarrhoea six times today": (finding("diarrhea", "four_or_more_a_day"),),
    "diarrhoea with blood": (finding("diarrhea", "blood_in_it"),),
    "cannot keep fluids down": (finding("vomiting"), sign("cannot_keep_fluids_down")),
    "dried out and no urine": (finding("dehydration"), sign("no_urine")),
    "severe belly pain": (finding("stomach_pain", "severe"),),
    "back pain with a weak leg": (finding("back_pain"), sign("limb_weak")),
    "tingling on one side": (finding("tingling", "one_sided"),),
    "no sleep and confused": (finding("insomnia"), finding("confusion")),
    "sore at the line": (finding("warm_painful_area", "at_line_site"),),
    "potassium low and heart racing": (finding("low_potassium"), sign("palpitations")),
    "bruises and red spots": (finding("bruising"), finding("red_spots")),
    "pale and faint": (finding("pale_skin"), sign("feels_faint")),
    "low white cells and sore throat": (finding("low_white_blood_cells"), finding("sore_throat")),
}


@pytest.mark.parametrize("items", ESCALATIONS.values(), ids=ESCALATIONS.keys())
def test_what_is_said_about_a_symptom_raises_it(items: tuple[Item, ...]) -> None:
    assert Talk().say("...", *items).urgency == "contact_now"


def test_severe_said_of_one_symptom_says_nothing_about_another() -> None:
    talk = Talk().say(
        "severe constipation, slight stomach ache", finding("constipation", "severe"), finding("bloating")
    )
    assert talk.urgency == "tell_team"


@pytest.mark.parametrize("intent", ["infusion_trouble", "nlu_fallback"])
def test_trouble_with_the_infusion_is_for_the_team_now(intent: str) -> None:
    items = () if intent == "infusion_trouble" else (sign("infusion_trouble"),)
    talk = Talk().say("the pump is beeping", *items, intent=intent)
    assert talk.urgency == "contact_now"
    assert "Do not change the pump's settings and do not flush the line" in talk.text


@pytest.mark.parametrize("intent", ["self_harm", "nlu_fallback"])
def test_wanting_to_die_gets_the_crisis_line_and_no_triage_talk(intent: str) -> None:
    items = () if intent == "self_harm" else (sign("self_harm"),)
    talk = Talk().say("I want to end it", finding("headache"), *items, intent=intent)
    assert talk.urgency == "emergency"
    assert "112" in talk.text
    assert "116 123" in talk.text
    assert "headache" not in talk.text
    assert not talk.is_asking


def test_a_figure_of_speech_is_no_crisis() -> None:
    talk = Talk().say("I'm dying for a coffee", sign("self_harm", status="not_reported"), intent="self_harm")
    assert all(reply.payload is None for reply in talk.replies)


def test_a_complaint_that_no_list_names_is_for_the_team() -> None:
    talk = Talk().say("my hair falls out", intent="unlisted_complaint")
    assert talk.urgency == "tell_team"
    assert talk.payload["category"] == "unlisted"
    assert talk.payload["symptoms"][0]["text"] == "my hair falls out"
    assert "not a side effect" not in talk.text


@pytest.mark.parametrize("how", ["severe", "sudden", "getting_worse"])
def test_an_unlisted_complaint_that_is_severe_sudden_or_worse_needs_a_call_today(how: str) -> None:
    talk = Talk().say("my ear hurts badly", finding("unlisted", text="my ear hurts"), sign(how))
    assert talk.urgency == "call_today"


def test_a_serious_sign_without_a_symptom_is_not_lost() -> None:
    assert (
        Talk().say("my heart is racing", sign("palpitations", text="heart is racing")).urgency == "call_today"
    )
    assert Talk().say("I am about to pass out", sign("feels_faint")).urgency == "contact_now"


def test_something_over_and_done_with_is_told_at_the_next_contact() -> None:
    talk = Talk().say("I had a rash last week, gone now", finding("rash", status="past"))
    assert talk.urgency == "tell_team"
    assert talk.symptoms == {"rash": "past"}


def test_a_warning_sign_that_is_over_still_needs_a_call() -> None:
    assert (
        Talk().say("he was confused last night", finding("confusion", status="past")).urgency == "call_today"
    )


@pytest.mark.parametrize("status", ["denied", "not_reported"])
@pytest.mark.parametrize("symptom", ["seizures", "fever", "headache", "rash"])
def test_what_nobody_has_is_not_urgent(symptom: str, status: str) -> None:
    talk = Talk().say("...", finding(symptom, status=status), intent=symptom)
    urgencies = [reply.payload["urgency"] for reply in talk.replies if reply.payload]
    assert urgencies in ([], ["none"])


def test_uncertain_is_triaged_as_present() -> None:
    talk = Talk().say("maybe confused", finding("confusion", status="uncertain"))
    assert talk.urgency == "contact_now"
    assert talk.symptoms == {"confusion": "uncertain"}


def test_every_reason_has_a_rule_a_sentence_and_the_most_urgent_comes_first() -> None:
    talk = Talk().say("...", finding("constipation"), finding("seizures"), denied("fever"))
    reasons = talk.payload["reasons"]
    assert reasons[0]["rule"] == "emergency.seizures"
    assert all(reason["rule"] and reason["text"].endswith(".") for reason in reasons)
    assert [entry["id"] for entry in talk.payload["symptoms"]] == ["seizures", "constipation", "fever"]
