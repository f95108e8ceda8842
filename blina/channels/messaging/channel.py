"""What every channel of a messaging provider has in common; a provider's file adds the rest."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from blina.assistant import settings
from blina.channels import checking_back
from blina.channels.messaging import credentials
from blina.channels.messaging.dispatcher import Dispatcher, Form
from blina.channels.messaging.message_queue import MessageQueue
from blina.channels.messaging.model import ApiCall, ApiResponse, Button, Incoming, Refused, Retry
from blina.channels.messaging.outbox import Outbox
from blina.channels.messaging.store import FILE
from blina.channels.messaging.turns import Turns
from blina.http_server import access, signing_keys
from blina.rasa_adapter import patches
from blina.rasa_adapter.tracker_store import conversation_store
from blina.storage.sqlite import IN_MEMORY

patches.apply()  # a server whose model does not load still has to answer safely

_log = logging.getLogger(__name__)

_WORTH_ANOTHER_TRY = (401, 408, 425, 429)  # 401: somebody is changing the token


class MessagingChannel(InputChannel):
    """A provider of messages: calls `POST /webhooks/<name>/webhook` and is called to send.

    A provider's class sets the class variables and writes `is_authentic`, `read` and `post`.
    Everything else is here: repeated deliveries, one message at a time, answers as numbers or
    buttons, long texts, pictures, limits, sending again, and what survives the end of the process.
    """

    NAME: ClassVar[str]
    CREDENTIALS: ClassVar[Mapping[str, str]]  # fields of credentials.yml, and variables that hold them
    DEFAULTS: ClassVar[Mapping[str, str]] = {}  # fields that may be left out
    MOST_CHARACTERS: ClassVar[int]  # of one message, in UTF-16 units
    BUTTONS: ClassVar[bool] = False  # whether `post` shows buttons; answers are numbered otherwise

    def __init__(self, fields: Mapping[str, str]) -> None:
        """Take the checked fields.

        Args:
            fields: of ``credentials.yml``.
        """
        self.fields = fields
        self._dispatcher: asyncio.Future[Dispatcher] | None = None

    # --- what a provider's file writes

    def is_authentic(self, request: Request) -> bool:
        """Whether the provider itself sent a request; nothing else looks at it before.

        Args:
            request: as it came; may hold anything. An error counts as no.
        """
        raise NotImplementedError

    def read(self, request: Request) -> Iterable[Incoming]:
        """The messages in a request of the provider; none for what is no message.

        Args:
            request: which is authentic.
        """
        raise NotImplementedError

    def post(self, address: Mapping[str, str], text: str, buttons: tuple[Button, ...]) -> ApiCall:
        """The call that sends a message.

        Args:
            address: as `read` made it.
            text: plain, and short enough.
            buttons: answers to tap below it; always empty where ``BUTTONS`` is False.
        """
        raise NotImplementedError

    # --- what it may change

    def acknowledgement(self, request: Request) -> BaseHTTPResponse:
        """What the provider is told once its request is kept.

        Args:
            request: which is authentic.
        """
        return response.text("")

    def verdict(self, response: ApiResponse) -> Retry | Refused | None:
        """What an answer of the provider's API means.

        Args:
            response: status and JSON of the answer.

        Returns:
            None when the message was taken.
        """
        if 200 <= response.status < 300:
            return None
        if response.status >= 500 or response.status in _WORTH_ANOTHER_TRY:
            return Retry(response.retry_after)
        return Refused(f"status {response.status}")

    # --- what all have in common

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return cls.NAME

    @classmethod
    def from_credentials(cls, credentials_of_channel: dict[str, Any] | None) -> MessagingChannel:
        """The channel with the fields of ``credentials.yml``.

        Raises:
            CredentialsError: when they cannot be used.
        """
        path = f"{cls.__module__}.{cls.__qualname__}"
        return cls(credentials.checked(path, credentials_of_channel, cls.CREDENTIALS, cls.DEFAULTS))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The provider's address here.

        Args:
            on_new_message: hands a message to the assistant; leads to a reply.

        Returns:
            The blueprint that Rasa's server takes in.
        """
        blueprint = Blueprint(f"messaging_{self.NAME}")

        @blueprint.listener("before_server_start")
        async def protect(app: Sanic, _: Any) -> None:
            access.protect(app)

        @blueprint.listener("after_server_start")
        async def resume(app: Sanic, _: Any) -> None:
            await self._opened(app, on_new_message)

        @blueprint.listener("before_server_stop")
        async def close(_: Sanic, __: Any) -> None:
            if self._dispatcher is not None:
                await (await self._dispatcher).close()

        @blueprint.route("/", methods=["GET"])
        async def status(_: Request) -> BaseHTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> BaseHTTPResponse:
            if not self._is_authentic(request):
                _log.warning("a request to the channel %s was not signed by the provider", self.NAME)
                return access.error(HTTPStatus.FORBIDDEN)
            try:
                messages = list(self.read(request))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                _log.error("a request of %s could not be read (%s)", self.NAME, type(error).__name__)
                return access.error(HTTPStatus.BAD_REQUEST)
            dispatcher = await self._opened(request.app, on_new_message)
            for message in messages:
                await dispatcher.accept(message)
            return self.acknowledgement(request)

        return blueprint

    def _is_authentic(self, request: Request) -> bool:
        try:
            return self.is_authentic(request)
        except Exception:  # noqa: BLE001 - anybody can send anything here
            return False

    async def _opened(self, app: Sanic, handle: Callable[[UserMessage], Awaitable[Any]]) -> Dispatcher:
        """The dispatcher; with the first request at the latest it goes on with what was left undone."""
        if self._dispatcher is None:
            self._dispatcher = asyncio.ensure_future(self._open(app, handle))
        return await asyncio.shield(self._dispatcher)

    async def _open(self, app: Sanic, handle: Callable[[UserMessage], Awaitable[Any]]) -> Dispatcher:
        queue = MessageQueue(_place(app), self.NAME)
        dispatcher = Dispatcher(
            self.NAME,
            Form(self.MOST_CHARACTERS, self.BUTTONS),
            signing_keys.signing_key(settings().session_secret_env, os.environ),
            queue,
            Outbox(self.NAME, self, queue),
            Turns(self.NAME, not self.BUTTONS, handle, lambda: app.ctx.agent),
            store.alerts if (store := conversation_store(getattr(app.ctx, "agent", None))) else None,
        )
        checking_back.pushers(app)[self.NAME] = dispatcher.push
        await dispatcher.resume()
        return dispatcher


def _place(app: Sanic) -> str:
    """Messages that are under way are kept beside the file of the conversations, or in their database."""
    store = conversation_store(getattr(app.ctx, "agent", None))
    if store is None:
        return IN_MEMORY
    if store.url:
        return store.url
    return store.file if store.file == IN_MEMORY else str(Path(store.file).with_name(FILE))
