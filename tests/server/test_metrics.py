"""`/metrics` counts what happens, for whoever may see it."""

from __future__ import annotations

import re
import urllib.request
import uuid

import pytest

from tests.server.running import Assistant

pytestmark = pytest.mark.server


def counted(assistant: Assistant, name: str) -> float:
    """The sum of a metric over its labels."""
    status, text = assistant.get("/metrics")
    assert status == 200
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))


def test_a_message_is_counted_by_channel_urgency_and_phase(assistant: Assistant) -> None:
    names = ("blina_messages_total", "blina_answers_total", "blina_phase_seconds_count")
    before = [counted(assistant, name) for name in names]
    sender = uuid.uuid4().hex
    assistant.say("I have a high fever of 39 and my secret words", sender)
    after = [counted(assistant, name) for name in names]
    assert after[:2] == [before[0] + 1, before[1] + 1]
    assert after[2] >= before[2] + 4  # read, answer, store, whole
    _, text = assistant.get("/metrics")
    assert 'blina_answers_total{urgency="contact_now"}' in text
    assert 'blina_messages_total{channel="rest"}' in text
    assert sender not in text
    assert "secret" not in text


def test_what_is_not_understood_is_counted(assistant: Assistant) -> None:
    before = counted(assistant, "blina_not_understood_total")
    assistant.say("my elbows feel like custard")
    assert counted(assistant, "blina_not_understood_total") == before + 1


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Via"])
def test_metrics_are_for_this_machine(assistant: Assistant, header: str) -> None:
    passed_on = urllib.request.Request(f"{assistant.url}/metrics", headers={header: "203.0.113.7"})
    status, answer = assistant.request(passed_on)
    assert status == 403
    assert answer == {"error": "Other machines have to show the token."}
