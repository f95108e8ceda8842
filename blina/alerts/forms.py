"""An alert as programs read it: plain JSON, and a Communication of FHIR R4."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from blina.alerts.model import Alert, HandedOver, Kind
from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.replies.handover.fhir import BASE, PRIORITY, RULES, URGENCIES

Resource = dict[str, Any]

VERSION = 1  # of what goes from one process to another; a message without one is from before there were any

IDENTIFIERS = f"{BASE}/alert"
CONVERSATIONS = f"{BASE}/conversation"
KINDS = f"{BASE}/CodeSystem/alert-kind"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"


def as_json(alert: Alert) -> dict[str, Any]:
    """What a receiver is told: nothing of who has taken it here.

    Args:
        alert: the alert.
    """
    words = alert.hand_over
    return {
        "id": alert.id,
        "key": alert.key,
        "conversation": alert.conversation,
        "number": alert.number,
        "time": alert.time.isoformat(),
        "centre": alert.centre,
        "urgency": alert.urgency,
        "rule": alert.rule,
        "kind": alert.kind.value,
        "hand_over": {"text": words.text, "chart": words.chart, "fhir": json.loads(words.fhir)}
        if words
        else None,
    }


def as_message(alert: Alert) -> dict[str, Any]:
    """What another process is told.

    Args:
        alert: the alert.
    """
    return {"version": VERSION, **as_json(alert)}


def from_message(told: dict[str, Any]) -> Alert:
    """An alert back from `as_message`, also of another version of this program.

    What a newer one calls by a name that is not known here counts as the most urgent: the team must know.

    Args:
        told: what was told.

    Raises:
        KeyError: a field is missing.
        ValueError: a field is not what it should be.
        TypeError: likewise.
        AttributeError: likewise.
    """
    if told.get("version", VERSION) > VERSION:
        told = {
            **told,
            "urgency": _known(Urgency, told.get("urgency"), Urgency.EMERGENCY),
            "kind": _known(Kind, told.get("kind"), Kind.ADVICE),
            "hand_over": _readable(told.get("hand_over")),
        }
    words = told["hand_over"]
    return Alert(
        id=str(told["id"]),
        key=str(told["key"]),
        conversation=str(told["conversation"]),
        number=int(told["number"]),
        time=datetime.fromisoformat(told["time"]).astimezone(timezone.utc),
        centre=str(told["centre"]),
        urgency=Urgency(told["urgency"]).value,
        rule=str(told["rule"]),
        kind=Kind(told["kind"]),
        hand_over=HandedOver(words["text"], words["chart"], json.dumps(words["fhir"])) if words else None,
    )


def _known(names: type[Enum], name: object, otherwise: Enum) -> Enum:
    return names(name) if name in {one.value for one in names} else otherwise


def _readable(words: object) -> object:
    """A hand-over of the form that is known here; without it the alert goes all the same."""
    is_known = isinstance(words, dict) and {"text", "chart", "fhir"} <= words.keys()
    return words if is_known else None


def communication(alert: Alert, voice: Voice) -> Resource:
    """An alert as a Communication; it names no patient, only the conversation's pseudonym.

    Args:
        alert: the alert.
        voice: the words.
    """
    payload: list[Resource] = [{"contentString": voice.say("alert", "waits")}]
    if alert.hand_over:
        document = base64.b64encode(alert.hand_over.fhir.encode("utf-8")).decode("ascii")
        payload += [
            {"contentString": alert.hand_over.text},
            {"contentAttachment": {"contentType": "application/fhir+json", "data": document}},
        ]
    return {
        "resourceType": "Communication",
        "identifier": [{"system": IDENTIFIERS, "value": alert.key}],
        "status": "completed",
        "category": [{"coding": [{"system": _CATEGORY, "code": "alert"}]}, _concept(KINDS, alert.kind.value)],
        "priority": PRIORITY.get(alert.urgency, "routine"),
        "subject": {
            "type": "Patient",
            "identifier": {"system": CONVERSATIONS, "value": alert.conversation},
        },
        "topic": _concept(URGENCIES, alert.urgency),
        "sent": alert.time.isoformat(),
        "recipient": [{"display": alert.centre}],
        "sender": {"type": "Device", "display": "Blina"},
        "reasonCode": [_concept(RULES, alert.rule)],
        "payload": payload,
    }


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}
