"""One shape for what the page shows: sent as it happens, and again from the tracker after a reload."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, UserUttered

Item = dict[str, Any]
TYPED = "typed"  # in a message's metadata: the text as the patient typed it, where it was cleaned


def from_user(key: str, text: str, moment: float) -> Item:
    """A message of the patient.

    Args:
        key: the id that the page gave it.
        text: as typed.
        moment: seconds since 1970.
    """
    return {"key": key, "from": "user", "text": text, "time": moment}


def from_bot(to: str, number: int, message: dict[str, Any], moment: float) -> Item:
    """A reply.

    Args:
        to: key of the message that it answers.
        number: which reply to that message, from 0.
        message: Rasa's form of a bot message.
        moment: seconds since 1970.
    """
    return {
        "key": f"{to}/{number}",
        "from": "bot",
        "text": message.get("text") or "",
        "chips": [
            {"title": button["title"], "value": button["payload"]} for button in message.get("buttons") or []
        ],
        "payload": message.get("custom") or None,
        "time": moment,
    }


def from_events(events: Iterable[Mapping[str, Any]]) -> list[Item]:
    """The conversation as it was shown.

    Args:
        events: of whole turns, as Rasa has them in JSON.
    """
    items: list[Item] = []
    key, number = "start", 0
    for event in events:
        if event["event"] == UserUttered.type_name:
            key, number = event.get("message_id") or f"user-{len(items)}", 0
            text = (event.get("metadata") or {}).get(TYPED) or event.get("text") or ""
            items.append(from_user(key, text, event["timestamp"]))
        elif event["event"] == BotUttered.type_name:
            said = {**(event.get("data") or {}), "text": event.get("text")}
            items.append(from_bot(key, number, said, event["timestamp"]))
            number += 1
    return items


class Replies(OutputChannel):
    """Passes the replies to one message on to the page, each as one item."""

    def __init__(
        self,
        to: str,
        deliver: Callable[[Item], Awaitable[None]],
        forgotten: Callable[[], Awaitable[None]],
    ) -> None:
        """Pass on.

        Args:
            to: key of the message that is answered.
            deliver: sends an item to every page that shows the conversation.
            forgotten: tells every page that the conversation was deleted.
        """
        self._to = to
        self._deliver = deliver
        self.forgotten = forgotten
        self._number = 0

    @classmethod
    def name(cls) -> str:
        """The channel's name: the web channel's."""
        return "web"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Pass one reply on: text, chips and payload together."""
        item = from_bot(self._to, self._number, message, time.time())
        self._number += 1
        await self._deliver(item)
