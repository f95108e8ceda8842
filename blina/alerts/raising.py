"""What of a conversation is an alert."""

from __future__ import annotations

import logging
from datetime import datetime, timezone

from blina.alerts.book import AlertBook
from blina.alerts.broker import BrokerReceiver
from blina.alerts.model import HandedOver, Kind, NewAlert
from blina.alerts.receivers import chosen
from blina.alerts.timers import Timer
from blina.assistant import Conversation, hand_over, settings, voice
from blina.knowledge.schema import Urgency
from blina.observe import metrics
from blina.replies.handover.forms import written

_log = logging.getLogger(__name__)

UNANSWERED = "unanswered"  # the timer of a question that waits for its answer
_MINUTE = 60.0  # seconds


def first_receivers() -> tuple[str, ...]:
    """Whom an alert goes to first: the broker where only that brings it from one process to another."""
    is_carried = settings().broker_url and not settings().database_url
    return (BrokerReceiver.name,) if is_carried else chosen.names(settings())


async def add(book: AlertBook, new: NewAlert | None) -> None:
    """Keep an alert for its receivers.

    Args:
        book: takes it.
        new: the alert, None for none.
    """
    if new is not None and await book.add(new, first_receivers()):
        metrics.ALERTS.labels(new.urgency, new.kind.value).inc()


def alert_of_turn(
    book: AlertBook, name: str, message: str, conversation: Conversation, now: datetime
) -> NewAlert | None:
    """The alert that a message of the patient gives rise to.

    Args:
        book: names conversations.
        name: of the conversation in the tracker store.
        message: the message's id; sent again it has the same.
        conversation: after the message.
        now: the time, in the patient's zone.

    Returns:
        None when the message brought no new reason to call now.
    """
    alarm = conversation.raised
    if alarm is None or alarm.turn != conversation.turn:
        return None
    return NewAlert(
        key=book.pseudonym(name, message, Kind.ADVICE.value),
        conversation=book.pseudonym(name),
        time=alarm.time.astimezone(timezone.utc),
        centre=settings().centre_name,
        urgency=alarm.urgency,
        rule=alarm.rule,
        kind=Kind.ADVICE,
        hand_over=_handed_over(conversation, now),
    )


def question_timer(book: AlertBook, name: str, message: str, conversation: Conversation) -> Timer | None:
    """The timer of a question that is open beside advice to call.

    Args:
        book: names conversations.
        name: of the conversation in the tracker store.
        message: the id of the patient's message that the question followed.
        conversation: after the message.

    Returns:
        None when no question is open, no advice to call stands, or the settings ask for no such alert.
    """
    minutes = settings().alert_unanswered_minutes
    urgency = Urgency(conversation.last_urgency or Urgency.NONE)
    if minutes is None or conversation.question is None or urgency < Urgency.CALL_TODAY:
        return None
    return Timer(
        name,
        UNANSWERED,
        conversation.question.time.timestamp() + minutes * _MINUTE,
        {
            "key": book.pseudonym(name, message, Kind.UNANSWERED_QUESTION.value),
            "urgency": urgency.value,
            "question": conversation.question.id,
        },
    )


def is_unanswered(timer: Timer, conversation: Conversation | None) -> bool:
    """Whether the question of a timer is still open: it may have been answered through another replica.

    Args:
        timer: as from `question_timer`.
        conversation: as it is kept, None when it is not known: then in doubt it is open.
    """
    if conversation is None:
        return True
    return conversation.question is not None and conversation.question.id == timer.content["question"]


def alert_of_timer(
    book: AlertBook, timer: Timer, conversation: Conversation | None, now: datetime
) -> NewAlert:
    """The alert that a question without an answer gives rise to.

    Args:
        book: names conversations.
        timer: as from `question_timer`.
        conversation: as it is kept, None when it cannot be read.
        now: the time, in the patient's zone as far as it is known.
    """
    return NewAlert(
        key=str(timer.content["key"]),
        conversation=book.pseudonym(timer.conversation),
        time=now.astimezone(timezone.utc),
        centre=settings().centre_name,
        urgency=str(timer.content["urgency"]),
        rule=str(timer.content["question"]),
        kind=Kind.UNANSWERED_QUESTION,
        hand_over=_handed_over(conversation, now) if conversation else None,
    )


def _handed_over(conversation: Conversation, now: datetime) -> HandedOver | None:
    """The hand-over where it may leave; an alert without it is better than none."""
    if not settings().alert_hand_over:
        return None
    try:
        made, say = hand_over(conversation, now), voice()
        return HandedOver(*(written(made, form, say) for form in ("text", "chart", "fhir")))
    except Exception as error:  # noqa: BLE001 - whatever it is, the team has to be told
        _log.error("an alert goes without its hand-over (%s)", type(error).__name__)
        return None
