"""What is no request beyond doubt is refused; who drips or opens too much does not hold up the others."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from blina.assistant import safe_answer, settings
from blina.http_server import door, protocol
from blina.http_server.body import MAX_BYTES
from tests.unit.served import served

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"
UPGRADE = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

# What servers and proxies have disagreed about: each could hide a second request, or another's answer.
REFUSED = {
    "a trailer": b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1\r\na\r\n0\r\nXX: /health HTTP/1.1\r\n\r\n",
    "a blank before the colon of a length": POST + b"Content-Length : 36\r\n\r\n" + GET,
    "a blank before the colon of an encoding": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + GET,
    "a plus in a chunk size": CHUNKED + b"\r\n+2a\r\n" + b"a" * 42 + b"\r\n0\r\n\r\n",
    "0x in a chunk size": CHUNKED + b"\r\n0x2a\r\n" + b"a" * 42 + b"\r\n0\r\n\r\n",
    "an underscore in a chunk size": CHUNKED + b"\r\n0_2a\r\n" + b"a" * 42 + b"\r\n0\r\n\r\n",
    "a blank in a chunk size": CHUNKED + b"\r\n2 \r\nab\r\n0\r\n\r\n",
    "a chunk size beyond all bounds": CHUNKED + b"\r\nfffffffffffffffff\r\nab\r\n0\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: a\n\n",
    "one bare line feed": b"GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n",
    "a bare line feed after a chunk": CHUNKED + b"\r\n2\r\nab\n0\r\n\r\n",
    "a bare line feed after a chunk size": CHUNKED + b"\r\n2\nab\r\n0\r\n\r\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n",
    "NUL": b"GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a host that is none": b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "another host in the address": b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a length beside chunks": CHUNKED + b"Content-Length: 3\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "a negative length": POST + b"Content-Length: -3\r\n\r\nabc",
    "a length with a plus": POST + b"Content-Length: +3\r\n\r\nabc",
    "chunks twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "an encoding before chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "an encoding after chunks": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "an encoding that is none": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no address": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a body behind an upgrade": b"POST" + UPGRADE[3:] + KEY + b"Content-Length: 3\r\n\r\nabc",
    "a length behind an upgrade": UPGRADE
    + KEY
    + b"Sec-WebSocket-Version: 13\r\nContent-Length: 3\r\n\r\nabc",
    "a websocket of no version": UPGRADE + KEY + b"Sec-WebSocket-Version: nonsense\r\n\r\n",
    "a websocket without a key": UPGRADE + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "a head without end": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 20_000,
}


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets limits of the settings."""

    def set_(**values: Any) -> None:
        changed = settings().copy(update=values)
        monkeypatch.setattr(protocol, "settings", lambda: changed)

    return set_


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A small server behind the door."""
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(Sanic, "test_mode", True)  # more than one server in a process
    app = Sanic("connections")

    @app.route("/", methods=["GET", "POST"])
    async def hello(request: Request) -> HTTPResponse:
        return response.json({"read": len(request.body), "path": request.path})

    @app.route("/slow")
    async def slow(_: Request) -> HTTPResponse:
        await asyncio.sleep(0.6)
        return response.json({"slow": True})

    async with served(app, monkeypatch) as number:
        yield number
    while protocol._open:
        await asyncio.sleep(0.01)


async def received(port: int, sent: bytes, drip: bytes = b"", seconds: float = 5.0) -> bytes:
    """Send something, then a few bytes again and again; all that comes until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = asyncio.ensure_future(reader.read(-1))
    end = time.monotonic() + seconds
    try:
        while drip and not answer.done() and time.monotonic() < end:
            writer.write(drip)
            await asyncio.sleep(0.05)
        return await asyncio.wait_for(answer, seconds)
    finally:
        writer.close()


async def ask(port: int, sent: bytes, drip: bytes = b"", seconds: float = 5.0) -> tuple[int, Any]:
    """The same; status and JSON of the one answer."""
    head, _, body = (await received(port, sent, drip, seconds)).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


async def test_a_quick_client_is_answered(port: int) -> None:
    assert await ask(port, GET) == (200, {"read": 0, "path": "/"})


@pytest.mark.parametrize("name", REFUSED)
async def test_what_leaves_a_doubt_is_refused_and_ends_the_connection(port: int, name: str) -> None:
    try:
        answer = await received(port, REFUSED[name])
    except ConnectionResetError:  # it was still being sent
        assert name == "a head without end"
        return
    assert answer.count(b"HTTP/1.") == 1
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in answer.lower()


async def test_what_is_refused_gets_no_answer_of_an_earlier_request(port: int) -> None:
    slow = b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"
    try:
        answer = await received(port, slow + REFUSED["two hosts"])
    except ConnectionResetError:
        answer = b""
    assert answer.count(b"HTTP/1.") <= 1
    assert b"400" not in answer


async def test_chunks_are_put_together(port: int) -> None:
    sent = CHUNKED + b"Connection: close\r\n\r\n2\r\nab\r\n1;of=no\r\nc\r\n0\r\n\r\n"
    assert await ask(port, sent) == (200, {"read": 3, "path": "/"})


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (MAX_BYTES + 1),
        POST + b"Content-Length: %d\r\n\r\n" % (MAX_BYTES + 1) + b"a" * (MAX_BYTES + 1),
        CHUNKED + b"\r\n%x\r\n" % (MAX_BYTES + 1) + b"a" * (MAX_BYTES + 1) + b"\r\n0\r\n\r\n",
    ],
)
async def test_what_is_too_large_is_refused_with_the_numbers(
    port: int, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_READ_AWAY_SECONDS", 0.2)
    status, answer = await ask(port, sent)
    assert (status, answer["text"]) == (413, safe_answer())


@given(data=st.binary(max_size=200))
@hypothesis_settings(max_examples=200, deadline=None)
def test_no_bytes_in_a_head_break_the_parser(data: bytes) -> None:
    """What the parser of the door makes of any bytes is a request or a refusal."""

    class Transport:
        closed = False
        written = b""

        def get_extra_info(self, name: str) -> Any:
            return ("127.0.0.1", 1) if name in ("peername", "sockname") else None

        def write(self, some: bytes) -> None:
            self.written += some

        def close(self) -> None:
            self.closed = True

        abort = close

        def is_closing(self) -> bool:
            return self.closed

        def pause_reading(self) -> None: ...

        def resume_reading(self) -> None: ...

    async def take() -> None:
        server = door.Server(Sanic._app_registry.get("any") or Sanic("any"))
        connection = protocol.Connection(server.config, server.server_state, {})
        transport = Transport()
        connection.connection_made(transport)
        connection.data_received(b"POST / HTTP/1.1\r\nHost: a\r\n")
        connection.data_received(data)
        for task in list(server.server_state.tasks):
            task.cancel()
        connection.connection_lost(None)
        assert not transport.written or transport.written.startswith(b"HTTP/1.1 400")

    asyncio.run(take())


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3E8\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n",
        b"",
    ],
)
async def test_who_drips_is_hung_up_on(port: int, sent: bytes) -> None:
    try:
        answer = await ask(port, sent, drip=b"a" if sent else b"")
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


async def test_who_still_waits_when_it_stops_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    async def for_ever(*_: Any) -> None:
        await asyncio.sleep(60)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    stopping = door.Door(Sanic("stopping"))
    monkeypatch.setattr(stopping, "_application", lambda _: for_ever)
    asked = asyncio.ensure_future(stopping({"type": "http", "headers": [], "path": "/"}, receive, send))
    await asyncio.sleep(0.05)
    stopping.closes = True
    stopping.give_up()
    with pytest.raises(asyncio.CancelledError):
        await asked
    start, body = sent
    assert start["status"] == 503
    assert (b"retry-after", b"5") in start["headers"]
    assert json.loads(body["body"])["text"] == safe_answer()
