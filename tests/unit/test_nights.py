"""How the talk goes on: short, nothing twice, always with whom to call."""

from __future__ import annotations

import re

import pytest

from tests.conversations.repeats import MOST_REPEATED, repeated_words
from tests.unit.nights import NIGHTS, play
from tests.unit.talk import KNOWLEDGE, SETTINGS, TEAM, Talk

COMFORT = re.compile(r"do not need to call|i am glad|nothing to report|harmless|do not worry", re.IGNORECASE)
NO_NUMBER = SETTINGS.copy(update={"care_team_phone": None})


def test_there_are_thirty_nights() -> None:
    assert len(NIGHTS) >= 30


def test_of_the_words_after_the_first_turn_few_were_said_before() -> None:
    counts = [repeated_words(play(lines)) for lines in NIGHTS.values()]
    repeated, total = (sum(column) for column in zip(*counts, strict=True))
    assert repeated / total <= MOST_REPEATED


@pytest.mark.parametrize("name", NIGHTS)
def test_no_paragraph_is_said_twice_unless_asked_for(name: str) -> None:
    asked_for = {"summary", "ask_why"}
    parts = [
        part
        for line, text in zip(NIGHTS[name], play(NIGHTS[name]), strict=True)
        if line.intent not in asked_for
        for part in text.split("\n\n")
        if "?" not in part and len(part.split()) > 12
    ]
    assert len(parts) == len(set(parts))


@pytest.mark.parametrize("name", NIGHTS)
def test_every_reply_names_whom_to_call_while_advice_stands_and_none_comforts(name: str) -> None:
    talk = Talk()
    warned = False
    for line, text in ((line, play([line], talk)[0]) for line in NIGHTS[name]):
        payloads = [reply.payload for reply in talk.replies if reply.payload]
        warned = warned or any(p["urgency"] in ("call_today", "contact_now", "emergency") for p in payloads)
        if warned:
            assert TEAM in text or "116 123" in text, line.text
            assert not COMFORT.search(text), text


@pytest.mark.parametrize("name", NIGHTS)
def test_a_missing_number_is_mentioned_once(name: str) -> None:
    text = "\n".join(play(NIGHTS[name], Talk(settings=NO_NUMBER)))
    assert text.count("not set in this app") <= 1
    assert "None" not in text.replace("None of these", "")


@pytest.mark.parametrize("name", NIGHTS)
def test_nothing_that_was_done_or_asked_lowers_the_urgency(name: str) -> None:
    talk, levels = Talk(), [urgency.id.value for urgency in KNOWLEDGE.policy.urgencies]
    highest = 0
    for line in NIGHTS[name]:
        play([line], talk)
        now = levels.index(talk.conversation.last_urgency or "none")
        assert now >= highest, line.text
        highest = now
