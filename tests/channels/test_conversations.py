"""The scripted conversations of ``tests/server/conversations`` over the messaging channels.

Those with a question are held with numbers and with buttons, the others once; the providers take
turns. The check questions are held over every provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from tests.conversations.script import NOTHING, Script, scripts_without_waiting

pytestmark = pytest.mark.server


class Writer:
    """A patient of the scripts; what they tap is tapped, or picked by its number.

    Args:
        person: who writes.
    """

    def __init__(self, person: Person) -> None:
        self._person = person

    def say(self, text: str) -> Heard:
        person = self._person
        shown = person.pick(text) if text in person.offers() else person.say(text)
        return Heard(
            texts=tuple(message.text for message in shown),
            chips=tuple(title for message in shown for title, _ in message.buttons),
        )

    def wait(self, hours: float) -> None:
        raise NotImplementedError


NUMBERS = (SmsPerson, WhatsAppPerson, ToyPerson)
BUTTONS = (TelegramPerson, SlackPerson)
EVERYWHERE = "screening"  # the theme with most questions


def played() -> Iterator[tuple[type[Person], Script]]:
    """Who holds which conversation."""
    for number, script in enumerate(scripts_without_waiting()):
        kinds = [NUMBERS[number % len(NUMBERS)], BUTTONS[number % len(BUTTONS)]]
        if script.theme == EVERYWHERE:
            kinds = list(PEOPLE)
        elif not asks(script):
            kinds = [PEOPLE[number % len(PEOPLE)]]
        yield from ((kind, script) for kind in kinds)


def asks(script: Script) -> bool:
    """Whether answers are offered in a conversation."""
    return any(turn.expect.asks not in (None, NOTHING) or turn.expect.chips for turn in script.turns)


PLAYED = list(played())


@pytest.mark.parametrize(("kind", "script"), PLAYED, ids=str)
def test_a_conversation_goes_as_the_policy_says(
    write: Callable[[type[Any]], Any], kind: type[Person], script: Script
) -> None:
    run(script, Writer(write(kind)))


def test_every_script_is_held_and_every_question_with_numbers_and_with_buttons() -> None:
    for script in scripts_without_waiting():
        held = {kind for kind, other in PLAYED if other is script}
        assert held
        assert not asks(script) or (held & set(NUMBERS) and held & set(BUTTONS))
    assert {kind for kind, script in PLAYED if script.theme == EVERYWHERE} == set(PEOPLE)
