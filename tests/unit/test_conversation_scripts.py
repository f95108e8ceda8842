"""The scripted conversations: that they cover the policy, and that a mistake in one is found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from blina.knowledge.problems import KnowledgeError
from tests.conversations.runner import CARE_TEAM, Heard, run
from tests.conversations.script import Script, knowledge, load, scripts

HEADACHE = """\
about: Headaches
conversations:
  - name: A headache
    turns:
      - patient: my head hurts
        expect:
          {expected}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "headaches.yml"
    file.write_text(text, encoding="utf-8")
    return file


def script(folder: Path, expected: str) -> Script:
    return load(written(folder, HEADACHE.replace("{expected}", expected)))[0]


class Parrot:
    """Answers everything with the same."""

    def __init__(
        self, text: str, chips: tuple[str, ...] = (), payload: Mapping[str, Any] | None = None
    ) -> None:
        self._heard = Heard((text,), chips, () if payload is None else (payload,))

    def say(self, text: str) -> Heard:
        return self._heard

    def wait(self, hours: float) -> None:
        raise AssertionError(hours)


def test_there_are_enough_of_them() -> None:
    assert len(scripts()) >= 60


def test_every_rule_of_the_policy_is_reached_by_a_conversation() -> None:
    reached = {rule for one in scripts() for rule in one.rules}
    reached.add("standing.earlier")  # of files edited in the middle of one: see test_files_changed
    assert {rule.id for rule in knowledge().policy.rules} - reached == set()


def test_every_question_of_the_assistant_is_put_in_a_conversation() -> None:
    asked = {turn.expect.asks for one in scripts() for turn in one.turns}
    assert set(knowledge().policy.questions) - asked == set()


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (
            "urgancy: call_today",
            "headaches.yml:7: conversations[0].turns[0].expect.urgancy: this key is not known",
        ),
        ("urgency: soon", "'soon' is not one of"),
        ("rules: [crs.three_signs]", "'crs.three_signs' is no rule of the policy"),
        ("symptoms: {head: present}", "'head' is no symptom"),
        ("symptoms: {headache: there}", "'there' is not one of"),
        ("asks: shoe_size", "'shoe_size' is no question of the assistant"),
        ("chips: [Perhaps]", "'Perhaps' is no chip of the wording"),
        ("cites: [the newspaper]", "'the newspaper' is no document or section"),
        ("rules: []", "expects nothing"),
    ],
)
def test_a_mistake_in_a_script_is_named_with_its_place(tmp_path: Path, expected: str, problem: str) -> None:
    with pytest.raises(KnowledgeError) as error:
        script(tmp_path, expected)
    assert problem in str(error.value)
    assert "headaches.yml:" in str(error.value)


RESULT = {
    "type": "triage",
    "urgency": "call_today",
    "symptoms": [{"id": "headache", "status": "present"}],
    "reasons": [{"rule": "base", "text": ""}],
}
CALL_TODAY = f"Call your treatment team today on {CARE_TEAM}."


@pytest.mark.parametrize(
    ("expected", "said", "complaint"),
    [
        ("urgency: contact_now", CALL_TODAY, "does not say what to do for contact_now"),
        ("urgency: contact_now", CALL_TODAY, "the JSON says call_today, not contact_now"),
        ("urgency: call_today", "Call your treatment team today.", "has no phone number"),
        ("assessed: false", CALL_TODAY, "is assessed"),
        ("rules: [crs.single]", CALL_TODAY, "does not apply crs.single"),
        ("not_rules: [base]", CALL_TODAY, "applies base"),
        ("symptoms: {headache: denied}", CALL_TODAY, "heard {'headache': 'present'}"),
        ("says: [the head]", CALL_TODAY, "does not say 'the head'"),
        ("does_not_say: [treatment]", CALL_TODAY, "says 'treatment'"),
        ("cites: [the 2018 leaflet]", CALL_TODAY, "does not cite the 2018 leaflet"),
        ("phone: true", "Call them.", "names no phone number"),
        ("asks: screening", CALL_TODAY, "not screening"),
        ("asks: nothing", "Is it severe, so that you can hardly think of anything else?", "not nothing"),
        ("chips: [Not sure]", CALL_TODAY, "does not offer 'Not sure'"),
        ("chips: []", CALL_TODAY, "offers ('Yes',)"),
        ("summary: [headache]", CALL_TODAY, "the summary lists None"),
    ],
)
def test_a_reply_that_is_not_as_expected_fails(
    tmp_path: Path, expected: str, said: str, complaint: str
) -> None:
    with pytest.raises(AssertionError) as error:
        run(script(tmp_path, expected), Parrot(said, ("Yes",), RESULT))
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("", "says nothing"),
        (f"Call {{centre}} on {CARE_TEAM}.", "has a gap"),
        (f"You have a fever. Call your treatment team now on {CARE_TEAM}.", "does not start with what to do"),
        ("I follow fixed rules and I can be wrong. When in doubt, call your team.", "repeats the disclaimer"),
    ],
)
def test_what_holds_for_every_reply_is_checked_without_being_named(
    tmp_path: Path, said: str, complaint: str
) -> None:
    with pytest.raises(AssertionError) as error:
        run(
            script(tmp_path, "does_not_say: [unheard]"),
            Parrot(said, (), {**RESULT, "urgency": "contact_now"}),
        )
    assert complaint in str(error.value)


def test_a_reply_that_is_as_expected_passes(tmp_path: Path) -> None:
    run(script(tmp_path, "urgency: call_today"), Parrot(CALL_TODAY, (), RESULT))


def test_a_channel_without_json_is_held_to_its_text(tmp_path: Path) -> None:
    class Phone(Parrot):
        def say(self, text: str) -> Heard:
            return Heard(texts=(CALL_TODAY,))

    run(script(tmp_path, "{urgency: call_today, rules: [base], symptoms: {headache: present}}"), Phone(""))
