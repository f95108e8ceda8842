"""Fourteen made-up nights told over the real server: what is handed over of each, as text, JSON and FHIR.

``make hand-overs`` keeps it anew (``WRITE_GOLDEN=1``), here and in docs/for-nurses.md.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.server.running import ROOT, Assistant
from tests.unit.hand_overs import KEEP, changed, problems

pytestmark = [pytest.mark.model, pytest.mark.server]

LATER = Path(__file__).with_name("later_server.py")
FOLDER = Path(__file__).with_name("nights")
ADDRESS = "/webhooks/rest/hand-over"
LONDON = ZoneInfo("Europe/London")
TOKEN = "of the hand-over tests, long enough to be one"
NIGHTS: dict[str, list[dict[str, str]]] = yaml.safe_load((FOLDER / "nights.yml").read_text("utf-8"))
FORMS = {"text": "txt", "json": "json", "fhir": "fhir.json", "chart": "svg"}
FOR_NURSES = ROOT / "docs" / "for-nurses.md"
SHOWN = "priya_hot_at_half_past_two"  # in docs/for-nurses.md


@dataclass
class Nights:
    """A server in London whose clock is set, and what was told to it."""

    assistant: Assistant
    clock: Path
    told: set[str] = field(default_factory=set)

    def handed_over(self, name: str, form: str) -> str:
        """What is handed over of a night, which is told first."""
        if name not in self.told:
            for time, words in lines(name):
                self.clock.write_text(time.isoformat())
                self.assistant.say(words, name)
            self.told.add(name)
        self.clock.write_text(lines(name)[-1][0].isoformat())
        status, content, _ = get(self.assistant, sender=name, form=form)
        assert status == 200, content
        return content


def lines(name: str) -> list[tuple[datetime, str]]:
    """When each message of a night is written, and its words."""
    found: list[tuple[datetime, str]] = []
    day = ""
    for line in NIGHTS[name]:
        day, _, time = line["at"].rpartition(" ") if " " in line["at"] else (day, "", line["at"])
        found.append((datetime.fromisoformat(f"{day} {time}").replace(tzinfo=LONDON), line["says"]))
    return found


def get(assistant: Assistant, token: str | None = None, **query: str) -> tuple[int, str, str]:
    """Ask for a hand-over: status, content and content type."""
    url = f"{assistant.url}{ADDRESS}?{urllib.parse.urlencode(query)}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.read().decode(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers["Content-Type"]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("nights")
    clock = folder / "clock"
    clock.write_text(datetime(2026, 3, 1, tzinfo=LONDON).isoformat())
    environment = {"CLOCK": str(clock), "BLINA_TIME_ZONE": "Europe/London"}
    server = Assistant([sys.executable, str(LATER)], folder, environment)
    server.wait_until_ready()
    yield Nights(server, clock)
    server.stop()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NIGHTS)
def test_each_night_is_handed_over_as_it_is_kept(name: str, form: str, nights: Nights) -> None:
    assert not changed(FOLDER / f"{name}.{FORMS[form]}", nights.handed_over(name, form)), KEEP


@pytest.mark.parametrize("name", NIGHTS)
def test_each_night_is_a_valid_fhir_document(name: str, nights: Nights) -> None:
    assert problems(json.loads(nights.handed_over(name, "fhir"))) == []


@pytest.mark.parametrize("name", NIGHTS)
def test_every_quote_was_written_and_every_message_about_health_is_quoted(name: str, nights: Nights) -> None:
    text = nights.handed_over(name, "text")
    written = [words for _, words in lines(name)]
    quotes = re.findall(r'"([^"]*)" \([^)]*\d\d:\d\d\)', text)
    assert quotes
    assert set(quotes) <= set(written)


@pytest.mark.parametrize("name", NIGHTS)
def test_each_chart_says_in_words_what_it_shows(name: str, nights: Nights) -> None:
    drawn = ElementTree.fromstring(nights.handed_over(name, "chart"))  # noqa: S314 - of this program
    described = drawn.findtext("{http://www.w3.org/2000/svg}desc") or ""
    made = json.loads(nights.handed_over(name, "json"))
    for item in (*made["complaints"], *made["over"]):
        assert item["label"] in described
    for row in made["values"]:
        if row["kind"] == "temperature":
            assert all(reading["shown"] in described for reading in row["readings"])


def test_the_page_for_nurses_shows_one_whole(nights: Nights) -> None:
    text = nights.handed_over(SHOWN, "text")
    page = FOR_NURSES.read_text("utf-8")
    block = f"<!-- hand-over -->\n```\n{text}```\n<!-- end of hand-over -->"
    fresh = re.sub(r"<!-- hand-over -->.*<!-- end of hand-over -->", lambda _: block, page, flags=re.DOTALL)
    assert not changed(FOR_NURSES, fresh), KEEP


def test_the_four_forms_have_their_content_types(nights: Nights) -> None:
    nights.handed_over(SHOWN, "json")
    kinds = {form: get(nights.assistant, sender=SHOWN, form=form)[2] for form in FORMS}
    assert kinds == {
        "text": "text/plain; charset=utf-8",
        "json": "application/json",
        "fhir": "application/fhir+json",
        "chart": "image/svg+xml",
    }


def test_a_conversation_that_nobody_had_is_not_found(nights: Nights) -> None:
    assert get(nights.assistant, sender="nobody")[0] == 404


@pytest.mark.parametrize(
    "query", [{}, {"sender": " "}, {"sender": "a", "form": "pdf"}, {"sender": "x" * 251}]
)
def test_what_cannot_be_meant_is_refused(query: dict[str, str], nights: Nights) -> None:
    status, content, _ = get(nights.assistant, **query)
    assert status == 400
    assert json.loads(content)["error"]


def test_the_page_s_conversations_are_out_of_reach(nights: Nights) -> None:
    nights.handed_over(SHOWN, "json")
    assert get(nights.assistant, sender=f"../{SHOWN}")[0] == 404
    assert get(nights.assistant, sender="web-1")[0] == 404


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A server that wants to see a token."""
    environment = {"BLINA_REST_TOKEN": TOKEN}
    server = Assistant([sys.executable, "-m", "blina.server"], tmp_path_factory.mktemp("locked"), environment)
    server.wait_until_ready()
    yield server
    server.stop()


@pytest.mark.parametrize(("shown", "status"), [(None, 401), ("wrong", 401), (TOKEN, 404)])
def test_a_token_that_is_set_must_be_shown(shown: str | None, status: int, locked: Assistant) -> None:
    assert get(locked, shown, sender="anna")[0] == status
