"""While one message is read others are answered, and no message is read without end."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from blina.rasa_adapter import reading_threads
from blina.rasa_adapter.reading_threads import LONG, in_thread


async def test_the_event_loop_goes_on_while_a_message_is_read() -> None:
    async def slow() -> str:
        time.sleep(0.4)
        return threading.current_thread().name

    reading = asyncio.ensure_future(in_thread(slow, 5))
    ticks = 0
    while not reading.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 5
    assert reading.result().startswith("reading")


async def test_a_short_message_does_not_wait_for_long_ones() -> None:
    done: list[str] = []

    async def read(name: str, seconds: float) -> None:
        time.sleep(seconds)
        done.append(name)

    long = [in_thread(lambda: read("long", 0.3), LONG + 1) for _ in range(3)]
    await asyncio.gather(*long, in_thread(lambda: read("short", 0.0), LONG))
    assert done[0] == "short"


async def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_threads, "SECONDS", 0.1)

    async def endless() -> None:
        time.sleep(0.5)

    with pytest.raises(asyncio.TimeoutError):
        await in_thread(endless, 5)


async def test_what_fails_there_fails_here() -> None:
    async def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await in_thread(broken, 5)
