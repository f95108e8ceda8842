"""The scripted conversations of ``conversations/*.yml`` through the real server."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.conversations.repeats import MOST_REPEATED, repeated_words
from tests.conversations.runner import Heard, run
from tests.conversations.script import Script, scripts, scripts_without_waiting
from tests.server.running import Assistant

LATER = Path(__file__).with_name("later_server.py")
CRISIS_LINE = "116 123"
WAITING = tuple(script for script in scripts() if script.waits)
ASKS_FOR_IT = ("why", "summary")  # said in full however often

pytestmark = pytest.mark.server


class Browser:
    """A patient who writes over REST.

    Args:
        assistant: the server.
        wait: moves the server's clock on by so many hours.
    """

    def __init__(self, assistant: Assistant, wait: Callable[[float], None] | None = None) -> None:
        self._assistant = assistant
        self._wait = wait
        self._sender = uuid.uuid4().hex

    def say(self, text: str) -> Heard:
        replies = self._assistant.say(text, self._sender)
        return Heard(
            texts=tuple(reply["text"] for reply in replies if "text" in reply),
            chips=tuple(button["title"] for reply in replies for button in reply.get("buttons", ())),
            payloads=tuple(reply["custom"] for reply in replies if "custom" in reply),
        )

    def wait(self, hours: float) -> None:
        assert self._wait, "this server's clock cannot be moved"
        self._wait(hours)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Callable[[float], None]]]:
    """A server whose clock can be moved on, and how to move it."""
    folder = tmp_path_factory.mktemp("later")
    clock = folder / "clock"
    clock.write_text(datetime.now(timezone.utc).isoformat())

    def wait(hours: float) -> None:
        clock.write_text((datetime.fromisoformat(clock.read_text()) + timedelta(hours=hours)).isoformat())

    environment = {"CLOCK": str(clock), "BLINA_CRISIS_LINE": CRISIS_LINE}
    server = Assistant([sys.executable, str(LATER)], folder, environment)
    server.wait_until_ready()
    yield server, wait
    server.stop()


@pytest.mark.parametrize("script", scripts_without_waiting(), ids=str)
def test_a_conversation_goes_as_the_policy_says(script: Script, assistant: Assistant) -> None:
    run(script, Browser(assistant))


@pytest.mark.parametrize("script", WAITING, ids=str)
def test_a_conversation_over_hours_goes_as_the_policy_says(
    script: Script, later: tuple[Assistant, Callable[[float], None]]
) -> None:
    run(script, Browser(*later))


def test_over_the_nights_few_words_are_said_twice(
    later: tuple[Assistant, Callable[[float], None]],
) -> None:
    counts = [(0, 0)]
    for script in scripts():
        if script.theme != "nights":
            continue
        patient, texts = Browser(*later), []
        for turn in script.turns:
            if turn.hours_later:
                patient.wait(float(turn.hours_later))
            heard = patient.say(turn.patient)
            if not any(word in turn.patient for word in ASKS_FOR_IT):
                texts.append(heard.text)
        counts.append(repeated_words(texts))
    repeated, total = (sum(column) for column in zip(*counts, strict=True))
    assert total > 1000
    assert repeated / total <= MOST_REPEATED


def test_there_are_conversations_enough_of_some_length() -> None:
    assert len([script for script in scripts() if 4 <= len(script.turns) <= 15]) >= 120


def test_somebody_who_wants_to_die_gets_the_crisis_line_of_the_settings(
    later: tuple[Assistant, Callable[[float], None]],
) -> None:
    assert CRISIS_LINE in Browser(*later).say("i just want to die").text
