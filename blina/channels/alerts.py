"""Alerts on their way to the care team, as long as the server runs: takes no messages."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic

from blina.alerts import raising
from blina.alerts.book import AlertBook
from blina.alerts.broker import BrokerConsumer, BrokerReceiver
from blina.alerts.check_backs import CHECK_BACK
from blina.alerts.delivering import Deliverer
from blina.alerts.receivers import chosen
from blina.alerts.receivers.model import Receiver
from blina.alerts.timers import Timer
from blina.assistant import Conversation, local_time, settings, voice
from blina.channels import checking_back
from blina.observe import metrics
from blina.rasa_adapter.tracker_store import ConversationStore, StorageFailed, conversation_store
from blina.storage.failures import FAILURES
from blina.triage.turn import MEMORY

_log = logging.getLogger(__name__)

_BETWEEN_LOOKS = 1.0  # seconds


class AlertsChannel(InputChannel):
    """Delivers what the care team has to be told, and lets happen what is due."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "alerts"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """No route: only what is done while the server runs.

        Args:
            on_new_message: not used.

        Returns:
            The blueprint that Rasa's server takes in.

        Raises:
            Stop: a receiver of the settings cannot be used.
        """
        blueprint = Blueprint("alerts")
        receivers = chosen.receivers(settings(), os.environ, voice()) if settings().alerts else []
        tasks: list[asyncio.Future[None]] = []

        @blueprint.listener("after_server_start")
        async def start(app: Sanic, _: Any) -> None:
            store = conversation_store(getattr(app.ctx, "agent", None))
            if store is not None and store.alerts is not None:
                work = _work(app, store, store.alerts, receivers)
                tasks.extend(map(asyncio.ensure_future, work))

        @blueprint.listener("before_server_stop")
        async def stop(_: Sanic, __: Any) -> None:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        return blueprint


def _work(
    app: Sanic, store: ConversationStore, book: AlertBook, receivers: Sequence[Receiver]
) -> Iterator[Awaitable[None]]:
    """All that is done while the server runs."""
    yield look_after(app, store, book)
    for receiver in receivers:
        yield Deliverer(book, receiver).run()
    url = settings().broker_url
    if url and settings().alerts:
        yield Deliverer(book, BrokerReceiver(url)).run()
        yield BrokerConsumer(url, book, [receiver.name for receiver in receivers]).run()


async def look_after(app: Sanic, store: ConversationStore, book: AlertBook) -> None:
    """Let happen what is due, and count what waits, until cancelled.

    Args:
        app: the server; its channels say how they write first.
        store: of the conversations.
        book: holds the timers.
    """
    while True:
        try:
            # what is for the team first: asking back needs the conversation, which may not be readable
            for timer in sorted(await book.due_timers(), key=lambda one: one.kind != raising.UNANSWERED):
                await _happen(app, store, book, timer)
            waiting, dead = await book.counts()
            metrics.ALERTS_WAITING.set(waiting)
            metrics.ALERTS_DEAD.set(dead)
        except FAILURES:
            pass  # the book has said so, once
        except Exception as error:  # noqa: BLE001 - it has to go on
            _log.error("what is due could not be done (%s)", type(error).__name__)
        await asyncio.sleep(_BETWEEN_LOOKS)


async def _happen(app: Sanic, store: ConversationStore, book: AlertBook, timer: Timer) -> None:
    """Do what is due; what cannot be done now is due again, and holds up nothing else."""
    try:
        if timer.kind == raising.UNANSWERED:
            await unanswered(store, book, timer)
        elif timer.kind == CHECK_BACK:
            await checking_back.ask(app.ctx.agent, store, book, timer, checking_back.pushers(app))
    except Exception as error:  # noqa: BLE001 - the next one is due too
        _log.error("what is due could not be done (%s)", type(error).__name__)


async def unanswered(store: ConversationStore, book: AlertBook, timer: Timer) -> None:
    """Tell the team that a question got no answer.

    Args:
        store: of the conversations.
        book: takes the alert.
        timer: of the question.
    """
    try:
        tracker = await store.retrieve(timer.conversation)
        conversation = Conversation.from_json(tracker.get_slot(MEMORY)) if tracker else None
    except StorageFailed as error:
        _log.error("an alert goes without its hand-over (%s)", error)
        conversation = None
    if not raising.is_unanswered(timer, conversation):
        await book.timer_done(timer)
        return
    await raising.add(book, raising.alert_of_timer(book, timer, conversation, local_time()))
    await book.timer_done(timer)
