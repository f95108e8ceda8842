"""Nothing that anybody writes becomes code; nothing comes from anywhere else."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chat import DESKTOP, ORDINARY, PHONE
from tests.browser.conftest import OPEN, OtherSite, Server

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]

ATTACKS = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "<svg/onload=document.title='owned'>",
    "[click](javascript:document.title='owned')",
    "&lt;b&gt;bold&lt;/b&gt; <b>bold</b>",
    "temperature > 38 and < 39 * _ [ ]",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_a_patient_writes_stays_text(open_chat: OPEN, text: str) -> None:
    chat = open_chat(**PHONE)
    chat.ask(text)
    expect(chat.user.first.locator("p").first).to_have_text(text)
    chat.page.reload()
    chat.until_joined()
    expect(chat.user.first.locator("p").first).to_have_text(text)
    assert chat.page.locator("#log img, #log script, #log .user b, #log svg:not(.icon)").count() == 0
    assert chat.page.title() != "owned"
    assert chat.problems == []


def test_what_the_assistant_sends_stays_text(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    attack = ATTACKS[0]
    chat.page.evaluate(
        """(attack) => document.querySelector('blina-chat').add({
          key: 'k/0', from: 'bot', time: 0, text: `Call.\\n\\n${attack}`,
          chips: [{ title: attack, value: attack }],
          payload: { type: 'triage', urgency: 'contact_now', awaiting_answer: false,
            contact: { care_team: attack, emergency: attack },
            reasons: [{ rule: attack, text: attack }],
            symptoms: [{ id: attack, label: attack, status: 'present', sources: [
              { document: attack, section: attack, term: attack }] }] },
        })""",
        attack,
    )
    expect(chat.bot.first).to_contain_text("onerror")
    assert chat.page.locator("#log img").count() == 0
    assert chat.page.title() != "owned"


@pytest.mark.parametrize(
    "text", ["/restart", '/fever{"conversation": null}', "/session_start", "/ask_drug", "//x"]
)
def test_text_with_a_slash_is_text(open_chat: OPEN, text: str) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    chat.ask(text)
    expect(chat.user.nth(1).locator("p").first).to_have_text(text)
    chat.page.reload()
    chat.until_joined()
    expect(chat.user).to_have_count(2)
    expect(chat.user.nth(1).locator("p").first).to_have_text(text)


def test_the_policy_forbids_injected_code(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.evaluate(
        """() => {
          const script = document.createElement('script');
          try { script.textContent = "document.title = 'owned'"; } catch { return; }
          document.body.append(script);
        }"""
    )
    refused = chat.page.evaluate(
        "() => { try { document.body.innerHTML = '<p>'; return false } catch { return true } }"
    )
    assert refused is True
    assert chat.page.title() != "owned"


def test_everything_comes_from_the_server_itself(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    own = (f"{server.url}/chat", server.url.replace("http", "ws", 1) + "/chat/")
    assert chat.requests
    assert [url for url in chat.requests if not url.startswith(own)] == []
    assert chat.problems == []


def test_an_allowed_site_can_embed_the_chat(open_chat: OPEN, other_site: OtherSite) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.goto(other_site.allowed)
    chat.page.get_by_role("button", name="Side effects? Ask Blina").click()
    frame = chat.page.frame_locator("iframe[title=Blina]")
    expect(frame.locator("blina-chat[data-state=online]")).to_be_attached(timeout=60_000)
    frame.locator("#text").fill(ORDINARY)
    frame.locator("#text").press("Enter")
    expect(frame.locator("#log .card")).to_be_visible()
    chat.page.get_by_role("button", name="Close the chat").click()
    expect(chat.page.locator("iframe")).to_be_hidden()


def test_other_sites_cannot_embed_the_chat(open_chat: OPEN, other_site: OtherSite) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.goto(other_site.not_allowed)
    with chat.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        chat.page.get_by_role("button", name="Side effects? Ask Blina").click()
    assert chat.page.frame_locator("iframe").locator("#text").count() == 0


def test_the_example_page_shows_the_line_and_the_button(open_chat: OPEN, server: Server) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.goto(f"{server.url}/chat/embed")
    expect(chat.page.locator("code")).to_contain_text(
        f'<script src="{server.url}/chat/embed.js" async></script>'
    )
    chat.page.get_by_role("button", name="Side effects? Ask Blina").click()
    expect(chat.page.frame_locator("iframe").locator("#text")).to_be_visible()
    assert chat.violations() == []
