"""What every request passes, whichever way Rasa was started: who may reach what, limits, headers."""

from __future__ import annotations

import asyncio
import logging
import math
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from blina.assistant import safe_answer, settings, voice
from blina.http_server import origins
from blina.http_server.addresses import from_this_machine, is_loopback, serves_others
from blina.http_server.body import MAX_BYTES
from blina.http_server.rate_limit import limits

_log = logging.getLogger(__name__)
_lines = origins.Log()

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PROXY_NOT_TRUSTED = (
    "A proxy sends X-Forwarded-For, and trusted_proxies is 0: everybody counts as one address. "
    "Set trusted_proxies to the number of your proxies."
)
PROXY_SAYS_NOTHING = (
    "trusted_proxies is set, and the proxy does not send X-Forwarded-For: everybody counts as one address."
)
PAUSE = 1.0  # seconds
_OF_RASA = ("rasa.", "rasa_sdk.")  # Rasa's own addresses ask for no password
_RASAS_SERVERS = ("rasa_core_no_api", "rasa_server")


def protect(app: Sanic) -> None:
    """Put these checks in front of a server; a second time changes nothing.

    Args:
        app: Rasa's server, running or not.

    Raises:
        SettingsError: when the settings cannot be used.
    """
    config = app.config
    config.REQUEST_MAX_SIZE = min(config.REQUEST_MAX_SIZE, MAX_BYTES)  # plain `rasa shell` is Sanic's own
    config.PROXIES_COUNT = settings().trusted_proxies or None
    app.error_handler.add(Exception, as_json_error)
    app.register_middleware(refuse, "request")
    app.register_middleware(add_headers, "response")


def protect_rasas_servers() -> None:
    """Protect what Rasa made before it loaded any code of the project (`rasa shell`)."""
    for name in _RASAS_SERVERS:
        with suppress(SanicException):  # there is none of this name
            protect(Sanic.get_app(name))


def for_this_machine_only(app: Sanic, prefix: str) -> None:
    """Close addresses to other machines.

    Args:
        app: Rasa's server.
        prefix: how the paths start.
    """
    _closed(app).add(prefix.strip("/"))


async def refuse(request: Request) -> HTTPResponse | None:
    """The refusal that a request gets before anything looks at it, None for most."""
    _see_proxy(request)
    wait = await limits().of_address(limits().requests, request)
    if wait:
        return await slow_down(wait)
    if request.route is None or from_this_machine(request):
        return None
    if getattr(request.route.handler, "__module__", "").startswith(_OF_RASA):
        return error(HTTPStatus.NOT_FOUND)
    return _refuse_if_closed(request, request.route.path)


async def refuse_beside_routes(request: Request) -> HTTPResponse | None:
    """The same for what is served beside Sanic's routes.

    Args:
        request: what came.
    """
    _see_proxy(request)
    wait = await limits().of_address(limits().requests, request)
    if wait:
        return await slow_down(wait)
    return None if from_this_machine(request) else _refuse_if_closed(request, request.path.lstrip("/"))


def _see_proxy(request: Request) -> None:
    """Say in the log when a proxy and the settings do not fit: everybody then counts as one address."""
    if not is_loopback(request.ip):
        return
    names_others = "x-forwarded-for" in request.headers
    if names_others and not settings().trusted_proxies and serves_others():
        _lines.say(PROXY_NOT_TRUSTED)
    elif settings().trusted_proxies and not names_others and not _is_asked_here(request):
        _lines.say(PROXY_SAYS_NOTHING)


def _is_asked_here(request: Request) -> bool:
    """Whether a monitor on this machine may ask this without a proxy."""
    return request.path.startswith("/health")


def _refuse_if_closed(request: Request, path: str) -> HTTPResponse | None:
    if any(path.startswith(prefix) for prefix in _closed(request.app)):
        return error(
            HTTPStatus.FORBIDDEN, "Other machines are served once a secret is set: see docs/http-api.md."
        )
    return None


def add_headers(_: Request, answer: BaseHTTPResponse) -> None:
    """Security headers, where a response has none of its own."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)


def error(status: HTTPStatus, reason: str | None = None, **more: Any) -> HTTPResponse:
    """An error as JSON.

    Args:
        status: of HTTP.
        reason: one sentence for the programmer at the other end; the status's own when None.
        more: further fields.
    """
    return response.json({"error": reason or status.phrase, **more}, status=status)


async def slow_down(seconds: float) -> HTTPResponse:
    """The answer to an address over its limit, after a while.

    Who floods waits for each answer on a connection, of which an address has only so many: what
    is left of a flood costs next to nothing.

    Args:
        seconds: to wait.
    """
    await asyncio.sleep(PAUSE)
    return too_fast(seconds)


def too_fast(seconds: float) -> HTTPResponse:
    """The answer to somebody over a limit: when to go on, and for a patient whom to call.

    Args:
        seconds: to wait.
    """
    answer = error(HTTPStatus.TOO_MANY_REQUESTS, text=too_fast_text())
    answer.headers["Retry-After"] = str(math.ceil(seconds))
    return answer


def too_fast_text() -> str:
    """What somebody over a limit is told."""
    return voice().say("limits", "too_fast")


def as_json_error(request: Request, problem: Exception) -> HTTPResponse:
    """An error of the server as JSON, without a traceback and without what was sent."""
    if isinstance(problem, SanicException):
        # a reason of our own: Sanic's can quote the request
        status = HTTPStatus(problem.status_code)
    elif request.route is None:  # Sanic could not make out what is asked for
        status = HTTPStatus.BAD_REQUEST
    else:
        _log.error("a request failed (%s)", type(problem).__name__)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return error(status, **({"text": safe_answer()} if failed else {}))


def _closed(app: Sanic) -> set[str]:
    if not hasattr(app.ctx, "for_this_machine_only"):
        app.ctx.for_this_machine_only = set()
    closed: set[str] = app.ctx.for_this_machine_only
    return closed
