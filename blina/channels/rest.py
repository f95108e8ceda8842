"""Rasa's REST channel with checked input: `POST /webhooks/rest/webhook`, `GET /webhooks/rest/hand-over`."""

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

from blina.assistant import safe_answer, settings, voice
from blina.channels.hand_over import of_conversation
from blina.channels.output import Collected, Streamed
from blina.http_server import access
from blina.http_server.bearer_token import RestToken
from blina.http_server.body import PREFIX, BadBody, Incoming, read, sender_of
from blina.http_server.rate_limit import limits
from blina.rasa_adapter import patches, tracker_store
from blina.replies.handover.forms import FORMS, written

patches.apply()  # a server whose model does not load still has to answer safely

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
    have to show it; where none is set, only this machine is served. The same holds for the hand-over
    of a conversation, which the channel gives out beside Rasa's addresses.
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
            access.protect(app)
            if token.token is None:
                access.for_this_machine_only(app, ADDRESS)

        @blueprint.listener("after_server_start")
        async def insist(started: Sanic, _: Any) -> None:
            tracker_store.require(getattr(started.ctx, "agent", None))

        @blueprint.route("/", methods=["GET"])
        async def status(_: Request) -> BaseHTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> BaseHTTPResponse | ResponseStream:
            if refusal := await _refusal(token, request):
                return refusal
            try:
                incoming = read(request.body)
            except BadBody as error:
                return access.error(HTTPStatus(error.status), error.reason, **_for_patients(error))
            wait = await limits().conversation.wait(conversation_of(incoming.sender))
            if wait:
                return access.too_fast(wait)
            if bool_arg(request, "stream", default=False):
                return response.stream(
                    lambda stream: self._stream(on_new_message, incoming, stream),
                    content_type="text/event-stream",
                )
            collected = Collected(incoming.sender)
            await on_new_message(self._user_message(incoming, collected))
            return response.json(collected.messages)

        @blueprint.route("/hand-over", methods=["GET"])
        async def handed_over(request: Request) -> BaseHTTPResponse:
            return await _refusal(token, request) or await _hand_over(request)

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


async def _refusal(token: RestToken, request: Request) -> HTTPResponse | None:
    """What stops a request that is over the limit of its address or does not show the token."""
    trusted = token.is_shown_by(request)
    wait = await limits().of_address(limits().with_token if trusted else limits().address, request)
    if wait:
        return await access.slow_down(wait)
    return _without_token() if token.token and not trusted else None


async def _hand_over(request: Request) -> HTTPResponse:
    """The hand-over of the conversation and in the form that the query names."""
    form = request.args.get("form", "json")
    if form not in FORMS:
        return access.error(HTTPStatus.BAD_REQUEST, f"'form' must be one of: {', '.join(FORMS)}.")
    try:
        sender = sender_of(request.args.get("sender", ""))
    except BadBody as error:
        return access.error(HTTPStatus(error.status), error.reason)
    try:
        agent = getattr(request.app.ctx, "agent", None)
        made = await of_conversation(agent, conversation_of(sender))
    except tracker_store.StorageFailed as error:
        _log.error("a hand-over could not be made (%s)", error)
        return access.error(HTTPStatus.SERVICE_UNAVAILABLE, text=safe_answer())
    if made is None:
        return access.error(HTTPStatus.NOT_FOUND, "Nothing is kept of this conversation.")
    return response.raw(written(made, form, voice()).encode("utf-8"), content_type=FORMS[form])


def _for_patients(error: BadBody) -> dict[str, str]:
    """Whoever wrote too much may be a patient; the other mistakes are a program's."""
    return {"text": safe_answer()} if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else {}


def _without_token() -> HTTPResponse:
    answer = access.error(HTTPStatus.UNAUTHORIZED, "The token is missing or wrong.")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
