"""Sign-ins that have begun and whose people have not come back yet: each is good once, for some minutes."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from blina.channels.team.provider import Begun
from blina.channels.team.sessions import hash_of

MINUTES = 10
_MOST = 2_000


@dataclass(frozen=True)
class _Waiting:
    begun: Begun
    browser: str
    until: float


class BegunSignIns:
    """Remembers them, in this process: who comes back after a restart begins again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember none.

        Args:
            clock: seconds; never jumps.
        """
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}

    def keep(self, begun: Begun) -> str:
        """Remember one.

        Args:
            begun: the sign-in.

        Returns:
            What the browser's cookie holds: only from this browser it can be finished.
        """
        while len(self._waiting) >= _MOST:
            del self._waiting[next(iter(self._waiting))]  # the oldest
        secret = secrets.token_urlsafe()
        self._waiting[begun.state] = _Waiting(begun, hash_of(secret), self._clock() + MINUTES * 60)
        return secret

    def take(self, state: object, secret: object) -> Begun | None:
        """Finish one; a second time there is none.

        Args:
            state: that came back.
            secret: of the browser's cookie.

        Returns:
            None when none has begun with this state, it was another browser, or it took too long.
        """
        if not isinstance(state, str) or not isinstance(secret, str):
            return None
        found = self._waiting.get(state)
        if found is None or not hmac.compare_digest(found.browser, hash_of(secret)):
            return None
        del self._waiting[state]
        return found.begun if self._clock() <= found.until else None
