"""What the page may send over its socket: a few kinds of frames, and not too many."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from sanic.request import Request

from blina.http_server.body import MAX_CHARACTERS, unambiguous

EVENTS = ("join", "more", "message", "hand_over", "forget")  # each a method of `events.Socket`
BETWEEN_PACKETS = "\x1e"  # in the body of a request, where there is no websocket
MOST_AT_ONCE = 120
A_SECOND = 4.0
_MOST_PACKETS = 16  # in one body
_HELLO = re.compile(r"40(\{\})?")
_EVENT = re.compile(r"42([0-9]{1,12})?(\[.*\])", re.DOTALL)
_OTHERS = frozenset({"2probe", "5", "3", "3probe", "1", "41"})


class Malformed(ValueError):
    """A frame that no page sends."""


class Line:
    """One connection of a page, over whatever it comes: what it has sent.

    Args:
        request: that opened it.
        address: what it is counted under.
        clock: seconds.
    """

    def __init__(self, request: Request, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.request = request
        self.address = address
        self._clock = clock
        self.opened = clock()
        self.joined = False
        self._left = float(MOST_AT_ONCE)
        self._counted_at = self.opened

    def age(self) -> float:
        """Seconds since it was opened."""
        return self._clock() - self.opened

    def take(self, text: Any) -> None:
        """Check and count what came.

        Args:
            text: a frame.

        Raises:
            Malformed: when no page sends this, or not so much of it.
        """
        now = self._clock()
        self._left = min(MOST_AT_ONCE, self._left + (now - self._counted_at) * A_SECOND) - 1
        self._counted_at = now
        if self._left < 0:
            raise Malformed("too many")
        if event_of(text) == "join":
            self.joined = True

    def take_body(self, body: bytes) -> None:
        """Check and count the packets in the body of a request.

        Args:
            body: of the request.

        Raises:
            Malformed: when no page sends this, or not so much of it.
        """
        try:
            packets = body.decode("utf-8").split(BETWEEN_PACKETS)
        except UnicodeDecodeError:
            raise Malformed("characters") from None
        if len(packets) > _MOST_PACKETS:
            raise Malformed("too many")
        for packet in packets:
            self.take(packet)


def event_of(text: Any) -> str | None:
    """The event in a frame, None for one that keeps the connection going.

    Args:
        text: the frame.

    Raises:
        Malformed: when no page sends it.
    """
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise Malformed("kind")
    if text in _OTHERS or _HELLO.fullmatch(text):
        return None
    found = _EVENT.fullmatch(text)
    if found is None:
        raise Malformed("kind")
    try:
        event = unambiguous(found[2])
    except (ValueError, RecursionError):
        raise Malformed("content") from None
    if not 1 <= len(event) <= 2 or event[0] not in EVENTS:
        raise Malformed("event")
    return str(event[0])
