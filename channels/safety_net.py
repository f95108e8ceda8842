"""Nobody is left without an answer: what to do when handling a message fails or says nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from actions.resources import safe_answer

_log = logging.getLogger(__name__)

_delivered: ContextVar[list[bool]] = ContextVar("delivered")


def note_delivery() -> None:
    """Called for every bot message that a channel has taken."""
    record = _delivered.get(None)
    if record is not None:
        record.append(True)


async def answered(handle: Callable[[UserMessage], Awaitable[Any]], message: UserMessage) -> Any:
    """Handle a message; whatever happens, the patient gets an answer.

    Args:
        handle: does the work and sends the replies.
        message: what the patient sent.

    Returns:
        What ``handle`` returns, None when it failed.
    """
    result = None
    record: list[bool] = []
    token = _delivered.set(record)
    try:
        result = await handle(message)
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        # the type only: the text of an error can hold the patient's words
        _log.error("a message could not be handled (%s)", type(error).__name__)
    finally:
        _delivered.reset(token)
    if not record:
        await send_safe_answer(message.output_channel, message.sender_id)
    return result


async def send_safe_answer(channel: OutputChannel, sender: str) -> None:
    """Send the warning with the phone numbers.

    Args:
        channel: where the patient's message came from.
        sender: the conversation.
    """
    _log.error("a message had no answer: sending the safe one")
    try:
        await channel.send_response(sender, {"text": safe_answer()})
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        _log.error("the safe answer could not be sent (%s)", type(error).__name__)
