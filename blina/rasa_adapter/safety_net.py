"""Nobody is left without an answer: what to do when handling a message fails or says nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from rasa.core.channels.channel import OutputChannel, UserMessage

from blina.assistant import safe_answer
from blina.knowledge.schema import Urgency
from blina.observe import correlation, metrics
from blina.triage.turn import MEMORY

_log = logging.getLogger(__name__)

SECONDS_TO_FINISH = 4.0  # for the messages that are being handled when the server stops
_TO_ACKNOWLEDGE = 0.1  # seconds in which a channel says that a message was handled


@dataclass
class _Turn:
    """What happened while one message was handled."""

    delivered: bool = False
    forgotten: bool = False
    history_missing: bool = False


_turn: ContextVar[_Turn] = ContextVar("turn")
_running: set[asyncio.Future[None]] = set()  # done when a message has been handled


@runtime_checkable
class ShowsConversation(Protocol):
    """An output channel that still shows what was said, and wants to know when that is deleted."""

    async def forgotten(self) -> None:
        """Called when the conversation was deleted because the patient's message asked for it."""


def note_delivery() -> None:
    """Called for every bot message that a channel has taken."""
    turn = _turn.get(None)
    if turn is not None:
        turn.delivered = True


def note_forgotten() -> None:
    """Called when the conversation that is being handled has been deleted."""
    turn = _turn.get(None)
    if turn is not None:
        turn.forgotten = True


def note_history_missing() -> bool:
    """Called when what was said before cannot be read.

    Returns:
        Whether a message is being handled, which has to be answered all the same.
    """
    turn = _turn.get(None)
    if turn is None:
        return False
    turn.history_missing = True
    return True


def is_history_missing() -> bool:
    """Whether the message that is being handled is read without what was said before it."""
    turn = _turn.get(None)
    return turn is not None and turn.history_missing


def without_history(result: dict[str, Any]) -> dict[str, Any]:
    """What an action said, where it did not know what was said before: only a warning is sure to be right.

    Args:
        result: events and responses of the action.

    Returns:
        The same for a warning, else the safe answer with the phone numbers.
    """
    for event in result["events"]:
        memory = event.get("value")
        if event.get("name") == MEMORY and isinstance(memory, dict):
            urgency = memory.get("last_urgency")
            if urgency and Urgency(urgency) >= Urgency.CONTACT_NOW:
                return result
    return {"events": [], "responses": [{"text": safe_answer()}]}


async def answered(handle: Callable[[UserMessage], Awaitable[Any]], message: UserMessage) -> Any:
    """Handle a message; whatever happens, the patient gets an answer.

    Args:
        handle: does the work and sends the replies.
        message: what the patient sent.

    Returns:
        What ``handle`` returns, None when it failed.
    """
    metrics.MESSAGES.labels(str(message.input_channel)).inc()
    with correlation.about(message.sender_id), metrics.timed("whole"):
        return await _answered(handle, message)


async def _answered(handle: Callable[[UserMessage], Awaitable[Any]], message: UserMessage) -> Any:
    result = None
    turn = _Turn()
    token = _turn.set(turn)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _running.add(done)
    try:
        try:
            result = await handle(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            # the type only: the text of an error can hold the patient's words
            _log.error("a message could not be handled (%s)", type(error).__name__)
        if not turn.delivered:
            await send_safe_answer(message.output_channel, message.sender_id)
        if turn.forgotten:
            await _tell_forgotten(message.output_channel)
    finally:
        _turn.reset(token)
        _running.discard(done)
        done.set_result(None)
    return result


metrics.IN_PROGRESS.set_function(lambda: len(_running))


async def finish(seconds: float = SECONDS_TO_FINISH) -> None:
    """Wait until the messages that are being handled are answered and stored.

    Args:
        seconds: at most.
    """
    if _running:
        await asyncio.wait(set(_running), timeout=seconds)
        await asyncio.sleep(_TO_ACKNOWLEDGE)


async def send_safe_answer(channel: OutputChannel, sender: str) -> None:
    """Send the warning with the phone numbers.

    Args:
        channel: where the patient's message came from.
        sender: the conversation.
    """
    _log.error("a message had no answer: sending the safe one")
    metrics.SAFE_ANSWERS.inc()
    try:
        await channel.send_response(sender, {"text": safe_answer()})
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        _log.error("the safe answer could not be sent (%s)", type(error).__name__)


async def _tell_forgotten(channel: OutputChannel) -> None:
    if isinstance(channel, ShowsConversation):
        try:
            await channel.forgotten()
        except Exception as error:  # noqa: BLE001 - what was asked for has been done all the same
            _log.error("a page could not be told of a deletion (%s)", type(error).__name__)
