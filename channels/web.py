"""The web chat at `/chat`: its page, its files and its socket, from Rasa's own server."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import ServerError
from sanic.request import Request
from sanic.response import HTTPResponse
from socketio import AsyncServer

from actions.resources import knowledge, safe_answer, settings
from channels import gate, safety_net, web_page
from channels.body import MAX_BYTES
from channels.limits import limits
from channels.peers import address_of
from channels.web_sessions import Sessions, signing_key
from channels.web_socket import CHANNEL, Socket
from server import keys, rasa_patches

rasa_patches.apply()  # a server whose model does not load still has to answer safely

PREFIX = "/chat"
SOCKET_PATH = f"{PREFIX}/socket.io"
_PING_SECONDS = 15  # a page learns within this and the time below that the server is gone
_PONG_SECONDS = 10
_HOUR = 3600


class SocketBlueprint(Blueprint):
    """A blueprint that also brings the socket's route."""

    def __init__(self, server: AsyncServer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ctx.server = server

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Add the route to the application."""
        gate.protect(app)  # the server reads the size limit of websockets before its listeners run
        app.add_route(
            partial(_socket, self.ctx.server), f"{SOCKET_PATH}/", methods=("GET", "POST"), name="web_socket"
        )
        app.enable_websocket()  # type: ignore[no-untyped-call]
        super().register(app, options)  # type: ignore[no-untyped-call]


class WebChannel(InputChannel):
    """The chat that patients open in a browser."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return CHANNEL

    def url_prefix(self) -> str:
        """An absolute path: the address is not under ``/webhooks``."""
        return PREFIX

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The page's routes and the socket.

        Args:
            on_new_message: hands a message to the assistant; leads to a reply.

        Returns:
            The blueprint that Rasa's server takes in.

        Raises:
            SettingsError: when the settings cannot be used.
            WeakKey: when the key that signs sessions could be guessed.
        """
        server = AsyncServer(
            async_mode="sanic",
            ping_interval=_PING_SECONDS,
            ping_timeout=_PONG_SECONDS,
            max_http_buffer_size=MAX_BYTES,
        )  # takes connections of its own origin only
        blueprint = SocketBlueprint(server, "web_channel")
        files = web_page.load(knowledge(), settings())
        app: list[Sanic] = []

        @blueprint.listener("before_server_start")
        async def protect(started: Sanic, _: Any) -> None:
            app[:] = [started]
            gate.protect(started)
            if keys.from_environment(settings().session_secret_env, os.environ) is None:
                gate.for_this_machine_only(started, PREFIX)

        @blueprint.listener("before_server_stop")
        async def hang_up(_: Sanic, __: Any) -> None:
            await safety_net.finish()
            await server.shutdown()

        Socket(
            server,
            Sessions(
                signing_key(settings().session_secret_env, os.environ), settings().retention_hours * _HOUR
            ),
            limits(),
            on_new_message,
            lambda: app[0].ctx.agent,
        )

        for path, file in files.items():
            blueprint.add_route(
                partial(_send, file), f"/{path}", methods=("GET", "HEAD"), name=f"file_{path or 'page'}"
            )
        return blueprint


async def _send(file: web_page.File, request: Request) -> HTTPResponse:
    return web_page.answer(file, request)


async def _socket(server: AsyncServer, request: Request) -> HTTPResponse:
    if "sid" not in request.args and _is_full(server, request):
        return gate.error(HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.", text=safe_answer())
    try:
        answer: HTTPResponse = await server.handle_request(request)
    except ServerError:  # what calls itself a websocket and is none
        return gate.error(HTTPStatus.BAD_REQUEST)
    # the socket's own errors quote the request
    return answer if answer.status < HTTPStatus.BAD_REQUEST else gate.error(HTTPStatus(answer.status))


def _is_full(server: AsyncServer, request: Request) -> bool:
    """Whether there are as many sockets open as there may be, from everybody or from one address."""
    if len(server.eio.sockets) >= settings().open_connections:
        return True
    if limits().exempts(request):
        return False
    address = address_of(request)
    same = sum(address_of(environ["sanic.request"]) == address for environ in server.environ.values())
    return same >= settings().open_connections_per_address
