"""What a program may send: one JSON object with `sender` and `message`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from blina.http_server.text import whole, without_entities

MAX_CHARACTERS = 64 * 1024  # of a message, however it is written in JSON
MAX_BYTES = 12 * MAX_CHARACTERS + 1024  # each may be two escapes, \ud83d\ude1f; and the names of the fields
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
        BadBody: with 413 for more than ``MAX_BYTES`` or ``MAX_CHARACTERS``, else 400.
    """
    if len(body) > MAX_BYTES:
        raise BadBody(413, f"The body must not be larger than {MAX_BYTES} bytes.")
    try:
        fields = unambiguous(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadBody(400, "The body must be UTF-8.") from None
    except TwiceTheSame:
        raise BadBody(400, "No key of the body must be there twice.") from None
    except (ValueError, RecursionError):
        raise BadBody(400, "The body must be one JSON object.") from None
    if not isinstance(fields, dict):
        raise BadBody(400, "The body must be one JSON object.")
    sender, message = sender_of(_text(fields, "sender")), _text(fields, "message")
    if len(message) > MAX_CHARACTERS:
        raise BadBody(413, f"'message' must not be longer than {MAX_CHARACTERS} characters.")
    return Incoming(sender=sender, message=without_entities(whole(message)))


def sender_of(given: str) -> str:
    """The checked name of a conversation, as it came: what is changed here could make one of two.

    Args:
        given: what a program calls it.

    Raises:
        BadBody: it cannot be one.
    """
    if not given.strip() or len(given) > MAX_SENDER_CHARACTERS or not given.isprintable():
        limit = f"1 to {MAX_SENDER_CHARACTERS} printable characters"
        raise BadBody(400, f"'sender' must be {limit}: it names the conversation.")
    return given


class TwiceTheSame(ValueError):
    """A key is there twice: which of the values is meant differs between programs."""


def unambiguous(text: str | bytes) -> Any:
    """What a text in JSON says.

    Args:
        text: as it came.

    Raises:
        TwiceTheSame: when a key is there twice in one object.
        ValueError: when it is not JSON.
        RecursionError: when it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_without_doubles)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise TwiceTheSame
    return fields


def _text(fields: dict[str, Any], name: str) -> str:
    if name not in fields:
        raise BadBody(400, f"'{name}' is missing.")
    value = fields[name]
    if not isinstance(value, str):
        raise BadBody(400, f"'{name}' must be a string.")
    return value
