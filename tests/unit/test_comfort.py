"""Comfort has to be earned: what no reply may say before everything is understood and nothing is open."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.reading.judgement import LEARNED
from blina.reading.model import Disagreement, Finding, Measurement, Reading, Sign, Status
from blina.reading.text import sanitised
from blina.replies import answering
from blina.triage import comfort, cues
from blina.triage.policy import decide
from blina.triage.turn import Reply
from tests.unit.talk import (
    KNOWLEDGE,
    SETTINGS,
    TEAM,
    Item,
    Talk,
    celsius,
    denied,
    finding,
    reading,
    sign,
    value,
)

SOME = settings(max_examples=80, deadline=None)
NOTHING_TO_DO = KNOWLEDGE.text("action", "none")


def comforted(talk: Talk) -> bool:
    return any(comfort.comforts(reply.text, KNOWLEDGE) for reply in talk.replies)


def placed(text: str, *items: Finding | Measurement) -> Reading:
    """A reading whose findings and values stand where their words are."""
    spans = [text.lower().index(item.text.lower()) for item in items]
    put = [replace(item, start=at, end=at + len(item.text)) for item, at in zip(items, spans, strict=True)]
    return reading(text, put)


def say(text: str, *items: Finding | Measurement, intent: str = "nlu_fallback") -> Talk:
    return Talk().say(text, read=placed(text, *items), intent=intent)


def no(symptom: str, words: str) -> Finding:
    return finding(symptom, status="denied", text=words)


def test_what_is_denied_in_plain_words_earns_comfort() -> None:
    assert NOTHING_TO_DO in say("no fever and no rash today", no("fever", "fever"), no("rash", "rash")).text
    assert NOTHING_TO_DO in say("temp is 36.8", celsius(36.8)).text


@pytest.mark.parametrize("text", ["all good here", "feeling great thanks", "no problems at all today"])
def test_good_news_in_plain_words_is_good_news(text: str) -> None:
    assert "I am glad" in Talk().say(text, intent="feels_fine").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no let-up in the rash", "rash"),
        ("there's been no fading of that rash", "rash"),
        ("no rash bar the one on my leg", "rash"),
        ("a rash? no, a furnace", "rash"),
    ],
)
def test_a_denial_with_words_that_are_not_understood_earns_none(text: str, words: str) -> None:
    talk = say(text, no("rash", words))
    assert not comforted(talk)
    assert f'I did not understand all of this: "{text}"' in talk.text
    assert TEAM in talk.text


@pytest.mark.parametrize(
    "text", ["I've gone all see-through", "fine, only the wall is breathing", "my thoughts taste of tin"]
)
def test_what_the_classifier_takes_for_good_news_is_not_believed_on_its_word(text: str) -> None:
    talk = Talk().say(text, intent="feels_fine")
    assert not comforted(talk)
    assert text in talk.text
    assert TEAM in talk.text


@pytest.mark.parametrize(
    "item",
    [celsius(35.1), celsius(37.9), value("pulse", 131), value("blood_sugar", 3), value("oxygen", 94)],
    ids=lambda item: f"{item.kind} {item.value}",
)
def test_a_value_that_no_rule_calls_fine_earns_none(item: Measurement) -> None:
    talk = say(f"it is {item.text}", item)
    assert not comforted(talk)
    assert TEAM in talk.text


def test_a_fever_medicine_earns_none() -> None:
    assert not comforted(Talk().say("36.8 after calpol", celsius(36.8), sign("took_fever_medicine")))


def test_an_earlier_message_that_was_not_understood_earns_none() -> None:
    talk = Talk().say("my elbows are singing").say("all good", intent="feels_fine")
    assert not comforted(talk)


def test_feeling_better_after_a_warning_is_written_down_and_the_advice_stays() -> None:
    talk = Talk().say("confused", finding("confusion")).say("all good now", intent="feels_fine")
    assert not comforted(talk)
    assert "call your treatment team now" in talk.text.lower()


def test_a_crisis_is_answered_without_words_of_joy() -> None:
    assert not comforted(Talk().say("I want to die", sign("self_harm")))


def test_a_summary_never_says_that_nothing_needs_doing() -> None:
    assert not comforted(say("temp is 36.8", celsius(36.8)).say("summary", intent="summary"))


@pytest.mark.parametrize(
    ("act", "earned"), [("well", True), ("", True), ("answer_unsure", False), ("progress_waiting", False)]
)
def test_the_learned_reader_can_forbid_comfort(act: str, earned: bool) -> None:
    read = replace(reading("all good", ()), act=act, act_confidence=0.9)
    assert comforted(Talk().say("all good", read=read, intent="feels_fine")) is earned


def test_a_reply_that_comforts_wrongly_is_replaced_before_it_leaves(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = Reply("You do not need to call about this now.", payload={"type": "triage"})
    monkeypatch.setattr(answering, "triage_reply", lambda *_: wrong)
    with caplog.at_level(logging.ERROR):
        talk = Talk().say("he is confused", finding("confusion"))
    assert not comforted(talk)
    assert TEAM in talk.text
    assert talk.replies[0].payload == wrong.payload
    assert "comforted" in caplog.text
    assert "confused" not in caplog.text


def test_what_a_reply_quotes_of_the_patient_is_no_comfort() -> None:
    assert not comfort.comforts('You wrote "nothing to report". Call now.', KNOWLEDGE)
    assert comfort.comforts("Good: nothing to report.", KNOWLEDGE)


def test_the_texts_that_comfort_are_known_as_such() -> None:
    voice = Voice(KNOWLEDGE, SETTINGS)
    for section, name in (("action", "none"), ("small_talk", "feels_fine")):
        assert comfort.comforts(voice.say(section, name), KNOWLEDGE)
    assert comfort.comforts(KNOWLEDGE.policy.urgency_title(Urgency.NONE), KNOWLEDGE)
    assert cues.says(NOTHING_TO_DO, "comforting", KNOWLEDGE)


symptoms = st.sampled_from([*KNOWLEDGE.symptoms, "unlisted"])
statuses = st.sampled_from([status.value for status in Status])
found = st.builds(lambda symptom, status: finding(symptom, status=status), symptoms, statuses)
signed = st.builds(sign, st.sampled_from(sorted(KNOWLEDGE.signs)), statuses)
measured = st.one_of(
    st.floats(29, 45).map(lambda number: celsius(round(number, 1))),
    st.builds(value, st.sampled_from(["pulse", "systolic", "oxygen"]), st.integers(20, 240).map(float)),
)
disputed = st.builds(
    Disagreement,
    symptoms.filter(lambda id: id != "unlisted"),
    st.just(Status.PRESENT),
    st.just(Status.DENIED),
    st.just("words"),
)
texts = st.sampled_from(
    [
        "all good",
        "no",
        "yes",
        "not now",
        "nothing",
        "my ears flicker",
        "sorry, typo",
        "ok",
        "fine except it",
        "",
    ]
)
intents = st.sampled_from(
    "feels_fine deny affirm thanks greet nlu_fallback summary ask_why out_of_scope".split()
)
turns = st.lists(
    st.tuples(
        texts,
        intents,
        st.lists(st.one_of(found, signed, measured), max_size=3),
        st.lists(disputed, max_size=1),
    ),
    min_size=1,
    max_size=5,
)


@SOME
@given(turns)
def test_no_reply_comforts_unless_everything_is_understood_and_nothing_is_open(
    said: list[tuple[str, str, list[Item], list[Disagreement]]],
) -> None:
    talk = Talk()
    for text, intent, items, disputes in said:
        read = replace(reading(text, items), disagreements=tuple(disputes))
        talk.say(text, read=read, intent=intent)
        if not comforted(talk):
            continue
        kept = talk.conversation
        decision = decide(kept, KNOWLEDGE, SETTINGS, talk.now)
        assert decision.urgency is Urgency.NONE
        assert not talk.is_asking
        assert not disputes
        assert all(report.status is Status.DENIED for report in kept.reports)
        assert not any(item.present and item.id != "none_of_those" for item in kept.signs)
        assert not any(item.complaint for item in kept.unclear)
        assert "flicker" not in text
        assert "except" not in text
        assert all(
            item.status is Status.DENIED
            or ((fine := KNOWLEDGE.values.kind(item.kind).fine) is not None and fine.holds(item.value))
            for item in kept.values
        )


@SOME
@given(st.sampled_from(["seizures", "chills", "confusion", "chest_pain", "fever"]), texts, intents)
def test_a_red_flag_of_an_earlier_turn_forbids_comfort(symptom: str, text: str, intent: str) -> None:
    talk = Talk().say("...", finding(symptom))
    for _ in range(3):
        talk.say(
            text if text != "sorry, typo" else "no", denied(symptom), intent=intent, after=timedelta(hours=9)
        )
        assert not comforted(talk)


def test_two_messages_that_are_not_understood_are_a_call_today() -> None:
    talk = Talk().say("my elbows are singing")
    assert talk.replies[0].payload is None
    talk.say("and my knees hum along")
    assert talk.urgency == "call_today"
    assert talk.rules == {"unclear.twice"}
    assert "I may be missing something" in talk.text
    assert TEAM in talk.text
    summary = talk.say("summary", intent="summary").text
    assert "my elbows are singing" in summary
    assert "and my knees hum along" in summary


@pytest.mark.parametrize(
    "pair", [("hello", "greet"), ("ok", "nlu_fallback"), ("what's the time", "out_of_scope")]
)
def test_what_is_no_complaint_does_not_add_up(pair: tuple[str, str]) -> None:
    text, intent = pair
    talk = Talk().say(text, intent=intent).say(text, intent=intent).say(text, intent=intent)
    assert talk.conversation.last_urgency == "none"


def test_friendly_marks_are_no_complaint_and_others_may_be() -> None:
    def wordless(text: str) -> Talk:
        read = Reading(text, language="none")
        return Talk().say(text, read=read).say(text, read=read)

    assert wordless("👍").conversation.unclear == ()
    assert wordless("🤮").urgency == "call_today"


SEIZURE = Disagreement("seizures", Status.PRESENT, Status.DENIED, "no no no he's fitting")


def disagreeing(*items: Finding | Sign, about: Disagreement = SEIZURE) -> Talk:
    read = replace(reading(about.text, items), disagreements=(about,))
    return Talk().say(about.text, read=read)


@pytest.mark.parametrize("items", [(), (denied("seizures"),), (finding("seizures"),)])
def test_where_two_readings_disagree_the_more_urgent_one_gives_the_advice(items: tuple[Finding, ...]) -> None:
    talk = disagreeing(*items)
    assert talk.urgency == "emergency"
    assert talk.text.startswith("Call 112 now")
    assert "Is there a seizure right now?" in talk.text
    assert talk.chips == ["Yes", "No", "Not sure"]
    assert not comforted(talk)


def test_one_direct_question_settles_it() -> None:
    assert disagreeing().say("No").urgency == "none"
    assert disagreeing().say("no, he is not", denied("seizures")).symptoms == {"seizures": "denied"}
    plainly = disagreeing().say("he has had no fit", denied("seizures"))
    assert (plainly.urgency, plainly.is_asking) == ("none", False)
    for text in ("Yes", "Not sure", "no wait yes", "leave me alone", "blah"):
        talk = disagreeing().say(text)
        assert talk.urgency == "emergency"
        assert not talk.is_asking


def test_a_no_after_an_earlier_report_is_over_and_not_never() -> None:
    read = replace(reading(SEIZURE.text, ()), disagreements=(SEIZURE,))
    talk = Talk().say("he had a seizure", finding("seizures")).say(SEIZURE.text, read=read)
    if talk.is_asking:
        talk.say("No")
    assert talk.urgency == "emergency"


def test_nothing_is_asked_where_the_answer_would_change_nothing() -> None:
    assert not disagreeing(finding("fainting"), sign("stroke_signs")).is_asking


def test_a_sign_can_be_in_dispute_too() -> None:
    about = Disagreement("cannot_be_woken", Status.UNCERTAIN, Status.DENIED, "not that he won't wake")
    talk = disagreeing(about=about)
    assert talk.urgency == "emergency"
    assert "cannot be woken" in talk.text
    assert talk.say("No").urgency == "none"


@pytest.mark.parametrize("answer", ["not sure", "none of your business"])
def test_warning_signs_that_were_asked_for_without_a_plain_answer_forbid_comfort(answer: str) -> None:
    talk = Talk().say("I am tired", finding("extreme_fatigue")).say(answer, intent="unsure")
    talk.say(
        "my mistake, I'm not tired", read=placed("my mistake, I'm not tired", no("extreme_fatigue", "tired"))
    )
    assert talk.urgency == "none"
    assert not comforted(talk)
    assert TEAM in talk.text


@pytest.mark.parametrize(
    "step",
    [
        "the nurse told me to come to hospital",
        "nobody answers the phone",
        "the ambulance is on its way",
        "I have called the ward",
        "we are in the waiting room",
    ],
)
def test_who_was_told_to_come_or_calls_for_help_is_not_told_that_there_is_no_need_to(step: str) -> None:
    talk = Talk().say(step)
    assert not comforted(talk.say("temp is 36.8", read=placed("temp is 36.8", celsius(36.8))))
    assert not comforted(talk.say("feeling great", intent="feels_fine"))


@pytest.mark.parametrize("mark", ["\uff1f", "\u061f", "\u2047", "\u2753"])
def test_what_is_asked_in_the_marks_of_any_script_earns_none(mark: str) -> None:
    text = sanitised(f"no fever{mark}")
    assert text == "no fever?"
    assert not comforted(say(text, no("fever", "fever")))


@pytest.mark.parametrize(
    "text", ["temp 36.8, pressure in my skin", "36.8 thing on my finger", "36.8 left ear strip"]
)
def test_words_of_values_that_were_not_measured_are_not_understood(text: str) -> None:
    assert not comforted(say(text, celsius(36.8)))


def test_words_of_the_value_that_was_measured_are() -> None:
    assert comforted(say("temp by ear is 36.8", replace(celsius(36.8), place="ear")))
    assert comforted(say("temp 36.8 and sats 98", celsius(36.8), value("oxygen", 98)))


@pytest.mark.parametrize(
    "text",
    [
        "he doesn't see normal",
        "my son didn't feeling normal",
        "it do not feel very good",
        "she hasn't seen at all",
        "no heart rate",
        "I do not have pulse",
        "he has no pulse",
    ],
)
def test_good_words_behind_a_no_are_no_good_news(text: str) -> None:
    assert not comforted(Talk().say(text, intent="feels_fine"))


@pytest.mark.parametrize(
    "text",
    [
        "no problems at all, feel normal",
        "we don't have any problems",
        "I do not see any problems, all normal",
    ],
)
def test_a_no_to_problems_stays_good_news(text: str) -> None:
    assert comforted(Talk().say(text, intent="feels_fine"))


def test_what_somebody_quotes_does_not_take_the_place_of_the_summary() -> None:
    words = 'she is confused, they said "no need to call" on the phone'
    talk = Talk().say(words, finding("confusion", text=words)).say("summary", intent="summary")
    assert "Read this to your team" in talk.text


def test_a_denial_that_only_the_learned_reader_heard_makes_no_word_understood() -> None:
    guessed = replace(no("low_blood_pressure", "blood pressure"), source=LEARNED)
    assert not comforted(say("I have no blood pressure", guessed))
    assert not comforted(
        say("no wobble in the walls", replace(no("loss_of_balance", "wobble in the walls"), source=LEARNED))
    )
