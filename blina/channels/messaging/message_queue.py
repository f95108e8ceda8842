"""What came in and what has to go out, kept until it is done.

A provider is told that a message has arrived once it is kept here, so a crash loses none. What a
patient wrote stays here until it is answered, a reply until it is sent. Of a message that is
answered only the provider's id is left, by which a repeated delivery is known.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from blina.assistant import settings
from blina.channels.messaging.kept import Messages, Part, QueuedMessage
from blina.channels.messaging.shared_store import SharedMessageStore
from blina.channels.messaging.store import MessageStore
from blina.storage.clock import SteadyClock
from blina.storage.failures import FAILURES
from blina.storage.sqlite import IN_MEMORY
from blina.storage.worker import Worker

_log = logging.getLogger(__name__)

KNOWN_FOR = 48 * 3600.0  # seconds; no provider delivers again after a day
_HOUR = 3600.0  # seconds
_BETWEEN_CLEARINGS = 600.0  # seconds
BETWEEN_SIGNS_OF_LIFE = 2.0  # seconds


@dataclass(frozen=True)
class Waiting:
    """A part that has to go out, and the store that holds it."""

    part: Part
    store: Messages
    conversation: str


class MessageQueue:
    """One channel's messages in a file or a shared database; what that does not take is kept in memory."""

    def __init__(self, place: str, channel: str, clock: Callable[[], float] | None = None) -> None:
        """Open it.

        Args:
            place: path of the SQLite file, ``:memory:``, or the URL of the PostgreSQL database.
            channel: name of the channel.
            clock: seconds since 1970; a jump of the machine's clock deletes nothing when None.
        """
        self._clock = clock or SteadyClock().now
        self._spare = MessageStore(IN_MEMORY, channel)
        self._main = _opened(place, channel) or self._spare
        self._sent_undeleted: dict[tuple[Messages, str], int] = {}  # rows that were sent, by conversation
        self._answering: set[str] = set()  # keys of messages
        self._sending: set[str] = set()  # conversations
        self._next_clearing = time.monotonic()
        seconds = BETWEEN_SIGNS_OF_LIFE if self.is_shared else _BETWEEN_CLEARINGS
        self._worker = Worker("messaging", self._chore, seconds)

    @property
    def is_shared(self) -> bool:
        """Whether other replicas keep their messages there too, and may leave some behind."""
        return self._main.IS_SHARED

    async def add(self, queued: QueuedMessage) -> bool:
        """Keep a message until it is answered.

        Args:
            queued: the message.

        Returns:
            False when it was delivered before.
        """
        return await self._worker.do(partial(self._add, queued))

    async def unanswered(self) -> list[QueuedMessage]:
        """What was kept and not answered when a process ended, oldest first."""
        return await self._worker.do(self._unanswered)

    async def is_next(self, queued: QueuedMessage) -> bool:
        """Whether no other replica has to answer an earlier message of the conversation first.

        Args:
            queued: the message.
        """
        return await self._worker.do(partial(self._is_next, queued))

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
            Exception: one of `FAILURES`, when the messages cannot be read just now.
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
            is_new = self._main.add(queued, now)
        except FAILURES as error:
            _failed(error)
            is_new = self._spare.add(queued, now)
        if is_new:
            self._answering.add(queued.incoming.key)
        return is_new

    def _unanswered(self) -> list[QueuedMessage]:
        try:
            found = self._main.unanswered()
        except FAILURES as error:
            _failed(error)
            return []
        self._answering |= {queued.incoming.key for queued in found}
        return found

    def _is_next(self, queued: QueuedMessage) -> bool:
        try:
            return self._main.is_next(queued)
        except FAILURES:
            return True  # nobody waits for what cannot be known

    def _answer(self, queued: QueuedMessage, parts: Sequence[Part], forget: bool) -> None:
        try:
            self._main.answer(queued, parts, forget)
            left: Sequence[Part] = ()
        except FAILURES as error:
            _failed(error)
            left = parts
        if self._spare is not self._main:
            self._spare.answer(queued, left, forget)
        self._answering.discard(queued.incoming.key)

    def _conversations(self) -> list[str]:
        try:
            return self._main.conversations()
        except FAILURES as error:
            _failed(error)
            return []

    def _next_part(self, conversation: str) -> Waiting | None:
        self._sending.discard(conversation)
        for store in (self._spare, self._main):
            part = store.next_part(conversation, self._sent_undeleted.get((store, conversation), 0))
            if part is not None:
                self._sending.add(conversation)
                return Waiting(part, store, conversation)
        return None

    def _sent(self, waiting: Waiting) -> None:
        try:
            waiting.store.sent(waiting.part.row)
        except FAILURES as error:
            _failed(error)
            self._sent_undeleted[waiting.store, waiting.conversation] = waiting.part.row

    def _chore(self) -> None:
        if time.monotonic() >= self._next_clearing:
            self._next_clearing = time.monotonic() + _BETWEEN_CLEARINGS
            now = self._clock()
            for store in (self._spare, self._main):  # what is in memory goes also where the database fails
                store.clear(now - KNOWN_FOR, now - settings().retention_hours * _HOUR)
        self._main.stay_alive(self._answering, self._sending)


def _opened(place: str, channel: str) -> Messages | None:
    if "://" in place:
        return SharedMessageStore(place, channel)
    try:
        return MessageStore(place, channel)
    except (sqlite3.Error, OSError) as error:
        _log.error("messages are kept in memory only: %s cannot be used (%s)", place, error)
        return None


def _failed(error: Exception) -> None:
    """The kind of error only: its text could quote what was to be kept."""
    _log.error("what keeps the messages fails (%s)", type(error).__name__)
