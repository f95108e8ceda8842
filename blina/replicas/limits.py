"""How much may come in a minute from one conversation or address: in one process, or over all replicas."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from blina.observe import metrics
from blina.replicas.link import Down, Link, link

MINUTE = 60.0
_MOST_KEYS = 10_000
_BETWEEN_DROPS = 5.0  # seconds

# Times in microseconds, by the clock of Redis, so that the clocks of the replicas do not matter.
_COUNT = """
local time = redis.call('TIME')
local now, window = time[1] * 1000000 + time[2], tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, string.format('%.0f', now - window))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then
    return string.format('%.0f', redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + window - now)
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', window / 1000))
return 0
"""


class Limit(Protocol):
    """Counts what each conversation or address sent in the last minute."""

    async def wait(self, key: str) -> float:
        """Ask to send one.

        Args:
            key: the conversation or address.

        Returns:
            0 when it may be sent (it is then counted), else the seconds to wait.
        """


class OwnLimit:
    """Counts in this process's memory."""

    def __init__(
        self,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        name: str = "",
        window: float = MINUTE,
    ) -> None:
        """Allow a number of messages.

        Args:
            most: in any window.
            clock: seconds.
            name: under which refusals are counted; without one they are not.
            window: seconds.
        """
        self.name = name
        self.most = most
        self.window = window
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._next_drop = 0.0

    async def wait(self, key: str) -> float:
        """See `Limit.wait`."""
        seconds = self.left(key)
        if not seconds:
            self.count(key)
        return seconds

    def left(self, key: str) -> float:
        """The seconds to wait, 0 for none; counts nothing but the refusal.

        Args:
            key: the conversation or address.
        """
        now = self._clock()
        times = self._times.get(key, deque())
        while times and times[0] <= now - self.window:
            times.popleft()
        if len(times) < self.most:
            return 0.0
        self.refused()
        return times[0] + self.window - now

    def refused(self) -> None:
        """Count a refusal."""
        if self.name:
            metrics.LIMITED.labels(self.name).inc()

    def count(self, key: str) -> None:
        """Count one that is sent.

        Args:
            key: the conversation or address.
        """
        now = self._clock()
        self._times.setdefault(key, deque()).append(now)
        if len(self._times) > _MOST_KEYS and now >= self._next_drop:
            self._next_drop = now + _BETWEEN_DROPS
            oldest = now - self.window
            self._times = {name: kept for name, kept in self._times.items() if kept and kept[-1] > oldest}


class SharedLimit:
    """Counts over all replicas, and beside it in this one.

    What this replica alone would refuse is refused without asking Redis: a flood does not reach it. While
    Redis fails each replica holds the limit by itself.
    """

    def __init__(self, own: OwnLimit, kind: str, shared: Link) -> None:
        """Share.

        Args:
            own: this process's.
            kind: what the keys are, in the code's own words.
            shared: the connection.
        """
        self._own = own
        self._kind = kind
        self._link = shared

    async def wait(self, key: str) -> float:
        """See `Limit.wait`."""
        own = self._own.left(key)
        if own:
            return own
        try:
            seconds = await self._shared(key)
        except Down:
            return await self._own.wait(key)
        if seconds:
            self._own.refused()
        else:
            self._own.count(key)
        return seconds

    async def _shared(self, key: str) -> float:
        values = (self._own.most, int(self._own.window * 1e6), self._link.ticket())
        return int(await self._link.call(_COUNT, [self._link.key(f"limit:{self._kind}", key)], values)) / 1e6


def limit(kind: str, most: int, name: str = "") -> Limit:
    """A limit over all replicas where there are several.

    Args:
        kind: what the keys are, in the code's own words.
        most: in any sixty seconds.
        name: under which refusals are counted; without one they are not.
    """
    own, shared = OwnLimit(most, name=name), link()
    return SharedLimit(own, kind, shared) if shared else own
