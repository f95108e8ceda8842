"""What is fuzzed: each takes any bytes, and raises when a parser does what it must not."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from blina.assistant import knowledge
from blina.channels.messaging import split_text
from blina.channels.messaging.channel import MessagingChannel
from blina.channels.messaging.slack import SlackChannel
from blina.channels.messaging.telegram import TelegramChannel
from blina.channels.messaging.twilio import TwilioChannel
from blina.channels.web.frames import Line, Malformed
from blina.channels.web.sessions import Sessions
from blina.http_server import origins
from blina.http_server.addresses import from_this_machine, is_loopback, network_of
from blina.http_server.body import BadBody
from blina.http_server.body import read as read_body
from blina.reading.reader import SymptomReader
from blina.reading.text import MAX_CHARACTERS, clean, sanitised
from blina.server import endpoints
from blina.stop import Stop

Target = Callable[[bytes], None]

_SECRETS = {
    "bot_token": "b",
    "secret_token": "s",
    "signing_secret": "s",
    "account_sid": "a",
    "auth_token": "t",
    "public_url": "https://a.example",
    "api_url": "https://b.example",
}
_NOT_READ = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)  # what a channel answers with 400


class Broken(AssertionError):
    """A parser did what it must not."""


def reader(data: bytes) -> None:
    """Whatever is written is read, and what is found stands in it."""
    text = data.decode("utf-8", "replace")
    reading = _reader().read(sanitised(text))
    places = [(finding.start, finding.end) for finding in reading.findings]
    places += [(sign.start, sign.end) for sign in reading.signs]
    places += [(value.start, value.end) for value in reading.measurements]
    _demand(all(0 <= start <= end <= len(reading.text) for start, end in places))
    _demand(len(reading.text) <= MAX_CHARACTERS)


def words(data: bytes) -> None:
    """What comes through the guard is no command, and stays as it is when it comes through again."""
    read = sanitised(data.decode("utf-8", "surrogateescape"))
    _demand("\x00" not in read and not read.startswith("/"))
    _demand(len(clean(read)) == min(len(read), MAX_CHARACTERS))


def body(data: bytes) -> None:
    """A request is taken or refused."""
    with suppress(BadBody):
        taken = read_body(data)
        _demand(bool(taken.sender.strip()))
        taken.message.encode()


def frames(data: bytes) -> None:
    """Packets of a page are taken or end the connection."""
    with suppress(Malformed):
        Line(_request({}), "here").take_body(data)


def token(data: bytes) -> None:
    """Nobody guesses a token."""
    _demand(Sessions(b"key" * 20, 60).read(data.decode("utf-8", "surrogateescape")) is None)


def slack(data: bytes) -> None:
    """Signed requests of Slack are read or refused."""
    _provider(SlackChannel, data)


def telegram(data: bytes) -> None:
    """Signed requests of Telegram are read or refused."""
    _provider(TelegramChannel, data)


def twilio(data: bytes) -> None:
    """Signed requests of Twilio are read or refused."""
    _provider(TwilioChannel, data)


def headers(data: bytes) -> None:
    """Where a request comes from can be told whatever its head says."""
    names = ("host", "origin", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-for")
    values = data.decode("latin-1").split("\n")
    request = _request(dict(zip(names, values, strict=False)))
    _demand(origins.missing(request, "http") in (None, origins.HOST, origins.SCHEME))
    _demand(from_this_machine(request) in (True, False))
    for value in values:
        is_loopback(value)
        network_of(value)


def endpoints_file(data: bytes) -> None:
    """A file of the operator's is right, or named in one sentence."""
    with tempfile.NamedTemporaryFile(suffix=".yml") as file:
        file.write(data)
        file.flush()
        with suppress(Stop):
            endpoints.check(Path(file.name))


def cut(data: bytes) -> None:
    """A long answer is cut for a provider without losing a word."""
    text = data.decode("utf-8", "ignore")
    cut_text = split_text.parts(text, 40)
    _demand("".join("".join(cut_text).split()) == "".join(text.split()))


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        reader, words, body, frames, token, slack, telegram, twilio, headers, endpoints_file, cut,
    )
}  # fmt: skip


@lru_cache(maxsize=1)
def _reader() -> SymptomReader:
    return SymptomReader(knowledge())


def _provider(kind: type[MessagingChannel], data: bytes) -> None:
    channel = kind({name: _SECRETS[name] for name in (*kind.CREDENTIALS, *kind.DEFAULTS)})
    request = _request({}, data)
    with suppress(*_NOT_READ):
        list(channel.read(request))
    with suppress(*_NOT_READ):
        channel.acknowledgement(request)


def _request(headers: dict[str, str], data: bytes = b"") -> Any:
    return _Request(headers=headers, ip="127.0.0.1", body=data, path="/", query_string="")


class _Request(SimpleNamespace):
    @property
    def json(self) -> Any:
        return json.loads(self.body)


def _demand(holds: bool) -> None:
    if not holds:
        raise Broken
