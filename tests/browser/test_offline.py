"""Without a network: the page, the numbers and the last summary open, and nothing written is lost."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from blina.http_server import origins
from tests.browser.chat import CONTACT_NOW, ORDINARY, PHONE, Chat, urgency_of
from tests.browser.conftest import OPEN, Server

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]


def until_kept(chat: Chat) -> None:
    """Wait until the service worker has put the page by."""
    chat.page.evaluate("navigator.serviceWorker.ready")
    chat.page.wait_for_function(
        "async () => (await Promise.all((await caches.keys()).map(async (name) => "
        "(await (await caches.open(name)).keys()).length))).some((count) => count > 10)"
    )


def test_the_page_opens_without_a_server(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**PHONE)
    until_kept(chat)
    chat.ask(CONTACT_NOW)
    server.stop()
    try:
        chat.page.reload()
        banner = chat.page.locator("#connection")
        expect(banner).to_contain_text("There is no connection")
        expect(banner.locator("a.call")).to_have_count(2)
        kept = chat.page.locator("#kept")
        expect(kept).to_contain_text("My last advice")
        expect(kept).to_contain_text("Call your treatment team now")
        assert chat.widest() == 0
        kept.get_by_role("button", name="Open my last summary").click()
        window = chat.page.get_by_role("dialog", name="Summary for your team")
        expect(window).to_contain_text("fever of 39")
        expect(window).to_contain_text("Kept on this device since")
        assert len(chat.links(window)) == 1
        chat.page.keyboard.press("Escape")
        assert chat.violations() == []
    finally:
        server.start()
    expect(chat.page.locator("#connection")).to_be_empty(timeout=60_000)
    expect(chat.page.locator("#kept")).to_be_hidden()
    expect(chat.bot).to_have_count(1)


def test_the_summary_is_made_on_the_device(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    chat.tap("None of these")
    chat.context.set_offline(True)
    expect(chat.page.locator("#connection")).to_contain_text("There is no connection")
    chat.page.get_by_role("button", name="Summary", exact=True).click()
    window = chat.page.get_by_role("dialog", name="Summary for your team")
    expect(window).to_contain_text("Read this to your team:")
    expect(window).to_contain_text("bad headache")
    expect(window).to_contain_text("None of these")
    expect(window.locator(".chart")).to_have_count(0)  # that is the server's
    assert len(chat.links(window)) == 1
    assert chat.broken_numbers() == []
    assert chat.violations() == []


def test_the_page_can_be_installed(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**PHONE)
    link = chat.page.locator("link[rel=manifest]").get_attribute("href")
    manifest = chat.page.request.get(f"{server.url}{link}").json()
    assert manifest["start_url"] == manifest["scope"] == "/chat"
    assert manifest["short_name"] == "Blina"
    assert manifest["display"] == "standalone"


def test_a_network_that_swallows_websockets_costs_five_seconds_at_most(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.page.route_web_socket("**/socket.io/**", lambda _: None)
    start = time.monotonic()
    chat.page.reload()
    chat.until_joined()
    waited = chat.page.evaluate("performance.now()") / 1000
    assert min(waited, time.monotonic() - start) < 5
    assert urgency_of(chat.ask(CONTACT_NOW)) == "contact_now"


# a websocket that the server refuses: the browser tells a page no more than that
REFUSED_WEBSOCKET = """window.WebSocket = class {
  constructor() { setTimeout(() => this.onerror(new Event("error"))); }
  close() {}
}"""


def test_a_page_that_a_proxy_hides_says_what_it_keeps_back(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE, service_workers="block")
    chat.page.add_init_script(REFUSED_WEBSOCKET)
    refusal = {"error": origins.SCHEME}
    chat.page.route("**/socket.io/**", lambda route: route.fulfill(status=403, json=refusal))
    chat.page.reload()
    banner = chat.page.locator("#connection")
    expect(banner).to_contain_text("This chat does not work here yet", timeout=60_000)
    expect(banner).to_contain_text(f"For staff: {origins.SCHEME}")
    expect(banner.locator("a.call")).to_have_count(2)
    assert chat.violations() == []


def test_a_draft_survives_a_reload(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.page.locator("#text").fill("my head has been")
    chat.page.reload()
    chat.until_joined()
    expect(chat.page.locator("#text")).to_have_value("my head has been")
    chat.page.locator("#text").press("Enter")
    expect(chat.user).to_have_count(1)
    chat.page.reload()
    chat.until_joined()
    expect(chat.page.locator("#text")).to_have_value("")


def test_deleting_without_a_connection_says_what_will_happen_and_does_it(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    token = chat.page.evaluate("JSON.parse(localStorage.getItem('blina.token'))")
    chat.context.set_offline(True)
    expect(chat.page.locator("#connection")).to_contain_text("There is no connection")
    chat.page.get_by_role("button", name="Forget me").click()
    window = chat.page.get_by_role("dialog")
    expect(window).to_contain_text("I delete it from this device now")
    window.get_by_role("button", name="Yes, delete it").click()
    expect(chat.user).to_have_count(0)
    expect(chat.bot.last).to_contain_text("The server follows when the connection is back")
    assert chat.page.evaluate("localStorage.getItem('blina.handover')") is None
    chat.say(CONTACT_NOW)
    chat.context.set_offline(False)
    expect(chat.page.locator("#log .card")).to_have_count(1, timeout=60_000)
    expect(chat.user).to_have_count(1)
    chat.page.wait_for_function("localStorage.getItem('blina.toForget') === null")
    chat.page.evaluate("(token) => localStorage.setItem('blina.token', JSON.stringify(token))", token)
    chat.page.reload()
    chat.until_joined()
    expect(chat.user).to_have_count(0)  # nothing of it is left on the server
