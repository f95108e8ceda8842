"""A conversation goes on where the knowledge, the settings or the release were changed in its middle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blina.assistant import Conversation, Core
from blina.knowledge import Knowledge
from blina.knowledge.schema import Urgency
from tests.unit.talk import KNOWLEDGE, SETTINGS, TEAM, Item, Talk, celsius, denied, finding, sign


def without(part: str, *names: str) -> Knowledge:
    """The knowledge without some entries of one of its parts."""
    kept = {name: entry for name, entry in getattr(KNOWLEDGE, part).items() if name not in names}
    changed: dict[str, Any] = {part: kept}
    return replace(KNOWLEDGE, **changed)


def with_urgency(symptom: str, urgency: Urgency) -> Knowledge:
    """The knowledge with another urgency of a symptom."""
    entry = KNOWLEDGE.symptoms[symptom].copy(update={"urgency": urgency})
    return replace(KNOWLEDGE, symptoms={**KNOWLEDGE.symptoms, symptom: entry})


def without_question(name: str) -> Knowledge:
    """The knowledge without the words of a question."""
    asked = {id: words for id, words in KNOWLEDGE.wording["asked"].items() if id != name}
    return replace(KNOWLEDGE, wording={**KNOWLEDGE.wording, "asked": asked})


EDITS = {
    "a symptom is gone": (without("symptoms", "fever"), finding("fever")),
    "a symptom less urgent": (with_urgency("confusion", Urgency.TELL_TEAM), finding("confusion")),
    "a sign is gone": (without("signs", "infusion_trouble"), sign("infusion_trouble")),
}


@pytest.mark.parametrize(("edited", "said"), EDITS.values(), ids=list(EDITS))
def test_an_edit_of_the_knowledge_lowers_no_advice_and_an_edit_back_does_not_either(
    edited: Knowledge, said: Item
) -> None:
    talk = Talk().say("this is wrong", said)
    advised = talk.conversation.last_urgency
    assert advised == "contact_now"
    for knowledge in (edited, KNOWLEDGE):
        talk.knowledge = knowledge
        for text, intent in (("hello", "greet"), ("no", "deny"), ("all good", "feels_fine")):
            talk.say(text, intent=intent)
            assert talk.conversation.last_urgency == advised, (text, talk.text)
            assert TEAM in talk.text
            assert "I am glad" not in talk.text
    assert talk.conversation.told[0].text == "this is wrong"


def test_a_raised_urgency_holds_at_once_is_told_to_the_team_and_stays_after_the_edit_is_undone() -> None:
    talk = Talk().say("constipated", finding("constipation"))
    assert talk.conversation.last_urgency == "tell_team"
    talk.knowledge = with_urgency("constipation", Urgency.CONTACT_NOW)
    talk.say("hello", intent="greet")
    assert talk.conversation.last_urgency == "contact_now"
    assert TEAM in talk.text
    assert talk.conversation.raised is not None
    talk.knowledge = KNOWLEDGE
    assert talk.say("hello", intent="greet").conversation.last_urgency == "contact_now"


def test_a_higher_limit_for_fever_does_not_lower_what_was_advised_of_a_value() -> None:
    talk = Talk().say("38.1", celsius(38.1))
    assert talk.conversation.last_urgency == "contact_now"
    talk.settings = SETTINGS.copy(update={"fever_threshold_c": 38.3})
    talk.say("hello", intent="greet")
    assert talk.conversation.last_urgency == "contact_now"
    assert [kept.value for kept in talk.conversation.values] == [38.1]


def test_the_team_reads_the_advice_that_was_given_before_the_patient_writes_again() -> None:
    talk = Talk().say("fever", finding("fever"))
    handed = Core(without("symptoms", "fever"), SETTINGS).hand_over(talk.conversation, talk.now)
    assert handed.urgency == "contact_now"


def test_what_the_patient_takes_back_lowers_the_advice_where_nothing_was_edited() -> None:
    talk = Talk().say("I have a fever", finding("fever")).say("sorry, I do NOT have a fever", denied("fever"))
    talk.say("hello", intent="greet")
    assert talk.conversation.stands is None
    assert talk.conversation.last_urgency == "none"


def test_advice_of_earlier_files_is_over_with_the_memory() -> None:
    talk = Talk().say("fever", finding("fever"))
    talk.knowledge = without("symptoms", "fever")
    talk.say("hello", intent="greet")
    hours = float(KNOWLEDGE.policy.numbers.memory_hours)
    talk.say("hello", intent="greet", after=timedelta(hours=hours))
    assert talk.conversation.stands is None


def test_a_no_answers_no_question_that_is_gone() -> None:
    talk = Talk().say("sick", finding("nausea"))
    assert talk.conversation.question is not None
    talk.knowledge = without_question(talk.conversation.question.id)
    talk.say("no", intent="deny")
    assert talk.conversation.answers == ()
    assert talk.conversation.last_urgency == "call_today"
    assert TEAM in talk.text


def test_a_question_in_other_words_is_still_open_and_is_answered() -> None:
    talk = Talk().say("sick", finding("nausea"))
    asked = {**KNOWLEDGE.wording["asked"], "screening": "Is there any of the warning signs?"}
    talk.knowledge = replace(KNOWLEDGE, wording={**KNOWLEDGE.wording, "asked": asked})
    talk.say("yes", intent="affirm")
    assert [given.answer for given in talk.conversation.answers] == ["yes"]
    assert talk.conversation.last_urgency == "contact_now"


def kept() -> dict[str, Any]:
    return Talk().say("fever", finding("fever")).say("38.6", celsius(38.6)).conversation.to_json()


def test_fields_that_a_newer_release_added_lose_nothing_and_nothing_comforts() -> None:
    stored = kept()
    stored["mood"] = "new"
    for part in ("reports", "values", "told"):
        stored[part] = [{**entry, "mood": "new"} for entry in stored[part]]
    talk = Talk(conversation=Conversation.from_json(stored)).say("all good", intent="feels_fine")
    assert talk.conversation.last_urgency == "contact_now"
    assert talk.conversation.is_incomplete
    assert [report.symptom for report in talk.conversation.reports] == ["fever"]
    assert TEAM in talk.text


def test_an_urgency_that_a_newer_release_added_is_read_as_a_call_now() -> None:
    stored = Talk().say("constipated", finding("constipation")).conversation.to_json()
    stored["last_urgency"] = "fly_home"
    stored["told"] = [{**entry, "urgency": "fly_home"} for entry in stored["told"]]
    talk = Talk(conversation=Conversation.from_json(stored)).say("hello", intent="greet")
    assert talk.conversation.last_urgency == "contact_now"
    assert TEAM in talk.text
    assert Core(KNOWLEDGE, SETTINGS).hand_over(talk.conversation, talk.now).urgency == "contact_now"


def test_an_end_of_the_daily_check_that_a_newer_release_added_loses_nothing() -> None:
    stored = kept()
    time = stored["told"][-1]["time"]
    check = {"turn": 1, "time": time, "form": "", "done": 0, "reminded": 0, "found": None, "end": "asleep"}
    talk = Talk(conversation=Conversation.from_json({**stored, "checks": [check]}))
    assert talk.say("hello", intent="greet").conversation.last_urgency == "contact_now"
    assert talk.conversation.is_incomplete


@pytest.mark.parametrize("part", ["reports", "values"])
def test_a_status_that_a_newer_release_added_counts_as_being_there(part: str) -> None:
    stored = kept()
    stored[part] = [{**entry, "status": "returning"} for entry in stored[part]]
    talk = Talk(conversation=Conversation.from_json(stored)).say("all good", intent="feels_fine")
    assert talk.conversation.last_urgency == "contact_now"
    assert talk.conversation.is_incomplete
    assert "I am glad" not in talk.text
