"""What the page's socket passes before Socket.IO sees it: who may open one, how many, and every frame."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from socketio import ASGIApp, AsyncServer

from blina.assistant import safe_answer, settings
from blina.channels.web.frames import Line, Malformed
from blina.http_server import access, origins
from blina.http_server.addresses import address_of
from blina.http_server.door import Message, Receive, Scope, Send, refuse_websocket, request_of
from blina.http_server.rate_limit import limits

_log = logging.getLogger(__name__)

LINE = "blina.line"  # in a scope
SECONDS_TO_JOIN = 20.0
_SECONDS_BEFORE_OTHERS_COUNT = 3.0  # what has not joined by then gives way to who comes
_BETWEEN_LOOKS = 2.0
_SHARE_OF_SOCKETS = 0.9  # of all connections: the rest is for pages, programs and monitors
_MOST_WAITING = 256  # packets that a page has not fetched


def line_of(server: AsyncServer, eio_sid: str) -> Line | None:
    """The line of a connection.

    Args:
        server: that took it.
        eio_sid: its name.
    """
    environ = server.environ.get(eio_sid)
    line: Line | None = environ["asgi.scope"][LINE] if environ else None
    return line


class SocketAccess:
    """The socket as an ASGI application.

    Args:
        app: Rasa's server.
        server: takes the connections.
        path: where the socket is.
    """

    def __init__(self, app: Sanic, server: AsyncServer, path: str) -> None:
        self._app = app
        self._server = server
        self._socket = ASGIApp(server, socketio_path=path)
        self._lines = origins.Log()
        self._watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or websocket."""
        request = request_of(self._app, scope, receive, send)
        refusal = await access.refuse_beside_routes(request) or self._of_another_page(request, scope)
        sid = (parse_qs(scope["query_string"].decode("latin-1")).get("sid") or [None])[0]
        line = line_of(self._server, sid) if sid is not None else None
        if refusal is None and sid is not None and line is None:
            refusal = access.error(HTTPStatus.BAD_REQUEST)
        if refusal is None and line is None:
            line = Line(request, address_of(request))
            if await self._is_full(line):
                refusal = access.error(
                    HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.", text=safe_answer()
                )
        if refusal is not None or line is None:
            await _send_refusal(refusal or access.error(HTTPStatus.BAD_REQUEST), scope, receive, send)
            return
        scope[LINE] = line
        if scope["type"] == "websocket":
            await self._socket(scope, _checked(line, receive, send), send)
        else:
            await self._request(sid, line, scope, receive, send)

    def _of_another_page(self, request: Request, scope: Scope) -> HTTPResponse | None:
        missing = origins.missing(request, scope["scheme"].replace("ws", "http"))
        if missing is None:
            return None
        self._lines.say(missing)
        return access.error(HTTPStatus.FORBIDDEN, missing)

    def start(self) -> None:
        """Look after the connections from now on; on the event loop."""
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Say that the server is going, and look no more."""
        if self._watching is not None:
            self._watching.cancel()
        for sid in list(self._server.eio.sockets):
            await self._hang_up(sid)

    async def _request(self, sid: str | None, line: Line, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if scope["method"] == "POST":
            try:
                line.take_body(message.get("body", b""))
            except Malformed:
                if sid is not None:
                    await self._hang_up(sid)
                await _send_refusal(access.error(HTTPStatus.BAD_REQUEST), scope, receive, send)
                return
        elif scope["method"] != "GET":
            await _send_refusal(access.error(HTTPStatus.METHOD_NOT_ALLOWED), scope, receive, send)
            return
        left = [message]

        async def again() -> Message:
            return left.pop() if left else await receive()

        await self._socket(scope, again, _WithoutQuotes(scope, again, send))

    async def _is_full(self, line: Line) -> bool:
        """Whether there are as many sockets open as there may be, from everybody or from one address."""
        sockets = self._server.eio.sockets
        if len(sockets) >= max(1, int(settings().open_connections * _SHARE_OF_SOCKETS)):
            silent = [
                (other.opened, sid)
                for sid in sockets
                if (other := line_of(self._server, sid)) is not None
                and not other.joined
                and other.age() > _SECONDS_BEFORE_OTHERS_COUNT
            ]
            if not silent:
                return True
            await self._hang_up(min(silent)[1])
        if limits().exempts(line.request):
            return False
        others = (line_of(self._server, sid) for sid in sockets)
        same = sum(other is not None and other.address == line.address for other in others)
        return same >= settings().open_connections_per_address

    async def _watch(self) -> None:
        """Hang up on who never joins a conversation, and on who fetches nothing."""
        while True:
            await asyncio.sleep(_BETWEEN_LOOKS)
            for sid, socket in list(self._server.eio.sockets.items()):
                line = line_of(self._server, sid)
                silent = line is not None and not line.joined and line.age() > SECONDS_TO_JOIN
                if silent or socket.closed or socket.queue.qsize() > _MOST_WAITING:
                    await self._hang_up(sid)

    async def _hang_up(self, sid: str) -> None:
        """End a connection now: Engine.IO's own way waits until the other side has fetched everything."""
        socket = self._server.eio.sockets.pop(sid, None)
        if socket is None:
            return
        try:
            await socket.close(wait=False, reason=self._server.eio.reason.SERVER_DISCONNECT)
            await socket.queue.put(None)  # the last packet: whoever writes for it ends
        except Exception as error:  # noqa: BLE001 - it may be gone already
            _log.info("a connection could not be closed (%s)", type(error).__name__)


def _checked(line: Line, receive: Receive, send: Send) -> Receive:
    """Receives what was checked; the first frame that no page sends ends the connection."""

    async def next_() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        try:
            line.take(message.get("text"))
        except Malformed:
            await send({"type": "websocket.close", "code": 1008})
            return {"type": "websocket.disconnect", "code": 1008}
        return message

    return next_


class _WithoutQuotes:
    """Sends answers on; the socket's own errors quote the request and become ours."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._failed = False

    async def __call__(self, message: Message) -> None:
        """Send a part of an answer."""
        if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
            self._failed = True
            answer = access.error(HTTPStatus(message["status"]))
            await _send_refusal(answer, self._scope, self._receive, self._send)
        elif not self._failed:
            await self._send(message)


async def _send_refusal(answer: HTTPResponse, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await refuse_websocket(send, HTTPStatus(answer.status))
        return
    headers: list[tuple[bytes, bytes]] = [
        (str(name).encode(), str(value).encode()) for name, value in answer.headers.items()
    ]
    headers.append((b"content-type", (answer.content_type or "application/json").encode()))
    headers.append((b"connection", b"close"))  # whatever is refused ends the connection
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body: Any = answer.body
    await send({"type": "http.response.body", "body": body or b"", "more_body": False})
