"""What came in and what has to go out, kept until it is done.

A provider is told that a message has arrived once it is kept here, so a crash loses none. What a
patient wrote stays here until it is answered, a reply until it is sent. Of a message that is
answered only the provider's id is left, by which a repeated delivery is known.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from blina.assistant import settings
from blina.channels.messaging.store import MessageStore, Part, QueuedMessage
from blina.storage.clock import SteadyClock
from blina.storage.sqlite import IN_MEMORY
from blina.storage.worker import Worker

_log = logging.getLogger(__name__)

KNOWN_FOR = 48 * 3600.0  # seconds; no provider delivers again after a day
_HOUR = 3600.0  # seconds
_BETWEEN_CLEARINGS = 600.0  # seconds


@dataclass(frozen=True)
class Waiting:
    """A part that has to go out, and the store that holds it."""

    part: Part
    store: MessageStore
    conversation: str


class MessageQueue:
    """One channel's messages in a file; what the file does not take is kept in memory."""

    def __init__(self, file: str, channel: str, clock: Callable[[], float] | None = None) -> None:
        """Open it.

        Args:
            file: path of the SQLite file, or ``:memory:``.
            channel: name of the channel.
            clock: seconds since 1970; a jump of the machine's clock deletes nothing when None.
        """
        self._clock = clock or SteadyClock().now
        self._spare = MessageStore(IN_MEMORY, channel)
        try:
            self._main = MessageStore(file, channel)
        except (sqlite3.Error, OSError) as error:
            _log.error("messages are kept in memory only: %s cannot be used (%s)", file, error)
            self._main = self._spare
        self._sent_undeleted: dict[tuple[MessageStore, str], int] = {}  # rows that were sent, by conversation
        self._worker = Worker("messaging", self._clear, _BETWEEN_CLEARINGS)

    async def add(self, queued: QueuedMessage) -> bool:
        """Keep a message until it is answered.

        Args:
            queued: the message.

        Returns:
            False when it was delivered before.
        """
        return await self._worker.do(partial(self._add, queued))

    async def unanswered(self) -> list[QueuedMessage]:
        """What was kept and not answered when the process ended, oldest first."""
        return await self._worker.do(self._unanswered)

    async def answer(self, queued: QueuedMessage, parts: Sequence[Part], forget: bool = False) -> None:
        """Queue the reply, and drop the words that it answers.

        Args:
            queued: what is answered.
            parts: what to send, in order; may be empty.
            forget: whether to drop also what else has to go out in the conversation.
        """
        await self._worker.do(partial(self._answer, queued, parts, forget))

    async def conversations(self) -> list[str]:
        """The conversations in which something has to go out."""
        return await self._worker.do(self._conversations)

    async def next_part(self, conversation: str) -> Waiting | None:
        """What has to go out next in a conversation.

        Args:
            conversation: its name.

        Raises:
            sqlite3.Error: when the file cannot be read just now.
        """
        return await self._worker.do(partial(self._next_part, conversation))

    async def sent(self, waiting: Waiting) -> None:
        """Drop a part that was sent or given up.

        Args:
            waiting: the part.
        """
        await self._worker.do(partial(self._sent, waiting))

    def close(self) -> None:
        """Let go of the file."""
        self._worker.close()
        for store in {self._main, self._spare}:
            store.close()

    def _add(self, queued: QueuedMessage) -> bool:
        now = self._clock()
        try:
            return self._main.add(queued, now)
        except sqlite3.Error as error:
            _failed(error)
            return self._spare.add(queued, now)

    def _unanswered(self) -> list[QueuedMessage]:
        try:
            return self._main.unanswered()
        except sqlite3.Error as error:
            _failed(error)
            return []

    def _answer(self, queued: QueuedMessage, parts: Sequence[Part], forget: bool) -> None:
        try:
            self._main.answer(queued, parts, forget)
            left: Sequence[Part] = ()
        except sqlite3.Error as error:
            _failed(error)
            left = parts
        if self._spare is not self._main:
            self._spare.answer(queued, left, forget)

    def _conversations(self) -> list[str]:
        try:
            return self._main.conversations()
        except sqlite3.Error as error:
            _failed(error)
            return []

    def _next_part(self, conversation: str) -> Waiting | None:
        for store in (self._spare, self._main):
            part = store.next_part(conversation, self._sent_undeleted.get((store, conversation), 0))
            if part is not None:
                return Waiting(part, store, conversation)
        return None

    def _sent(self, waiting: Waiting) -> None:
        try:
            waiting.store.sent(waiting.part.row)
        except sqlite3.Error as error:
            _failed(error)
            self._sent_undeleted[waiting.store, waiting.conversation] = waiting.part.row

    def _clear(self) -> None:
        now = self._clock()
        for store in (self._main, self._spare):
            store.clear(now - KNOWN_FOR, now - settings().retention_hours * _HOUR)


def _failed(error: sqlite3.Error) -> None:
    """The kind of error only: its text could quote what was to be kept."""
    _log.error("the file of the messages fails (%s)", type(error).__name__)
