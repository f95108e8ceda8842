"""A client that drips, or opens more connections than it may, does not hold up the others."""

# Sanic's server has no types
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.resources import safe_answer, settings
from channels import gate
from server import connections
from server.port import listen

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets limits of the settings."""

    def set_(**values: Any) -> None:
        changed = settings().copy(update=values)
        monkeypatch.setattr(connections, "settings", lambda: changed)

    return set_


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A small server behind such connections."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(connections, "_BETWEEN_LOOKS", 0.1)
    monkeypatch.setattr(gate, "_RECEIVING_SECONDS", 0.2)
    monkeypatch.setattr(Sanic, "test_mode", True)  # more than one server in a process
    app = Sanic("connections")

    @app.route("/", methods=["GET", "POST"])
    async def hello(request: Request) -> HTTPResponse:
        return response.json({"read": len(request.body)})

    gate.protect(app)
    listener = listen("127.0.0.1", 0)
    server = await app.create_server(
        sock=listener, return_asyncio_server=True, protocol=connections.Connection
    )
    assert server is not None
    await server.startup()
    await server.start_serving()
    yield listener.getsockname()[1]
    server.close()
    await server.wait_closed()
    while connections._open:
        await asyncio.sleep(0.01)


async def ask(port: int, sent: bytes, drip: bytes = b"", seconds: float = 5.0) -> tuple[int, Any]:
    """Send something, then a few bytes again and again; status and JSON of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = asyncio.ensure_future(reader.read(65_536))  # the rest may be lost when the server hangs up
    end = time.monotonic() + seconds
    try:
        while drip and not answer.done() and time.monotonic() < end:
            writer.write(drip)
            await asyncio.sleep(0.05)
        head, _, body = (await asyncio.wait_for(answer, seconds)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return int(head.split()[1]), json.loads(body)


async def test_a_quick_client_is_answered(port: int) -> None:
    assert await ask(port, GET) == (200, {"read": 0})


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nX: ",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 60000\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 60000\r\nUpgrade: websocket\r\n\r\n",
    ],
)
async def test_who_drips_is_hung_up_on(port: int, sent: bytes) -> None:
    try:
        answer = await ask(port, sent, drip=b"a")
    except ConnectionResetError:  # what was sent too late can overtake the answer
        return
    assert answer == (408, {"error": "Request Timeout"})


async def test_too_many_connections_of_one_address_are_refused_with_the_numbers(
    port: int, limit: Callable[..., None]
) -> None:
    limit(open_connections_per_address=2, limit_own_machine=True)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    status, answer = await ask(port, GET)
    assert (status, answer["text"]) == (503, safe_answer())
    held[0][1].close()
    await asyncio.sleep(0.1)
    assert (await ask(port, GET))[0] == 200
    held[1][1].close()


async def test_too_many_connections_in_all_are_refused(port: int, limit: Callable[..., None]) -> None:
    limit(open_connections=2)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    assert (await ask(port, GET))[0] == 503
    for _, writer in held:
        writer.close()


@pytest.mark.parametrize(
    "more", [{"limit_own_machine": False}, {"limit_own_machine": True, "trusted_proxies": 1}]
)
async def test_this_machine_and_trusted_proxies_have_no_limit_of_their_own(
    port: int, limit: Callable[..., None], more: dict[str, Any]
) -> None:
    limit(open_connections_per_address=1, **more)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    assert (await ask(port, GET))[0] == 200
    for _, writer in held:
        writer.close()
