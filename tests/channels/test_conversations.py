"""The scripted conversations of ``tests/server/conversations`` over the messaging channels.

Each is held with numbers and with buttons; the providers of a kind take turns. The themes that are
told from one another by the form of a reply are held over every provider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.channels.people import (
    PEOPLE,
    Person,
    SlackPerson,
    SmsPerson,
    TelegramPerson,
    ToyPerson,
    WhatsAppPerson,
)
from tests.conversations.runner import Heard, run
from tests.conversations.script import Script, scripts_without_waiting

pytestmark = pytest.mark.server


class Writer:
    """A patient of the scripts; what they tap is tapped, or picked by its number.

    Args:
        person: who writes.
    """

    def __init__(self, person: Person) -> None:
        self._person = person

    def say(self, text: str) -> Heard:
        shown = self._person.pick(text) if text in self._person.offers() else self._person.say(text)
        return Heard(
            texts=tuple(message.text for message in shown),
            chips=tuple(title for message in shown for title, _ in message.buttons),
        )

    def wait(self, hours: float) -> None:
        raise NotImplementedError


NUMBERS = (SmsPerson, WhatsAppPerson, ToyPerson)
BUTTONS = (TelegramPerson, SlackPerson)
EVERYWHERE = "screening"  # the theme with most questions

PLAYED = [
    (kind, script)
    for number, script in enumerate(scripts_without_waiting())
    for kind in (
        PEOPLE
        if script.theme == EVERYWHERE
        else (NUMBERS[number % len(NUMBERS)], BUTTONS[number % len(BUTTONS)])
    )
]


@pytest.mark.parametrize(("kind", "script"), PLAYED, ids=str)
def test_a_conversation_goes_as_the_policy_says(
    write: Callable[[type[Any]], Any], kind: type[Person], script: Script
) -> None:
    run(script, Writer(write(kind)))


def test_every_script_is_held_with_numbers_and_with_buttons() -> None:
    for script in scripts_without_waiting():
        held = [kind for kind, played in PLAYED if played is script]
        assert set(held) & set(NUMBERS)
        assert set(held) & set(BUTTONS)
    assert {kind for kind, script in PLAYED if script.theme == EVERYWHERE} == set(PEOPLE)
