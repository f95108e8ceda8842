"""The messaging channels ask whether the team has been reached, and hear the answer: the real server does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from blina.alerts.check_backs import CHECK_BACK
from blina.alerts.store import FILE, AlertStore
from blina.alerts.timers import Timer
from tests.channels.conftest import started
from tests.channels.people import PEOPLE, Person, SmsPerson, TelegramPerson, texts
from tests.channels.stubs import Stubs, Trouble
from tests.server.running import PATIENCE, Assistant

pytestmark = pytest.mark.server

ASKED = "Have you reached your team?"
# Not now, but in half an hour: what these tests start is due at the end of it.
_NOW = datetime.now(timezone.utc)
QUIET = _NOW + timedelta(minutes=25), (_NOW + timedelta(hours=3)).replace(second=0, microsecond=0)

Ask = Callable[[Person], str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, stubs: Stubs) -> Iterator[Assistant]:
    """The server with every messaging channel, which asks back."""
    running = started(
        tmp_path_factory.mktemp("asking"),
        stubs,
        BLINA_FOLLOW_UP="true",
        BLINA_FOLLOW_UP_QUIET="-".join(f"{end:%H:%M}" for end in QUIET),
        BLINA_TIME_ZONE="UTC",
    )
    running.wait_until_ready()
    yield running
    running.stop()


@pytest.fixture
def timers(server: Assistant) -> Iterator[Callable[[], list[Timer]]]:
    """What is to be asked later."""
    with closing(AlertStore(str(server.database.with_name(FILE)))) as store:
        yield lambda: [timer for timer in store.timers.everything() if timer.kind == CHECK_BACK]
        for timer in store.timers.everything():
            store.timers.stop(timer.conversation)


@pytest.fixture
def ask(server: Assistant, timers: Callable[[], list[Timer]]) -> Ask:
    """Lets it be time to ask a person; what was said on that."""

    def now(person: Person) -> str:
        before = len(person.screen)
        until(lambda: any("address" in timer.content for timer in timers()))
        (timer,) = timers()
        with closing(AlertStore(str(server.database.with_name(FILE)))) as store:
            store.timers.start(replace(timer, due=time.time() - 1))
        until(lambda: len(person.screen) > before and timers() == [])
        return texts(person.screen[before:])

    return now


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", PEOPLE, ids=lambda kind: kind.__name__)
def test_it_is_asked_after_quiet_hours_and_a_yes_is_noted_as_a_call(
    write: Callable[[type[Any]], Any], timers: Callable[[], list[Timer]], ask: Ask, kind: type[Person]
) -> None:
    person = write(kind)
    assert "Call your treatment team now" in texts(person.say("I have chills"))
    (timer,) = timers()
    assert timer.due == QUIET[1].timestamp()
    said = ask(person)
    assert said.startswith(ASKED)
    assert "+44 113 496 0000" in said
    assert "It is good that you called" in texts(person.pick("Yes"))
    assert timers() == []


@pytest.mark.parametrize("kind", [SmsPerson, TelegramPerson], ids=lambda kind: kind.__name__)
def test_a_no_is_told_to_call_and_nobody_answers_is_an_emergency(
    write: Callable[[type[Any]], Any], ask: Ask, kind: type[Person]
) -> None:
    person = write(kind)
    person.say("I have chills")
    ask(person)
    assert "All right, then please do it now." in texts(person.pick("No"))
    assert "Call 112 now" in texts(person.say("nobody answers"))


@pytest.mark.parametrize("kind", [SmsPerson, TelegramPerson], ids=lambda kind: kind.__name__)
def test_whoever_wants_that_is_not_asked_again_also_after_new_advice(
    write: Callable[[type[Any]], Any], timers: Callable[[], list[Timer]], ask: Ask, kind: type[Person]
) -> None:
    person = write(kind)
    person.say("I have chills")
    ask(person)
    assert "I will not ask again" in texts(person.pick("Stop asking me"))
    assert "now" in texts(person.say("and I am confused"))
    assert timers() == []


def test_who_tells_the_provider_to_stop_is_not_asked(
    write: Callable[[type[Any]], Any], timers: Callable[[], list[Timer]]
) -> None:
    person = write(SmsPerson)
    person.say("I have chills")
    assert len(timers()) == 1
    assert person.answers_to(*person.message("STOP", OptOutType="STOP")) == []
    until(lambda: timers() == [])


@pytest.mark.parametrize("words", ["I called them", "stop asking me", "forget me"])
def test_who_has_called_or_wants_none_of_it_is_not_asked(
    write: Callable[[type[Any]], Any], timers: Callable[[], list[Timer]], words: str
) -> None:
    person = write(SmsPerson)
    person.say("I have chills")
    assert len(timers()) == 1
    person.say(words)
    if words == "forget me":
        person.say("yes")
    until(lambda: timers() == [])


def test_where_somebody_is_reached_is_kept_until_it_was_asked_and_no_longer(
    write: Callable[[type[Any]], Any], server: Assistant, ask: Ask
) -> None:
    person = write(SmsPerson)
    person.say("I have chills")
    until(lambda: person.name.encode() in alerts_on_disk(server))
    ask(person)
    until(lambda: person.name.encode() not in alerts_on_disk(server))


def alerts_on_disk(server: Assistant) -> bytes:
    """Every byte of the file of the alerts, and of the journal beside it."""
    found = server.database.parent.glob(f"{FILE}*")
    return b"".join(file.read_bytes() for file in found)


def test_what_the_provider_does_not_take_at_once_is_sent_again(
    write: Callable[[type[Any]], Any], ask: Ask, stubs: Stubs
) -> None:
    person = write(SmsPerson)
    person.say("I have chills")
    stubs.twilio.trouble = Trouble(2, 503)
    assert ask(person).startswith(ASKED)
    assert texts(person.screen).count(ASKED) == 1
