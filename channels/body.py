"""What a program may send: one JSON object with `sender` and `message`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from channels.text import whole

MAX_BYTES = 64 * 1024
PREFIX = "rest-"  # of the channel's conversations in the tracker store
MAX_SENDER_CHARACTERS = 255 - len(PREFIX)  # the width of the column there


@dataclass(frozen=True)
class Incoming:
    """A checked request: the conversation and what was written."""

    sender: str
    message: str


class BadBody(ValueError):
    """The body cannot be used.

    Args:
        status: HTTP status that says so.
        reason: one sentence for the programmer at the other end; quotes nothing of the body.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def read(body: bytes) -> Incoming:
    """Check the body of a request.

    Args:
        body: as it came.

    Returns:
        The conversation and the message (which may be empty).

    Raises:
        BadBody: with 413 for more than ``MAX_BYTES``, else 400.
    """
    if len(body) > MAX_BYTES:
        raise BadBody(413, f"The body must not be larger than {MAX_BYTES} bytes.")
    try:
        fields = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadBody(400, "The body must be UTF-8.") from None
    except (ValueError, RecursionError):
        raise BadBody(400, "The body must be one JSON object.") from None
    if not isinstance(fields, dict):
        raise BadBody(400, "The body must be one JSON object.")
    sender = _text(fields, "sender").strip()
    if not sender or len(sender) > MAX_SENDER_CHARACTERS or not sender.isprintable():
        limit = f"1 to {MAX_SENDER_CHARACTERS} printable characters"
        raise BadBody(400, f"'sender' must be {limit}: it names the conversation.")
    return Incoming(sender=sender, message=_text(fields, "message"))


def _text(fields: dict[str, Any], name: str) -> str:
    if name not in fields:
        raise BadBody(400, f"'{name}' is missing.")
    value = fields[name]
    if not isinstance(value, str):
        raise BadBody(400, f"'{name}' must be a string.")
    return whole(value)
