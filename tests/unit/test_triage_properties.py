"""What must hold for any conversation: safety properties, tried on many made-up ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from blina.assistant import Conversation, Message
from blina.knowledge.schema import Urgency
from blina.reading.model import Finding, Sign, Status
from blina.triage import memory
from blina.triage.decision import Decision
from blina.triage.policy import decide
from tests.unit.talk import KNOWLEDGE, SETTINGS, START, Item, Talk, celsius, finding, reading, sign

PRESENT = ("present", "uncertain")
MANY = settings(max_examples=100, deadline=None)
SOME = settings(max_examples=40, deadline=None)

symptoms = st.sampled_from([*KNOWLEDGE.symptoms, "unlisted"])
sign_ids = st.sampled_from(sorted(KNOWLEDGE.signs))
qualifiers = st.lists(sign_ids, max_size=2, unique=True)


@st.composite
def findings(draw: st.DrawFn, statuses: Sequence[str] = PRESENT) -> Finding:
    status = draw(st.sampled_from(statuses))
    return finding(draw(symptoms), *draw(qualifiers), status=status)


@st.composite
def signs(draw: st.DrawFn) -> Sign:
    return sign(draw(sign_ids), draw(st.sampled_from([*PRESENT, "denied", "not_reported"])))


temperatures = st.floats(35, 41).map(lambda number: celsius(round(number, 1)))
present_items = st.lists(st.one_of(findings(), temperatures), max_size=5)
any_items = st.lists(
    st.one_of(findings([status.value for status in Status]), signs(), temperatures), max_size=6
)


def decided(*messages: Sequence[Item], apart: timedelta = timedelta(minutes=1)) -> Decision:
    """What several messages add up to, without the questions in between."""
    conversation, now = Conversation(), START
    for items in messages:
        now += apart
        conversation = memory.merge(
            conversation, Message("", "", reading("", items)), KNOWLEDGE, SETTINGS, now
        )
    return decide(conversation, KNOWLEDGE, SETTINGS, now)


@MANY
@given(present_items, findings())
def test_adding_a_symptom_to_a_message_never_lowers_the_urgency(items: list[Item], more: Finding) -> None:
    assert decided([*items, more]).urgency >= decided(items).urgency


@MANY
@given(st.lists(present_items, min_size=1, max_size=3), findings())
def test_another_symptom_in_a_later_message_never_lowers_the_urgency(
    messages: list[list[Item]], more: Finding
) -> None:
    assert decided(*messages, [more]).urgency >= decided(*messages).urgency


@MANY
@given(any_items, sign_ids)
def test_adding_a_sign_never_lowers_the_urgency(items: list[Item], more: str) -> None:
    items = [item for item in items if not (isinstance(item, Sign) and item.id == more)]
    assert decided([*items, sign(more)]).urgency >= decided(items).urgency


@MANY
@given(st.lists(findings(), min_size=2, max_size=5), st.randoms())
def test_the_order_inside_a_message_does_not_matter(items: list[Finding], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decided(shuffled).urgency == decided(items).urgency
    assert decided(shuffled).category == decided(items).category


@MANY
@given(st.lists(findings(), min_size=2, max_size=4, unique_by=lambda item: item.symptom), st.randoms())
def test_the_order_of_messages_does_not_matter(items: list[Finding], random: object) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decided(*[[item] for item in shuffled]).urgency == decided(*[[item] for item in items]).urgency


@MANY
@given(any_items, symptoms)
def test_a_denial_never_raises_the_urgency(items: list[Item], symptom: str) -> None:
    no = finding(symptom, status="denied")
    assert decided([*items, no]).urgency <= decided(items).urgency
    assert decided(items, [no]).urgency <= decided(items, []).urgency


@MANY
@given(st.lists(findings(["present"]), min_size=1, max_size=4))
def test_being_unsure_never_weakens_what_is_known(items: list[Finding]) -> None:
    unsure = [replace(item, status=Status.UNCERTAIN) for item in items]
    unknown = [replace(item, status=Status.NOT_REPORTED) for item in items]
    assert decided(items, unsure).urgency >= decided(items).urgency
    assert decided(items, unknown).urgency == decided(items).urgency
    kept = {item.report.symptom: item.report.status for item in decided(items, unsure).symptoms}
    assert set(kept.values()) == {Status.PRESENT}


@MANY
@given(any_items)
def test_minimising_lowers_nothing(items: list[Item]) -> None:
    assert decided([*items, sign("minimised")]).urgency >= decided(items).urgency
    assert decided(items, [sign("minimised")]).urgency >= decided(items).urgency


@MANY
@given(st.lists(findings(), min_size=1, max_size=4))
def test_nothing_is_less_urgent_than_the_symptoms_it_holds(items: list[Finding]) -> None:
    decision = decided(items)
    for item in items:
        symptom = KNOWLEDGE.symptoms.get(item.symptom)
        assert decision.urgency >= (symptom.urgency if symptom else Urgency.TELL_TEAM)


intents = st.sampled_from(
    "headache greet deny affirm unsure summary ask_why ask_drug ask_medicine forget_me getting_worse "
    "thanks abuse nlu_fallback unlisted_complaint infusion_trouble self_harm feels_fine goodbye ask_bot "
    "out_of_scope".split()
)
texts = st.one_of(
    st.sampled_from(["no", "yes", "dunno", "3", "None of these", "{}", "{care_team}", ""]),
    st.text(max_size=30),
)
messages = st.lists(st.tuples(texts, intents, any_items), min_size=1, max_size=6)


@SOME
@given(messages)
def test_any_conversation_is_answered_kept_and_never_asks_too_much(
    said: list[tuple[str, str, list[Item]]],
) -> None:
    talk = Talk()
    for text, intent, items in said:
        talk.say(text, *items, intent=intent, topic="alcohol" if intent == "ask_drug" else None)
        assert talk.replies
        assert all(reply.text.strip() for reply in talk.replies)
        stored = json.loads(json.dumps(talk.conversation.to_json()))
        assert Conversation.from_json(stored) == talk.conversation
        assert len(talk.conversation.asked) <= 3
        for reply in talk.replies:
            json.dumps(reply.payload)
            if reply.payload and reply.payload["type"] == "triage":
                assert reply.payload["awaiting_answer"] == talk.is_asking
            question = talk.conversation.question
            if question is not None and question.id not in ("sure", "infusion_gap"):
                assert talk.conversation.last_urgency not in ("contact_now", "emergency")
            if reply.payload and reply.payload["urgency"] in ("call_today", "contact_now", "emergency"):
                assert "112" in reply.text or "+44 113 496 0000" in reply.text


@SOME
@given(messages)
def test_a_warning_in_any_message_is_in_its_reply(said: list[tuple[str, str, list[Item]]]) -> None:
    talk = Talk()
    for text, intent, items in said:
        talk.say(text, *items, finding("seizures"), intent=intent)
        assert talk.urgency == "emergency"
        assert talk.text.startswith("Call 112 now")
