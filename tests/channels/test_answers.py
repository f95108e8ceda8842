"""The same safe answers in every channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.channels.people import PEOPLE, Person
from tests.server.running import CARE_TEAM

pytestmark = pytest.mark.server

Write = Callable[[type[Any]], Any]
everybody = pytest.mark.parametrize("kind", PEOPLE)


@everybody
def test_a_warning_is_plain_text_with_the_phone_number_first(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    replies = person.say("temp is 38.6")
    assert CARE_TEAM in replies[0].text.splitlines()[0]


@everybody
def test_choices(write: Write, kind: type[Person]) -> None:
    person = write(kind)
    person.say("I have a headache")
    replies = person.pick("Vomiting")
    assert CARE_TEAM in replies[0].text.splitlines()[0]
