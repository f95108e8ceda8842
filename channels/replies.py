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
        recipient: the conversation.
        message: Rasa's form of a bot message.

    Returns:
        ``recipient_id`` and those of ``text``, ``buttons`` and ``custom`` that the message has.
    """
    return {"recipient_id": recipient, **{field: message[field] for field in FIELDS if message.get(field)}}


class Collected(CollectingOutputChannel):
    """Collects replies; Rasa's own cuts a text at blank lines and sends the payload apart."""

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply."""
        await self._persist_message(as_object(recipient_id, message))


class Streamed(QueueOutputChannel):
    """Passes replies on one by one."""

    def __init__(self, queue: Queue[dict[str, Any] | None]) -> None:
        super().__init__(queue)

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Pass one reply on."""
        await self._persist_message(as_object(recipient_id, message))
