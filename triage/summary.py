"""What to read to the team on the phone: as text for every channel and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from reading.model import Status
from triage import heard
from triage.conversation import WORSE, Conversation, Value
from triage.decision import Assessment, Decision
from triage.payload import contact, symptom_entry
from triage.turn import Reply
from triage.wording import Voice

VERSION = 1


def summary(conversation: Conversation, decision: Decision, voice: Voice, zone: tzinfo | None) -> Reply:
    """Everything current in the conversation, most urgent first, with words and times.

    Args:
        conversation: what is remembered.
        decision: what it adds up to.
        voice: wording and settings.
        zone: the time zone to show times in.

    Returns:
        The text, and a payload of type ``summary`` with the same content.
    """
    lines = list(_lines(conversation, decision, voice, zone))
    if not lines:
        return Reply(voice.say("summary", "nothing"), payload=_payload(conversation, decision, voice))
    head = [
        voice.say("summary", "heading"),
        voice.say("summary", "medicine"),
        voice.say("summary", "now", action=voice.say("action", decision.urgency.value)),
    ]
    return Reply("\n".join([*head, *lines]), payload=_payload(conversation, decision, voice))


def _lines(
    conversation: Conversation, decision: Decision, voice: Voice, zone: tzinfo | None
) -> Iterator[str]:
    present = [item for item in decision.symptoms if item.report.present]
    if present:
        yield voice.say("summary", "symptoms")
        for item in present:
            yield f"- {_symptom(item, voice, zone)}"
    unsaid = heard.describing_signs(voice.knowledge) | heard.steering_signs(voice.knowledge)
    signs = [sign for sign in conversation.signs if sign.present and sign.id not in unsaid]
    if signs:
        yield voice.say("summary", "signs")
        for sign in signs:
            named = voice.say(
                "summary",
                "sign",
                label=_named(sign.id, voice),
                words=sign.text,
                time=clock(sign.time, zone),
            )
            yield f"- {named}"
    if conversation.values:
        yield voice.say("summary", "values")
        for value in conversation.values:
            if value.status is not Status.DENIED:
                shown = voice.say(
                    "summary", "value", value=_measured(value, voice), time=clock(value.time, zone)
                )
                yield f"- {shown}"
    over = [item for item in decision.symptoms if item.report.status is Status.PAST]
    if over:
        yield voice.say("summary", "over")
        yield from (f"- {item.label} ({clock(item.report.time, zone)})" for item in over)
    denied = [item for item in decision.symptoms if item.report.status is Status.DENIED]
    if denied:
        yield voice.say("summary", "denied")
        yield from (f"- {item.label} ({clock(item.report.time, zone)})" for item in denied)
    if conversation.answers:
        yield voice.say("summary", "answers")
        for answer in conversation.answers:
            name = voice.say("asked", answer.question)
            line = voice.say("summary", "answer", label=name, answer=answer.text.strip())
            yield f"- {line} ({clock(answer.time, zone)})"


def clock(time: datetime, zone: tzinfo | None) -> str:
    """Day and time with the name of the time zone ("Sat 21 Nov 03:10 UTC")."""
    return time.astimezone(zone).strftime("%a %d %b %H:%M %Z")


def _symptom(item: Assessment, voice: Voice, zone: tzinfo | None) -> str:
    report = item.report
    text = voice.say(
        "summary", "symptom", label=item.label, words=report.text.strip(), time=clock(report.first_time, zone)
    )
    notes = []
    if report.status is Status.UNCERTAIN:
        notes.append(voice.say("summary", "unsure"))
    if report.course == WORSE:
        notes.append(voice.say("summary", "worse"))
    described = heard.describing_signs(voice.knowledge).intersection(report.qualifiers)
    notes += [_named(sign, voice) for sign in sorted(described)]
    title = voice.knowledge.policy.urgency_title(item.urgency)
    return f"{text}{''.join(f'; {note}' for note in notes)} ({title})"


def _named(sign: str, voice: Voice) -> str:
    """A sign's short name, or what it means in the lexicon where it has none yet."""
    names = voice.knowledge.wording.get("sign", {})
    return names.get(sign) or voice.knowledge.signs[sign].meaning


def _measured(value: Value, voice: Voice) -> str:
    return f"{voice.say('measured', value.kind)} {voice.measured(value.kind, value.value)}"


def _payload(conversation: Conversation, decision: Decision, voice: Voice) -> dict[str, Any]:
    entries = []
    for item in decision.symptoms:
        report = item.report
        entries.append(
            {
                **symptom_entry(item, voice.knowledge),
                "qualifiers": list(report.qualifiers),
                "course": report.course,
                "first_time": report.first_time.isoformat(),
                "time": report.time.isoformat(),
            }
        )
    return {
        "type": "summary",
        "version": VERSION,
        "urgency": decision.urgency.value,
        "symptoms": entries,
        "signs": [
            {"id": sign.id, "status": sign.status.value, "text": sign.text, "time": sign.time.isoformat()}
            for sign in conversation.signs
        ],
        "values": [
            {
                "kind": value.kind,
                "value": value.value,
                "status": value.status.value,
                "text": value.text,
                "time": value.time.isoformat(),
            }
            for value in conversation.values
        ],
        "answers": [
            {
                "question": answer.question,
                "answer": answer.answer,
                "text": answer.text,
                "time": answer.time.isoformat(),
            }
            for answer in conversation.answers
        ],
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
        "contact": contact(voice.settings),
    }
