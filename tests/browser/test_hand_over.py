"""The hand-over on the page: the chart, the downloads, and one printed page in A4 and in Letter."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from blina.channels.web.drawing import drawing
from tests.browser.chat import DESKTOP, SMALLEST, Chat
from tests.browser.conftest import OPEN
from tests.server.test_hand_over import FOLDER, NIGHTS
from tests.unit.hand_overs import problems

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.browser]

WIDEST = "nell_over_two_days"
SMALLEST_LETTERS = 6.5  # points
SHOW = """async (item) => {
  const { showSummary } = await import("/chat/dialogs.js");
  document.querySelector("dialog")?.close();
  const config = document.querySelector("blina-chat").config;
  showSummary(item, config, document.createElement("span"));
}"""


def show(chat: Chat, name: str) -> Locator:
    """Open what the server handed over of a made-up night; the open summary."""
    text = (FOLDER / f"{name}.txt").read_text("utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("Name: ___"))
    svg = (FOLDER / f"{name}.svg").read_text("utf-8")
    fhir = (FOLDER / f"{name}.fhir.json").read_text("utf-8")
    chat.page.evaluate(SHOW, {"text": text, "chart": drawing(svg), "fhir": fhir, "time": 1772336000})
    return chat.page.get_by_role("dialog", name="Summary for your team")


def test_each_night_is_printed_on_one_page_of_a4_and_of_letter(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    for name in NIGHTS:
        show(chat, name)
        for paper in ("A4", "Letter"):
            pages = re.findall(rb"/Count (\d+)", chat.page.pdf(format=paper))
            assert pages == [b"1"], f"{name}, {paper}: {pages}"
        points: float = chat.page.evaluate("parseFloat(sheet.style.fontSize)")
        assert points >= SMALLEST_LETTERS, name
    assert chat.problems == []


def test_the_printed_page_has_blanks_words_and_the_chart(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    show(chat, WIDEST)
    chat.page.emulate_media(media="print")
    sheet = chat.page.locator("#sheet")
    expect(sheet).to_contain_text("Hospital number:")
    expect(sheet).to_contain_text(NIGHTS[WIDEST][-1]["says"])
    expect(sheet.get_by_role("img", name="How it went")).to_be_visible()


def test_the_chart_is_read_without_colours_and_without_eyes(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP)
    chart = show(chat, WIDEST).get_by_role("img", name="How it went")
    inks = chart.locator("circle, path, polyline, line").evaluate_all(
        "(all) => [...new Set(all.map((one) => getComputedStyle(one).stroke + getComputedStyle(one).fill))]"
    )
    assert len(inks) <= 3  # one ink: drawn, filled or both
    assert "38.1 °C at Fri 13:05" in (chart.locator("desc").text_content() or "")


def test_the_chart_fits_on_a_narrow_screen(open_chat: OPEN) -> None:
    chat = open_chat(**SMALLEST)
    chart = show(chat, WIDEST).locator(".chart")
    assert chart.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert chat.widest() == 0
    assert chat.violations() == []


def test_a_night_that_is_told_is_handed_over_in_the_zone_of_the_device(open_chat: OPEN) -> None:
    chat = open_chat(**DESKTOP, timezone_id="Asia/Kathmandu", accept_downloads=True)
    chat.ask("I woke up boiling, 38.4")
    chat.page.get_by_role("button", name="Summary", exact=True).click()
    window = chat.page.get_by_role("dialog", name="Summary for your team")
    expect(window).to_contain_text("All times are in UTC+05:45.")
    expect(window).to_contain_text("Temperature: 38.4 °C")
    expect(window.get_by_role("img", name="How it went")).to_be_visible()
    with chat.page.expect_download() as download:
        window.get_by_role("button", name="Download for the hospital").click()
    assert download.value.suggested_filename == "summary-for-my-team.fhir.json"
    assert problems(json.loads(download.value.path().read_text("utf-8"))) == []
    assert chat.violations() == []
    assert chat.problems == []
