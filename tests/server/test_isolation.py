"""Nobody reads, continues or mixes with the conversation of somebody else."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import uuid
from collections.abc import Awaitable

import aiohttp
import pytest

from blina.channels.rest import conversation_of
from blina.channels.web.events import sender as name_of
from blina.channels.web.sessions import Sessions
from tests.server.running import Assistant, texts
from tests.server.test_web import Page

pytestmark = [pytest.mark.model, pytest.mark.server]

COMPLAINTS = ("I have a rash", "I am constipated", "my back hurts", "I have a cough", "I cannot sleep")
MARK = re.compile(r"zq\d+z")


def words_of(number: int) -> tuple[str, str, str]:
    """What one of many users writes; the mark is nobody else's."""
    return f"{COMPLAINTS[number % 5]} zq{number}z", f"my toe zq{number}z feels odd", "summary"


async def over_rest(assistant: Assistant, number: int) -> tuple[str, str]:
    """Name of the conversation, and all that was said to the user."""
    sender, said = uuid.uuid4().hex, ""
    async with aiohttp.ClientSession() as session:
        for text in words_of(number):
            body = {"sender": sender, "message": text}
            async with session.post(f"{assistant.url}/webhooks/rest/webhook", json=body) as answer:
                said += await answer.text()
    return conversation_of(sender), said


async def over_the_socket(assistant: Assistant, number: int) -> tuple[str, str]:
    """The same, in the page; what it shows after a reload counts too."""
    page = await Page(assistant.url).connect()
    await page.join()
    for text in words_of(number):
        assert await page.say(text) == {"ok": True}
    again = await page.join(page.token)
    await page.close()
    assert page.token is not None
    return name_of(page.token.split(".")[0]), str(page.items) + str(again)


async def test_fifty_users_at_once_do_not_cross(assistant: Assistant) -> None:
    talks: list[Awaitable[tuple[str, str]]] = [
        (over_rest if number % 2 else over_the_socket)(assistant, number) for number in range(50)
    ]
    heard = await asyncio.gather(*talks)
    assert len({conversation for conversation, _ in heard}) == 50
    with sqlite3.connect(assistant.database) as database:
        for number, (conversation, said) in enumerate(heard):
            assert set(MARK.findall(said)) == {f"zq{number}z"}
            query = "SELECT group_concat(data) FROM events WHERE sender_id = ?"
            (stored,) = database.execute(query, [conversation]).fetchone()
            assert set(MARK.findall(stored)) == {f"zq{number}z"}


async def test_no_rest_sender_reaches_a_conversation_of_the_page(assistant: Assistant) -> None:
    page = await Page(assistant.url).connect()
    await page.join()
    await page.say("I have chills and a purple nose")
    await page.close()
    assert page.token is not None
    session = page.token.split(".")[0]
    for sender in (session, name_of(session), page.token, f"rest-{session}", f"../{name_of(session)}"):
        assert "chills" not in texts(assistant.say("summary", sender)).lower()


def test_a_sender_is_taken_as_it_is(assistant: Assistant) -> None:
    assistant.say("I have chills", "Anna")
    for other in (
        "anna",
        "Anna%",
        "_nna",
        "Anna'--",
        "rest-Anna",
        "Аnna",
    ):  # the last begins with a Cyrillic A
        assert "chills" not in texts(assistant.say("summary", other)).lower()


async def test_a_token_of_another_server_opens_nothing(assistant: Assistant) -> None:
    page = await Page(assistant.url).connect()
    await page.join()
    await page.say("I have chills")
    assert page.token is not None
    session, issued, signature = page.token.split(".")
    stranger = Sessions(b"a key that a stranger has made up", 3600)
    for token in (stranger.token(session), f"{session}.{issued}.", f"{session}.{issued}", f"..{signature}"):
        joined = await page.join(token)
        assert (joined["fresh"], joined["messages"]) == (True, [])
    await page.close()


async def test_a_connection_speaks_only_for_the_conversation_that_it_joined(assistant: Assistant) -> None:
    mine, other = await Page(assistant.url).connect(), await Page(assistant.url).connect()
    await mine.join()
    await other.join()
    await mine.say("I have chills")
    assert mine.token is not None
    session = mine.token.split(".")[0]
    await other.say("summary", token=mine.token, session=session, session_id=session, room=session)
    assert "chills" not in str(other.items).lower()
    await mine.close()
    await other.close()
