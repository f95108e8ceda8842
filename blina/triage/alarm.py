"""Whether a message brought a new reason to call now: what the care team is to be told of."""

from __future__ import annotations

from datetime import datetime

from blina.knowledge.schema import Urgency
from blina.triage.conversation import Alarm, Conversation
from blina.triage.decision import Decision


def note(conversation: Conversation, earlier: Decision, decision: Decision, now: datetime) -> Alarm | None:
    """The latest alarm of a conversation: a new one when the advice rose or has a reason that it had not.

    Advice that stands, whatever else is said beside it, is no new alarm.

    Args:
        conversation: with the message.
        earlier: what applied before the message.
        decision: what applies now.
        now: the time of the message.
    """
    if decision.urgency < Urgency.CONTACT_NOW:
        return conversation.raised
    new = [reason for reason in _reasons(decision) if reason not in _reasons(earlier)]
    if not new and decision.urgency <= earlier.urgency and not _is_raised_by_files(conversation, decision):
        return conversation.raised
    rule, _ = (new or _reasons(decision))[0]
    return Alarm(conversation.turn, now, decision.urgency.value, rule)


def _is_raised_by_files(conversation: Conversation, decision: Decision) -> bool:
    """Whether less was advised with the last message, of which the knowledge of now makes as much as this."""
    advised = conversation.last_urgency
    return advised is not None and Urgency(advised) < decision.urgency


def _reasons(decision: Decision) -> list[tuple[str, str]]:
    """Rule and symptom (empty for a sign) of what needs a call now, most urgent first."""
    found = {
        (reason.rule, item.report.symptom): reason.urgency
        for item in decision.symptoms
        for reason in item.reasons
        if reason.urgency >= Urgency.CONTACT_NOW
    }
    known = {rule for rule, _ in found}
    for reason in decision.reasons:
        if reason.urgency >= Urgency.CONTACT_NOW and reason.rule not in known:
            found[reason.rule, ""] = reason.urgency
    return sorted(found, key=lambda reason: found[reason].rank, reverse=True)
