"""Connections: what of HTTP is taken, how many there may be, and how long a client may take to ask.

uvicorn and httptools (llhttp) do the reading, and refuse what is ambiguous: lengths and chunk sizes that are
none, blanks before a colon, bare CR, LF and NUL. What the standard leaves to the server behind the parser is
decided here: one host, no trailers, no body that waits behind an upgrade. Whatever is refused ends the
connection, so that nothing after it can be taken for another request.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from asyncio import TimerHandle
from collections import Counter
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

from blina.assistant import settings
from blina.http_server.addresses import is_loopback, network_of, serves_others
from blina.http_server.port import busy

REQUEST_SECONDS = 20.0  # for the head of a request to come in, and as long again for its body
MOST_HEAD_BYTES = 16 * 1024
_MOST_UNREAD_BYTES = 512 * 1024  # a line without end; a body may have come with it
_MOST_CONTROL_FRAMES = 20  # pings and pongs of a websocket, which none of our pages sends
_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=-]+(:[0-9]{0,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?")
_KEY_BYTES = 16

_open: Counter[str] = Counter()
_counted: dict[Any, str] = {}  # the address that a connection is counted under, by its transport


class Refused(ValueError):
    """A request that is not taken."""


class Connection(HttpToolsProtocol):
    """One connection; closed at once when there are too many, and after a while when it only drips."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watch: TimerHandle | None = None
        self._head_bytes = self._unread_bytes = 0
        self._in_head = True
        self._refused = False

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or say that there are too many and hang up."""
        super().connection_made(transport)
        address = network_of(self.client[0]) if self.client else ""
        if _open.total() >= settings().open_connections or _has_too_many(address):
            self._refused = True
            transport.write(busy())
            transport.close()
            return
        _counted[transport] = address
        _open[address] += 1
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no longer."""
        self._stop_watch()
        _uncount(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the connection was refused."""
        if self._refused:
            return
        if self._in_head:
            self._unread_bytes += len(data)
            if self._unread_bytes > _MOST_UNREAD_BYTES:
                self.send_400_response("")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A new request."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._watch is None:
            self._wait_for_head()

    def on_url(self, url: bytes) -> None:
        """A part of the address.

        Raises:
            Refused: when it is too long.
        """
        super().on_url(url)
        self._count_head(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of the head.

        Raises:
            Refused: when the head is too long, or the line is a trailer: nobody needs those, and what is
                read of them differs between servers.
        """
        if not self._in_head:
            raise Refused("trailer")
        self._count_head(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there.

        Raises:
            Refused: when it leaves open what is asked for, or of whom.
        """
        self._in_head, self._unread_bytes = False, 0
        self._stop_watch()
        self._check_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what came; nothing after it is read."""
        self._refused = True
        self._stop_watch()
        if self._owes_an_answer():
            self.transport.abort()  # the refusal would be taken for the answer to an earlier request
            return
        if not self.transport.is_closing():
            self.transport.write(_error(HTTPStatus.BAD_REQUEST))
            self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Other upgrades are not taken, which is nothing to log."""

    def _owes_an_answer(self) -> bool:
        """Whether a request before the one that is read now is not answered yet."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        return bool(self.pipeline) or cycle.response_started or not cycle.more_body

    def _count_head(self, *parts: bytes) -> None:
        self._head_bytes += sum(map(len, parts)) + len(": \r\n")
        if self._head_bytes > MOST_HEAD_BYTES:
            raise Refused("too long")

    def _check_head(self) -> None:
        hosts = [value for name, value in self.headers if name == b"host"]
        encodings = [value for name, value in self.headers if name == b"transfer-encoding"]
        modern = self.parser.get_http_version() == "1.1"
        if len(hosts) > 1 or (modern and not hosts) or not all(map(_HOST.fullmatch, hosts)):
            raise Refused("host")
        if encodings and (not modern or [value.lower() for value in encodings] != [b"chunked"]):
            raise Refused("transfer-encoding")
        if not self.url.startswith(b"/"):
            raise Refused("address")
        if self.parser.should_upgrade() and self._should_upgrade():
            self._check_upgrade(bool(encodings))

    def _check_upgrade(self, has_body: bool) -> None:
        given = dict(self.headers)
        if has_body or given.get(b"content-length", b"0") != b"0" or self.parser.get_method() != b"GET":
            raise Refused("body")
        if given.get(b"sec-websocket-version") != b"13":
            raise Refused("version")
        try:
            key = base64.b64decode(given.get(b"sec-websocket-key", b""), validate=True)
        except binascii.Error:
            raise Refused("key") from None
        if len(key) != _KEY_BYTES:
            raise Refused("key")

    def _wait_for_head(self) -> None:
        self._watch = self.loop.call_later(REQUEST_SECONDS, self._took_too_long)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _took_too_long(self) -> None:
        self._watch = None
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_error(HTTPStatus.REQUEST_TIMEOUT))
            self.transport.close()
        else:
            self.transport.abort()


class WebSocket(WSProtocol):
    """A websocket; it is counted like any connection, and so are the frames that only keep one busy."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._control_frames = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no longer."""
        _uncount(self.transport)
        super().connection_lost(exc)

    def handle_ping(self, event: Any) -> None:
        """Answer, unless that is all the other side wants."""
        if self._is_within_limit():
            super().handle_ping(event)

    def handle_pong(self, event: Any) -> None:
        """Take note, unless they come unasked without end."""
        if self._is_within_limit():
            super().handle_pong(event)

    def _is_within_limit(self) -> bool:
        self._control_frames += 1
        if self._control_frames > _MOST_CONTROL_FRAMES:
            self.transport.abort()
            return False
        return True


def _uncount(transport: Any) -> None:
    address = _counted.pop(transport, None)
    if address is None:
        return
    _open[address] -= 1
    if not _open[address]:
        del _open[address]


def _has_too_many(address: str) -> bool:
    """Whether an address has as many connections as it may have.

    This machine's are reverse proxies or programs of the operator's; behind trusted proxies every
    connection comes from one, and the page's sockets are counted by the addresses that they name.
    """
    exempt = is_loopback(address) and not settings().limit_own_machine and not serves_others()
    if settings().trusted_proxies or exempt:
        return False
    return _open[address] >= settings().open_connections_per_address


def _error(status: HTTPStatus) -> bytes:
    content = json.dumps({"error": status.phrase}).encode()
    return (
        b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
        b"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        % (status, status.phrase.encode(), len(content), content)
    )


__all__ = ["REQUEST_SECONDS", "Connection", "Refused", "WebSocket", "httptools"]
