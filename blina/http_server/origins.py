"""Whether a page connects to the server that it came from; if not, what the proxy in front keeps back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from sanic.request import Request

_BETWEEN_LINES = 60.0  # seconds: nobody can fill the log

_log = logging.getLogger(__name__)

SCHEME = (
    "The page was opened with https, and the proxy in front does not say so: "
    "it has to send X-Forwarded-Proto: https."
)
HOST = (
    "The page was opened under another name than the one that arrives here: "
    "the proxy in front has to pass on Host, or send X-Forwarded-Host."
)


def missing(request: Request, scheme: str) -> str | None:
    """What is missing for a page to connect.

    Args:
        request: that would open the connection.
        scheme: ``http`` or ``https``, as it arrived here.

    Returns:
        One sentence for who set up the proxy, None when the page is of this server or no browser asks.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return None
    given, _, host = origin.partition("://")
    hosts = [request.headers.get("host", ""), _first(request, "x-forwarded-host")]
    if not host or host not in hosts:
        return HOST
    return None if given in (scheme, _first(request, "x-forwarded-proto")) else SCHEME


class Log:
    """Says in the log what is missing, once a minute at most; nothing of the request is quoted.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next: dict[str, float] = {}

    def say(self, sentence: str) -> None:
        """Write a line, unless the same one was just written.

        Args:
            sentence: one of this program's own.
        """
        now = self._clock()
        if now >= self._next.get(sentence, now):
            self._next[sentence] = now + _BETWEEN_LINES
            _log.error("%s", sentence)


def _first(request: Request, header: str) -> str:
    value: str = request.headers.get(header, "")
    return value.partition(",")[0].strip()
