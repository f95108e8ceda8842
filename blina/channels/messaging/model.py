"""What goes back and forth between a provider and the assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Keyword = Literal["", "start", "stop", "help"]
_EDITION = " edited "  # in the key of a changed message, behind the key of what it changes


@dataclass(frozen=True)
class Incoming:
    """One message of a person, as a provider's file reads it out of a request.

    Args:
        key: the provider's id of what happened, the same when it delivers it again.
        person: who wrote, as the provider names them (a phone number, an id). Never logged or
            stored: conversations are named by a keyed hash of it.
        address: where to answer, in the provider's own terms.
        text: the words, empty when there are none.
        tap: what the tapped button carries, None when none was tapped.
        attachment: whether there is something besides words: a picture, a recording, a place.
        private: False in a group, where others read along.
        hello: whether the person just opened the chat and has said nothing yet.
        medium: what the person writes with, where a provider has several.
        edits: the key of the message that the person has changed into this one; none for a new one.
        keyword: which of the words to leave, to come back and to be helped this is, where the provider
            has answered it already.
    """

    key: str
    person: str
    address: Mapping[str, str]
    text: str = ""
    tap: str | None = None
    attachment: bool = False
    private: bool = True
    hello: bool = False
    medium: str = ""
    edits: str = ""
    keyword: Keyword = ""


def edition(original: str, number: str) -> str:
    """The key of a changed message.

    Args:
        original: the key of the message as it first was.
        number: the provider's id of the change.
    """
    return f"{original}{_EDITION}{number}"


def original(key: str) -> str:
    """The key under which a message came first, however often it was changed since."""
    return key.partition(_EDITION)[0]


@dataclass(frozen=True)
class Button:
    """An answer to tap.

    Args:
        title: what it shows.
        tap: what comes back when it is tapped; short, and of use in its own conversation only.
    """

    title: str
    tap: str


@dataclass(frozen=True)
class ApiCall:
    """One call of a provider's API.

    Args:
        url: where to.
        json: the body, or
        form: the body as form fields.
        headers: beside those that go without saying.
        login: user and password for HTTP basic authentication.
    """

    url: str
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    login: tuple[str, str] | None = None


@dataclass(frozen=True)
class ApiResponse:
    """What a provider's API said to a call.

    Args:
        status: of HTTP.
        retry_after: seconds to wait that the ``Retry-After`` header asks for, None without one.
        body: the JSON object of the answer, empty when it is none.
    """

    status: int
    retry_after: float | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Retry:
    """The call is worth another try, after so many seconds if the provider says how many."""

    seconds: float | None = None


@dataclass(frozen=True)
class Refused:
    """The provider will not take this, however often it is sent; ``reason`` quotes nobody."""

    reason: str
