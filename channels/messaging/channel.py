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

from actions.resources import settings
from channels import gate
from channels.messaging import credentials
from channels.messaging.desk import Desk, Form
from channels.messaging.exchange import Again, Answered, Button, Incoming, Post, Refused
from channels.messaging.mailbox import Mailbox
from channels.messaging.outbox import Outbox
from channels.messaging.shelf import FILE
from channels.messaging.turns import Turns
from channels.web_sessions import signing_key
from server import rasa_patches
from server.sqlite_file import IN_MEMORY
from server.tracker_store import conversation_store

rasa_patches.apply()  # a server whose model does not load still has to answer safely

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
        self._desk: asyncio.Future[Desk] | None = None

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

    def post(self, address: Mapping[str, str], text: str, buttons: tuple[Button, ...]) -> Post:
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

    def verdict(self, answered: Answered) -> Again | Refused | None:
        """What an answer of the provider's API means.

        Args:
            answered: status and JSON of the answer.

        Returns:
            None when the message was taken.
        """
        if 200 <= answered.status < 300:
            return None
        if answered.status >= 500 or answered.status in _WORTH_ANOTHER_TRY:
            return Again(answered.retry_after)
        return Refused(f"status {answered.status}")

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
            gate.protect(app)

        @blueprint.listener("after_server_start")
        async def go_on(app: Sanic, _: Any) -> None:
            await self._opened(app, on_new_message)

        @blueprint.listener("before_server_stop")
        async def close(_: Sanic, __: Any) -> None:
            if self._desk is not None:
                await (await self._desk).close()

        @blueprint.route("/", methods=["GET"])
        async def status(_: Request) -> BaseHTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> BaseHTTPResponse:
            if not self._is_authentic(request):
                _log.warning("a request to the channel %s was not signed by the provider", self.NAME)
                return gate.error(HTTPStatus.FORBIDDEN)
            try:
                messages = list(self.read(request))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                _log.error("a request of %s could not be read (%s)", self.NAME, type(error).__name__)
                return gate.error(HTTPStatus.BAD_REQUEST)
            desk = await self._opened(request.app, on_new_message)
            for message in messages:
                await desk.accept(message)
            return self.acknowledgement(request)

        return blueprint

    def _is_authentic(self, request: Request) -> bool:
        try:
            return self.is_authentic(request)
        except Exception:  # noqa: BLE001 - anybody can send anything here
            return False

    async def _opened(self, app: Sanic, handle: Callable[[UserMessage], Awaitable[Any]]) -> Desk:
        """The desk; with the first request at the latest it goes on with what was left undone."""
        if self._desk is None:
            self._desk = asyncio.ensure_future(self._open(app, handle))
        return await asyncio.shield(self._desk)

    async def _open(self, app: Sanic, handle: Callable[[UserMessage], Awaitable[Any]]) -> Desk:
        mailbox = Mailbox(_file(app), self.NAME)
        desk = Desk(
            self.NAME,
            Form(self.MOST_CHARACTERS, self.BUTTONS),
            signing_key(settings().session_secret_env, os.environ),
            mailbox,
            Outbox(self.NAME, self, mailbox),
            Turns(self.NAME, not self.BUTTONS, handle, lambda: app.ctx.agent),
        )
        await desk.go_on()
        return desk


def _file(app: Sanic) -> str:
    """Messages that are under way are kept beside the conversations."""
    store = conversation_store(getattr(app.ctx, "agent", None))
    if store is None or store.file == IN_MEMORY:
        return IN_MEMORY
    return str(Path(store.file).with_name(FILE))
