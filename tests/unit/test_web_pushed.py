"""What the assistant says on its own is shown on a page that is open, at whichever replica that is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from blina.alerts.timers import Timer
from blina.channels.web import events
from blina.channels.web.events import Socket
from blina.triage.turn import Reply

TIMER = Timer("web-one", "check_back", 0.0)
Heard = Callable[[dict[str, Any]], Awaitable[None]]


class Line:
    """Sockets of one replica: who is where, and what was shown.

    Args:
        open_pages: the conversations that are shown there.
    """

    def __init__(self, *open_pages: str) -> None:
        self.shown: list[str] = []
        self.manager = SimpleNamespace(
            get_participants=lambda _, room: [("sid", "eio")] if room in open_pages else []
        )
        self._open = open_pages

    def on(self, *_: Any) -> None:
        """Every event is taken."""

    async def emit(self, _: str, item: dict[str, Any], room: str) -> None:
        if room in self._open:
            self.shown.append(item["text"])


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """All that one replica tells the others; each of them hears it."""
    hearing: dict[str, list[Heard]] = {}
    notices: list[dict[str, Any]] = []

    def made(kind: str, heard: Heard) -> Any:
        hearing.setdefault(kind, []).append(heard)

        async def tell(fields: dict[str, Any]) -> None:
            notices.append(fields)
            for one in hearing[kind]:
                if one is not heard:
                    await one(fields)

        return SimpleNamespace(tell=tell)

    monkeypatch.setattr(events, "notices", made)
    return notices


async def test_it_is_shown_at_the_replica_where_the_page_is_open(told: list[dict[str, Any]]) -> None:
    tracker = DialogueStateTracker("web-one", [])
    tracker.update(UserUttered("I have chills"))
    tracker.update(BotUttered("Have you reached your team?", metadata={}))

    async def retrieve(_: str) -> DialogueStateTracker:
        return tracker

    agent: Any = SimpleNamespace(tracker_store=SimpleNamespace(retrieve=retrieve))
    here, there, elsewhere = Line(), Line("one"), Line("another")
    sockets: list[Any] = [
        Socket(line, None, None, None, lambda: agent)  # type: ignore[arg-type]
        for line in (here, there, elsewhere)
    ]
    await sockets[0].push(TIMER, tracker, Reply("Have you reached your team?"))
    assert (here.shown, there.shown, elsewhere.shown) == ([], ["Have you reached your team?"], [])
    assert told == [{"session": "one"}]  # no word of it goes through Redis
