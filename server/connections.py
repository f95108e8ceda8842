"""The connections of the server: how many there may be, how long a client may take to ask, and nonsense.

Sanic 21.12 has no setting for the first two: its own time limit starts anew with every byte. Of
some nonsense it makes a traceback in the log and no answer.
"""

# Sanic's protocols have no types
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from collections import Counter
from time import monotonic
from typing import Any

from httptools import HttpParserInvalidURLError
from sanic.exceptions import InvalidUsage, RequestTimeout
from sanic.http import Http, Stage
from sanic.server.protocols.websocket_protocol import WebSocketProtocol

from actions.resources import settings
from channels.peers import is_loopback, network_of
from server.port import busy

REQUEST_SECONDS = 20.0  # for one request to come in
_BETWEEN_LOOKS = 1.0  # seconds

_open: Counter[str] = Counter()


class Exchange(Http):
    """Requests and responses on one connection; also those that Sanic cannot make sense of."""

    def create_empty_request(self) -> None:
        """A request to answer to where there was none, also when not even the URL can be read."""
        try:
            super().create_empty_request()
        except (UnicodeError, HttpParserInvalidURLError):
            self.url = None
            super().create_empty_request()

    async def read(self) -> bytes | None:
        """The next part of a body; no more is looked for in one whose parts do not fit together."""
        try:
            part: bytes | None = await super().read()
        except InvalidUsage:
            self.request_body = None
            self.keep_alive = False
            raise
        return part


class Connection(WebSocketProtocol):
    """One connection; closed at once when there are too many, and after a while when it only drips."""

    __slots__ = ("_counted_as", "_receiving_since")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counted_as: str | None = None
        self._receiving_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or say that there are too many and hang up."""
        peer = transport.get_extra_info("peername")
        address = network_of(peer[0]) if isinstance(peer, tuple) else ""
        if _open.total() >= settings().open_connections or _has_too_many(address):
            transport.write(busy())
            transport.close()
            return
        self._counted_as = address
        _open[address] += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no longer."""
        if self._counted_as is None:
            return
        _open[self._counted_as] -= 1
        if not _open[self._counted_as]:
            del _open[self._counted_as]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what came, unless the connection was refused."""
        if self._counted_as is not None:
            super().data_received(data)

    def check_timeouts(self) -> None:
        """Sanic's check, and how long the request has been coming in; repeats itself."""
        http = self._http
        if not self._task or http is None or self.websocket is not None:
            return
        if _is_receiving(http):
            now = monotonic()
            self._receiving_since = self._receiving_since or now
            if now - self._receiving_since > REQUEST_SECONDS:
                http.exception = RequestTimeout("Request Timeout")
                http.request_body = None  # what is still to come is not waited for
                self._task.cancel()
                return
        else:
            self._receiving_since = None
            # of whoever says that it will be a websocket Sanic would look no more
            if not (http.stage is Stage.HANDLER and http.upgrade_websocket):
                super().check_timeouts()
                return
        self.loop.call_later(_BETWEEN_LOOKS, self.check_timeouts)

    def _setup_connection(self) -> None:
        super()._setup_connection()
        self._http = Exchange(self)


def _has_too_many(address: str) -> bool:
    """Whether an address has as many connections as it may have.

    This machine's are reverse proxies or programs of the operator's; behind trusted proxies every
    connection comes from one, and the page's sockets are counted by the addresses that they name.
    """
    if settings().trusted_proxies or (is_loopback(address) and not settings().limit_own_machine):
        return False
    return _open[address] >= settings().open_connections_per_address


def _is_receiving(http: Http) -> bool:
    """Whether a request is on its way: its headers, or its body, also one that nobody wants."""
    return http.stage is Stage.REQUEST or bool(getattr(http, "request_body", None))
