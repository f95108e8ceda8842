"""How much may come in, counted once for all channels."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sanic.request import Request

from blina.assistant import settings
from blina.http_server.addresses import address_of, from_this_machine
from blina.knowledge.settings import Settings
from blina.observe import metrics

MINUTE = 60.0
_MOST_KEYS = 10_000
_BETWEEN_DROPS = 5.0  # seconds
_REQUESTS_A_MESSAGE = 10  # a page loads files, joins and asks whether there is something new


class PerMinute:
    """Counts what each conversation (or address) sent in the last minute."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic, name: str = "") -> None:
        """Allow a number of messages.

        Args:
            most: in any sixty seconds.
            clock: seconds.
            name: under which refusals are counted; without one they are not.
        """
        self._name = name
        self._most = most
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._next_drop = 0.0

    def wait(self, key: str) -> float:
        """Ask to send one.

        Args:
            key: the conversation or address.

        Returns:
            0 when it may be sent (it is then counted), else the seconds to wait.
        """
        now = self._clock()
        times = self._times.setdefault(key, deque())
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= self._most:
            if self._name:
                metrics.LIMITED.labels(self._name).inc()
            return times[0] + MINUTE - now
        times.append(now)
        if len(self._times) > _MOST_KEYS and now >= self._next_drop:
            self._next_drop = now + _BETWEEN_DROPS
            self._times = {name: kept for name, kept in self._times.items() if kept[-1] > now - MINUTE}
        return 0.0


@dataclass(frozen=True)
class Limits:
    """The counters.

    Args:
        conversation: messages of one conversation.
        address: messages from one address.
        with_token: messages from one address that shows the REST token.
        requests: anything else that an address sends: requests, and events on a socket.
        own_machine: whether what an address may send also holds for this machine.
    """

    conversation: PerMinute
    address: PerMinute
    with_token: PerMinute
    requests: PerMinute
    own_machine: bool

    def of_address(self, counter: PerMinute, request: Request) -> float:
        """Count something that came from an address.

        Args:
            counter: ``address``, ``with_token`` or ``requests``.
            request: whose address is meant.

        Returns:
            0 when it may pass, else the seconds to wait.
        """
        if self.exempts(request):
            return 0.0
        return counter.wait(address_of(request))

    def exempts(self, request: Request) -> bool:
        """Whether the limits of an address do not hold for where a request came from."""
        return not self.own_machine and from_this_machine(request)


def limits_of(settings: Settings) -> Limits:
    """Counters with the limits of the settings."""
    most = max(settings.messages_per_minute_per_address, settings.messages_per_minute_with_token)
    return Limits(
        conversation=PerMinute(settings.messages_per_minute, name="conversation"),
        address=PerMinute(settings.messages_per_minute_per_address, name="address"),
        with_token=PerMinute(settings.messages_per_minute_with_token, name="with_token"),
        requests=PerMinute(_REQUESTS_A_MESSAGE * most, name="requests"),
        own_machine=settings.limit_own_machine,
    )


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The counters that all channels share."""
    return limits_of(settings())
