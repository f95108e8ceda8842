"""When a patient is asked whether the team has been reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from blina.alerts.timers import Timer
from blina.assistant import Conversation, settings
from blina.knowledge.schema import Urgency
from blina.knowledge.settings import Settings, hours_of
from blina.triage import checking_back
from blina.triage.turn import ZONE

CHECK_BACK = "check_back"  # the timer


def is_wanted(conversation: Conversation) -> bool:
    """Whether a patient may be asked later.

    Args:
        conversation: after the message.
    """
    urgency = Urgency(conversation.last_urgency or Urgency.NONE)
    return settings().follow_up and checking_back.is_wanted(conversation, urgency)


def timer(
    name: str, channel: str, zone: str | None, conversation: Conversation, now: datetime
) -> Timer | None:
    """The timer that a message starts.

    Args:
        name: of the conversation in the tracker store.
        channel: through which the patient writes.
        zone: the patient's time zone, as the page named it.
        conversation: after the message.
        now: the time, in the patient's zone as far as it is known.

    Returns:
        None when the message starts none; one that runs already goes on.
    """
    if not is_wanted(conversation):
        return None
    alarm = conversation.raised
    if alarm is not None and alarm.turn == conversation.turn:
        due = now + timedelta(minutes=settings().follow_up_minutes)
    elif conversation.last_urgency == Urgency.CALL_TODAY and conversation.check_back is None:
        evening = _at(now, time.fromisoformat(settings().follow_up_evening))
        due = max(evening, now + timedelta(minutes=settings().follow_up_minutes))
    else:
        return None
    return Timer(name, CHECK_BACK, awake(due, settings()).timestamp(), {"channel": channel, ZONE: zone})


def postponed(timer: Timer, now: datetime) -> Timer | None:
    """A timer that is due in quiet hours, as after a pause of the server, at their end.

    Args:
        timer: that it is time for.
        now: the time, in the patient's zone as far as it is known.

    Returns:
        None where it may be asked now.
    """
    woken = awake(now, settings())
    return replace(timer, due=woken.timestamp()) if woken > now else None


def awake(due: datetime, settings: Settings) -> datetime:
    """A time that is in no quiet hours: itself, or their end.

    Args:
        due: in the patient's zone.
        settings: name the quiet hours.
    """
    if settings.follow_up_quiet is None:
        return due
    start, end = hours_of(settings.follow_up_quiet)
    at = due.time()
    is_quiet = start <= at < end if start <= end else at >= start or at < end
    if not is_quiet:
        return due
    woken = _at(due, end)
    return woken if woken > due else woken + timedelta(days=1)


def _at(day: datetime, of_day: time) -> datetime:
    return day.replace(hour=of_day.hour, minute=of_day.minute, second=0, microsecond=0)
