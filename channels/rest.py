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
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse, ResponseStream

from actions.resources import settings
from channels import gate
from channels.body import PREFIX, BadBody, Incoming, read
from channels.limits import limits
from channels.replies import Collected, Streamed
from channels.rest_token import RestToken
from server import rasa_patches

rasa_patches.apply()  # a server whose model does not load still has to answer safely

_log = logging.getLogger(__name__)

ADDRESS = "/webhooks/rest"

Handler = Callable[[UserMessage], Awaitable[Any]]


def conversation_of(sender: str) -> str:
    """The name of a conversation in the tracker store; no other channel has names like it.

    Args:
        sender: what the client calls it.
    """
    return PREFIX + sender


class RestChannel(RestInput):
    """Answers ``{"sender": ..., "message": ...}`` with a list of replies.

    The channel has Rasa's name and address, so that clients of Rasa's REST channel work
    unchanged. It differs in what it refuses: a body that is not what it should be gets a 4xx
    with a JSON error, and there is no shared conversation for requests without a sender.
    ``input_channel`` and ``metadata`` are not taken from clients. Where a token is set, requests
    have to show it; where none is set, only this machine is served.
    """

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes of the channel.

        Args:
            on_new_message: hands a message to the assistant; always leads to a reply.

        Returns:
            The blueprint that Rasa's server takes in.
        """
        blueprint = Blueprint("rest_channel")
        token = RestToken.from_environment(settings().rest_token_env)

        @blueprint.listener("before_server_start")
        async def protect(app: Sanic, _: Any) -> None:
            gate.protect(app)
            if token.token is None:
                gate.for_this_machine_only(app, ADDRESS)

        @blueprint.route("/", methods=["GET"])
        async def status(_: Request) -> BaseHTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> BaseHTTPResponse | ResponseStream:
            trusted = token.is_shown_by(request)
            wait = limits().of_address(limits().with_token if trusted else limits().address, request)
            if wait:
                return await gate.slow_down(wait)
            if token.token and not trusted:
                return _without_token()
            try:
                incoming = read(request.body)
            except BadBody as error:
                return gate.error(HTTPStatus(error.status), error.reason)
            wait = limits().conversation.wait(conversation_of(incoming.sender))
            if wait:
                return gate.too_fast(wait)
            if bool_arg(request, "stream", default=False):
                return response.stream(
                    lambda stream: self._stream(on_new_message, incoming, stream),
                    content_type="text/event-stream",
                )
            collected = Collected(incoming.sender)
            await on_new_message(self._user_message(incoming, collected))
            return response.json(collected.messages)

        return blueprint

    def _user_message(self, incoming: Incoming, output: Collected | Streamed) -> UserMessage:
        conversation = conversation_of(incoming.sender)
        return UserMessage(incoming.message, output, conversation, input_channel=self.name())

    async def _stream(self, on_new_message: Handler, incoming: Incoming, stream: Any) -> None:
        """Write each reply as one line of JSON as soon as it is there."""
        queue: Queue[dict[str, Any] | None] = Queue()

        async def handle() -> None:
            try:
                await on_new_message(self._user_message(incoming, Streamed(incoming.sender, queue)))
            finally:
                await queue.put(None)

        task = asyncio.ensure_future(handle())
        while (reply := await queue.get()) is not None:
            await stream.write(json.dumps(reply) + "\n")
        await task


def _without_token() -> HTTPResponse:
    answer = gate.error(HTTPStatus.UNAUTHORIZED, "The token is missing or wrong.")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
