"""Nurses in a browser: from signing in to the closing note, two at once, without a mouse, on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from blina.alerts.model import HandedOver, Kind
from blina.channels.team import accounts
from tests.browser.chat import DESKTOP, PHONE, SMALLEST, Chat
from tests.server.running import ROOT
from tests.server.team import Team

pytestmark = [pytest.mark.server, pytest.mark.browser]

PASSWORD = "correct horse battery"
CHART = (ROOT / "tests/unit/golden/hand_over/priya_hot_at_half_past_two.svg").read_text("utf-8")
WORDS = HandedOver("What is there:\n- Fever <b>38.9</b> °C\n", CHART, "{}")
DARK = {"color_scheme": "dark"}
OPEN = Callable[..., "Inbox"]


class Inbox(Chat):
    """The nurses' page in one browser; measures as the patients' page does."""

    def open(self) -> None:
        """Go to the page."""
        self.page.goto(f"{self.url}/team")

    def sign_in(self, name: str) -> None:
        """Sign in with an account of this machine."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name=re.compile(r"Open alerts \(\d+\)"))).to_be_visible()

    @property
    def cards(self) -> Locator:
        """The open alerts."""
        return self.page.locator("article")

    def act(self, name: str, card: int = 0) -> Locator:
        """A button of an alert."""
        return self.cards.nth(card).get_by_role("button", name=re.compile(f"^{name}"))


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    for name in ("ada", "ben"):
        accounts.keep(folder / accounts.FILE, name, PASSWORD)
    running = Team(folder, TEAM_LOCAL_ACCOUNTS="true")
    yield running
    running.close()


@pytest.fixture
def inbox(browser: Browser, team: Team) -> Iterator[OPEN]:
    """Opens the page for a nurse, signed in."""
    opened: list[Inbox] = []

    def open_one(name: str = "", **options: Any) -> Inbox:
        opened.append(Inbox(browser, team.url, **options))
        if name:
            opened[-1].sign_in(name)
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
    team.clear()


def focused(page: Page) -> str:
    """What the keyboard is on."""
    name: str = page.evaluate(
        """(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent ||
            document.activeElement.id)"""
    )
    return name


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something is reached."""
    for _ in range(30):
        if re.search(name, focused(page)):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} is not reached by the keyboard")


def test_from_signing_in_to_the_closing_note_without_a_mouse(inbox: OPEN, team: Team) -> None:
    team.raised(minutes=20, hand_over=WORDS)
    nurse = inbox()
    page, keyboard = nurse.page, nurse.page.keyboard
    page.keyboard.press("Tab")
    keyboard.type("ada")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(nurse.cards).to_have_count(1)
    tab_to(page, "^Take it")
    keyboard.press("Enter")
    expect(nurse.cards.locator(".state")).to_contain_text("You took it")
    expect(page.locator("#notice")).to_contain_text("You took it.")
    tab_to(page, "^Show the hand-over")
    keyboard.press("Enter")
    expect(nurse.cards.locator(".panel")).to_contain_text("Fever <b>38.9</b> °C")
    expect(nurse.cards.locator(".panel svg")).to_be_visible()
    tab_to(page, "^Close it")
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")  # without a note
    expect(page.locator(".closing .wrong")).to_contain_text("Write in a few words")
    keyboard.type("Called. Comes in now.")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(page.locator("#none")).to_be_visible()
    expect(page.locator("#alerts")).to_be_focused()
    page.get_by_text("Closed lately (1)").click()
    expect(page.locator("#closed")).to_contain_text("Called. Comes in now.")
    tab_to(page, "^Sign out")
    keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_visible()
    assert nurse.problems == []


def test_of_two_nurses_who_take_the_same_alert_one_is_told_who_has_it(inbox: OPEN, team: Team) -> None:
    team.raised()
    ada, ben = inbox("ada"), inbox("ben")
    expect(ada.cards).to_have_count(1)
    expect(ben.cards).to_have_count(1)
    ben.page.route("**/team/alerts", lambda route: route.abort())  # the page does not know yet
    ada.act("Take it").click()
    expect(ada.cards.locator(".state")).to_contain_text("You took it")
    ben.act("Take it").click()
    expect(ben.page.locator("#alarm")).to_contain_text("Too late: ada has it.")
    ben.page.unroute("**/team/alerts")
    expect(ben.cards.locator(".state")).to_contain_text("ada took it")
    assert ben.act("Close it").count() == 0
    ben.act("Make it free again").click()
    expect(ada.act("Take it")).to_be_visible()


def test_a_note_is_not_lost_when_somebody_else_closes(inbox: OPEN, team: Team) -> None:
    alert = team.raised()
    ada = inbox("ada")
    ada.act("Close it").click()
    ada.page.locator("textarea").fill("Half a sentence")
    team.alerts.close_alert(alert.id, "ben", "Done.", time.time())
    expect(ada.page.locator(".state")).to_contain_text("Your note was not kept")
    expect(ada.page.locator("textarea")).to_have_value("Half a sentence")
    ada.act("Put it away").click()
    expect(ada.cards).to_have_count(0)


def test_new_alerts_come_by_themselves_the_most_urgent_first(inbox: OPEN, team: Team) -> None:
    team.raised(minutes=5)
    ada = inbox("ada")
    expect(ada.cards).to_have_count(1)
    ada.act("Close it").focus()
    team.raised(minutes=1, urgency="emergency", rule="emergency.seizures")
    team.raised(minutes=30, kind=Kind.UNANSWERED_QUESTION)
    expect(ada.cards).to_have_count(3)
    expect(ada.cards.nth(0)).to_contain_text("Told to call 112")
    expect(ada.cards.nth(1)).to_contain_text("a question was not answered")
    expect(ada.page.locator("#alarm")).to_contain_text("New alert: Told to call 112")
    expect(ada.page).to_have_title("(3) Team alerts")
    assert focused(ada.page).startswith("Close it")  # nobody is torn away from what they do


def test_a_lost_connection_is_said_and_heals(inbox: OPEN, team: Team) -> None:
    ada = inbox("ada")
    ada.context.set_offline(True)
    expect(ada.page.locator(".bars")).to_contain_text("No connection since")
    assert ada.violations() == []
    team.raised()
    ada.context.set_offline(False)
    expect(ada.cards).to_have_count(1)
    expect(ada.page.locator(".bars")).to_be_empty()


def test_who_is_signed_out_sees_no_patient_and_is_told_so(inbox: OPEN, team: Team) -> None:
    team.raised(hand_over=WORDS)
    ada = inbox("ada")
    ada.act("Show the hand-over").click()
    expect(ada.cards.locator(".panel")).to_be_visible()
    ada.context.clear_cookies()
    expect(ada.page.locator(".bars")).to_contain_text("You are signed out")
    expect(ada.page.locator("body")).not_to_contain_text("38.9")
    expect(ada.page).to_have_title("! You are signed out")
    assert ada.violations() == []


DEVICES = [PHONE, DESKTOP, {**PHONE, **DARK}, {**DESKTOP, **DARK}, SMALLEST]


@pytest.mark.parametrize(
    "device", DEVICES, ids=["phone", "desktop", "dark phone", "dark desktop", "smallest"]
)
def test_it_is_accessible_and_fits(inbox: OPEN, team: Team, device: dict[str, Any]) -> None:
    team.raised(hand_over=WORDS)
    team.raised(urgency="emergency", rule="emergency.seizures")
    ada = inbox(**device)
    assert ada.violations() == []
    ada.sign_in("ada")
    ada.act("Take it").click()
    ada.act("Show the hand-over", 1).click()
    expect(ada.cards.nth(1).locator(".panel")).to_be_visible()
    ada.act("Close it").click()
    assert ada.violations() == []
    assert ada.widest() == 0
    assert ada.small_targets() == []
    assert ada.clipped() == []
