"""Messages are read in threads, so that others are answered meanwhile, and for so long only.

Long messages have a thread of their own: a short one never waits for more than the short ones before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

Result = TypeVar("Result")

SECONDS = 10.0  # after which a message counts as one that could not be read, and is answered safely
LONG = 600  # characters

_short = ThreadPoolExecutor(1, thread_name_prefix="reading")
_long = ThreadPoolExecutor(1, thread_name_prefix="reading-long")


async def in_thread(read: Callable[[], Coroutine[Any, Any, Result]], characters: int) -> Result:
    """Run what reads a message.

    Args:
        read: Rasa's pipeline; it waits for nothing of this event loop.
        characters: of the message.

    Returns:
        What it returns.

    Raises:
        asyncio.TimeoutError: when it takes too long.
    """
    threads = _long if characters > LONG else _short
    run = asyncio.get_running_loop().run_in_executor(threads, copy_context().run, _finish, read)
    return await asyncio.wait_for(run, SECONDS)


def stop() -> None:
    """Read nothing more: the process ends without waiting for what nobody will be told."""
    for threads in (_short, _long):
        threads.shutdown(wait=False, cancel_futures=True)


def _finish(read: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    return asyncio.run(read())
