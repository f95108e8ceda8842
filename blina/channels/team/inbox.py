"""The alerts as the page shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blina.alerts.model import Alert, HandedOver, Kind
from blina.channels.web.drawing import drawing
from blina.knowledge import Knowledge

MOST_CLOSED = 20
MOST_NOTE = 1_000  # characters
_PLACEHOLDER, _LEFT_OUT = re.compile(r"\{\w+\}"), "…"  # what was measured stands in the hand-over alone
_NAME = 6  # digits of the conversation's hash


def shown(open_: Sequence[Alert], closed: Sequence[Alert], who: str, knowledge: Knowledge) -> dict[str, Any]:
    """What the page asks for every few seconds; no word of a patient is in it.

    Args:
        open_: alerts that are not closed, in the order of the page.
        closed: those that were closed last.
        who: looks.
        knowledge: the words.
    """
    return {
        "open": [_open(alert, who, knowledge) for alert in open_],
        "closed": [_closed(alert) for alert in closed],
    }


def hand_over(handed: HandedOver) -> dict[str, Any]:
    """A hand-over for the page, which builds it as text and a drawing.

    Args:
        handed: as it was kept with the alert.
    """
    return {"text": handed.text, "chart": drawing(handed.chart) if handed.chart else None}


def reason(rule: str, knowledge: Knowledge) -> str:
    """A rule in plain words as the patient was told, without values; the id of one that is there no more.

    Args:
        rule: its id.
        knowledge: the rules.
    """
    found = next((one for one in knowledge.policy.rules if one.id == rule), None)
    if found is None:
        return rule
    said = (found.plain or found.reason).replace("{lay}", knowledge.text("team", "something"))
    return _PLACEHOLDER.sub(_LEFT_OUT, said)


def _open(alert: Alert, who: str, knowledge: Knowledge) -> dict[str, Any]:
    return {
        **_either(alert),
        # the rule of a question that was not answered is the question
        "reason": "" if alert.kind is Kind.UNANSWERED_QUESTION else reason(alert.rule, knowledge),
        "rule": alert.rule,
        "kind": alert.kind.value,
        "taken_by": alert.taken_by,
        "taken_at": _seconds(alert.taken_at),
        "mine": alert.taken_by == who,
        "has_hand_over": alert.hand_over is not None,
    }


def _closed(alert: Alert) -> dict[str, Any]:
    return {
        **_either(alert),
        "closed_by": alert.closed_by,
        "closed_at": _seconds(alert.closed_at),
        "note": alert.note,
    }


def _either(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "urgency": alert.urgency,
        "since": _seconds(alert.time),
        "conversation": alert.conversation[:_NAME],
        "number": alert.number,
    }


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()
