"""What the care team is told, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from uuid6 import uuid7


class Kind(str, Enum):
    """Why the team is told."""

    ADVICE = "advice"  # the patient was told to call now, or to call an ambulance
    UNANSWERED_QUESTION = "unanswered_question"  # after advice to call the patient did not answer any more


class State(str, Enum):
    """How far the team has come with an alert."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True)
class HandedOver:
    """The hand-over, where the centre allows that it leaves the conversation: it holds the patient's words.

    Args:
        text: for people, with line breaks.
        chart: the course as SVG.
        fhir: a FHIR R4 document as JSON.
    """

    text: str
    chart: str
    fhir: str


@dataclass(frozen=True)
class NewAlert:
    """An alert before it is kept.

    Args:
        key: the same for the same happening, however often it is reported.
        conversation: a keyed hash of the conversation's name.
        time: of the patient's message (UTC).
        centre: the centre's name, from the settings.
        urgency: of the advice that the patient was given.
        rule: id of the most urgent rule behind it.
        kind: why the team is told.
        hand_over: None where the centre does not allow it.
    """

    key: str
    conversation: str
    time: datetime
    centre: str
    urgency: str
    rule: str
    kind: Kind
    hand_over: HandedOver | None = None


@dataclass(frozen=True)
class Alert(NewAlert):
    """An alert that is kept.

    Args:
        id: a UUID of version 7: later alerts have greater ids.
        number: of the alerts of one conversation, from 1; they are delivered in this order.
        state: how far the team has come.
        taken_by: who has taken it, None while it is open.
        taken_at: when (UTC).
        note: what was written when it was closed.
        closed_by: who closed it.
        closed_at: when (UTC).
    """

    id: str = field(default_factory=lambda: str(uuid7()))
    number: int = 1
    state: State = State.OPEN
    taken_by: str | None = None
    taken_at: datetime | None = None
    note: str = ""
    closed_by: str | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Delivery:
    """One alert on its way to one receiver.

    Args:
        alert: id of the alert.
        receiver: name of the receiver: ``webhook``, ``mail``, ``fhir`` or ``broker``.
        tries: how often it was sent and not taken.
        first_try: when it was to be sent first (seconds since 1970).
        next_try: when it is to be sent next (seconds since 1970).
        done_at: when the receiver took it (seconds since 1970), None before.
        dead: whether it was given up; it is kept, and `blina alerts retry` sends it again.
        error: the kind of the last error, empty before the first; quotes nobody.
    """

    alert: str
    receiver: str
    tries: int
    first_try: float
    next_try: float
    done_at: float | None = None
    dead: bool = False
    error: str = ""
