"""The page's socket under attack: every frame counts, the first that no page sends ends the connection."""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.request
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import wsproto
from hypothesis import given
from hypothesis import strategies as st
from sanic import Sanic
from sanic.request import Request
from wsproto import events

from blina.assistant import settings
from blina.channels.web import channel, socket_access
from blina.channels.web.frames import MOST_AT_ONCE, Line, Malformed, event_of
from blina.http_server import origins
from tests.unit.served import served

GOOD = ["40", "40{}", "3", "5", "2probe", '42["join",{"token":null}]', '427["message",{"id":"a","text":"b"}]']
BAD = [
    "",
    "x",
    "4",
    "49",
    "9",
    "2",
    "40/other,",
    '42/other,["join"]',
    '42["leave"]',
    '42["join",1,2]',
    '42["join"',
    '42["join",{"token":"a","token":"b"}]',
    "42[]",
    "42[[]]",
    '43["join"]',
    '451-["join",{"_placeholder":true,"num":0}]',
    '4299999999999999["join"]',
    "b4AAAA",
    '42["join",' + "[" * 5000 + "]" * 5000 + "]",
    "4" + "2" * 70_000,
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_page_sends_is_taken(text: str) -> None:
    event_of(text)


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_no_page_sends_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        event_of(text)


@pytest.mark.parametrize("kind", [b"40", None])
def test_only_text_is_taken(kind: object) -> None:
    with pytest.raises(Malformed):
        event_of(kind)


@given(st.text(max_size=60) | st.text('0123456789[]{}",/-joinmessagt:', max_size=60).map("42".__add__))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        event_of(text)
    except Malformed:
        return


_REQUEST = cast(Request, SimpleNamespace())


def test_every_frame_counts() -> None:
    now = [0.0]
    line = Line(_REQUEST, "here", lambda: now[0])
    for _ in range(MOST_AT_ONCE):
        line.take("3")
    with pytest.raises(Malformed):
        line.take("3")
    now[0] += 1
    line.take("3")


def test_who_joined_is_known() -> None:
    line = Line(_REQUEST, "here")
    line.take_body(b"40")
    assert not line.joined
    line.take_body(b'3\x1e42["join",{}]')
    assert line.joined


@pytest.mark.parametrize("body", [b"", b"\xff", b"\x1e".join([b"3"] * 40)])
def test_a_body_that_no_page_sends_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        Line(_REQUEST, "here").take_body(body)


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server with the page and its socket, and nobody who answers."""
    monkeypatch.setattr(Sanic, "test_mode", True)
    monkeypatch.setattr(socket_access, "_BETWEEN_LOOKS", 0.1)
    app = Sanic("socket")
    app.ctx.agent = None

    async def nothing(_: Any) -> None: ...

    app.blueprint(channel.WebChannel().blueprint(nothing), url_prefix=channel.PREFIX)
    async with served(app, monkeypatch) as number:
        yield number


class Client:
    """A websocket that may send anything."""

    async def open(self, port: int) -> Client:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.conn = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        path = f"{channel.SOCKET_PATH}/?EIO=4&transport=websocket"
        self.send(events.Request(host=f"127.0.0.1:{port}", target=path))
        self.texts: list[str] = []
        self.closed = self.accepted = False
        while not (self.accepted or self.closed):
            await self.read()
        return self

    def send(self, event: Any) -> None:
        self.writer.write(self.conn.send(event))

    def say(self, text: str) -> None:
        self.send(events.TextMessage(text))

    async def read(self) -> None:
        data = await asyncio.wait_for(self.reader.read(65536), 5)
        self.conn.receive_data(data or None)
        self.closed |= not data
        for event in self.conn.events():
            self.accepted |= isinstance(event, events.AcceptConnection)
            self.closed |= isinstance(event, (events.CloseConnection, events.RejectConnection))
            if isinstance(event, events.TextMessage):
                self.texts.append(event.data)

    async def until_closed(self, seconds: float = 5) -> None:
        async def wait() -> None:
            while not self.closed:
                await self.read()

        try:
            await asyncio.wait_for(wait(), seconds)
        except ConnectionResetError:
            return


async def test_a_page_joins(port: int) -> None:
    client = await Client().open(port)
    client.say("40")
    client.say('420["join",{"token":null}]')
    while not any(text.startswith("430") for text in client.texts):
        await client.read()
    assert json.loads(client.texts[-1][3:])[0]["fresh"] is True
    client.writer.close()


@pytest.mark.parametrize("text", ["x", "4", '42["leave",{}]', "6", "42["])
async def test_the_first_malformed_frame_ends_the_connection(
    port: int, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = await Client().open(port)
    client.say("40")
    client.say(text)
    client.say('420["join",{"token":null}]')
    await client.until_closed()
    assert not any(text.startswith("430") for text in client.texts)
    assert not [record for record in caplog.records if text in record.getMessage() and len(text) > 1]


async def test_a_flood_ends_the_connection_and_writes_nothing(
    port: int, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    client = await Client().open(port)
    client.say("40")
    for _ in range(MOST_AT_ONCE + 10):
        client.say("3")
    await client.until_closed()
    assert len(caplog.records) < 5
    assert len(capfd.readouterr().err) < 1000


async def test_pings_of_the_protocol_count_too(port: int) -> None:
    client = await Client().open(port)
    for _ in range(100):
        client.send(events.Ping(b"x"))
    await client.until_closed()


async def test_who_never_joins_is_hung_up_on_and_who_did_is_not(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined, silent = await Client().open(port), await Client().open(port)
    joined.say("40")
    joined.say('420["join",{"token":null}]')
    while not any(text.startswith("430") for text in joined.texts):
        await joined.read()
    monkeypatch.setattr(socket_access, "SECONDS_TO_JOIN", 0.1)
    await silent.until_closed()
    assert not joined.closed
    joined.writer.close()


async def test_who_comes_takes_the_place_of_who_never_joined(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = settings().copy(update={"open_connections": 4})
    monkeypatch.setattr(socket_access, "settings", lambda: changed)
    monkeypatch.setattr(socket_access, "_SECONDS_BEFORE_OTHERS_COUNT", 0.2)
    silent = [await Client().open(port) for _ in range(3)]
    assert (await Client().open(port)).accepted is False
    await asyncio.sleep(0.3)
    late = await Client().open(port)
    assert late.accepted
    await silent[0].until_closed()
    for client in (*silent, late):
        client.writer.close()


async def test_a_page_that_a_proxy_hides_learns_what_is_missing(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """With TLS in front and no word of it: the page was opened with https, here it arrives as http."""

    def ask() -> tuple[int, str]:
        url = f"http://127.0.0.1:{port}{channel.SOCKET_PATH}/?EIO=4&transport=polling"
        asked = urllib.request.Request(url, headers={"Origin": f"https://127.0.0.1:{port}"})
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["error"]

    assert await asyncio.to_thread(ask) == (403, origins.SCHEME)
    assert await asyncio.to_thread(ask) == (403, origins.SCHEME)
    assert [record.getMessage() for record in caplog.records] == [origins.SCHEME]


@pytest.mark.parametrize("query", ["sid=nobody", "sid=a%0aforged", "transport=carrier", "EIO=3"])
async def test_nonsense_is_refused_without_a_line_in_the_log(
    port: int, query: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def ask() -> int:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{channel.SOCKET_PATH}/?{query}", timeout=5)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    assert await asyncio.to_thread(ask) == 400
    assert "forged" not in capfd.readouterr().err
