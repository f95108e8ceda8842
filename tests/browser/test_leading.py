"""The page leads: the one question is seen, the call comes first, many messages stay readable."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.chat import CONTACT_NOW, DESKTOP, EMERGENCY, ORDINARY, PHONE, SMALLEST, Chat, urgency_of
from tests.browser.conftest import OPEN, Server
from tests.server.running import CARE_TEAM

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]

DARK = {"color_scheme": "dark"}
LOOKS = pytest.mark.parametrize("look", [{}, DARK], ids=["light", "dark"])
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP, SMALLEST], ids=["phone", "desktop", "320 px"])

RESULT = """(turns) => {
  const page = document.querySelector('blina-chat');
  for (let turn = 0; turn < turns; turn++) {
    const time = 1_790_000_000 + turn * 7200;
    page.add({ key: `t${turn}`, from: 'user', text: `My joints ache, day ${turn}.`, chips: [], time });
    page.add({ key: `t${turn}/0`, from: 'bot', time: time + 2, chips: [], payload: {
      type: 'triage', urgency: 'call_today', awaiting_answer: false, contact: {}, reasons: [],
      symptoms: [{ id: 'joint_pain', label: 'Joint pain', status: 'present', urgency: 'call_today',
        text: `My joints ache, day ${turn}.`, turn, sources: [] }] },
      text: 'Call your team today on 1.\\n\\nYou told me about painful joints. This is on the list of the '
        + 'leaflet, so your team should know.\\n\\nTell them since when and how bad it is from 0 to 10.' });
  }
}"""


def colour(place: Locator) -> list[float]:
    """Red, green and blue of the background."""
    shown: str = place.evaluate("(one) => getComputedStyle(one).backgroundColor")
    return [float(part) for part in shown.strip("rgba()").split(",")[:3]]


def clipped(chat: Chat) -> list[str]:
    """Texts that are cut off at their edges or stick out of what holds them."""
    found: list[str] = chat.page.evaluate(
        """[...document.querySelectorAll('button, .call, p, h1, h2, h3, li, label, .number')]
          .filter((one) => one.checkVisibility() && !one.matches('.unseen, .unseen *, .skip'))
          .filter((one) => {
            const box = one.getBoundingClientRect();
            return one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 || box.right > innerWidth + 1;
          })
          .map((one) => one.textContent.slice(0, 60))"""
    )
    return found


def broken_numbers(chat: Chat) -> list[str]:
    """Phone numbers that stand on more than one line."""
    found: list[str] = chat.page.evaluate(
        """[...document.querySelectorAll('.number')].filter((one) => one.checkVisibility())
          .filter((one) => one.getClientRects().length > 1).map((one) => one.textContent)"""
    )
    return found


@SIZES
def test_the_check_question_is_seen_under_the_call_button(open_chat: OPEN, size: dict[str, Any]) -> None:
    chat = open_chat(**size)
    card = chat.ask(ORDINARY)
    expect(card.locator(".calls a").first).to_be_in_viewport()
    asked = card.locator(".question b")
    expect(asked).to_have_text("Any of these now?")
    if size is not SMALLEST:
        expect(asked).to_be_in_viewport(ratio=1)
        expect(card.locator(".tick").first).to_be_in_viewport(ratio=1)
    expect(card.locator(".calls + .question")).to_have_count(1)
    wide = card.locator(".tick").first.bounding_box()
    holds = card.bounding_box()
    assert wide
    assert holds
    assert wide["width"] > holds["width"] * 0.8
    apart = card.locator(".apart")
    assert apart.locator("button").all_text_contents() == ["None of these", "Not sure"]
    expect(chat.page.locator("#what")).to_have_text("Your answer to: Any of these now?")


def test_several_answers_are_ticked_and_sent_together(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    card = chat.ask(ORDINARY)
    send = card.get_by_role("button", name="Send what I ticked")
    send.click()
    expect(card.locator(".ticks [role=status]")).to_contain_text("Please tick one or more")
    expect(chat.user).to_have_count(1)
    card.get_by_role("checkbox", name="Fever or chills").check()
    card.get_by_role("checkbox", name="Confusion").check()
    send.click()
    expect(chat.bot).to_have_count(2)
    expect(chat.user.last).to_contain_text("Fever or chills, Confusion")
    assert urgency_of(chat.bot.last) == "contact_now"
    shown = chat.page.evaluate(
        "document.querySelector('blina-chat').latest.triage.symptoms.map((one) => one.id)"
    )
    assert "confusion" in shown
    expect(chat.page.locator("#what")).not_to_contain_text("Any of these")


def test_a_bar_leads_to_a_question_that_is_out_of_sight(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask(ORDINARY)
    bar = chat.page.get_by_role("button", name="1 question for you")
    expect(bar).to_be_hidden()
    chat.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    chat.page.evaluate("document.querySelector('#log').style.paddingTop = '1500px'")
    expect(bar).to_be_visible()
    assert chat.violations() == []
    bar.click()
    expect(chat.page.locator(".question b")).to_be_in_viewport()
    expect(bar).to_be_hidden()
    chat.page.evaluate("document.querySelector('#log').style.paddingTop = ''")
    chat.tap("None of these")
    expect(bar).to_be_hidden()


@LOOKS
def test_the_button_that_calls_for_help_is_the_strongest_thing(open_chat: OPEN, look: dict[str, str]) -> None:
    chat = open_chat(**PHONE, **look)
    card = chat.ask(EMERGENCY)
    call = colour(card.locator(".call-emergency"))
    others = [colour(one) for one in card.locator(".call-team").all()]
    if look:
        assert min(call) > 240
        assert all(max(other) < 100 for other in others)
    else:
        assert call[0] > 150
        assert max(call[1:]) < 60
    assert chat.violations() == []


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("he is having a seizure", "put nothing in the mouth"),
        ("she cannot be woken up", "Lay them on their side"),
        ("my line has come out", "press on the spot with something clean"),
    ],
)
def test_what_to_do_until_help_comes_is_right_under_the_buttons(
    open_chat: OPEN, text: str, advice: str
) -> None:
    chat = open_chat(**PHONE)
    card = chat.ask(text)
    aid = card.locator(".calls + .aid")
    expect(aid).to_contain_text("Until help comes")
    expect(aid).to_contain_text(advice)
    assert (card.text_content() or "").count(advice) == 1
    expect(aid).to_be_in_viewport()


def test_the_crisis_line_is_a_button(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.page.evaluate("document.querySelector('blina-chat').config.crisisLine = '116 123'")
    card = chat.ask("I want to die")
    assert chat.links(card)[:2] == ["tel:112", "tel:116123"]


@pytest.mark.parametrize("size", [PHONE, SMALLEST], ids=["phone", "320 px"])
def test_thirty_messages_stay_a_page_that_can_be_read(open_chat: OPEN, size: dict[str, Any]) -> None:
    chat = open_chat(**size)
    chat.page.evaluate(RESULT, 30)
    expect(chat.bot).to_have_count(30)
    screens = chat.page.evaluate("document.documentElement.scrollHeight") / size["viewport"]["height"]
    assert screens < (9 if size is SMALLEST else 7)
    expect(chat.page.locator("#log .day").first).to_be_attached()
    expect(chat.bot.last.locator("time")).to_be_visible()
    assert (chat.bot.last.locator("p").first.text_content() or "").startswith(
        "You told me about painful joints"
    )
    expect(chat.page.locator("#standing")).to_contain_text("Call your team today")
    earlier = chat.bot.nth(5)
    expect(earlier.locator(".inside")).to_be_hidden()
    earlier.get_by_role("button").click()
    expect(earlier.locator(".inside")).to_be_visible()
    assert chat.violations() == []


@pytest.mark.parametrize("text", [ORDINARY, CONTACT_NOW, EMERGENCY])
@SIZES
def test_nothing_is_cut_off_in_letters_of_32_pixels(
    browser: Browser, server: Server, size: dict[str, Any], text: str
) -> None:
    chat = Chat(browser, server.url, **size)
    session = chat.context.new_cdp_session(chat.page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    assert chat.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    chat.ask(text)
    assert chat.widest() == 0
    assert clipped(chat) == []
    assert broken_numbers(chat) == []
    assert chat.small_targets() == []
    chat.close()


def test_the_patient_saves_the_teams_number(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE, service_workers="block")  # it would fetch the page past the route below
    # a centre that has not set its number
    chat.page.route(
        "**/chat",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace(f'"careTeam": "{CARE_TEAM}"', '"careTeam": null'),
        ),
    )
    chat.page.reload()
    chat.until_joined()
    call = chat.page.locator("header .call")
    call.click()
    window = chat.page.get_by_role("dialog", name="Your team's number")
    window.get_by_label("My team's number").fill("none")
    window.get_by_role("button", name="Save").click()
    expect(window).to_contain_text("It has 5 digits or more")
    assert chat.violations() == []
    window.get_by_label("My team's number").fill("+44 20 7946 0000")
    window.get_by_role("button", name="Save").click()
    expect(window).to_be_hidden()
    assert chat.links(chat.page.locator("header")) == ["tel:+442079460000"]
    assert chat.links(chat.ask(CONTACT_NOW)) == ["tel:+442079460000", "tel:112"]
    chat.page.reload()
    chat.until_joined()
    assert chat.links(chat.page.locator("header")) == ["tel:+442079460000"]
    chat.page.get_by_role("button", name="Change the number").click()
    window.get_by_role("button", name="Remove").click()
    assert chat.links(chat.page.locator("header")) == []


def test_the_summary_is_shared_and_calls(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.page.add_init_script("navigator.share = async (what) => { window.shared = what.text; }")
    chat.page.reload()
    chat.until_joined()
    chat.ask(ORDINARY)
    chat.tap("None of these")
    before = chat.user.count()
    chat.page.get_by_role("button", name="Summary", exact=True).click()
    window = chat.page.get_by_role("dialog", name="Summary for your team")
    expect(window).to_contain_text("Read this to your team:")
    expect(window).to_contain_text("None of these")
    assert len(chat.links(window)) == 1
    window.get_by_role("button", name="Share").click()
    assert "bad headache" in chat.page.evaluate("window.shared")
    assert chat.user.count() == before
    assert chat.violations() == []


@pytest.mark.parametrize("text", ["911", "call 999", "112!"])
def test_an_emergency_number_in_a_message_is_answered_with_a_button(open_chat: OPEN, text: str) -> None:
    chat = open_chat(**PHONE)
    chat.say(text)
    first = chat.bot.first
    expect(first).to_contain_text("I cannot call for you")
    assert chat.links(first)[0] == "tel:112"
    expect(chat.page.get_by_role("alert")).to_contain_text("112")


def test_enter_that_ends_a_word_of_an_input_method_does_not_send(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.locator("#text").fill("nihon")
    chat.page.evaluate(
        """document.querySelector('#text').dispatchEvent(
          new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))"""
    )
    expect(chat.user).to_have_count(0)
    expect(chat.page.locator("#text")).to_have_value("nihon")


def test_a_skip_link_leads_to_the_conversation(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    chat.page.keyboard.press("Tab")
    skip = chat.page.get_by_role("link", name="Skip to the conversation")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    assert chat.violations() == []
    skip.press("Enter")
    expect(chat.page.locator("#log")).to_be_focused()
