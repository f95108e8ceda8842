"""A turn that raises an alert, in a process that is killed between two steps and started again.

Rasa is loaded once; each turn has a process of its own. After a kill the patient's page sends the message
again, with its key, to a process that lives on. Says ``answered KEY`` for each answer that went out.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blina.server import environment

environment.prepare()  # before anything of Rasa is loaded

from rasa.core.channels.channel import CollectingOutputChannel  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402

from blina.alerts.delivering import Deliverer  # noqa: E402
from blina.alerts.receivers import chosen  # noqa: E402
from blina.alerts.receivers.webhook import WebhookReceiver  # noqa: E402
from blina.alerts.store import AlertStore  # noqa: E402
from blina.assistant import settings, voice  # noqa: E402
from blina.rasa_adapter.patches import functions  # noqa: E402
from blina.rasa_adapter.tracker_store import ConversationStore  # noqa: E402
from blina.triage.conversation import Alarm, Conversation  # noqa: E402
from blina.triage.turn import MEMORY  # noqa: E402

SENDER = "web-somebody"


def die() -> None:
    """End as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def killing(owner: Any, name: str, after: bool) -> Callable[[], None]:
    """Kill this process before or after a step."""

    def put_in_place() -> None:
        step = getattr(owner, name)
        if asyncio.iscoroutinefunction(step):

            async def stepped(*given: Any, **named: Any) -> Any:
                if not after:
                    die()
                await step(*given, **named)
                die()

            setattr(owner, name, stepped)
            return

        def did(*given: Any, **named: Any) -> None:
            if not after:
                die()
            step(*given, **named)
            die()

        setattr(owner, name, did)

    return put_in_place


class Page(CollectingOutputChannel):
    """Shows an answer to the patient."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Show it."""
        sys.stdout.write(f"answered {message['text']}\n")
        sys.stdout.flush()


class Processor:
    """As much of Rasa's as sends what an action says."""

    _send_bot_messages = staticmethod(functions._send_bot_messages)

    def __init__(self, store: ConversationStore) -> None:
        self.tracker_store = store

    async def _schedule_reminders(self, *_: Any) -> None:
        """There are none."""

    async def _cancel_reminders(self, *_: Any) -> None:
        """There are none."""


POINTS: dict[str, Callable[[], None]] = {
    "before the alert is kept": killing(AlertStore, "add", after=False),
    "before the answer goes out": killing(AlertStore, "add", after=True),
    "after the answer went out": killing(Page, "send_response", after=True),
    "after the conversation was stored": killing(ConversationStore, "save", after=True),
    "before the alert is sent": killing(WebhookReceiver, "send", after=False),
    "after the team has it": killing(WebhookReceiver, "send", after=True),
    "before that is noted": killing(AlertStore, "delivered", after=False),
    "after that is noted": killing(AlertStore, "delivered", after=True),
}


def events(key: str, turn: int) -> Iterator[Event]:
    """What an action brings that advises to call now."""
    alarm = Alarm(turn, datetime.now(timezone.utc), "contact_now", "red_flag")
    yield SlotSet(MEMORY, Conversation(turn=turn, raised=alarm, last_urgency="contact_now").to_json())
    yield BotUttered(key)


async def turn(key: str, number: int) -> None:
    """Answer one message, then deliver what waits."""
    store = ConversationStore(Domain.empty())
    book = store.alerts
    assert book is not None
    tracker = DialogueStateTracker(SENDER, [])
    tracker.update(UserUttered("I have chills", message_id=key))
    brought = list(events(key, number))
    for event in brought:
        tracker.update(event)
    await functions._tell_the_team_first(Processor(store), brought, tracker, Page())
    await store.save(tracker)
    (receiver,) = chosen.receivers(settings(), os.environ, voice())
    delivering = asyncio.ensure_future(Deliverer(book, receiver).run())
    while await book.counts() != (0, 0):
        await asyncio.sleep(0.01)
    delivering.cancel()
    await asyncio.gather(delivering, return_exceptions=True)
    store.close()


def main() -> None:
    """Kill at each point, and go on."""
    settings()
    voice()
    # a forked process has one thread only: there must be no other that it could miss
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    sys.stdout.write(f"points {len(POINTS)}\n")
    sys.stdout.flush()
    for number, put_in_place in enumerate(POINTS.values(), start=1):
        for is_again in (False, True):
            process = os.fork()
            if process == 0:
                if not is_again:
                    put_in_place()
                asyncio.run(turn(f"message-{number}", number))
                os._exit(0)
            _, status = os.waitpid(process, 0)
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            assert killed != is_again, status


if __name__ == "__main__":
    main()
