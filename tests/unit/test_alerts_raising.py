"""A patient who is told to call now is known to the team before the answer goes out, and waits for nobody."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from blina.alerts import check_backs, raising
from blina.alerts.model import Kind
from blina.alerts.store import AlertStore
from blina.alerts.timers import Timer
from blina.assistant import local_time, settings
from blina.channels import alerts, checking_back
from blina.channels.messaging import turns
from blina.channels.web import page
from blina.knowledge.settings import Settings
from blina.knowledge.wording import Voice
from blina.rasa_adapter import alerting, tracker_store
from blina.rasa_adapter.lock_store import ConversationLocks
from blina.rasa_adapter.tracker_store import ConversationStore
from blina.replies.what_to_do import about_the_app
from blina.triage.asking import WHAT_KEPT
from blina.triage.conversation import Conversation
from blina.triage.turn import MEMORY, Reply
from tests.unit.talk import KNOWLEDGE, SETTINGS, Talk, finding

NAME = "web-somebody"
ON = {"alerts": True, "follow_up": True, "alert_unanswered_minutes": 30, "follow_up_quiet": None}


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Settings:
    changed = settings().copy(update=ON)
    for module in (raising, alerting, check_backs, tracker_store, alerts):
        monkeypatch.setattr(module, "settings", lambda: changed)
    return changed


@pytest.fixture
def store(on: Settings, tmp_path: Path) -> Iterator[ConversationStore]:
    assert on.alerts
    opened = ConversationStore(Domain.from_file("domain.yml"), db=str(tmp_path / "conversations.db"))
    yield opened
    opened.close()


def said_by(talk: Talk, key: str = "message-1") -> tuple[DialogueStateTracker, list[Any]]:
    """The conversation of Rasa after a turn, and what the action brought."""
    tracker = DialogueStateTracker(NAME, Domain.from_file("domain.yml").slots)
    tracker.update(UserUttered("words", message_id=key, input_channel="web"))
    brought = [SlotSet(MEMORY, talk.conversation.to_json()), BotUttered(talk.text)]
    for event in brought:
        tracker.update(event)
    return tracker, brought


async def taken_in(store: ConversationStore, talk: Talk, key: str = "message-1") -> DialogueStateTracker:
    tracker, brought = said_by(talk, key)
    await alerting.keep(SimpleNamespace(tracker_store=store), tracker, brought)
    return tracker


def chills() -> Talk:
    return Talk(now=datetime.now(timezone.utc)).say("I have chills", finding("chills"))


async def test_the_advice_to_call_now_is_an_alert(store: ConversationStore) -> None:
    await taken_in(store, chills())
    assert store.alerts
    (alert,) = await store.alerts.open_alerts()
    assert (alert.urgency, alert.kind, alert.rule) == ("contact_now", Kind.ADVICE, "crs.single")
    assert alert.hand_over is None
    assert NAME not in str(alert)
    assert "somebody" not in str(alert)


@pytest.mark.parametrize(
    ("url", "first"), [(None, ("broker",)), ("postgresql://x@127.0.0.1/blina", ("webhook",))]
)
def test_the_broker_carries_alerts_only_where_no_database_is_shared(
    on: Settings, monkeypatch: pytest.MonkeyPatch, url: str | None, first: tuple[str, ...]
) -> None:
    engines = {"broker_url": "amqp://127.0.0.1/", "database_url": url, "alert_webhook_url": "https://x.org"}
    monkeypatch.setattr(raising, "settings", lambda: on.copy(update=engines))
    assert raising.first_receivers() == first


async def test_a_message_that_is_sent_again_is_the_same_alert(store: ConversationStore) -> None:
    for _ in range(2):
        await taken_in(store, chills())
    assert store.alerts
    assert len(await store.alerts.open_alerts()) == 1


async def test_what_is_told_beside_advice_that_stands_is_none(store: ConversationStore) -> None:
    talk = chills()
    await taken_in(store, talk)
    await taken_in(store, talk.say("what now?", intent="ask_drug"), "message-2")
    assert store.alerts
    assert len(await store.alerts.open_alerts()) == 1


async def test_the_hand_over_goes_along_only_where_it_may(
    store: ConversationStore, on: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raising, "settings", lambda: on.copy(update={"alert_hand_over": True}))
    await taken_in(store, chills())
    assert store.alerts
    (alert,) = await store.alerts.open_alerts()
    assert alert.hand_over
    assert "I have chills" in alert.hand_over.text
    await store.forget(NAME)
    (alert,) = await store.alerts.open_alerts()
    assert alert.hand_over is None


async def test_an_answer_does_not_wait_for_a_file_that_hangs(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = AlertStore.add

    def hangs(*given: Any) -> Any:
        time.sleep(3)
        return add(*given)

    monkeypatch.setattr(AlertStore, "add", hangs)
    monkeypatch.setattr(alerting, "LONGEST_WAIT", 0.05)
    began = time.monotonic()
    await taken_in(store, chills())
    assert time.monotonic() - began < 2.5
    assert store.alerts
    while not await store.alerts.open_alerts():  # it is kept all the same
        await asyncio.sleep(0.01)


async def test_a_fault_in_it_leaves_the_answer_alone(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("I have chills")

    monkeypatch.setattr(raising, "alert_of_turn", fails)
    await taken_in(store, chills())
    assert "an alert could not be kept in time (RuntimeError)" in caplog.text
    assert "chills" not in caplog.text


def test_an_answer_is_the_same_with_and_without_alerts() -> None:
    plain, told = Talk(), Talk(settings=SETTINGS.copy(update={**ON, "alert_hand_over": True}))
    for talk in (plain, told):
        talk.say("I have chills", finding("chills"))
    assert told.replies == plain.replies


@pytest.mark.parametrize("with_words", [False, True])
def test_who_asks_is_told_that_an_alert_replaces_no_call(with_words: bool) -> None:
    changed = SETTINGS.copy(update={"alerts": True, "alert_hand_over": with_words})
    answer = about_the_app(WHAT_KEPT, Voice(KNOWLEDGE, changed))
    assert "does not replace your call" in answer
    assert ("without your words" in answer) != with_words


READ_BY = {
    "nobody": ({}, "Nobody from your team reads along.", "gets a note"),
    "told": ({"alerts": True}, "Nobody from your team reads along.", "gets a note"),
    "words": ({"alerts": True, "alert_hand_over": True}, "gets a note with what you wrote", "Nobody from"),
}


@pytest.mark.parametrize(("changes", "said", "unsaid"), READ_BY.values(), ids=READ_BY.keys())
def test_the_page_and_the_channels_say_truly_who_reads(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, bool], said: str, unsaid: str
) -> None:
    changed = SETTINGS.copy(update=changes)
    monkeypatch.setattr(turns, "voice", lambda: Voice(KNOWLEDGE, changed))
    (welcome,) = re.findall(
        r"<p>I am a computer program[^<]*", page.load(KNOWLEDGE, changed)[""].content.decode()
    )
    for text in (welcome, " ".join(turns._about())):
        assert said in text
        assert unsaid not in text


def asking(urgency: str = "call_today") -> Talk:
    talk = Talk(now=datetime.now(timezone.utc)).say("I have a headache", finding("headache"))
    assert talk.is_asking
    talk.conversation = replace(talk.conversation, last_urgency=urgency)
    return talk


async def timers(store: ConversationStore, kind: str) -> list[Timer]:
    assert store.alerts
    found = await store.alerts._in_all(lambda kept: kept.timers.everything())
    return [timer for timer in found if timer.kind == kind]


async def test_a_question_that_stays_unanswered_after_advice_to_call_is_an_alert(
    store: ConversationStore,
) -> None:
    await taken_in(store, asking())
    (timer,) = await timers(store, raising.UNANSWERED)
    assert timer.due == pytest.approx(time.time() + 30 * 60, abs=60)
    assert store.alerts
    for _ in range(2):  # killed before the timer was dropped
        await alerts.unanswered(store, store.alerts, timer)
    (alert,) = await store.alerts.open_alerts()
    assert (alert.kind, alert.urgency) == (Kind.UNANSWERED_QUESTION, "call_today")
    assert await timers(store, raising.UNANSWERED) == []


async def test_whoever_writes_again_is_no_alert(store: ConversationStore) -> None:
    talk = asking()
    await taken_in(store, talk)
    await taken_in(store, talk.say("no", intent="deny"), "message-2")
    assert await timers(store, raising.UNANSWERED) == []


async def test_without_advice_to_call_an_open_question_is_none(store: ConversationStore) -> None:
    await taken_in(store, asking("tell_team"))
    assert await timers(store, raising.UNANSWERED) == []


class Line:
    """A page that is open, or a provider that takes messages."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def push(self, _: Timer, __: DialogueStateTracker, reply: Reply) -> None:
        self.shown.append(reply.text)


async def ask(store: ConversationStore, line: Line) -> None:
    """What happens when it is time."""
    assert store.alerts
    agent: Any = SimpleNamespace(lock_store=ConversationLocks())
    for timer in await timers(store, check_backs.CHECK_BACK):
        await checking_back.ask(agent, store, store.alerts, timer, {"web": line.push})


async def test_half_an_hour_later_it_is_asked_on_the_open_page_and_kept(store: ConversationStore) -> None:
    await store.save(await taken_in(store, chills()))
    (timer,) = await timers(store, check_backs.CHECK_BACK)
    assert timer.due == pytest.approx(time.time() + 30 * 60, abs=60)
    line = Line()
    await ask(store, line)
    assert line.shown[0].startswith("Have you reached your team?")
    tracker = await store.retrieve(NAME)
    assert tracker
    memory = Conversation.from_json(tracker.get_slot(MEMORY))
    assert memory.check_back
    events, _ = await store.said(NAME, 0, 10)
    assert events[-1]["text"] == line.shown[0]
    assert await timers(store, check_backs.CHECK_BACK) == []


async def test_a_timer_that_is_late_is_not_asked_at_night_but_at_its_end(
    store: ConversationStore, on: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.save(await taken_in(store, chills()))
    now = local_time()
    quiet = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    changed = on.copy(update={"follow_up_quiet": quiet})
    monkeypatch.setattr(check_backs, "settings", lambda: changed)
    line = Line()
    await ask(store, line)
    assert line.shown == []
    (timer,) = await timers(store, check_backs.CHECK_BACK)
    assert timer.due == pytest.approx(time.time() + 2 * 3600, abs=120)
    monkeypatch.setattr(check_backs, "settings", lambda: on)
    await ask(store, line)
    assert len(line.shown) == 1


async def test_killed_after_it_was_asked_it_is_not_asked_again(store: ConversationStore) -> None:
    await store.save(await taken_in(store, chills()))
    kept = await timers(store, check_backs.CHECK_BACK)
    line = Line()
    await ask(store, line)
    assert store.alerts
    for timer in kept:
        await store.alerts.start_timer(timer)
    await ask(store, line)
    assert len(line.shown) == 1


async def test_who_said_that_the_team_was_reached_is_not_asked(store: ConversationStore) -> None:
    talk = chills()
    await taken_in(store, talk)
    await taken_in(store, talk.say("I called them"), "message-2")
    assert await timers(store, check_backs.CHECK_BACK) == []


async def test_forgetting_ends_it(store: ConversationStore) -> None:
    await taken_in(store, chills())
    await store.forget(NAME)
    assert await timers(store, check_backs.CHECK_BACK) == []


async def test_a_channel_that_cannot_write_first_is_left_alone(store: ConversationStore) -> None:
    await store.save(await taken_in(store, chills()))
    assert store.alerts
    (timer,) = await timers(store, check_backs.CHECK_BACK)
    agent: Any = SimpleNamespace(lock_store=ConversationLocks())
    await checking_back.ask(agent, store, store.alerts, timer, {})
    tracker = await store.retrieve(NAME)
    assert tracker
    assert Conversation.from_json(tracker.get_slot(MEMORY)).check_back is None


async def test_what_is_due_happens_while_the_server_runs(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "_BETWEEN_LOOKS", 0.01)
    await store.save(await taken_in(store, chills()))
    assert store.alerts
    for timer in await timers(store, check_backs.CHECK_BACK):
        await store.alerts.start_timer(replace(timer, due=time.time() - 1))
    app: Any = SimpleNamespace(ctx=SimpleNamespace(agent=SimpleNamespace(lock_store=ConversationLocks())))
    line = Line()
    checking_back.pushers(app)["web"] = line.push
    task = asyncio.ensure_future(alerts.look_after(app, store, store.alerts))
    while not line.shown:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_question_that_was_answered_elsewhere_is_no_alert(store: ConversationStore) -> None:
    talk = asking()
    await taken_in(store, talk)
    (timer,) = await timers(store, raising.UNANSWERED)
    tracker, brought = said_by(talk.say("no", intent="deny"), "message-2")
    for event in brought:
        tracker.update(event)
    await store.save(tracker)
    assert store.alerts
    await alerts.unanswered(store, store.alerts, timer)  # as a replica does whose timer nobody stopped
    assert await store.alerts.open_alerts() == []
