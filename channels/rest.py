"""Rasa's REST channel with checked input: `POST /webhooks/rest/webhook`."""

from __future__ import annotations

import asyncio
import json
import logging
from asyncio import Queue
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput
from rasa.utils.endpoints import bool_arg
from sanic import Blueprint, Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, ResponseStream

from channels.body import MAX_BYTES, BadBody, Incoming, read
from channels.replies import Collected, Streamed
from server import rasa_patches

rasa_patches.apply()  # a server whose model does not load still has to answer safely

_log = logging.getLogger(__name__)

Handler = Callable[[UserMessage], Awaitable[Any]]


def as_json_error(_: Request, error: Exception) -> BaseHTTPResponse:
    """An error of the server as JSON, without a traceback and without what was sent."""
    if isinstance(error, SanicException):
        # a reason of our own: Sanic's can quote the request
        return response.json({"error": HTTPStatus(error.status_code).phrase}, status=error.status_code)
    _log.error("a request failed (%s)", type(error).__name__)
    return response.json({"error": HTTPStatus.INTERNAL_SERVER_ERROR.phrase}, status=500)


class RestChannel(RestInput):
    """Answers ``{"sender": ..., "message": ...}`` with a list of replies.

    The channel has Rasa's name and address, so that clients of Rasa's REST channel work
    unchanged. It differs in what it refuses: a body that is not what it should be gets a 4xx
    with a JSON error, and there is no shared conversation for requests without a sender.
    ``input_channel`` and ``metadata`` are not taken from clients.
    """

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes of the channel.

        Args:
            on_new_message: hands a message to the assistant; always leads to a reply.

        Returns:
            The blueprint that Rasa's server takes in.
        """
        blueprint = Blueprint("rest_channel")

        @blueprint.listener("before_server_start")
        async def limit_bodies(app: Sanic, _: Any) -> None:
            # refused while it is read: a large body never fills the memory
            app.config.REQUEST_MAX_SIZE = min(app.config.REQUEST_MAX_SIZE, MAX_BYTES)
            app.error_handler.add(Exception, as_json_error)

        @blueprint.route("/", methods=["GET"])
        async def status(_: Request) -> BaseHTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> BaseHTTPResponse | ResponseStream:
            try:
                incoming = read(request.body)
            except BadBody as error:
                return response.json({"error": error.reason}, status=error.status)
            if bool_arg(request, "stream", default=False):
                return response.stream(
                    lambda stream: self._stream(on_new_message, incoming, stream),
                    content_type="text/event-stream",
                )
            collected = Collected()
            await on_new_message(self._user_message(incoming, collected))
            return response.json(collected.messages)

        return blueprint

    def _user_message(self, incoming: Incoming, output: Collected | Streamed) -> UserMessage:
        return UserMessage(incoming.message, output, incoming.sender, input_channel=self.name())

    async def _stream(self, on_new_message: Handler, incoming: Incoming, stream: Any) -> None:
        """Write each reply as one line of JSON as soon as it is there."""
        queue: Queue[dict[str, Any] | None] = Queue()

        async def handle() -> None:
            try:
                await on_new_message(self._user_message(incoming, Streamed(queue)))
            finally:
                await queue.put(None)

        task = asyncio.ensure_future(handle())
        while (reply := await queue.get()) is not None:
            await stream.write(json.dumps(reply) + "\n")
        await task
