"""Messages of one conversation wait for each other, without polling."""

from __future__ import annotations

import asyncio
import time

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from blina.rasa_adapter.lock_store import ConversationLocks


async def test_rasa_makes_the_store_from_its_configuration() -> None:
    store = LockStore.create(EndpointConfig(type="blina.rasa_adapter.lock_store.ConversationLocks"))
    assert isinstance(store, ConversationLocks)


async def test_messages_of_one_conversation_keep_their_order() -> None:
    store = ConversationLocks()
    served: list[int] = []

    async def message(number: int) -> None:
        async with store.lock("anna"):
            await asyncio.sleep(0.01 if number == 0 else 0)
            served.append(number)

    start = time.monotonic()
    await asyncio.gather(*(message(number) for number in range(4)))
    assert served == [0, 1, 2, 3]
    assert time.monotonic() - start < 0.5  # Rasa's own store takes three seconds


async def test_conversations_do_not_wait_for_each_other() -> None:
    store = ConversationLocks()
    async with store.lock("anna"), store.lock("ben", lock_lifetime=0.01) as lock:
        assert lock.conversation_id == "ben"


async def test_waiting_ends() -> None:
    store = ConversationLocks()
    async with store.lock("anna"):
        with pytest.raises(LockError):
            async with store.lock("anna", lock_lifetime=0.01):
                pytest.fail("two messages at once")


async def test_an_error_lets_the_next_message_through() -> None:
    store = ConversationLocks()
    with pytest.raises(ValueError, match="broken"):
        async with store.lock("anna"):
            raise ValueError("broken")
    async with store.lock("anna", lock_lifetime=0.01) as lock:
        assert lock.conversation_id == "anna"


async def test_locks_of_past_conversations_take_no_memory() -> None:
    store = ConversationLocks()
    for number in range(100):
        async with store.lock(f"patient {number}"):
            pass
    assert len(store._locks) <= 1
