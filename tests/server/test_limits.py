"""Too much from one conversation or one address is refused with the phone numbers; others are served."""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import urllib.request
import uuid
from collections.abc import Iterator
from email.message import Message
from itertools import count
from typing import Any

import pytest
import socketio

from tests.server.running import CARE_TEAM, Assistant
from tests.server.test_web import Page

pytestmark = [pytest.mark.model, pytest.mark.server]

TOKEN = "token-of-the-tests-8f2k1m5n7p9q3r6s"
PER_CONVERSATION, PER_ADDRESS, WITH_TOKEN, SOCKETS = 5, 7, 9, 3
_addresses = count(1)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server as in production, behind one proxy: with secrets, and with small limits."""
    environment = {
        "BLINA_REST_TOKEN": TOKEN,
        "BLINA_SESSION_SECRET": "secret-of-the-tests-4w8x2y6z1a5b9c3d",
        "BLINA_TRUSTED_PROXIES": "1",
        "BLINA_LIMIT_OWN_MACHINE": "true",
        "BLINA_MESSAGES_PER_MINUTE": str(PER_CONVERSATION),
        "BLINA_MESSAGES_PER_MINUTE_PER_ADDRESS": str(PER_ADDRESS),
        "BLINA_MESSAGES_PER_MINUTE_WITH_TOKEN": str(WITH_TOKEN),
        "BLINA_OPEN_CONNECTIONS_PER_ADDRESS": str(SOCKETS),
    }
    server = Assistant(
        [sys.executable, "-m", "blina.server"], tmp_path_factory.mktemp("limited"), environment
    )
    server.wait_until_ready()
    yield server
    server.stop()


@pytest.fixture
def address() -> str:
    """Where nobody has written from yet."""
    return f"203.0.113.{next(_addresses)}"


def send(
    server: Assistant,
    address: str,
    sender: str = "",
    token: str | None = TOKEN,
    query: str = "",
    **headers: str,
) -> tuple[int, Message, Any]:
    """Write over REST as if from an address; status, headers and JSON of the answer."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    sent = {"X-Forwarded-For": f"198.51.100.1, {address}", **headers}  # the first is what a client claims
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    body = json.dumps({"sender": sender or uuid.uuid4().hex, "message": "thank you"})
    connection.request("POST", f"/webhooks/rest/webhook{query}", body, sent)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, json.loads(content)


def assert_too_fast(answer: tuple[int, Message, Any]) -> None:
    status, headers, content = answer
    assert status == 429
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert CARE_TEAM in content["text"]
    assert "112" in content["text"]


@pytest.mark.parametrize("query", ["", "?stream=true"])
def test_a_conversation_that_is_too_fast_waits_and_others_do_not(
    limited: Assistant, address: str, query: str
) -> None:
    for _ in range(PER_CONVERSATION):
        assert send(limited, address, f"hasty{query}", query=query)[0] == 200
    assert_too_fast(send(limited, address, f"hasty{query}", query=query))
    assert send(limited, address, f"calm{query}", query=query)[0] == 200


def test_a_program_with_the_token_may_send_more_and_not_without_end(limited: Assistant, address: str) -> None:
    assert {send(limited, address)[0] for _ in range(WITH_TOKEN)} == {200}
    assert_too_fast(send(limited, address))
    assert send(limited, f"{address}0")[0] == 200


@pytest.mark.parametrize(
    "token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\u00fc" * 40, "x" * 4000]
)
def test_without_the_token_nothing_is_answered(limited: Assistant, address: str, token: str | None) -> None:
    shown = token.encode().decode("latin-1") if token else token
    status, headers, content = send(limited, address, token=shown)
    assert status == 401
    assert headers["WWW-Authenticate"] == "Bearer"
    assert set(content) == {"error"}


@pytest.mark.parametrize("header", [f"Basic {TOKEN}", TOKEN, f"Bearer{TOKEN}"])
def test_the_token_counts_only_where_it_belongs(limited: Assistant, address: str, header: str) -> None:
    assert send(limited, address, token=None, Authorization=header)[0] == 401
    assert send(limited, address, token=None, query=f"?token={TOKEN}")[0] == 401


def test_the_token_cannot_be_guessed_at_leisure(limited: Assistant, address: str) -> None:
    for _ in range(PER_ADDRESS):
        assert send(limited, address, token="wrong")[0] == 401
    assert_too_fast(send(limited, address, token="wrong"))


async def test_an_address_with_many_conversations_in_the_page_waits(limited: Assistant, address: str) -> None:
    pages = [await Page(limited.url, **{"X-Forwarded-For": address}).connect() for _ in range(2)]
    answers = []
    for number in range(PER_ADDRESS + 1):
        page = pages[number % 2]
        await page.join(page.token)
        answers.append(await page.say("thank you"))
    other = await Page(limited.url, **{"X-Forwarded-For": f"{address}1"}).connect()
    await other.join()
    assert [answer["ok"] for answer in answers] == [True] * PER_ADDRESS + [False]
    assert answers[-1]["error"] == "too_fast"
    assert CARE_TEAM in answers[-1]["text"]
    assert await other.say("thank you") == {"ok": True}
    for page in (*pages, other):
        await page.close()


async def test_an_address_has_only_so_many_sockets_open(limited: Assistant, address: str) -> None:
    pages = [await Page(limited.url, **{"X-Forwarded-For": address}).connect() for _ in range(SOCKETS)]
    url = f"{limited.url}/chat/socket.io/?transport=polling&EIO=4"
    another = urllib.request.Request(url, headers={"X-Forwarded-For": address})
    status, answer = await asyncio.to_thread(limited.request, another)
    assert (status, answer["error"]) == (503, "Too many connections.")
    pages.append(await Page(limited.url, **{"X-Forwarded-For": f"{address}1"}).connect())
    for page in pages:
        await page.close()


async def test_a_page_that_floods_the_socket_is_answered_no_more(limited: Assistant, address: str) -> None:
    page = await Page(limited.url, **{"X-Forwarded-For": address}).connect()
    assert (await page.join())["fresh"] is True
    for _ in range(10 * WITH_TOKEN):
        await page.client.emit("join", {"token": "x" * 100})
    with pytest.raises(socketio.exceptions.SocketIOError):
        await page.client.call("join", {}, timeout=3)
    await page.close()
    assert send(limited, f"{address}2")[0] == 200


def test_an_address_that_floods_with_requests_is_refused(limited: Assistant, address: str) -> None:
    connection = http.client.HTTPConnection(limited.url.removeprefix("http://"), timeout=30)
    statuses = []
    for asked in [address] * (10 * WITH_TOKEN + 1) + [f"{address}3"]:
        connection.request("GET", "/health", headers={"X-Forwarded-For": asked})
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    assert statuses == [200] * (10 * WITH_TOKEN) + [429, 200]
