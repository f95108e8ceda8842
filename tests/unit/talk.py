"""Talking with the triage core in tests: readings by hand, time that only moves when told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from blina.assistant import Conversation, Core, Message, Reply, Turn
from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.settings import Settings, load_settings
from blina.reading.model import Finding, Measurement, Reading, Sign, Status

TEAM = "+44 113 496 0000"
KNOWLEDGE = load_knowledge()
SETTINGS = load_settings(
    environ={"BLINA_CARE_TEAM_PHONE": TEAM, "BLINA_EMERGENCY_NUMBER": "112", "BLINA_CRISIS_LINE": "116 123"}
)
START = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)

Item = Finding | Sign | Measurement


def finding(
    symptom: str, *qualifiers: str, status: str = "present", text: str = "", source: str = "lexicon"
) -> Finding:
    return Finding(symptom, Status(status), text or symptom, 0, 1, tuple(sorted(qualifiers)), source)


def denied(symptom: str) -> Finding:
    return finding(symptom, status="denied")


def sign(id: str, status: str = "present", text: str = "") -> Sign:
    return Sign(id, Status(status), text or id, 0, 1)


def value(
    kind: str, number: float, plausible: bool = True, status: str = "present", text: str = ""
) -> Measurement:
    return Measurement(kind, number, plausible, Status(status), text or f"{number:g}", 0, 1)


def celsius(number: float, status: str = "present", text: str = "") -> Measurement:
    return value("temperature", number, 30 <= number <= 43.5, status, text)


def reading(text: str, items: Sequence[Item]) -> Reading:
    return Reading(
        text,
        tuple(item for item in items if isinstance(item, Finding)),
        tuple(item for item in items if isinstance(item, Sign)),
        tuple(item for item in items if isinstance(item, Measurement)),
    )


@dataclass
class Talk:
    """One conversation; every turn goes through JSON, as in production."""

    settings: Settings = SETTINGS
    knowledge: Knowledge = KNOWLEDGE
    now: datetime = START
    conversation: Conversation = field(default_factory=Conversation)
    turn: Turn | None = None

    def say(
        self,
        text: str,
        *items: Item,
        intent: str = "nlu_fallback",
        after: timedelta = timedelta(minutes=1),
        topic: str | None = None,
        medicines: tuple[str, ...] = (),
        read: Reading | None = None,
    ) -> Talk:
        self.now += after
        message = Message(text, intent, read or reading(text, items), topic, medicines)
        stored = Conversation.from_json(self.conversation.to_json())
        self.turn = Core(self.knowledge, self.settings).respond(stored, message, self.now)
        self.conversation = self.turn.conversation
        return self

    @property
    def replies(self) -> tuple[Reply, ...]:
        assert self.turn is not None
        return self.turn.replies

    @property
    def text(self) -> str:
        return "\n\n".join(reply.text for reply in self.replies)

    @property
    def payload(self) -> dict[str, Any]:
        return next(reply.payload for reply in self.replies if reply.payload is not None)

    @property
    def urgency(self) -> str:
        return str(self.payload["urgency"])

    @property
    def rules(self) -> set[str]:
        return {reason["rule"] for reason in self.payload["reasons"]}

    @property
    def symptoms(self) -> dict[str, str]:
        return {entry["id"]: entry["status"] for entry in self.payload["symptoms"]}

    @property
    def chips(self) -> list[str]:
        return [chip.title for reply in self.replies for chip in reply.chips]

    @property
    def is_asking(self) -> bool:
        return self.conversation.question is not None
