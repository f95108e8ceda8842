"""One message of a conversation at a time, in order, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig


class ConversationLocks(LockStore):
    """Locks in this process's memory.

    Rasa's own in-memory store looks once a second whether it is a message's turn; here the
    next message goes on the moment the one before is done. For more than one process use
    Rasa's Redis lock store.
    """

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        """A store without locks; the endpoint has no settings."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncIterator[TicketLock]:
        """Hold the conversation.

        Args:
            conversation_id: whose messages wait for each other.
            lock_lifetime: seconds to wait for the messages before this one.
            wait_time_in_seconds: Rasa's time between two looks; not needed here.

        Yields:
            Rasa's form of a lock.

        Raises:
            LockError: when the messages before this one take longer than ``lock_lifetime``.
        """
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), lock_lifetime)
        except asyncio.TimeoutError:
            raise LockError("the messages before this one take too long") from None
        try:
            yield TicketLock(conversation_id)
        finally:
            lock.release()
