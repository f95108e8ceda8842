"""Output channels for programs: one object a reply, with text, buttons and payload together."""

from __future__ import annotations

from asyncio import Queue
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.channels.rest import QueueOutputChannel

FIELDS = ("text", "buttons", "custom")


def as_object(recipient: str, message: dict[str, Any]) -> dict[str, Any]:
    """One reply as a JSON object; fields that say nothing are left out.

    Args:
        recipient: what the client calls the conversation.
        message: Rasa's form of a bot message.

    Returns:
        ``recipient_id`` and those of ``text``, ``buttons`` and ``custom`` that the message has.
    """
    return {"recipient_id": recipient, **{field: message[field] for field in FIELDS if message.get(field)}}


class Collected(CollectingOutputChannel):
    """Collects replies; Rasa's own cuts a text at blank lines and sends the payload apart."""

    def __init__(self, sender: str | None = None) -> None:
        """Collect.

        Args:
            sender: what the client calls the conversation, when that is not its name in the store.
        """
        super().__init__()
        self._sender = sender

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply."""
        await self._persist_message(as_object(self._sender or recipient_id, message))


class Streamed(QueueOutputChannel):
    """Passes replies on one by one."""

    def __init__(self, sender: str, queue: Queue[dict[str, Any] | None]) -> None:
        """Pass on.

        Args:
            sender: what the client calls the conversation.
            queue: takes the replies.
        """
        super().__init__(queue)
        self._sender = sender

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Pass one reply on."""
        await self._persist_message(as_object(self._sender, message))
