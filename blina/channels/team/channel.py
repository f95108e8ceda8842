"""The nurses' inbox at `/team`: nothing at all unless the settings turn it on."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from blina.assistant import knowledge, settings
from blina.channels.team.pages import Pages
from blina.channels.team.records import FILE, Fails, Records
from blina.channels.web import page
from blina.http_server import access, signing_keys
from blina.http_server.signing_keys import signing_key
from blina.rasa_adapter.tracker_store import conversation_store, database_file
from blina.storage.failures import FAILURES
from blina.storage.sqlite import IN_MEMORY

if TYPE_CHECKING:
    from blina.channels.team.entrance import Entrance, Handler

PREFIX = "/team"
_FAILURES: tuple[type[Exception], ...] = (*FAILURES, Fails)


class TeamChannel(InputChannel):
    """The page that nurses open in a browser; takes no messages."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "team"

    def url_prefix(self) -> str:
        """An absolute path: the address is not under ``/webhooks``."""
        return PREFIX

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; none when the inbox is off.

        Args:
            on_new_message: not used.

        Returns:
            The blueprint that Rasa's server takes in.

        Raises:
            Stop: when the settings do not fit together, or a file of the page is not the one of this version.
            WeakKey: when the key that signs sessions could be guessed.
        """
        blueprint = Blueprint("team")
        if not settings().team_inbox:
            return blueprint
        # what signs people in is slow to import, and most centres have no inbox
        from blina.channels.team import accounts, setup
        from blina.channels.team.desk import Desk
        from blina.channels.team.entrance import Entrance

        setup.check(settings())
        pages = Pages(knowledge(), settings())
        conversations = database_file()
        beside = Path(conversations if conversations != IN_MEMORY else settings().data_folder).parent
        records = Records(
            settings().database_url or (IN_MEMORY if conversations == IN_MEMORY else str(beside / FILE)),
            signing_key(settings().session_secret_env, os.environ),
            settings(),
        )
        provider = setup.provider_of(settings())
        entrance = Entrance(pages, records, provider, beside / accounts.FILE, settings())
        desk = Desk(pages, records, entrance, _alerts)

        @blueprint.listener("before_server_start")
        async def protect(app: Sanic, _: Any) -> None:
            access.protect(app)
            if signing_keys.from_environment(settings().session_secret_env, os.environ) is None:
                access.for_this_machine_only(app, PREFIX)

        @blueprint.listener("after_server_stop")
        async def close(_: Sanic, __: Any) -> None:
            records.close()
            if provider is not None:
                provider.close()

        for handler, path, method in (*entrance.routes(), *desk.routes()):
            blueprint.add_route(
                partial(_guarded, handler, entrance), path, methods=[method], name=handler.__name__
            )
        for path, file in pages.files.items():
            blueprint.add_route(
                partial(_send, file), f"/{path}", methods=("GET", "HEAD"), name=f"file_{path}"
            )
        return blueprint


async def _guarded(handler: Handler, entrance: Entrance, request: Request, **values: str) -> HTTPResponse:
    """Answer a request, or say that the inbox does not work now: nothing goes unwritten."""
    try:
        return await handler(request, **values)
    except _FAILURES:
        if request.path.startswith(f"{PREFIX}/alerts"):
            return access.error(HTTPStatus.SERVICE_UNAVAILABLE)
        return entrance.door(request, HTTPStatus.SERVICE_UNAVAILABLE, "fails")


def _alerts(request: Request) -> Any:
    """The book of alerts, None while the assistant starts or when another store is configured."""
    return getattr(conversation_store(getattr(request.app.ctx, "agent", None)), "alerts", None)


async def _send(file: page.File, request: Request) -> HTTPResponse:
    return page.answer(file, request)
