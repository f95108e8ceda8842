"""The chat page as a test uses it."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
SMALLEST = {"viewport": {"width": 320, "height": 640}}

CONTACT_NOW = "I have a fever of 39"
EMERGENCY = "he cannot be woken up"
ORDINARY = "I have a bad headache"
TIRED = "my joints ache and my hair feels thin"


class Chat:
    """One browser with the page open."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        """Open the page.

        Args:
            browser: Chromium.
            url: of the server.
            options: of the browser's context.
        """
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.url = url
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page: Page = self.context.new_page()
        self.watch(self.page)
        self.open()

    def watch(self, page: Page) -> None:
        """Note what goes wrong in a page and what it asks for."""
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console", lambda message: self.problems.append(message.text) if message.type == "error" else None
        )
        page.on("request", lambda request: self.requests.append(request.url))

    def open(self) -> None:
        """Go to the page and wait until it can send."""
        self.page.goto(f"{self.url}/chat")
        self.until_joined()

    def until_joined(self) -> None:
        """Wait until the page has its conversation."""
        joined(self.page)

    def say(self, text: str) -> None:
        """Type a message and send it with the Enter key."""
        self.page.locator("#text").fill(text)
        self.page.locator("#text").press("Enter")

    def ask(self, text: str) -> Locator:
        """Say something; the last reply once there is a new one."""
        before = self.bot.count()
        self.say(text)
        expect(self.bot.nth(before)).to_be_visible()
        expect(self.page.locator("#thinking")).to_be_hidden()
        return self.bot.last

    def tap(self, chip: str) -> Locator:
        """Tap an answer; the last reply once there is a new one."""
        before = self.bot.count()
        tick = self.page.locator("#log .tick", has_text=chip)
        if tick.count():
            tick.click()
            chip = "Send what I ticked"
        self.page.locator("#log .question").get_by_role("button", name=chip, exact=True).click()
        expect(self.bot.nth(before)).to_be_visible()
        return self.bot.last

    @property
    def bot(self) -> Locator:
        """The replies."""
        return self.page.locator("#log .bot")

    @property
    def user(self) -> Locator:
        """The patient's own messages."""
        return self.page.locator("#log .user")

    def violations(self) -> list[str]:
        """What axe finds in the page as it is, one line for each rule broken."""
        self.page.wait_for_timeout(50)  # lets transitions of colours end
        found = Axe().run(self.page).response["violations"]
        return [
            f"{rule['id']}: {rule['help']}: {[node['html'][:120] for node in rule['nodes']]}"
            for rule in found
        ]

    def widest(self) -> int:
        """How wide the page's content is beyond the window, in pixels; 0 when nothing sticks out."""
        wider: int = self.page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
        )
        return max(wider, 0)

    def small_targets(self) -> list[str]:
        """Buttons and links on the screen that are smaller than 44 by 44 pixels."""
        found: list[str] = self.page.evaluate(
            """[...document.querySelectorAll('button, a:not(.skip), summary, textarea, .tick')]
              .filter((one) => one.checkVisibility() && !one.closest('.unseen'))
              .map((one) => [one.textContent, one.getBoundingClientRect()])
              .filter(([, box]) => box.width < 44 || box.height < 44)
              .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""
        )
        return found

    def clipped(self) -> list[str]:
        """Texts that are cut off at their edges or stick out of what holds them."""
        found: list[str] = self.page.evaluate(
            """[...document.querySelectorAll('button, .call, p, h1, h2, h3, li, label, .number')]
              .filter((one) => one.checkVisibility() && !one.matches('.unseen, .unseen *, .skip'))
              .filter((one) => {
                const box = one.getBoundingClientRect();
                const holds = one.closest('button, .call, dialog, .message')?.getBoundingClientRect();
                const isOut = box.right > innerWidth + 1 || (holds && box.right > holds.right + 1);
                return (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0) || isOut;
              })
              .map((one) => one.textContent.slice(0, 60))"""
        )
        return found

    def broken_numbers(self) -> list[str]:
        """Phone numbers that stand on more than one line."""
        found: list[str] = self.page.evaluate(
            """[...document.querySelectorAll('.number')].filter((one) => one.checkVisibility())
              .filter((one) => one.getClientRects().length > 1).map((one) => one.textContent)"""
        )
        return found

    def broken_words(self) -> list[str]:
        """Words on buttons, bars and headings that stand on more than one line; not what somebody wrote."""
        found: list[str] = self.page.evaluate(
            """[...document.querySelectorAll('button:not(.unfold), .call, h1, h2, .urgency, .standing span')]
              .filter((one) => one.checkVisibility() && !one.matches('.unseen'))
              .flatMap((one) => {
                const broken = [];
                const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
                for (let text = texts.nextNode(); text; text = texts.nextNode()) {
                  if (text.parentElement.closest('.unseen')) continue;
                  for (const word of text.data.matchAll(/[^\\s-]+/g)) {
                    const range = document.createRange();
                    range.setStart(text, word.index);
                    range.setEnd(text, word.index + word[0].length);
                    const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
                    if (lines.size > 1) broken.push(word[0]);
                  }
                }
                return broken;
              })"""
        )
        return found

    def links(self, place: Locator) -> list[str]:
        """The numbers that can be called from a place, in order."""
        return [link.get_attribute("href") or "" for link in place.locator("a.call").all()]

    def close(self) -> None:
        """Close the browser's context."""
        self.context.close()


def joined(page: Page) -> None:
    """Wait until a page has its conversation."""
    expect(page.locator("blina-chat[data-state=online]")).to_be_attached(timeout=60_000)


def urgency_of(card: Locator) -> str:
    """The urgency that a result card shows."""
    found = re.search(
        r"\b(none|tell_team|call_today|contact_now|emergency)\b", card.get_attribute("class") or ""
    )
    assert found, "no result card"
    return found[1]
