"""What delivering needs of a receiver."""

from __future__ import annotations

from typing import Protocol

from blina.alerts.model import Alert

SECONDS_FOR_A_TRY = 10.0


class NotTaken(Exception):
    """A receiver has not taken an alert; ``reason`` quotes nobody.

    Args:
        reason: the kind of error.
        is_refused: the receiver works and does not want this very alert.
        seconds: after which it asks to be tried again, None when it does not say.
    """

    def __init__(self, reason: str, is_refused: bool = False, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_refused = is_refused
        self.seconds = seconds


class Receiver(Protocol):
    """Takes alerts."""

    @property
    def name(self) -> str:
        """What it is called in the book."""

    async def send(self, alert: Alert) -> None:
        """Deliver an alert; sent twice it carries the same key.

        Args:
            alert: what the team is told.

        Raises:
            NotTaken: it did not say that it has it.
        """

    async def close(self) -> None:
        """Hang up."""
