"""Playing a scripted conversation over a channel and holding the replies against the script.

What holds for every conversation is checked on every turn, whatever the script names: the phone
number from ``call_today`` up, what to do first, no disclaimer again and again, the same urgency in
the text and in the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from blina.knowledge.schema import Urgency
from blina.knowledge.settings import Settings, load_settings
from blina.knowledge.wording import Voice
from blina.replies.assessment import CRISIS_RULE
from blina.triage.questions import AGAIN_PREFIX
from tests.conversations.script import ESCALATION, NOTHING, Expected, Script, knowledge, question_ids

CARE_TEAM = "+44 113 496 0000"
SETTINGS: Settings = load_settings(environ={"BLINA_CARE_TEAM_PHONE": CARE_TEAM})


@dataclass(frozen=True)
class Heard:
    """What came back for one message.

    Args:
        texts: the replies in their order.
        chips: titles of the answers to tap; a channel that writes them into the text leaves them out.
        payloads: JSON objects; None on a channel that shows none.
    """

    texts: tuple[str, ...]
    chips: tuple[str, ...] = ()
    payloads: tuple[Mapping[str, Any], ...] | None = None

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n\n".join(self.texts)

    def payload(self, kind: str) -> Mapping[str, Any] | None:
        """The JSON object of a kind (``triage`` or ``summary``), None when there is none."""
        found = [payload for payload in self.payloads or () if payload["type"] == kind]
        assert len(found) <= 1, f"{len(found)} payloads of type {kind}"
        return found[0] if found else None


class Patient(Protocol):
    """Somebody in a conversation of their own over some channel."""

    def say(self, text: str) -> Heard:
        """Send a message; what comes back."""

    def wait(self, hours: float) -> None:
        """Let time pass."""


def run(script: Script, patient: Patient, settings: Settings = SETTINGS) -> None:
    """Play a conversation; fails with the turn and everything that is not as expected.

    Args:
        script: what to say and what to expect.
        patient: in a new conversation.
        settings: those of the server.
    """
    standing = Urgency.NONE  # what the script said last to hold
    in_crisis = False  # somebody who wants to die is given the line for it, not the team's
    voice = Voice(knowledge(), settings)
    for number, turn in enumerate(script.turns, start=1):
        if turn.hours_later:
            patient.wait(float(turn.hours_later))
            standing = Urgency.NONE
        heard = patient.say(turn.patient)
        standing = turn.expect.urgency or standing
        in_crisis = in_crisis or CRISIS_RULE in turn.expect.rules
        promised = Urgency.NONE if in_crisis else standing
        wrong = [*_differences(turn.expect, heard, voice), *_broken_promises(promised, heard, voice)]
        assert not wrong, (
            f"{script}\nturn {number}: {turn.patient!r}\n" + "\n".join(f"- {item}" for item in wrong)
        ) + f"\nthe replies:\n{heard.text}\n{_reasons(heard)}"


def _reasons(heard: Heard) -> str:
    payload = heard.payload("triage")
    return str([reason["rule"] for reason in payload["reasons"]]) if payload else ""


def _differences(expected: Expected, heard: Heard, voice: Voice) -> list[str]:
    """What the script names and the replies are not."""
    wrong = _of_text(expected, heard, voice)
    if expected.asks:
        wrong += _of_question(expected.asks, heard)
    for chip in expected.chips or ():
        if chip not in heard.chips and chip not in heard.text:
            wrong.append(f"does not offer {chip!r}")
    if expected.chips == () and heard.chips:
        wrong.append(f"offers {heard.chips}")
    if heard.payloads is not None:
        wrong += _of_payload(expected, heard)
    return wrong


def _of_text(expected: Expected, heard: Heard, voice: Voice) -> list[str]:
    text = heard.text.casefold()
    wrong = [f"does not say {words!r}" for words in expected.says if words.casefold() not in text]
    wrong += [f"says {words!r}" for words in expected.does_not_say if words.casefold() in text]
    wrong += [f"does not cite {name}" for name in expected.cites if name.casefold() not in text]
    number = voice.settings.care_team_phone or ""
    if expected.phone is not None and expected.phone is not (number in heard.text):
        wrong.append("names no phone number" if expected.phone else "names the phone number")
    if expected.urgency and expected.urgency > Urgency.NONE and not _advises(expected.urgency, heard, voice):
        wrong.append(f"does not say what to do for {expected.urgency.value}")
    return wrong


def _advises(urgency: Urgency, heard: Heard, voice: Voice) -> bool:
    sentences = [voice.say("action", urgency.value)]
    if urgency is Urgency.EMERGENCY:
        sentences.append(voice.say("crisis", "call"))
    return any(sentence in heard.text for sentence in sentences)


def _of_question(question: str, heard: Heard) -> list[str]:
    asked = {
        _question_words(id) for id in question_ids() if any(words in heard.text for words in _wordings(id))
    }
    wanted = set() if question == NOTHING else {_question_words(question)}
    return [] if asked == wanted else [f"asks {sorted(asked) or NOTHING}, not {question}"]


def _wordings(id: str) -> list[str]:
    """A question, and how it is put when it is asked once more."""
    again = knowledge().wording["question_again"].get(id)
    return [_question_words(id), *([again.split("{")[0].strip()] if again else [])]


def _question_words(id: str) -> str:
    """The part of a question that is the same in every conversation."""
    texts = knowledge().wording
    if id.startswith(AGAIN_PREFIX):
        return texts["value"]["again"].split("}")[-1].strip()
    return texts["question"][id].split("{")[0].strip()


def _of_payload(expected: Expected, heard: Heard) -> list[str]:
    triage, summary = heard.payload("triage"), heard.payload("summary")
    wrong = []
    result = triage or summary
    if expected.urgency and result and result["urgency"] != expected.urgency.value:
        wrong.append(f"the JSON says {result['urgency']}, not {expected.urgency.value}")
    if expected.assessed is not None and expected.assessed is not (triage is not None):
        wrong.append("is not assessed" if expected.assessed else "is assessed")
    rules = {reason["rule"] for reason in result["reasons"]} if result else set()
    wrong += [f"does not apply {rule}" for rule in expected.rules if not _among(rule, rules)]
    wrong += [f"applies {rule}" for rule in expected.not_rules if _among(rule, rules)]
    if expected.symptoms is not None:
        told = {entry["id"]: entry["status"] for entry in result["symptoms"]} if result else {}
        wanted = {id: status.value for id, status in expected.symptoms.items()}
        if told != wanted:
            wrong.append(f"heard {told}, not {wanted}")
    if expected.summary is not None:
        order = tuple(entry["id"] for entry in summary["symptoms"]) if summary else None
        if order != expected.summary:
            wrong.append(f"the summary lists {order}, not {expected.summary}")
    return wrong


def _among(rule: str, rules: set[str]) -> bool:
    return rule in rules or (rule == ESCALATION and any(id.startswith(f"{rule}.") for id in rules))


def _broken_promises(standing: Urgency, heard: Heard, voice: Voice) -> list[str]:
    """What holds for every turn and does not."""
    wrong = []
    if not heard.text.strip():
        wrong.append("says nothing")
    crisis = voice.say("crisis", "call") in heard.text
    if standing >= Urgency.CALL_TODAY and CARE_TEAM not in heard.text and not crisis:
        wrong.append("has no phone number of the team although it advises to call")
    if "{" in heard.text or "}" in heard.text:
        wrong.append("has a gap that was not filled")
    triage = heard.payload("triage")
    if triage and triage["urgency"] in (Urgency.CONTACT_NOW.value, Urgency.EMERGENCY.value):
        first = [voice.say("action", triage["urgency"]), voice.say("crisis", "call")]
        if not heard.texts[0].startswith(tuple(first)):
            wrong.append("does not start with what to do")
    repeated = voice.knowledge.wording["privacy"].values()
    wrong += [f"repeats the disclaimer {text!r}" for text in repeated if text in heard.text]
    return wrong
