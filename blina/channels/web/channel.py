"""The web chat at `/chat`: its page, its files and its socket, from Rasa's own server."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from socketio import AsyncServer

from blina.assistant import knowledge, settings
from blina.channels import checking_back
from blina.channels.web import page
from blina.channels.web.events import CHANNEL, Socket
from blina.channels.web.sessions import Sessions
from blina.channels.web.socket_access import SocketAccess
from blina.http_server import access, door, signing_keys
from blina.http_server.body import MAX_BYTES
from blina.http_server.rate_limit import limits
from blina.rasa_adapter import patches, safety_net, tracker_store

patches.apply()  # a server whose model does not load still has to answer safely

PREFIX = "/chat"
SOCKET_PATH = f"{PREFIX}/socket.io"
_PING_SECONDS = 15  # a page learns within this and the time below that the server is gone
_PONG_SECONDS = 10
_HOUR = 3600
_SAYS_NOTHING = logging.getLogger("blina.socket_io")
_SAYS_NOTHING.setLevel(logging.CRITICAL + 1)  # they log what somebody sent, a line a packet


class SocketBlueprint(Blueprint):
    """A blueprint that also brings the socket."""

    def __init__(self, server: AsyncServer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ctx.server = server

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Put the socket beside the application."""
        self.ctx.access = SocketAccess(app, self.ctx.server, SOCKET_PATH)
        door.mount(app, SOCKET_PATH, self.ctx.access)
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
            async_mode="asgi",
            logger=_SAYS_NOTHING,
            engineio_logger=_SAYS_NOTHING,
            ping_interval=_PING_SECONDS,
            ping_timeout=_PONG_SECONDS,
            max_http_buffer_size=MAX_BYTES,
        )  # takes connections of its own origin only
        blueprint = SocketBlueprint(server, "web_channel")
        files = page.load(knowledge(), settings())
        app: list[Sanic] = []

        @blueprint.listener("before_server_start")
        async def protect(started: Sanic, _: Any) -> None:
            app[:] = [started]
            access.protect(started)
            checking_back.pushers(started)[CHANNEL] = socket.push
            if signing_keys.from_environment(settings().session_secret_env, os.environ) is None:
                access.for_this_machine_only(started, PREFIX)
            blueprint.ctx.access.start()

        @blueprint.listener("after_server_start")
        async def insist(started: Sanic, _: Any) -> None:
            tracker_store.require(getattr(started.ctx, "agent", None))

        @blueprint.listener("before_server_stop")
        async def hang_up(_: Sanic, __: Any) -> None:
            await safety_net.finish()
            await blueprint.ctx.access.stop()

        socket = Socket(
            server,
            Sessions(
                signing_keys.signing_key(settings().session_secret_env, os.environ),
                settings().retention_hours * _HOUR,
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


async def _send(file: page.File, request: Request) -> HTTPResponse:
    return page.answer(file, request)
