"""When it is asked whether the team has been reached: half an hour later, in the evening, never at night."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from blina.alerts import check_backs
from blina.alerts.timers import Timer
from blina.assistant import settings
from blina.knowledge.settings import Settings
from blina.triage.conversation import Alarm, CheckBack, Conversation

ZONE = timezone(timedelta(hours=2))
NOON = datetime(2026, 11, 28, 12, 0, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> Settings:
    changed = settings().copy(update={"follow_up": True})
    monkeypatch.setattr(check_backs, "settings", lambda: changed)
    return changed


def told(urgency: str, now: datetime, **more: object) -> Conversation:
    raised = Alarm(1, now, urgency, "rule") if urgency == "contact_now" else None
    return Conversation(turn=1, last_urgency=urgency, raised=raised, **more)  # type: ignore[arg-type]


def started(conversation: Conversation, now: datetime) -> Timer | None:
    return check_backs.timer("web-1", "web", "Europe/Paris", conversation, now)


def due(conversation: Conversation, now: datetime) -> datetime:
    timer = started(conversation, now)
    assert timer
    return datetime.fromtimestamp(timer.due, ZONE)


def test_half_an_hour_after_the_advice_to_call_now() -> None:
    assert due(told("contact_now", NOON), NOON) == NOON + timedelta(minutes=30)


def test_in_the_evening_after_the_advice_to_call_today() -> None:
    assert due(told("call_today", NOON), NOON) == NOON.replace(hour=19)


def test_half_an_hour_later_where_it_is_evening_already() -> None:
    late = NOON.replace(hour=20)
    assert due(told("call_today", late), late) == late + timedelta(minutes=30)


@pytest.mark.parametrize(("hour", "day"), [(22, 29), (23, 29), (0, 28), (6, 28)])
def test_in_quiet_hours_not_before_they_end(hour: int, day: int) -> None:
    at = NOON.replace(hour=hour)
    assert due(told("contact_now", at), at) == NOON.replace(day=day, hour=7)


def test_without_quiet_hours_also_at_night(on: Settings) -> None:
    night = NOON.replace(hour=3)
    assert check_backs.awake(night, on.copy(update={"follow_up_quiet": None})) == night


def test_quiet_hours_may_lie_in_one_day(on: Settings) -> None:
    rest = on.copy(update={"follow_up_quiet": "13:00-15:00"})
    assert check_backs.awake(NOON.replace(hour=14), rest) == NOON.replace(hour=15)
    assert check_backs.awake(NOON, rest) == NOON


@pytest.mark.parametrize("urgency", ["none", "tell_team", "emergency"])
def test_after_other_advice_it_is_not_asked(urgency: str) -> None:
    assert started(told(urgency, NOON), NOON) is None


def test_a_timer_that_runs_goes_on_with_the_next_messages() -> None:
    later = told("contact_now", NOON)
    assert started(Conversation(turn=2, last_urgency="contact_now", raised=later.raised), NOON) is None


def test_once_it_was_asked_or_stopped_it_is_not_asked_again() -> None:
    asked = told("call_today", NOON, check_back=CheckBack(1, NOON))
    stopped = told("contact_now", NOON, check_back=CheckBack(1, NOON, is_stopped=True))
    assert started(asked, NOON) is None
    assert not check_backs.is_wanted(stopped)


def test_it_is_off_unless_the_settings_turn_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_backs, "settings", settings)
    assert started(told("contact_now", NOON), NOON) is None
