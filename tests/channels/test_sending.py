"""Sending to providers that fail: again and again, in order, and given up only for a reason."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from blina.channels.messaging import outbox as sending
from blina.channels.messaging import store
from blina.channels.messaging.channel import MessagingChannel
from blina.channels.messaging.kept import Part, QueuedMessage
from blina.channels.messaging.message_queue import MessageQueue, Waiting
from blina.channels.messaging.model import Button, Incoming
from blina.channels.messaging.outbox import Outbox
from blina.channels.messaging.slack import SlackChannel
from blina.channels.messaging.store import FILE
from blina.channels.messaging.telegram import TelegramChannel
from blina.channels.messaging.twilio import TwilioChannel
from blina.storage.sqlite import IN_MEMORY
from tests.channels.people import PUBLIC_URL, texts
from tests.channels.stubs import Provider, Shown, Slack, Stubs, Telegram, Trouble, Twilio

ADDRESSES: dict[str, dict[str, str]] = {
    "twilio": {"To": "+447700900001", "From": Twilio.NUMBERS[0]},
    "telegram": {"chat_id": "770090001"},
    "slack": {"channel": "D770090001"},
}
everywhere = pytest.mark.parametrize("name", ADDRESSES)


class Sender:
    """A channel's outbox, and what the provider shows."""

    def __init__(self, channel: MessagingChannel, provider: Provider, file: str = IN_MEMORY) -> None:
        self.provider = provider
        self.queue = MessageQueue(file, channel.NAME)
        self.outbox = Outbox(channel.NAME, channel, self.queue)
        self._address = ADDRESSES[channel.NAME]
        self._keys = iter(range(1000))

    @property
    def shown(self) -> list[Shown]:
        return self.provider.shown[next(iter(self._address.values()))]

    async def post(self, *shown: str, buttons: tuple[Button, ...] = (), made: float | None = None) -> None:
        """Put parts into the post."""
        made = time.time() if made is None else made
        parts = [Part(self._address, text, buttons, made) for text in shown]
        queued = QueuedMessage(Incoming(str(next(self._keys)), "anna", self._address), "somebody")
        await self.queue.answer(queued, parts)
        self.outbox.send("somebody")

    async def until_sent(self) -> None:
        """Wait until nothing is left, at most ten seconds."""
        for _ in range(1000):
            if not await self.queue.conversations():
                return
            await asyncio.sleep(0.01)
        pytest.fail("it was not sent")


Make = Callable[..., Awaitable[Sender]]


@pytest.fixture
async def make(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Makes senders that wait less long than in earnest; no provider may have had anything against a call."""
    monkeypatch.setattr(sending, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(sending, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(sending, "SECONDS_FOR_A_CALL", 0.5)
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.1)
    stubs = Stubs()
    opened: list[Sender] = []

    async def one(name: str, file: str = IN_MEMORY, **fields: str) -> Sender:
        opened.append(Sender(channel_of(name, stubs, **fields), getattr(stubs, name), file))
        return opened[-1]

    yield one
    for sender in opened:
        await sender.outbox.close()
        sender.queue.close()
    complaints = stubs.complaints()
    stubs.close()
    assert complaints == []


def channel_of(name: str, stubs: Stubs, **fields: str) -> MessagingChannel:
    """A channel that calls a provider's stub."""
    kinds: dict[str, tuple[type[MessagingChannel], dict[str, Any]]] = {
        "twilio": (
            TwilioChannel,
            {"account_sid": Twilio.SID, "auth_token": Twilio.TOKEN, "public_url": PUBLIC_URL},
        ),
        "telegram": (TelegramChannel, {"bot_token": Telegram.TOKEN, "secret_token": Telegram.SECRET}),
        "slack": (SlackChannel, {"bot_token": Slack.TOKEN, "signing_secret": Slack.SECRET}),
    }
    kind, given = kinds[name]
    return kind.from_credentials({**given, "api_url": f"{stubs.url}/{name}", **fields})


PASSING = [
    ("twilio", Trouble(3, 500)),
    ("twilio", Trouble(3, 429, headers={"Retry-After": "0"})),
    ("twilio", Trouble(3, 503)),
    ("twilio", Trouble(3, 0)),
    ("twilio", Trouble(1, 401)),
    ("telegram", Trouble(3, 502)),
    ("telegram", Trouble(3, 429, {"ok": False, "error_code": 429})),
    ("telegram", Trouble(3, 0)),
    ("slack", Trouble(3, 500)),
    ("slack", Trouble(3, 429, {"ok": False, "error": "ratelimited"})),
    ("slack", Trouble(3, 200, {"ok": False, "error": "ratelimited"})),
    ("slack", Trouble(3, 200, {"ok": False, "error": "internal_error"})),
    ("slack", Trouble(3, 200, {"ok": False, "error": "invalid_auth"})),
    ("slack", Trouble(3, 200)),
    ("slack", Trouble(3, 0)),
]


@pytest.mark.parametrize(("name", "trouble"), PASSING, ids=str)
async def test_trouble_that_passes_loses_nothing_and_keeps_the_order(
    make: Make, name: str, trouble: Trouble
) -> None:
    sender = await make(name)
    sender.provider.trouble = trouble
    calls = trouble.times
    await sender.post("First.", "Second.")
    await sender.post("Third.")
    await sender.until_sent()
    assert [shown.text for shown in sender.shown] == ["First.", "Second.", "Third."]
    assert len(sender.provider.calls) == calls + 3


@pytest.mark.parametrize(
    ("name", "trouble"),
    [
        ("twilio", Trouble(1, 429, headers={"Retry-After": "1"})),
        ("slack", Trouble(1, 429, headers={"Retry-After": "1"})),
        ("telegram", Trouble(1, 429, {"ok": False, "parameters": {"retry_after": 1}})),
    ],
)
async def test_a_provider_that_asks_to_wait_is_left_alone_until_then(
    make: Make, name: str, trouble: Trouble
) -> None:
    sender = await make(name)
    sender.provider.trouble = trouble
    await sender.post("Call your team.")
    await sender.until_sent()
    first, second = sender.provider.calls
    assert second - first >= 1


async def test_each_try_waits_longer_than_the_one_before(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    sender = await make("twilio")
    sender.provider.trouble = Trouble(12, 500)
    monkeypatch.setattr(sending, "FIRST_WAIT", 1.0)
    monkeypatch.setattr(sending, "LONGEST_WAIT", 300.0)
    monkeypatch.setattr(asyncio, "sleep", note)
    await sender.post("Call your team.")
    while not sender.shown:
        await sleep(0.01)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await sender.until_sent()
    assert len(waits) == 12
    for number, seconds in enumerate(waits):
        longest = min(300.0, 2.0**number)
        assert longest / 2 <= seconds <= longest


async def test_a_provider_that_does_not_answer_is_asked_again(make: Make) -> None:
    sender = await make("telegram")
    sender.provider.delay = 2.0
    await sender.post("Call your team.")
    await asyncio.sleep(0.7)
    sender.provider.delay = 0.0
    await sender.until_sent()
    assert sender.shown[0].text == "Call your team."


async def test_a_provider_that_is_not_there_is_asked_again(make: Make) -> None:
    sender = await make("slack", api_url="http://127.0.0.1:9")
    await sender.post("Call your team.")
    await asyncio.sleep(0.2)
    assert await sender.queue.conversations() == ["somebody"]
    assert sender.shown == []


@everywhere
async def test_an_answer_that_was_lost_is_worth_a_second_message(make: Make, name: str) -> None:
    """A warning that comes twice is better than one that never comes."""
    sender = await make(name)
    sender.provider.trouble = Trouble(1, 500, delivers=True)
    await sender.post("Call your team.")
    await sender.until_sent()
    assert [shown.text for shown in sender.shown] == ["Call your team."] * 2


REFUSALS = [
    ("twilio", Trouble(1, 400, {"code": 21610})),
    ("telegram", Trouble(1, 403, {"ok": False, "description": "bot was blocked by the user"})),
    ("slack", Trouble(1, 200, {"ok": False, "error": "channel_not_found"})),
]


@pytest.mark.parametrize(("name", "trouble"), REFUSALS)
async def test_what_a_provider_refuses_does_not_hold_up_the_next(
    make: Make, name: str, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    sender = await make(name)
    sender.provider.trouble = trouble
    await sender.post("A purple whale.", "Second.")
    await sender.until_sent()
    assert [shown.text for shown in sender.shown] == ["Second."]
    assert f"{name} refused a reply" in caplog.text
    assert "whale" not in caplog.text


@pytest.mark.parametrize("name", ["telegram", "slack"])
async def test_where_buttons_are_refused_the_words_are_sent_without_them(make: Make, name: str) -> None:
    sender = await make(name)
    refusal = {"ok": False, "error": "invalid_blocks"}
    sender.provider.trouble = Trouble(1, 400 if name == "telegram" else 200, refusal)
    await sender.post("Do you have a fever?", buttons=(Button("Yes", "1:0"), Button("No", "1:1")))
    await sender.until_sent()
    assert sender.shown == [Shown("Do you have a fever?")]


async def test_yesterdays_advice_is_no_longer_sent(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    sender = await make("twilio")
    sender.provider.trouble = Trouble(1, 500)
    await sender.post("Old.", made=time.time() - sending.GIVEN_UP_AFTER)
    await sender.post("New.")
    await sender.until_sent()
    assert [shown.text for shown in sender.shown] == ["New."]
    assert "given up" in caplog.text


async def test_one_conversation_does_not_wait_for_another(make: Make) -> None:
    sender = await make("twilio")
    sender.provider.trouble = Trouble(1, 429, headers={"Retry-After": "2"})
    await sender.post("For somebody.")
    while not sender.provider.calls:
        await asyncio.sleep(0.01)
    other = Part({"To": "+447700900002", "From": Twilio.NUMBERS[0]}, "For another.", (), time.time())
    await sender.queue.answer(QueuedMessage(Incoming("x", "berta", {}), "another"), [other])
    sender.outbox.send("another")
    while await sender.queue.conversations() != ["somebody"]:
        await asyncio.sleep(0.01)
    assert texts(sender.provider.shown["+447700900002"]) == "For another."
    assert sender.shown == []


async def test_what_comes_at_the_very_end_of_sending_is_sent_too(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = await make("twilio")
    next_part = sender.queue.next_part

    async def late(conversation: str) -> Waiting | None:
        waiting = await next_part(conversation)
        if waiting is None and len(sender.shown) == 1:
            await sender.post("Second.")
        return waiting

    monkeypatch.setattr(sender.queue, "next_part", late)
    await sender.post("First.")
    while len(sender.shown) < 2:
        await asyncio.sleep(0.01)
    assert [shown.text for shown in sender.shown] == ["First.", "Second."]


async def test_what_is_not_sent_when_the_process_ends_is_sent_by_the_next(make: Make, tmp_path: Path) -> None:
    file = str(tmp_path / FILE)
    before = await make("twilio", file)
    before.provider.trouble = Trouble(10_000, 500)
    await before.post("First.", "Second.")
    while not before.provider.calls:
        await asyncio.sleep(0.01)
    await before.outbox.close()
    before.provider.trouble = None
    after = await make("twilio", file)
    for conversation in await after.queue.conversations():
        after.outbox.send(conversation)
    await after.until_sent()
    assert [shown.text for shown in after.shown] == ["First.", "Second."]


async def test_logs_hold_no_token_and_no_address(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "blina.channels")
    for name in ADDRESSES:
        sender = await make(name)
        sender.provider.trouble = Trouble(2, 0)
        await sender.post("A purple whale.")
        await sender.until_sent()
    assert caplog.text.count("cannot be reached") == 6
    for secret in (Twilio.TOKEN, Telegram.TOKEN, Slack.TOKEN, "7009000", "whale"):
        assert secret not in caplog.text


async def test_a_file_that_cannot_be_read_just_now_delays_nothing_for_good(
    make: Make, tmp_path: Path
) -> None:
    file = str(tmp_path / FILE)
    sender = await make("twilio", file)
    await sender.post("First.")
    await sender.until_sent()
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        await sender.post("Second.")
        while len(sender.shown) < 2:
            await asyncio.sleep(0.01)
        other.execute("COMMIT")
    await sender.post("Third.")
    await sender.until_sent()
    assert [shown.text for shown in sender.shown] == ["First.", "Second.", "Third."]
