"""Which conversation a line of the log is about, without telling whose that is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_DIGITS = 12
_current: ContextVar[str | None] = ContextVar("conversation", default=None)
_key = secrets.token_bytes(32)


def use_key(key: bytes) -> None:
    """Name conversations by this key from now on, so that a restart and another replica give the same names.

    Args:
        key: secret.
    """
    global _key
    _key = key


def safe_id(conversation: str) -> str:
    """The name of a conversation in the log: a keyed hash, from which nobody gets back to a person.

    Args:
        conversation: its name in the store, which a program may have chosen.
    """
    return hmac.new(_key, conversation.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_DIGITS]


@contextmanager
def about(conversation: str) -> Iterator[None]:
    """What is logged inside is about a conversation.

    Args:
        conversation: its name in the store.
    """
    token = _current.set(safe_id(conversation))
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str | None:
    """The safe id of the conversation that is being handled, None outside of any."""
    return _current.get()
