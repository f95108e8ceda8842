"""Nothing is lost: reload, restart, broken connection, several pages, deletion."""

from __future__ import annotations

import sqlite3

import pytest
from playwright.sync_api import expect

from tests.browser.chat import CONTACT_NOW, DESKTOP, EMERGENCY, ORDINARY, PHONE, joined, urgency_of
from tests.browser.conftest import OPEN, Server

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]


def stored(server: Server) -> str:
    """All that the database holds, as text."""
    with sqlite3.connect(server.database) as database:
        return "\n".join(str(row[0]) for row in database.execute("SELECT data FROM events"))


def test_a_reload_keeps_the_conversation_and_its_question(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    before = chat.page.locator("#log").inner_text()
    chat.page.reload()
    chat.until_joined()
    expect(chat.bot).to_have_count(1)
    assert (
        chat.page.locator("#log").inner_text().replace("Sent", "").split()
        == before.replace("Sent", "").split()
    )
    expect(chat.page.get_by_role("alert")).to_be_empty()  # what was there before is not read out again
    chat.tap("Confusion")
    chat.page.reload()
    chat.until_joined()
    expect(chat.user).to_have_count(2)
    expect(chat.user.last).to_contain_text("Confusion")
    expect(chat.page.locator("#log .chips")).to_have_count(0)
    assert urgency_of(chat.bot.last) == "contact_now"


@pytest.mark.slow
def test_a_killed_server_loses_nothing(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    server.kill()
    banner = chat.page.locator("#connection")
    expect(banner).to_contain_text("There is no connection")
    expect(banner.locator("a.call")).to_have_count(2)
    chat.say(EMERGENCY)
    expect(chat.user.last).to_contain_text("Not sent yet")
    chat.page.evaluate("sessionStorage.clear()")
    server.start()
    expect(chat.bot).to_have_count(2, timeout=60_000)
    assert urgency_of(chat.bot.last) == "emergency"
    expect(chat.user.last.locator(".status")).to_have_text("Sent")
    expect(banner).to_be_empty()
    chat.page.reload()
    chat.until_joined()
    expect(chat.user).to_have_count(2)
    expect(chat.bot).to_have_count(2)


def test_a_message_written_without_a_connection_survives_a_reload(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.context.set_offline(True)
    expect(chat.page.locator("#connection")).to_contain_text("There is no connection")
    chat.say(CONTACT_NOW)
    expect(chat.user.last).to_contain_text("Not sent yet")
    chat.context.set_offline(False)
    chat.page.reload()
    expect(chat.bot).to_have_count(1)
    assert urgency_of(chat.bot.last) == "contact_now"
    expect(chat.user).to_have_count(1)


def test_two_people_do_not_see_each_other(open_chat: OPEN) -> None:
    first, second = open_chat(**PHONE), open_chat(**DESKTOP)
    first.say(EMERGENCY)
    second.say("my stomach is a bit upset and I feel sick")
    expect(first.bot).to_have_count(1)
    expect(second.bot).to_have_count(1)
    assert urgency_of(first.bot.last) == "emergency"
    assert urgency_of(second.bot.last) != "emergency"
    expect(second.user).to_have_count(1)


def test_two_pages_of_one_person_show_the_same(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**DESKTOP)
    other = chat.context.new_page()
    other.goto(f"{server.url}/chat/")
    joined(other)
    chat.ask(ORDINARY)
    expect(other.locator("#log .user")).to_have_count(1)
    expect(other.locator("#log .card")).to_have_count(1)


def test_forget_me_deletes_everything_after_a_question(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**PHONE)
    chat.ask("I have a headache like a blue elephant")
    assert "blue elephant" in stored(server)
    token = chat.page.evaluate("localStorage.getItem('blina.token')")
    chat.page.get_by_role("button", name="Forget me").click()
    window = chat.page.get_by_role("dialog")
    expect(window).to_contain_text("that still holds")
    window.get_by_role("button", name="Cancel").click()
    expect(chat.user).to_have_count(1)
    chat.page.get_by_role("button", name="Forget me").click()
    window.get_by_role("button", name="Yes, delete it").click()
    expect(chat.user).to_have_count(0)
    expect(chat.bot).to_have_count(1)
    expect(chat.bot.first).to_contain_text("I have deleted this conversation")
    assert "blue elephant" not in stored(server)
    chat.ask(ORDINARY)
    assert chat.page.evaluate("localStorage.getItem('blina.token')").split(".")[0] != token.split(".")[0]


def test_typing_forget_me_deletes_everything_too(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**PHONE)
    chat.ask("I have a headache like a green giraffe")
    chat.ask("forget me")
    chat.say("Yes, delete everything")
    expect(chat.user).to_have_count(0)
    expect(chat.bot.last).to_contain_text("I have deleted this conversation")
    assert "green giraffe" not in stored(server)


def test_start_again_gives_an_empty_page(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask(EMERGENCY)
    chat.page.get_by_role("button", name="Start again").click()
    chat.page.get_by_role("button", name="Yes, start again").click()
    expect(chat.page.locator("#log article")).to_have_count(0)
    expect(chat.page.locator("#examples")).to_be_visible()
    expect(chat.page.locator("#standing")).to_be_hidden()
    assert urgency_of(chat.ask(ORDINARY)) == "call_today"


def test_a_forged_token_opens_nothing(open_chat: OPEN) -> None:
    victim, attacker = open_chat(**PHONE), open_chat(**PHONE)
    victim.ask(ORDINARY)
    attacker.ask("hello")  # whoever wrote nothing is not told that it is gone
    session, issued, _ = victim.page.evaluate("JSON.parse(localStorage.getItem('blina.token'))").split(".")
    attacker.page.evaluate(
        "(token) => localStorage.setItem('blina.token', JSON.stringify(token))", f"{session}.{issued}.forged"
    )
    attacker.page.reload()
    attacker.until_joined()
    expect(attacker.user).to_have_count(0)
    expect(attacker.bot).to_have_count(1)
    expect(attacker.bot.first).to_contain_text("this is a new one")


def test_too_many_messages_wait_and_say_whom_to_call(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    limit = chat.page.evaluate("document.querySelector('blina-chat').config.perMinute")
    for number in range(limit):
        chat.say(f"hello {number}")
    expect(chat.bot).to_have_count(limit, timeout=30_000)
    chat.say("one more")
    expect(chat.user.last).to_contain_text("Not sent yet")
