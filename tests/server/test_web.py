"""The web chat's socket, without a browser: joining, acknowledgements, limits, deletion."""

from __future__ import annotations

import asyncio
import sqlite3
import urllib.request
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.server.running import PATIENCE, Assistant, leave, socket_client, until
from tests.stored import counted

pytestmark = [pytest.mark.model, pytest.mark.server]

HEADACHE = "I have a bad headache"


class Page:
    """A connection of the chat page."""

    def __init__(self, url: str, **headers: str) -> None:
        self._url, self._headers = url, headers
        self.client = socket_client()
        self.items: list[dict[str, Any]] = []
        self.forgotten: list[dict[str, Any]] = []
        self.token: str | None = None
        self.client.on("item", self.items.append)
        self.client.on("forgotten", self.forgotten.append)

    async def connect(self) -> Page:
        # long polling: what the page falls back to where a network lets no websocket through
        await self.client.connect(
            self._url,
            socketio_path="/chat/socket.io",
            headers=self._headers,
            transports=["polling"],
            wait_timeout=PATIENCE,
        )
        return self

    async def join(self, token: object = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self.client.call("join", {"token": token})
        self.token = answer["token"]
        return answer

    async def say(self, text: object, key: object = None, **more: Any) -> dict[str, Any]:
        message = {"id": uuid.uuid4().hex if key is None else key, "text": text, **more}
        answer: dict[str, Any] = await self.client.call("message", message)
        return answer

    async def close(self) -> None:
        """Be gone from one moment to the next, as a phone without a network is."""
        await leave(self.client)

    @property
    def replies(self) -> list[dict[str, Any]]:
        return [item for item in self.items if item["from"] == "bot"]


@pytest.fixture
async def pages(assistant: Assistant) -> AsyncIterator[Any]:
    opened: list[Page] = []

    async def one(**headers: str) -> Page:
        opened.append(await Page(assistant.url, **headers).connect())
        return opened[-1]

    yield one
    for page in opened:
        await page.close()


async def test_a_message_is_acknowledged_once_it_is_answered_and_stored(pages: Any) -> None:
    page = await pages()
    joined = await page.join()
    assert joined["messages"] == []
    assert joined["fresh"] is True
    assert await page.say(HEADACHE) == {"ok": True}
    assert page.replies[0]["payload"]["urgency"] == "call_today"
    assert page.replies[0]["chips"]

    again = await pages()
    rejoined = await again.join(page.token)
    assert rejoined["fresh"] is False
    assert [item["from"] for item in rejoined["messages"]] == ["user", "bot"]
    assert rejoined["messages"][1]["text"] == page.replies[0]["text"]
    assert rejoined["messages"][1]["chips"] == page.replies[0]["chips"]
    assert rejoined["messages"][1]["payload"] == page.replies[0]["payload"]


async def test_a_repeated_message_is_read_once(pages: Any) -> None:
    page = await pages()
    await page.join()
    key = uuid.uuid4().hex
    first, second = await asyncio.gather(page.say(HEADACHE, key), page.say(HEADACHE, key))
    assert first == second == {"ok": True}
    assert await page.say(HEADACHE, key, again=True) == {"ok": True}
    messages = (await page.join(page.token))["messages"]
    assert [item["from"] for item in messages] == ["user", "bot"]


async def test_a_turn_is_finished_when_the_connection_breaks(pages: Any) -> None:
    page, other = await pages(), await pages()
    await page.join()
    await other.join(page.token)
    await page.client.emit("message", {"id": uuid.uuid4().hex, "text": HEADACHE})
    await until(lambda: bool(other.items))
    await page.close()
    await until(lambda: len(other.items) == 2)
    messages = (await other.join(page.token))["messages"]
    assert [item["from"] for item in messages] == ["user", "bot"]


@pytest.mark.parametrize("token", [None, "", "a.1.b", 5, ["a"], pytest.param("x" * 10_000, id="long")])
async def test_any_other_token_gives_a_new_conversation(pages: Any, token: object) -> None:
    page = await pages()
    joined = await page.join(token)
    assert joined["fresh"] is True
    assert joined["messages"] == []


async def test_every_connection_gets_a_fresh_token_for_the_same_conversation(pages: Any) -> None:
    page = await pages()
    await page.join()
    first = page.token
    await asyncio.sleep(1.1)
    await page.join(first)
    assert page.token != first
    assert page.token.split(".")[0] == first.split(".")[0]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", None),
        ("   ", None),
        (None, None),
        (5, None),
        (["a"], None),
        ("a", ""),
        ("a", "short"),
        ("a", 7),
        ("a", "../" * 5),
    ],
)
async def test_what_is_no_message_is_refused(pages: Any, text: object, key: object) -> None:
    page = await pages()
    await page.join()
    assert await page.say(text, key) == {"ok": False, "error": "bad"}
    assert page.items == []


@pytest.mark.parametrize("data", [None, "text", 5, []])
async def test_an_event_without_fields_does_no_harm(pages: Any, data: object) -> None:
    page = await pages()
    assert (await page.client.call("join", data))["fresh"] is True
    assert await page.client.call("message", data) == {"ok": False, "error": "bad"}


async def test_a_message_needs_a_conversation(pages: Any) -> None:
    page = await pages()
    assert await page.say(HEADACHE) == {"ok": False, "error": "join"}
    assert await page.client.call("forget", {}) == {"ok": False, "error": "join"}


async def test_a_very_long_message_is_cut_and_said_so(pages: Any) -> None:
    page = await pages()
    await page.join()
    assert await page.say("I have a headache. " + "word " * 2000) == {"ok": True}
    assert any("very long" in reply["text"] for reply in page.replies)
    user = (await page.join(page.token))["messages"][0]
    assert len(user["text"]) <= 5001


async def test_too_many_messages_in_a_minute_have_to_wait(pages: Any) -> None:
    page = await pages()
    await page.join()
    answers = [await page.say("thank you") for _ in range(21)]
    assert [answer["ok"] for answer in answers] == [True] * 20 + [False]
    assert answers[-1]["error"] == "too_fast"
    assert 0 < answers[-1]["wait"] <= 60
    assert "112" in answers[-1]["text"]


async def test_deletion_reaches_every_page_and_the_database(pages: Any, assistant: Assistant) -> None:
    page, other = await pages(), await pages()
    await page.join()
    await other.join(page.token)
    session = page.token.split(".")[0]
    await page.say("my head hurts like a purple whale")
    assert [item["from"] for item in other.items] == ["user", "bot"]
    assert await page.client.call("forget", {}) == {"ok": True}
    await until(lambda: bool(page.forgotten and other.forgotten))
    assert page.forgotten == other.forgotten == [{"keep": None}]
    query = "SELECT count(*) FROM events WHERE sender_id LIKE ? OR data LIKE '%purple whale%'"
    assert counted(assistant.database, query, f"%{session}%") == 0
    assert (await page.join(page.token))["messages"] == []


async def test_a_token_is_useless_once_its_conversation_is_forgotten(pages: Any) -> None:
    page = await pages()
    await page.join()
    await page.say(HEADACHE)
    assert await page.client.call("forget", {}) == {"ok": True}
    assert await page.say(HEADACHE) == {"ok": False, "error": "join"}
    assert (await page.join(forgotten := page.token))["fresh"] is True
    assert page.token.split(".")[0] != forgotten.split(".")[0]


async def test_a_token_is_useless_once_somebody_asked_in_words_to_be_forgotten(pages: Any) -> None:
    page = await pages()
    await page.join()
    await page.say("forget me")
    await page.say("Yes, delete everything")
    await until(lambda: bool(page.forgotten))
    assert (await page.join(page.token))["fresh"] is True


async def test_a_token_is_useless_once_its_conversation_is_over(pages: Any, assistant: Assistant) -> None:
    page = await pages()
    await page.join()
    await page.say(HEADACHE)
    assert (await page.join(page.token))["fresh"] is False
    with sqlite3.connect(assistant.database) as connection:  # as the clearing does after the hours
        connection.execute("DELETE FROM events WHERE sender_id = ?", [f"web-{page.token.split('.')[0]}"])
    assert (await page.join(page.token))["fresh"] is True


async def test_a_long_conversation_comes_in_parts(pages: Any, assistant: Assistant) -> None:
    page = await pages()
    await page.join()
    await page.say(HEADACHE)
    sender = f"web-{page.token.split('.')[0]}"
    with sqlite3.connect(assistant.database) as connection:
        for _ in range(59):
            connection.execute(
                "INSERT INTO events (sender_id, type_name, timestamp, data)"
                " SELECT sender_id, type_name, timestamp, data FROM events WHERE sender_id = ? AND id >="
                " (SELECT max(id) FROM events WHERE sender_id = ? AND type_name = 'user')",
                [sender, sender],
            )
    joined = await page.join(page.token)
    assert (len(joined["messages"]), joined["more"]) == (100, 50)
    rest = await page.client.call("more", {"start": 50})
    assert (rest["ok"], len(rest["messages"]), rest["more"]) == (True, 20, None)
    for start in (None, -1, 10**9, "0", True):
        assert await page.client.call("more", {"start": start}) == {"ok": False, "error": "bad"}


def test_connections_from_other_sites_are_refused(assistant: Assistant) -> None:
    # by a plain request: Socket.IO's client hangs up before it reads a refusal, and waits for the rest
    url = f"{assistant.url}/chat/socket.io/?transport=polling&EIO=4"
    elsewhere = urllib.request.Request(url, headers={"Origin": "https://evil.example"})
    status, answer = assistant.request(elsewhere)
    assert status == 403
    assert set(answer) == {"error"}


async def test_connections_of_the_page_itself_are_taken(pages: Any, assistant: Assistant) -> None:
    page = await pages(Origin=assistant.url)
    assert (await page.join())["fresh"] is True


@pytest.mark.parametrize("path", ["/chat", "/chat/"])
def test_the_page_is_there_with_and_without_a_slash(assistant: Assistant, path: str) -> None:
    status, content = assistant.get(path)
    assert status == 200
    assert content.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "path", ["/chat/nothing.js", "/chat/../settings.yml", "/chat/%2e%2e/settings.yml", "/chat/web.py"]
)
def test_no_other_file_can_be_read(assistant: Assistant, path: str) -> None:
    status, content = assistant.get(path)
    assert status in (400, 404)
    assert "care_team" not in str(content)
