"""`GET /metrics`: what Prometheus asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from blina.assistant import settings
from blina.http_server import access
from blina.http_server.addresses import from_this_machine
from blina.http_server.bearer_token import RestToken
from blina.observe import metrics


class MetricsChannel(InputChannel):
    """Answers Prometheus on this machine, or on another one that shows the token; takes no messages."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "metrics"

    def url_prefix(self) -> str:
        """An absolute path: the address is not under ``/webhooks``."""
        return "/metrics"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route.

        Args:
            on_new_message: not used.

        Returns:
            The blueprint that Rasa's server takes in.
        """
        blueprint = Blueprint("metrics")
        token = RestToken.from_environment(settings().rest_token_env)

        @blueprint.listener("before_server_start")
        async def protect(app: Sanic, _: Any) -> None:
            access.protect(app)

        @blueprint.route("/", methods=["GET"])
        async def expose(request: Request) -> BaseHTTPResponse:
            if not from_this_machine(request) and not token.is_shown_by(request):
                return access.error(HTTPStatus.FORBIDDEN, "Other machines have to show the token.")
            return response.raw(metrics.exposition(), content_type=metrics.CONTENT_TYPE)

        return blueprint
