"""How many messages may come in a minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0
_MOST_KEYS = 10_000


class PerMinute:
    """Counts what each conversation (or address) sent in the last minute."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow a number of messages.

        Args:
            most: in any sixty seconds.
            clock: seconds.
        """
        self._most = most
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

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
            return times[0] + MINUTE - now
        times.append(now)
        if len(self._times) > _MOST_KEYS:
            self._drop_idle(now)
        return 0.0

    def _drop_idle(self, now: float) -> None:
        self._times = {key: times for key, times in self._times.items() if times[-1] > now - MINUTE}
