"""The front door: uvicorn serves Rasa's Sanic application, and what stands beside it, on one port.

Rasa pins Sanic 21.12, whose own server gets no corrections any more and lets one request hide in another.
Here Sanic only routes and answers: a request reaches it when all of it has come in, was not too long, and is
beyond doubt (`blina/http_server/protocol.py`).
"""

# Sanic has no types
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
import uvloop
from sanic import Sanic
from sanic.asgi import ASGIApp
from sanic.compat import Header
from sanic.models.asgi import MockTransport
from sanic.models.server_types import ConnInfo
from sanic.request import Request
from uvicorn.protocols.utils import ClientDisconnected

from blina.assistant import safe_answer
from blina.http_server import access, protocol
from blina.http_server.body import MAX_BYTES
from blina.http_server.port import Waiting, listen

_log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ANSWERING_SECONDS = 60.0  # for a turn, and for the long polls of the page
_KEEP_ALIVE_SECONDS = 10
_FINISHING_SECONDS = 5.0  # when it stops: for the turns that are being answered
_LAST_ANSWERS_SECONDS = 1  # and after them, for what is on its way
STOPPING_SECONDS = 7.5  # for all of it, with what is done after the last answer
_READ_AWAY_BYTES = 1024 * 1024  # of what is too large, so that who sent it can read the answer
_READ_AWAY_SECONDS = 2.0
_COME_BACK_SECONDS = b"5"


class _TooLarge(Exception):
    pass


class _Gone(Exception):
    pass


def mount(app: Sanic, path: str, application: Application) -> None:
    """Serve an application of its own beside Sanic's.

    Args:
        app: Rasa's server.
        path: everything at or below it is for the application.
        application: ASGI.
    """
    _mounts(app)[path] = application


def request_of(app: Sanic, scope: Scope, receive: Receive, send: Send) -> Request:
    """What came, as Sanic has it: for what looks at addresses and headers only.

    Args:
        app: Rasa's server.
        scope: of the request or websocket.
        receive: the scope's.
        send: the scope's.
    """
    headers = Header([(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]])
    transport = MockTransport(scope, receive, send)
    url = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    request = Request(url, headers, "1.1", scope.get("method", "GET"), transport, app)
    request.conn_info = ConnInfo(transport)
    return request


class Door:
    """What uvicorn calls for every request and websocket.

    Args:
        app: Rasa's server.
    """

    def __init__(self, app: Sanic) -> None:
        self._app = app
        self._asked: set[asyncio.Task[Any] | None] = set()
        self.closes = False

    def give_up(self) -> None:
        """Tell everybody who still waits for an answer to come back later, with the phone numbers."""
        for task in self._asked:
            if task is not None:
                task.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request or websocket on."""
        if scope["type"] == "http":
            task = asyncio.current_task()
            self._asked.add(task)
            try:
                await self._http(scope, receive, _Answer(send))
            finally:
                self._asked.discard(task)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            if self.closes:
                await answer.error(HTTPStatus.SERVICE_UNAVAILABLE, retry=True)
                return
            body = await asyncio.wait_for(_body(scope, receive), protocol.REQUEST_SECONDS)
            answer.was_asked = True
            application = self._application(scope) or self._sanic
            await asyncio.wait_for(application(scope, _replay(body, receive), answer), ANSWERING_SECONDS)
        except (_Gone, ClientDisconnected):
            return
        except asyncio.CancelledError:  # it takes too long to stop: nobody goes without an answer
            with suppress(Exception):
                await answer.error(HTTPStatus.SERVICE_UNAVAILABLE, retry=True)
            raise
        except _TooLarge:
            await _read_away(receive)
            await answer.error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text=safe_answer())
        except asyncio.TimeoutError:
            late = HTTPStatus.SERVICE_UNAVAILABLE if answer.was_asked else HTTPStatus.REQUEST_TIMEOUT
            await answer.error(late)
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            _log.error("a request failed (%s)", type(error).__name__)
            await answer.error(HTTPStatus.INTERNAL_SERVER_ERROR)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        application = self._application(scope)
        if application is None or self.closes:
            status = HTTPStatus.SERVICE_UNAVAILABLE if self.closes else HTTPStatus.NOT_FOUND
            await receive()
            await refuse_websocket(send, status)
            return
        try:
            await application(scope, receive, send)
        except (ConnectionError, ClientDisconnected):
            return  # it broke off, as connections of phones do
        except Exception as error:  # noqa: BLE001 - one connection's trouble is no reason for a trace
            _log.error("a websocket failed (%s)", type(error).__name__)

    def _application(self, scope: Scope) -> Application | None:
        path = scope["path"].rstrip("/")
        for prefix, application in _mounts(self._app).items():
            if path == prefix or path.startswith(f"{prefix}/"):
                return application
        return None

    async def _sanic(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = await ASGIApp.create(self._app, scope, receive, send)
        await exchange()


class _Answer:
    """Sends an answer: with the security headers, and its length where it comes in one piece."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self.was_asked = False
        self._is_started = False

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            start["headers"] = _complete(start["headers"], message, start["status"])
            self._is_started = True
            await self._send(start)
        await self._send(message)

    async def error(self, status: HTTPStatus, retry: bool = False, **more: str) -> None:
        """Answer with an error, unless an answer is on its way; the connection is closed."""
        if self._is_started:
            raise ConnectionAbortedError
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            more = {"text": safe_answer(), **more}
        content = json.dumps({"error": status.phrase, **more}).encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        if retry:
            headers.append((b"retry-after", _COME_BACK_SECONDS))
        await self({"type": "http.response.start", "status": int(status), "headers": headers})
        await self({"type": "http.response.body", "body": content, "more_body": False})


def _complete(given: Any, first: Message, status: int) -> list[tuple[bytes, bytes]]:
    headers = [(bytes(name), bytes(value)) for name, value in given]
    names = {name.lower() for name, _ in headers}
    for name, value in access.HEADERS.items():
        if name.lower().encode() not in names:
            headers.append((name.lower().encode(), value.encode()))
    whole = not first.get("more_body", False)
    bodiless = status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
    if whole and not bodiless and not names & {b"content-length", b"transfer-encoding"}:
        headers.append((b"content-length", str(len(first.get("body") or b"")).encode()))
    return headers


async def refuse_websocket(send: Send, status: HTTPStatus) -> None:
    """Answer to who wants a websocket and gets none.

    Args:
        send: the scope's; nothing has been sent yet.
        status: why.
    """
    more = {"text": safe_answer()} if status >= HTTPStatus.INTERNAL_SERVER_ERROR else {}
    content = json.dumps({"error": status.phrase, **more}).encode()
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", _COME_BACK_SECONDS))
    body = {"type": "websocket.http.response.body", "body": content}
    start = {"type": "websocket.http.response.start", "status": int(status)}
    await send({**start, "headers": _complete(headers, body, status)})
    await send(body)


async def _body(scope: Scope, receive: Receive) -> bytes:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if int(length) > MAX_BYTES:
        raise _TooLarge
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Gone
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BYTES:
            raise _TooLarge
        if not message.get("more_body", False):
            return body


async def _read_away(receive: Receive) -> None:
    """Take in some of what is refused: who still sends does not hear the answer."""

    async def read() -> None:
        left = _READ_AWAY_BYTES
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return

    try:
        await asyncio.wait_for(read(), _READ_AWAY_SECONDS)
    except asyncio.TimeoutError:
        return


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hands on a body that has come in, and after it whether the client is still there."""
    left = [body]

    async def next_() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return await receive()

    return next_


class Server(uvicorn.Server):
    """uvicorn, with the listeners of a Sanic application around it.

    Args:
        app: Rasa's server.
        secure: for HTTPS, None for HTTP.
    """

    def __init__(self, app: Sanic, secure: ssl.SSLContext | None = None) -> None:
        self._app = app
        self._door = Door(app)
        config = uvicorn.Config(
            self._door,
            interface="asgi3",
            http=protocol.Connection,
            ws=protocol.WebSocket,
            ws_max_size=MAX_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=None,  # the page's protocol has pings of its own
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # whom to believe is a setting of ours
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        )
        config.load()
        config.ssl = secure
        super().__init__(config)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Get the application ready, then listen."""
        for name in ("uvicorn.error", "uvicorn.asgi"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # nothing that a client sends writes a line
        loop = asyncio.get_running_loop()
        self._app.asgi = True
        await self._app._startup()
        await self._app._server_event("init", "before", loop)
        self._take_signals(loop)
        await super().startup(sockets)
        await self._app._server_event("init", "after", loop)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Take nothing new, finish what is being answered, then end."""
        loop = asyncio.get_running_loop()
        self._door.closes = True
        for server in self.servers:
            server.close()
        try:
            await asyncio.wait_for(self._app._server_event("shutdown", "before", loop), _FINISHING_SECONDS)
        except asyncio.TimeoutError:
            _log.error("not everything was finished in %d seconds", _FINISHING_SECONDS)
            self._door.give_up()
        await super().shutdown(sockets)
        await self._app._server_event("shutdown", "after", loop)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; whatever holds that up is given up after a while."""
        if not self.should_exit:
            last = threading.Timer(STOPPING_SECONDS, _give_up)
            last.daemon = True
            last.start()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone until it listens: what loads can be interrupted."""
        yield

    def _take_signals(self, loop: asyncio.AbstractEventLoop) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, self.handle_exit, number, None)


def _give_up() -> None:
    _log.error("stopping took more than %s seconds: what was left to do was given up", STOPPING_SECONDS)
    os._exit(1)


def serve(app: Sanic, listener: socket, secure: ssl.SSLContext | None = None) -> None:
    """Serve until SIGINT or SIGTERM, or until the application is stopped.

    Args:
        app: Rasa's server.
        listener: where to listen.
        secure: for HTTPS, None for HTTP.

    Raises:
        Exception: whatever the application's listeners raise before it is ready.
    """
    server = Server(app, secure)
    app.ctx.door = server
    with _loop() as loop:
        loop.run_until_complete(server.serve([listener]))


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        asyncio.set_event_loop(None)
        loop.close()


def run(app: Sanic, host: str = "127.0.0.1", port: int = 5005, **options: Any) -> None:
    """What Rasa's own commands call instead of Sanic's ``run``.

    Args:
        app: Rasa's server.
        host: where to listen.
        port: where to listen.
        options: Sanic's; ``sock`` and ``ssl`` are heeded.
    """
    secure = options.get("ssl")
    with options.get("sock") or listen(host, port) as listener:
        if secure is not None:
            serve(app, listener, secure)
            return
        with Waiting(
            listener
        ) as waiting:  # who comes while the model is loaded is answered, not kept waiting

            async def take_over(*_: Any) -> None:
                waiting.stop()

            app.register_listener(take_over, "before_server_start")
            serve(app, listener)


def stop(app: Sanic) -> bool:
    """Let a server end.

    Args:
        app: Rasa's server.

    Returns:
        Whether it is served from here.
    """
    server = getattr(app.ctx, "door", None)
    if server is None:
        return False
    server.should_exit = True
    return True


def _mounts(app: Sanic) -> dict[str, Application]:
    if not hasattr(app.ctx, "mounts"):
        app.ctx.mounts = {}
    mounts: dict[str, Application] = app.ctx.mounts
    return mounts
