"""A time of day that a jump of the machine's clock cannot fool."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 3600.0  # seconds for which a clock that jumped forward is not believed
_TOLERANCE = 60.0  # seconds that a clock may drift between two looks


class SteadyClock:
    """Tells when something is old enough to be deleted.

    A clock that jumps forward would make everything old at once, so it is believed only after
    an hour. A clock that jumps back is believed at once: it only makes things younger.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        """Start from what the machine's clock says now.

        Args:
            wall: seconds since 1970, as the machine believes.
            steady: seconds from any moment on; never jumps.
        """
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._jumped_at: float | None = None

    def now(self) -> float:
        """Seconds since 1970, by the clock as far as it is believed."""
        steady = self._steady()
        offset = self._wall() - steady
        if offset <= self._offset + _TOLERANCE:
            self._offset, self._jumped_at = offset, None
        elif self._jumped_at is None:
            self._jumped_at = steady
        elif steady - self._jumped_at >= PATIENCE:
            self._offset, self._jumped_at = offset, None
        return steady + self._offset
