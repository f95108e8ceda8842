"""Takes the pictures of the web chat in ``docs/images``, from a server of its own.

``python -m scripts.screenshots`` (or ``make screenshots``); `make train` has to have run before.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from blina.alerts.model import HandedOver, Kind, NewAlert
from blina.alerts.store import FILE as ALERTS_FILE
from blina.alerts.store import AlertStore
from blina.channels.team import accounts

ROOT = Path(__file__).resolve().parents[1]
CHART = ROOT / "tests/unit/golden/hand_over/priya_hot_at_half_past_two.svg"
NURSE, PASSWORD = "ada", "for these pictures alone"  # of a server that lives for a minute
HAND_OVER = """Blinatumomab, cycle 1, day 4.
What is there:
- Fever 39.1 °C at 03:08, then 38.2 °C
- Headache, since about 03:00, getting worse
"""
IMAGES = ROOT / "docs" / "images"
CARE_TEAM = "+44 113 496 0000"  # a number that Ofcom keeps free for films
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--hide-scrollbars"]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
A4: ViewportSize = {"width": 794, "height": 1123}  # at 96 pixels an inch
SECONDS_TO_START = 120


def main() -> None:
    """Start the assistant, take every picture, stop it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server, url = start(Path(folder))
        raise_alerts(Path(folder))
        try:
            chromium = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            for name, (take, options) in PICTURES.items():
                picture(browser, url, name, take, options)
                print(f"docs/images/{name}.png")
        finally:
            server.terminate()
            server.wait()


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a server on a free port.

    Args:
        folder: for its database.

    Returns:
        The process and its address.

    Raises:
        RuntimeError: when it does not get ready.
    """
    variables = {
        **os.environ,
        "BLINA_PORT": "0",
        "BLINA_DATABASE": str(folder / "conversations.db"),
        "BLINA_CARE_TEAM_PHONE": CARE_TEAM,
        "BLINA_ALERTS": "true",
        "BLINA_TEAM_INBOX": "true",
        "BLINA_TEAM_LOCAL_ACCOUNTS": "true",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "blina.server"], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True
    )
    for line in server.stdout or ():
        found = re.search(r"http://[\d.]+:\d+", line)
        if found and is_ready(found.group()):
            return server, found.group()
    raise RuntimeError("the server did not start")


def raise_alerts(folder: Path) -> None:
    """An account for the nurses' page, and three alerts on it.

    Args:
        folder: of the server's databases.
    """
    accounts.keep(folder / accounts.FILE, NURSE, PASSWORD)
    handed = HandedOver(HAND_OVER, CHART.read_text("utf-8"), "{}")
    store = AlertStore(str(folder / ALERTS_FILE))
    for minutes, urgency, rule, words in (
        (31, "contact_now", "crs.single", handed),
        (12, "contact_now", "neuro.warning", None),
        (2, "emergency", "emergency.seizures", None),
    ):
        time_ = datetime.now(timezone.utc) - timedelta(minutes=minutes)
        conversation = hashlib.sha256(rule.encode()).hexdigest()
        new = NewAlert(rule, conversation, time_, "", urgency, rule, Kind.ADVICE, words)
        store.add(new, (), time.time())
    store.close()


def is_ready(url: str) -> bool:
    """Whether the assistant answers before the time is over."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 - our own server
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.5)
    return False


def picture(
    browser: Browser, url: str, name: str, take: Callable[[Page], None], options: dict[str, Any]
) -> None:
    """Bring the page into a state and save what it shows.

    Args:
        browser: Chromium.
        url: of the server.
        name: of the file.
        take: brings the page into the state.
        options: of the browser's context.
    """
    context = browser.new_context(**options, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{url}/chat")
    expect(page.locator("blina-chat[data-state=online]")).to_be_attached()
    take(page)
    page.wait_for_timeout(400)  # fonts and scrolling come to rest
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


def say(page: Page, text: str) -> None:
    """Send a message and wait for the answer."""
    before = page.locator("#log .bot").count()
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")
    expect(page.locator("#log .bot")).to_have_count(before + 1)
    page.locator("#text").blur()


def welcome(page: Page) -> None:
    """The first screen."""


def screening(page: Page) -> None:
    """A question with answers to tap."""
    say(page, "I have a bad headache")


def question(page: Page) -> None:
    """The same, scrolled to the answers."""
    screening(page)
    page.locator("#log .apart").scroll_into_view_if_needed()


def ordinary(page: Page) -> None:
    """A calm result."""
    say(page, "my mouth is sore and I can't sleep")
    page.locator("#log .card").last.scroll_into_view_if_needed()


def contact_now(page: Page) -> None:
    """A warning sign."""
    say(page, "I have a fever of 39.2 and I am shaking")


def why(page: Page) -> None:
    """Reasons and sources."""
    contact_now(page)
    page.locator("#log details summary").last.click()
    page.locator("#log details").last.evaluate("(one) => one.scrollIntoView({ block: 'center' })")


def emergency(page: Page) -> None:
    """An emergency."""
    say(page, "she cannot be woken up")


def summary(page: Page) -> None:
    """The summary window."""
    screening(page)
    say(page, "yes, fever of 38.6 since this evening")
    page.get_by_role("button", name="Summary", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def printed(page: Page) -> None:
    """The summary as it is printed."""
    summary(page)
    page.emulate_media(media="print")
    page.set_viewport_size(A4)


def offline(page: Page) -> None:
    """No connection, with a message that waits."""
    page.context.set_offline(True)
    expect(page.locator("#connection a").first).to_be_visible()
    page.locator("#text").fill("I feel hot and shivery")
    page.locator("#text").press("Enter")


def checked(page: Page) -> None:
    """One thing of the daily check."""
    say(page, "daily check")
    for answer in ("12 or older", "36.8"):
        say(page, answer)


def writing(page: Page) -> None:
    """The sentence of the daily check, beside the last one."""
    page.evaluate(
        """localStorage.setItem('blina.writings', JSON.stringify(
          [{ time: Date.now() / 1000 - 86400,
             strokes: [[40, 150, 90, 60, 130, 160, 180, 70, 230, 150, 300, 90]] }]))"""
    )
    checked(page)
    for _ in range(7):
        say(page, "yes")
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box() or {"x": 0, "y": 0}
    page.mouse.move(box["x"] + 20, box["y"] + 80)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + step * 20, box["y"] + 60 + step % 2 * 40)
    page.mouse.up()
    page.get_by_role("button", name="Show it beside the last one").click()
    page.locator(".pads").scroll_into_view_if_needed()


def many(page: Page) -> None:
    """A night of messages: earlier replies are a line each."""
    for text in (
        "my joints ache",
        "what is blinatumomab",
        "I feel sick",
        "my hair looks dull",
        "I have a rash",
    ):
        say(page, text)
    page.evaluate("scrollTo(0, 300)")


def embedded(page: Page) -> None:
    """The chat in another site's page."""
    page.goto(page.url.rstrip("/") + "/embed")
    page.locator("body > button").click()
    expect(page.frame_locator("iframe").locator("#text")).to_be_visible()


def team(page: Page) -> None:
    """The nurses' page."""
    page.goto(page.url.replace("/chat", "/team"))
    page.get_by_label("Name").fill(NURSE)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("article").first).to_be_visible()


def team_hand_over(page: Page) -> None:
    """The same with a hand-over open."""
    team(page)
    page.get_by_role("button", name="Show the hand-over").first.click()
    expect(page.locator(".panel svg")).to_be_visible()
    page.locator("article", has=page.locator(".panel svg")).evaluate("(one) => one.scrollIntoView()")
    page.mouse.move(0, 0)


DARK = {"color_scheme": "dark"}
SMALL = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2}
PICTURES: dict[str, tuple[Callable[[Page], None], dict[str, Any]]] = {
    "team-desktop": (team_hand_over, DESKTOP),  # first: the other pictures raise alerts too
    "team-dark-phone": (team, {**PHONE, **DARK}),
    "welcome-phone": (welcome, PHONE),
    "welcome-desktop": (welcome, DESKTOP),
    "ordinary-phone": (ordinary, PHONE),
    "screening-phone": (screening, PHONE),
    "question-phone": (question, PHONE),
    "screening-desktop": (screening, DESKTOP),
    "contact-now-phone": (contact_now, PHONE),
    "contact-now-desktop": (contact_now, DESKTOP),
    "contact-now-320": (contact_now, SMALL),
    "why-phone": (why, PHONE),
    "emergency-phone": (emergency, PHONE),
    "emergency-dark-phone": (emergency, {**PHONE, **DARK}),
    "welcome-dark-desktop": (welcome, {**DESKTOP, **DARK}),
    "summary-phone": (summary, PHONE),
    "summary-print": (printed, DESKTOP),
    "offline-phone": (offline, PHONE),
    "check-phone": (checked, PHONE),
    "check-writing-phone": (writing, PHONE),
    "many-phone": (many, PHONE),
    "embed-desktop": (embedded, DESKTOP),
}

if __name__ == "__main__":
    main()
