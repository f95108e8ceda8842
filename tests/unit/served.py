"""A Sanic application behind the door, on a free port of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sanic import Sanic

from blina.http_server import access, door
from blina.http_server.port import listen

_SECONDS = 8  # for whoever is still connected when it stops


@asynccontextmanager
async def served(app: Sanic, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Serve it as long as the block lasts.

    Args:
        app: what is behind the door; made after `Sanic.test_mode` was set.
        monkeypatch: of the test.

    Yields:
        The port.
    """
    access.protect(app)
    server = door.Server(app)
    monkeypatch.setattr(server, "_take_signals", lambda _: None)
    listener = listen("127.0.0.1", 0)
    number: int = listener.getsockname()[1]
    running = asyncio.ensure_future(server.serve([listener]))
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    yield number
    server.should_exit = True
    await asyncio.wait_for(running, _SECONDS)
