"""The locks as Rasa knows them; what they do is tried in `tests/replicas/test_locks.py`."""

from __future__ import annotations

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from blina.rasa_adapter.lock_store import ConversationLocks


async def test_rasa_makes_the_store_from_its_configuration() -> None:
    store = LockStore.create(EndpointConfig(type="blina.rasa_adapter.lock_store.ConversationLocks"))
    assert isinstance(store, ConversationLocks)


async def test_rasa_gets_a_lock_of_its_own_kind() -> None:
    store = ConversationLocks()
    async with store.lock("anna"), store.lock("ben", lock_lifetime=0.01) as lock:
        assert lock.conversation_id == "ben"


async def test_waiting_ends_with_an_error_of_rasas() -> None:
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
