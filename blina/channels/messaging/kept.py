"""What is kept of messages under way. `store` keeps it in SQLite, `shared_store` in PostgreSQL."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Protocol

from blina.channels.messaging.model import Button, Incoming

_log = logging.getLogger(__name__)

_FIELDS = frozenset(field.name for field in fields(Incoming))  # a newer replica may write more


@dataclass(frozen=True)
class QueuedMessage:
    """A message that came in.

    Args:
        incoming: the message.
        conversation: its name in the tracker store.
        tries: how often the assistant was started to answer it before.
    """

    incoming: Incoming
    conversation: str
    tries: int = 0


@dataclass(frozen=True)
class Part:
    """A message that has to go out.

    Args:
        address: where to, in the provider's terms.
        text: short enough for the provider.
        buttons: answers to tap below it.
        made: seconds since 1970.
        row: its row in the store.
    """

    address: dict[str, str]
    text: str
    buttons: tuple[Button, ...]
    made: float
    row: int = 0


class Messages(Protocol):
    """The messages of one channel. Used by one thread at a time; all methods may raise one of `FAILURES`."""

    IS_SHARED: bool  # whether other replicas keep theirs there too

    def add(self, queued: QueuedMessage, now: float) -> bool:
        """Keep a message until it is answered; False when it was delivered before.

        Args:
            queued: the message.
            now: seconds since 1970.
        """

    def unanswered(self) -> list[QueuedMessage]:
        """What was kept and is nobody's any more, oldest first; from now on this process answers it."""

    def is_next(self, queued: QueuedMessage) -> bool:
        """Whether all earlier messages of the conversation are answered that others may be answering.

        Args:
            queued: the message.
        """

    def answer(self, queued: QueuedMessage, parts: Sequence[Part], forget: bool) -> None:
        """Put a reply into the post and drop the words that it answers, in one step.

        Args:
            queued: what is answered; need not be here.
            parts: what to send, in order.
            forget: whether to drop also what else has to go out in the conversation.
        """

    def conversations(self) -> list[str]:
        """The conversations in which something has to go out that nobody sends."""

    def next_part(self, conversation: str, after: int) -> Part | None:
        """What this process has to send next in a conversation.

        Args:
            conversation: its name.
            after: the row of the part that was sent last, 0 to begin with.
        """

    def sent(self, row: int) -> None:
        """Drop a part that was sent or given up."""

    def stay_alive(self, keys: Iterable[str], conversations: Iterable[str]) -> None:
        """Tell the others what is still being done here.

        Args:
            keys: of the messages that are being answered.
            conversations: in which something is being sent.
        """

    def clear(self, known: float, kept: float) -> None:
        """Drop what is old.

        Args:
            known: ids of answered messages from before go; seconds since 1970.
            kept: words from before go, answered and sent or not.
        """

    def close(self) -> None:
        """Let go of it, and of what is not done."""


def queued_messages(rows: Iterable[tuple[str, str, int]]) -> list[QueuedMessage]:
    """Messages as they were kept; one that cannot be read, as another version may have kept it, is left out.

    Args:
        rows: of each the message in JSON, the name of its conversation, and the tries (see `QueuedMessage`).
    """
    found = []
    for row in rows:
        try:
            found.append(_queued_message(*row))
        except (ValueError, TypeError, AttributeError) as error:
            _log.error("a message that was kept cannot be read (%s)", type(error).__name__)
    return found


def _queued_message(content: str, conversation: str, tries: int) -> QueuedMessage:
    known = {name: value for name, value in json.loads(content).items() if name in _FIELDS}
    return QueuedMessage(Incoming(**known), conversation, tries)


def written(part: Part) -> str:
    """A part in JSON.

    Args:
        part: what has to go out.
    """
    return json.dumps(asdict(part))


def read(row: int, content: str) -> Part:
    """A part as it was kept.

    Args:
        row: where.
        content: the part in JSON.
    """
    found = json.loads(content)
    found["buttons"] = tuple(Button(**button) for button in found["buttons"])
    return Part(**{**found, "row": row})
