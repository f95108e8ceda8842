"""`GET /health`: whether the assistant can answer."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from blina.assistant import knowledge, settings
from blina.http_server import access
from blina.observe import metrics
from blina.rasa_adapter import in_process_actions
from blina.rasa_adapter.tracker_store import conversation_store
from blina.replicas.link import link

_log = logging.getLogger(__name__)


class HealthChannel(InputChannel):
    """Answers monitors; takes no messages."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "health"

    def url_prefix(self) -> str:
        """An absolute path: the address is not under ``/webhooks``."""
        return "/health"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The one route.

        Args:
            on_new_message: not used.

        Returns:
            The blueprint that Rasa's server takes in.
        """
        blueprint = Blueprint("health")

        @blueprint.listener("before_server_start")
        async def protect(app: Sanic, _: Any) -> None:
            access.protect(app)

        @blueprint.route("/", methods=["GET", "HEAD"])
        async def health(request: Request) -> BaseHTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            model = agent is not None and agent.is_ready()
            actions = agent is not None and model and actions_ready(agent.domain.user_actions)
            ready = model and actions
            store = conversation_store(agent)
            return response.json(
                {
                    "status": "ok" if ready else "starting",
                    "model": model,
                    "actions": actions,
                    "database": store.state if store else "none",
                    "waiting": store.waiting if store else 0,
                    "late_turns": metrics.late_turns(),
                    "redis": shared.state if (shared := link()) else "none",
                },
                status=200 if ready else 503,
            )

        return blueprint


def actions_ready(names: list[str]) -> bool:
    """Whether every custom action of the domain can run in this process.

    An action server of its own may be configured beside that; when it fails, actions run here,
    so only this decides.

    Args:
        names: the custom actions of the domain.

    Returns:
        False when one is missing or the knowledge or the settings cannot be loaded.
    """
    try:
        knowledge()
        settings()
        return set(names) <= set(in_process_actions.executor().actions)
    except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
        _log.error("actions cannot run (%s)", type(error).__name__)
        return False
