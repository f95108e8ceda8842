"""The daily check in the terminal: each thing that is not as ever is a call now."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from blina.knowledge import load_knowledge
from tests.server.running import CARE_TEAM, ROOT, inherited
from tests.server.test_rasa_commands import SHELL

pytestmark = [pytest.mark.server, pytest.mark.slow]

KNOWLEDGE = load_knowledge()
CHECK = KNOWLEDGE.daily_check
FORMS = {form.id: form for form in CHECK.forms}
ITEMS = [(form.id, item) for form in CHECK.forms for item in form.items]
DELETED = "I have deleted this conversation"


def lines(form: str, item: str) -> Iterator[str]:
    """What is typed so that one item is not as ever, and everything is deleted after it."""
    yield from ("daily check", FORMS[form].title)
    for id in FORMS[form].items:
        if id == item:
            break
        yield "36.8" if id == "temperature" else "yes"
    yield "could not measure" if item == "temperature" else "no or changed"
    yield from ("forget me", KNOWLEDGE.wording["chip"]["delete_everything"])


def test_each_thing_that_is_not_as_ever_is_a_call_now(tmp_path: Path) -> None:
    typed = [line for one in ITEMS for line in lines(*one)]
    talk = subprocess.run(
        SHELL,
        cwd=ROOT,
        env=inherited() | {"BLINA_DATABASE": str(tmp_path / "shell.db"), "BLINA_CARE_TEAM_PHONE": CARE_TEAM},
        input="\n".join(typed),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert talk.returncode == 0, talk.stderr
    talks = talk.stdout.split(DELETED)[:-1]
    assert len(talks) == len(ITEMS)
    for (form, item), shown in zip(ITEMS, talks, strict=True):
        _, call, advice = shown.partition(f"Call your treatment team now on {CARE_TEAM}")
        assert call, (form, item, shown)
        entry = CHECK.item(item)
        assert entry
        assert entry.lay in advice, (form, item, shown)
