"""One message of a conversation at a time, in order, without polling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from blina.replicas.locks import Busy, Locks, locks


class ConversationLocks(LockStore):
    """Locks in this process's memory or, with the setting ``redis_url``, of all replicas.

    Rasa's own stores look once a second whether it is a message's turn; here the next message goes on
    the moment the one before is done.
    """

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, conversations: Locks | None = None
    ) -> None:
        """A store without locks.

        Args:
            endpoint_config: Rasa's; there is nothing to configure.
            conversations: the locks; by the settings when None.
        """
        self._conversations = conversations or locks("conversation")
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
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self._conversations.hold(conversation_id, lock_lifetime))
            except Busy:
                raise LockError("the messages before this one take too long") from None
            yield TicketLock(conversation_id)
