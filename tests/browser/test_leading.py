"""The page leads: the one question is seen, the call comes first, many messages stay readable."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chat import CONTACT_NOW, DESKTOP, EMERGENCY, ORDINARY, PHONE, SMALLEST, urgency_of
from tests.browser.conftest import OPEN
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
    chat = open_chat(**PHONE, reduced_motion="reduce")
    chat.ask(ORDINARY)
    bar = chat.page.get_by_role("button", name="1 question for you")
    expect(bar).to_be_hidden()
    chat.page.evaluate("document.querySelector('#log').style.paddingTop = '1500px'")
    chat.page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    expect(bar).to_be_visible()
    expect(bar).to_have_attribute("data-way", "down")
    assert chat.violations() == []
    chat.page.evaluate("document.querySelector('main').style.paddingBottom = '1500px'")
    chat.page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    expect(bar).to_have_attribute("data-way", "up")
    bar.click()
    expect(chat.page.locator(".question b")).to_be_in_viewport()
    expect(bar).to_be_hidden()
    chat.tap("None of these")
    expect(bar).to_be_hidden()


@SIZES
def test_the_bar_to_the_question_hides_nothing_of_the_call(open_chat: OPEN, size: dict[str, Any]) -> None:
    chat = open_chat(**size)
    card = chat.ask("my line has come out")  # first aid stands between the call and the question
    bar = chat.page.locator("#to-question")
    if size is SMALLEST:
        expect(bar).to_be_visible()
    expect(card.locator(".urgency")).to_be_in_viewport(ratio=1)
    chat.page.wait_for_function(  # the card comes into view softly
        """(one) => {
          const box = one.getBoundingClientRect();
          return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
        }""",
        arg=card.locator(".call").first.element_handle(),
    )


def test_a_long_question_leaves_room_to_read(open_chat: OPEN) -> None:
    chat = open_chat(**SMALLEST)
    chat.ask("daily check")
    chat.tap("12 or older")
    chat.ask("36.8")
    label = chat.page.locator("#what")
    expect(label).to_contain_text("Are they awake and calm, and do they talk and act as they always do?")
    lines: float = label.evaluate("(one) => one.clientHeight / parseFloat(getComputedStyle(one).lineHeight)")
    assert round(lines) == 2


def test_the_buttons_of_the_check_question_are_no_higher_than_their_words(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    card = chat.ask(ORDINARY)
    for name in ("Send what I ticked", "None of these", "Not sure"):
        box = card.get_by_role("button", name=name).bounding_box()
        assert box
        assert box["height"] < 56, name


def test_the_page_has_a_button_for_why_and_does_not_say_so_twice(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    card = chat.ask(CONTACT_NOW)
    expect(card.locator("summary")).to_have_text("Why?")
    expect(card).not_to_contain_text('Type "why"')


def test_a_new_complaint_after_an_emergency_is_a_small_card_and_the_call_stays(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask("he is having a seizure")
    first = chat.bot.nth(0)
    later = chat.ask("he has a rash too")
    assert urgency_of(later) == "emergency"
    expect(later).to_contain_text("Rash: ")
    expect(later).to_contain_text("call 112")
    expect(later).not_to_contain_text("As before")  # it is said once
    expect(later.locator(".calls, .aid")).to_have_count(0)
    expect(first.locator(".aid")).to_be_attached()
    expect(first.locator(".unfold")).to_have_count(0)
    bar = chat.page.locator("#standing")
    expect(bar).to_be_visible()
    assert chat.links(bar) == ["tel:112"]
    another = chat.ask("she cannot be woken up")  # needs other first aid
    expect(another.locator(".aid")).to_contain_text("Lay them on their side")


def test_without_a_network_an_emergency_keeps_its_number_first(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.ask(EMERGENCY)
    chat.context.set_offline(True)
    banner = chat.page.locator("#connection")
    expect(banner).to_contain_text("There is no connection")
    assert chat.links(banner)[0] == "tel:112"
    first = banner.locator("a.call").first.bounding_box()
    second = banner.locator("a.call").nth(1).bounding_box()
    assert first
    assert second
    assert first["y"] == second["y"]  # side by side


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
    assert screens < (8 if size is SMALLEST else 6)
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
    expect(chat.page.locator("#standing")).to_be_hidden()
    chat.page.reload()
    chat.until_joined()
    assert chat.links(chat.page.locator("header")) == ["tel:+442079460000"]
    chat.page.get_by_role("button", name="Change the number").click()
    window.get_by_role("button", name="Remove").click()
    assert chat.links(chat.page.locator("header")) == []


def test_saving_the_number_leaves_the_patient_at_the_advice(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE, reduced_motion="reduce")
    chat.page.evaluate("document.querySelector('blina-chat').saveNumber(null)")
    card = chat.ask(CONTACT_NOW)
    before = chat.page.evaluate("scrollY")
    chat.page.evaluate("document.querySelector('header .call').click()")
    window = chat.page.get_by_role("dialog", name="Your team's number")
    window.get_by_label("My team's number").fill("+44 20 7946 0000")
    window.get_by_label("My team's number").press("Enter")
    expect(window).to_be_hidden()
    expect(chat.page.locator("#call-team")).to_be_focused()
    assert chat.links(card)[0] == "tel:+442079460000"
    assert abs(chat.page.evaluate("scrollY") - before) < 60  # pixels: the number is a line of its own
    expect(chat.page.locator("#standing")).to_be_hidden()  # its button is in sight


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
    answer = chat.ask(text)
    expect(answer).to_contain_text("I cannot call for you. Call 112 now.")  # the server's words
    expect(chat.bot).to_have_count(1)
    assert chat.links(answer)[0] == "tel:112"
    expect(chat.page.get_by_role("alert")).to_contain_text("112")
    chat.ask("what is blinatumomab")
    expect(chat.bot.first.locator("a.call").first).to_be_visible()  # it is not folded
    chat.page.reload()
    chat.until_joined()
    assert chat.links(chat.bot.first)[0] == "tel:112"


def test_an_emergency_number_is_answered_at_once_without_a_network(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.context.set_offline(True)
    expect(chat.page.locator("#connection")).to_contain_text("There is no connection")
    chat.say("999")
    expect(chat.bot.first).to_contain_text("I cannot call for you")
    assert chat.links(chat.bot.first)[0] == "tel:112"
    chat.context.set_offline(False)
    expect(chat.bot.first).to_contain_text("Call 112 now.", timeout=60_000)
    expect(chat.bot).to_have_count(1)


def test_there_are_ways_for_people_who_cannot_phone(open_chat: OPEN) -> None:
    chat = open_chat(**PHONE)
    chat.page.evaluate(
        """Object.assign(document.querySelector('blina-chat').config,
          { teamText: '+44 7700 900123', teamRelay: '18001 0113 496 0000' })"""
    )
    links = chat.links(chat.ask(CONTACT_NOW))
    assert links == ["tel:+441134960000", "sms:+447700900123", "tel:1800101134960000", "tel:112"]


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
