"""The daily check over the messaging channels: each thing that is not as ever is a call now."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest

from blina.knowledge import load_knowledge
from tests.channels.people import PEOPLE, Person

pytestmark = pytest.mark.server

CHECK = load_knowledge().daily_check
FORMS = {form.id: form for form in CHECK.forms}
ITEMS = [(form.id, item) for form in CHECK.forms for item in form.items]
IN_TURN = [(kind, *one) for kind, one in zip(cycle(PEOPLE), ITEMS, strict=False)]


@pytest.mark.parametrize(("kind", "form", "item"), IN_TURN, ids=str)
def test_each_thing_that_is_not_as_ever_is_a_call_now(
    write: Callable[[type[Any]], Any], kind: type[Person], form: str, item: str
) -> None:
    person = write(kind)
    person.say("Daily check")
    person.pick(FORMS[form].title)
    for id in FORMS[form].items:
        if id == item:
            break
        if id == "temperature":
            person.say("36.8")
        else:
            person.pick("Yes")
    shown = person.pick("Could not measure" if item == "temperature" else "No or changed")
    said = "\n".join(message.text for message in shown)
    entry = CHECK.item(item)
    assert entry
    assert said.startswith("Call your treatment team now")
    assert entry.lay in said


def test_the_sentence_is_written_on_paper(write: Callable[[type[Any]], Any]) -> None:
    person = write(PEOPLE[0])
    person.say("Daily check")
    person.pick(FORMS["from_12"].title)
    person.say("36.8")
    for _ in FORMS["from_12"].items[2:]:
        shown = person.pick("Yes")
    said = "\n".join(message.text for message in shown)
    assert "write this on paper" in said
    assert "Does it look the same?" in said
