"""What keeps conversations has to offer; `events` does it in SQLite, `postgres_events` in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

# The number of the last event that was read: 0 where there was none, None where it could not be read.
Mark = int | None


class Row(NamedTuple):
    """One event of a conversation."""

    type_name: str
    timestamp: float
    intent_name: str | None
    action_name: str | None
    data: str


class Conversations(Protocol):
    """Events by conversation. Used by one thread at a time; every method may raise one of `FAILURES`."""

    def write(
        self, forgotten: Iterable[str], rows: Mapping[str, Sequence[Row]], marks: Mapping[str, Mark]
    ) -> Mapping[str, Mark]:
        """Delete and add, all of it or nothing.

        Args:
            forgotten: conversations to delete.
            rows: to add afterwards, by conversation.
            marks: how far each of these conversations had been read when its rows were made.

        Returns:
            How far they are known now.
        """

    def mark(self, sender: str) -> Mark:
        """How far a conversation goes at this moment.

        Args:
            sender: the conversation.
        """

    def look_after(self) -> None:
        """Raise what a use would raise, where somebody can take the database away."""

    def over_since(self, oldest: float) -> list[str]:
        """Conversations whose last event is older than a moment.

        Args:
            oldest: seconds since 1970.
        """

    def longer_than(self, messages: int) -> list[str]:
        """Conversations with more messages of the patient than a number."""

    def delete_over(self, senders: Iterable[str], oldest: float) -> None:
        """Delete conversations, but none that went on meanwhile.

        Args:
            senders: from `over_since`.
            oldest: as there.
        """

    def delete_starts(self, senders: Iterable[str], messages: int) -> None:
        """Delete what is older than the latest messages of conversations.

        Args:
            senders: from `longer_than`.
            messages: of the patient, to keep of each conversation with what followed them.
        """

    def rows(self, sender: str) -> list[Row]:
        """The events of a conversation, oldest first."""

    def last_turn(self, sender: str, slot: str) -> list[Row]:
        """The events from the patient's message on at which a slot was last set; all when it never was.

        Args:
            sender: the conversation.
            slot: its name.
        """

    def turns(self, sender: str, skipped: int, most: int) -> tuple[list[Row], bool]:
        """What was said in some turns of a conversation, oldest first.

        Args:
            sender: the conversation.
            skipped: messages of the patient before the first of these turns.
            most: messages of the patient in them.

        Returns:
            What the patient and the assistant said, and whether there are later turns.
        """

    def messages(self, sender: str) -> list[Row]:
        """The patient's messages of a conversation, oldest first."""

    def senders(self) -> list[str]:
        """All conversations."""

    def close(self) -> None:
        """Let go of the database."""
