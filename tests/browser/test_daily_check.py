"""The daily check on the page, from the first tap to the hand-over; the writing never leaves the device."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from blina.knowledge import load_knowledge
from tests.browser.chat import DESKTOP, PHONE, Chat, urgency_of
from tests.browser.conftest import OPEN

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]

YESTERDAY = "{ time: Date.now() / 1000 - 86400, strokes: [[60, 60, 320, 180, 580, 60]] }"
CHECK = load_knowledge().daily_check
FORMS = {form.id: form for form in CHECK.forms}
ITEMS = [(form.id, item) for form in CHECK.forms for item in form.items]
DARK = {"color_scheme": "dark"}


def to_the_writing(chat: Chat) -> None:
    """Start the check with the button and say that all is as ever, up to the sentence."""
    before = chat.bot.count()
    chat.page.locator("#daily-check").click()
    expect(chat.bot).to_have_count(before + 1)
    chat.tap("12 or older")
    chat.ask("36.8")
    for _ in range(7):
        chat.tap("Yes")
    expect(chat.page.locator("canvas")).to_be_visible()


def write(chat: Chat) -> None:
    """Draw a line over the paper."""
    paper = chat.page.locator("canvas").first
    paper.hover()  # waits until it stands still
    box = paper.bounding_box()
    assert box
    mouse = chat.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 20)
    mouse.down()
    for step in range(1, 12):
        mouse.move(box["x"] + 20 + step * 20, box["y"] + 20 + step % 3 * 30)
    mouse.up()


def test_from_the_first_tap_to_the_hand_over_and_the_writing_stays_here(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    sent: list[str] = []
    chat.page.on("request", lambda request: sent.append(request.post_data or request.url))
    chat.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    chat.page.evaluate(f"localStorage.setItem('blina.writings', JSON.stringify([{YESTERDAY}]))")
    chat.page.reload()
    chat.until_joined()
    to_the_writing(chat)
    assert chat.violations() == []
    chat.page.locator("canvas").scroll_into_view_if_needed()
    so_far = len(sent)
    write(chat)
    chat.page.get_by_role("button", name="Show it beside the last one").click()
    expect(chat.page.locator("figcaption").nth(1)).to_contain_text("Before, ")
    assert chat.violations() == []
    assert chat.widest() == 0
    assert chat.small_targets() == []
    kept: list[dict[str, Any]] = chat.page.evaluate("JSON.parse(localStorage.getItem('blina.writings'))")
    assert len(kept) == 2
    assert not [line for line in sent[so_far:] if "42[" in line or "42/" in line]  # nothing was said
    chat.tap("Yes")
    expect(chat.bot.last).to_contain_text("The check is done")
    drawn = json.dumps(kept[1]["strokes"][0])
    assert not [line for line in sent if "strokes" in line or drawn in line or drawn.replace(" ", "") in line]
    assert any("Yes" in line for line in sent)  # the log does see what is sent
    chat.page.locator("#open-summary").click()
    window = chat.page.get_by_role("dialog", name="Summary for your team")
    expect(window).to_contain_text("Daily checks:")
    expect(window).to_contain_text("all as ever")
    expect(window).not_to_contain_text('"Yes"')
    assert chat.violations() == []
    assert chat.problems == []


def test_what_has_changed_is_a_call_now_and_in_the_hand_over(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP, **DARK)
    to_the_writing(chat)
    write(chat)
    expect(chat.page.locator(".check [role=status]")).to_contain_text("no writing from before")
    expect(chat.page.get_by_role("button", name="Show it beside the last one")).to_have_count(0)
    assert chat.violations() == []
    card = chat.tap("No or changed")
    assert urgency_of(card) == "contact_now"
    expect(card).to_contain_text("writing a sentence")
    expect(card.locator(".calls a").first).to_be_visible()
    chat.page.locator("#open-summary").click()
    window = chat.page.get_by_role("dialog", name="Summary for your team")
    expect(window).to_contain_text("wrong or changed: writing a sentence")


@pytest.mark.parametrize(("form", "item"), ITEMS, ids=str)
def test_each_thing_that_is_not_as_ever_is_a_call_now(open_chat: OPEN, form: str, item: str) -> None:
    chat = open_chat(**PHONE)
    chat.page.locator("#daily-check").click()
    expect(chat.bot).to_have_count(1)
    chat.tap(FORMS[form].title)
    card = fail(chat, form, item)
    assert urgency_of(card) == "contact_now"
    expect(card.locator(".calls a").first).to_be_in_viewport()
    entry = CHECK.item(item)
    assert entry
    expect(card).to_contain_text(entry.lay)


def fail(chat: Chat, form: str, item: str) -> Locator:
    """Say that all is as ever up to an item, and that this is not; the last reply."""
    for id in FORMS[form].items:
        if id == item:
            break
        if id == "temperature":
            chat.ask("36.8")
        else:
            chat.tap("Yes")
    return chat.tap("Could not measure" if item == "temperature" else "No or changed")


def test_the_run_of_checks_is_in_the_chart(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    to_the_writing(chat)
    chat.tap("Yes")
    chat.page.locator("#daily-check").click()
    expect(chat.bot.last).to_contain_text("How old is the person")
    chat.tap("12 or older")
    chat.ask("36.8")
    chat.tap("Not sure")
    chat.page.locator("#open-summary").click()
    window = chat.page.get_by_role("dialog", name="Summary for your team")
    chart = window.get_by_role("img", name="How it went")
    told = chart.locator("desc").text_content() or ""
    assert "Daily check: as ever at" in told
    assert "not sure (How the person seems) at" in told
    assert chat.violations() == []


def test_it_is_done_with_the_keyboard_alone(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.locator("#daily-check").focus()
    chat.page.keyboard.press("Enter")
    choice = chat.page.locator("#log .question").get_by_role("button", name="12 or older")
    choice.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.bot.last).to_contain_text("Measure the temperature")
    chat.page.locator("#text").focus()
    chat.page.keyboard.type("36.8")
    chat.page.keyboard.press("Enter")
    expect(chat.bot.last).to_contain_text("awake and calm")
    chat.page.keyboard.press("Shift+Tab")
    chat.page.locator("#log .question").get_by_role("button", name="Stop the check").focus()
    chat.page.keyboard.press("Space")
    expect(chat.bot.last).to_contain_text("I have stopped the check")


def test_forget_me_forgets_the_writing(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask("hello")
    chat.page.evaluate(f"localStorage.setItem('blina.writings', JSON.stringify([{YESTERDAY}]))")
    chat.page.locator("#forget").click()
    chat.page.get_by_role("button", name="Yes, delete it").click()
    expect(chat.bot.last).to_contain_text("I have deleted this conversation")
    assert chat.page.evaluate("localStorage.getItem('blina.writings')") is None
