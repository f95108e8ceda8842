"""WCAG 2.2 AA: axe in each state, keyboard, zoom, targets, motion, announcements."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chat import CONTACT_NOW, DESKTOP, EMERGENCY, ORDINARY, PHONE, SMALLEST, Chat
from tests.browser.conftest import OPEN, Server

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]


def welcome(chat: Chat) -> None:
    expect(chat.page.locator("#examples")).to_be_visible()


def screening(chat: Chat) -> None:
    chat.ask(ORDINARY).locator("summary").click()


def answered(chat: Chat) -> None:
    chat.ask(ORDINARY)
    chat.tap("None of these")


def tell_team(chat: Chat) -> None:
    chat.ask("my hair looks dull")


def question(chat: Chat) -> None:
    chat.ask("what is blinatumomab")


def contact_now(chat: Chat) -> None:
    chat.ask(CONTACT_NOW).locator("summary").click()


def emergency(chat: Chat) -> None:
    chat.ask(EMERGENCY)


def standing(chat: Chat) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 400})  # so small that the card is out of sight
    chat.ask(EMERGENCY)
    chat.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    expect(chat.page.locator("#standing")).to_be_visible()


def summary(chat: Chat) -> None:
    chat.ask(CONTACT_NOW)
    chat.page.get_by_role("button", name="Summary", exact=True).click()
    expect(chat.page.get_by_role("dialog")).to_be_visible()


def deletion(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Forget me").click()
    expect(chat.page.get_by_role("dialog")).to_be_visible()


def offline(chat: Chat) -> None:
    chat.context.set_offline(True)
    chat.say(ORDINARY)
    expect(chat.page.locator("#connection")).to_contain_text("no connection")
    expect(chat.user.last).to_contain_text("Not sent yet")


def bar_to_the_question(chat: Chat) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 620})
    chat.ask(ORDINARY)
    chat.page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    expect(chat.page.locator("#to-question")).to_be_visible()


def small_card(chat: Chat) -> None:
    chat.ask("he is having a seizure")
    expect(chat.ask("he has a rash too")).to_have_class(re.compile("again"))


def earlier_reply_opened(chat: Chat) -> None:
    for text in (ORDINARY, "what is blinatumomab", "I have a rash"):
        chat.ask(text)
    chat.bot.nth(1).get_by_role("button").click()


def crisis(chat: Chat) -> None:
    chat.page.evaluate("document.querySelector('blina-chat').config.crisisLine = '116 123'")
    chat.ask("I want to die")


def dialled(chat: Chat) -> None:
    chat.ask("911")


def every_way_to_reach_the_team(chat: Chat) -> None:
    chat.page.evaluate(
        """Object.assign(document.querySelector('blina-chat').config,
          { teamText: '+44 7700 900123', teamRelay: '18001 0113 496 0000' })"""
    )
    chat.ask(EMERGENCY)


def number_refused(chat: Chat) -> None:
    chat.page.evaluate("document.querySelector('blina-chat').saveNumber(null)")
    chat.page.locator("header .call").click()
    chat.page.get_by_role("button", name="Save").click()
    expect(chat.page.locator(".wrong")).to_contain_text("5 digits")


def nothing_to_sum_up(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Summary", exact=True).click()
    expect(chat.page.get_by_role("dialog")).to_contain_text("not told me anything")


def check_item(chat: Chat) -> None:
    chat.ask("daily check")
    chat.tap("Younger than 12")
    chat.ask("36.8")


def check_writing(chat: Chat) -> None:
    chat.page.evaluate(
        """localStorage.setItem('blina.writings', JSON.stringify(
          [{ time: Date.now() / 1000 - 86400, strokes: [[60, 60, 320, 180, 580, 60]] }]))"""
    )
    chat.ask("daily check")
    chat.tap("12 or older")
    chat.ask("36.8")
    for _ in range(7):
        chat.tap("Yes")
    chat.page.locator("canvas").click(position={"x": 20, "y": 20})
    chat.page.get_by_role("button", name="Show it beside the last one").click()


STATES: list[Callable[[Chat], None]] = [
    welcome,
    screening,
    answered,
    tell_team,
    question,
    contact_now,
    emergency,
    standing,
    summary,
    deletion,
    offline,
    bar_to_the_question,
    small_card,
    earlier_reply_opened,
    crisis,
    dialled,
    every_way_to_reach_the_team,
    number_refused,
    nothing_to_sum_up,
    check_item,
    check_writing,
]


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"contrast": "more"}], ids=str
)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(open_chat: OPEN, state: Callable[[Chat], None], look: dict[str, str]) -> None:
    chat = open_chat(**PHONE, **look)
    state(chat)
    assert chat.violations() == []


@pytest.mark.parametrize(
    "size", [SMALLEST, {"viewport": {"width": 640, "height": 400}}, PHONE], ids=["320 px", "200 %", "phone"]
)
@pytest.mark.parametrize("state", STATES)
def test_nothing_sticks_out_and_everything_can_be_tapped(
    open_chat: OPEN, state: Callable[[Chat], None], size: dict[str, Any]
) -> None:
    chat = open_chat(**size)
    state(chat)
    assert chat.widest() == 0
    assert chat.small_targets() == []
    assert chat.clipped() == []
    assert chat.broken_numbers() == []
    assert chat.broken_words() == []


@pytest.mark.parametrize("size", [PHONE, SMALLEST], ids=["phone", "320 px"])
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off_in_letters_of_32_pixels(
    browser: Browser, server: Server, state: Callable[[Chat], None], size: dict[str, Any]
) -> None:
    chat = Chat(browser, server.url, **size)
    session = chat.context.new_cdp_session(chat.page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    state(chat)
    assert chat.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert chat.widest() == 0
    assert chat.small_targets() == []
    assert chat.clipped() == []
    assert chat.broken_numbers() == []
    assert chat.broken_words() == []
    chat.close()


def test_long_words_do_not_make_the_page_wider(open_chat: OPEN) -> None:
    chat = open_chat(**SMALLEST)
    chat.ask("a" * 300 + " headache")
    assert chat.widest() == 0


def test_everything_works_with_the_keyboard(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    page = chat.page
    page.locator("#text").focus()
    page.keyboard.type("I have a")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("bad headache")
    page.keyboard.press("Enter")
    expect(chat.bot).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "text"
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent") == "None of these":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(chat.bot).to_have_count(2)
    assert page.evaluate("document.activeElement !== document.body")
    page.get_by_role("button", name="Forget me").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "forget"


def test_focus_is_not_hidden_behind_the_standing_parts(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE, reduced_motion="reduce")
    chat.ask(ORDINARY)
    hidden = chat.page.evaluate(
        """async () => {
          const hidden = [];
          const all = [...document.querySelectorAll('main button, main a, main summary, main input')];
          for (const one of all.filter((one) => one.checkVisibility())) {
            one.focus();
            await new Promise((done) => setTimeout(done, 50)); // bars come and go
            const box = one.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            if (!top || !one.contains(top)) hidden.push(one.textContent);
          }
          return hidden;
        }"""
    )
    assert hidden == []


def test_messages_are_announced_and_alarms_at_once(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    log = chat.page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    chat.ask(ORDINARY)
    expect(chat.page.get_by_role("alert")).to_be_empty()
    chat.ask(EMERGENCY)
    expect(chat.page.get_by_role("alert")).to_contain_text("Call 112 now")
    expect(chat.page.locator("#connection")).to_have_attribute("role", "status")


def test_no_motion_for_those_who_ask_for_none(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE, reduced_motion="reduce")
    assert (
        chat.page.evaluate("getComputedStyle(document.querySelector('.thinking i')).animationName") == "none"
    )
    assert chat.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_forced_colours_keep_borders_and_words(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE, forced_colors="active")
    card = chat.ask(EMERGENCY)
    expect(card.get_by_role("heading").first).to_have_text("Emergency")
    assert card.evaluate("(one) => getComputedStyle(one).borderTopWidth") == "4px"
