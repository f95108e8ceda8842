"""What to read to the team on the phone: as text for every channel and as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from blina.knowledge.wording import Voice
from blina.replies.check_run import check_run
from blina.replies.handover.build import hand_over
from blina.replies.handover.text import text
from blina.replies.payload import contact, symptom_entry
from blina.triage.conversation import Conversation
from blina.triage.decision import Decision
from blina.triage.turn import Reply

VERSION = 1


def summary(conversation: Conversation, decision: Decision, voice: Voice, now: datetime) -> Reply:
    """The hand-over as text: everything current, most serious first, with words and times.

    Args:
        conversation: what is remembered.
        decision: what it adds up to.
        voice: wording and settings.
        now: the time, in the time zone to show times in.

    Returns:
        The text, and a payload of type ``summary`` for programs.
    """
    handed_over = hand_over(conversation, decision, voice, now)
    said = voice.say("summary", "nothing") if handed_over.is_empty else text(handed_over, voice)
    return Reply(said, payload=_payload(conversation, decision, voice))


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
                "when_said": value.when_said,
                "measured_at": value.measured_at.isoformat() if value.measured_at else None,
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
        "unclear": [
            {"text": kept.text, "complaint": kept.complaint, "time": kept.time.isoformat()}
            for kept in conversation.unclear
        ],
        "events": [
            {"kind": event.kind, "text": event.text, "time": event.time.isoformat()}
            for event in conversation.events
        ],
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in decision.reasons],
        "contact": contact(voice.settings),
        "daily_checks": check_run(conversation, voice),
    }
