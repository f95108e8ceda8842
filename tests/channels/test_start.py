"""Starting with messaging channels: what was left undone is done, and one line when something is missing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from blina.channels.messaging.kept import Part, QueuedMessage
from blina.channels.messaging.model import Incoming
from blina.channels.messaging.store import FILE, MessageStore
from blina.server import serve
from blina.stop import Stop
from tests.channels.conftest import started
from tests.channels.people import texts
from tests.channels.stubs import Stubs, Twilio
from tests.server.running import CARE_TEAM, SECONDS_TO_START

pytestmark = pytest.mark.server


def ends_with(folder: Path, stubs: Stubs, **variables: str) -> tuple[int, str]:
    """Exit status and errors of a server that ends by itself."""
    server = started(folder, stubs, **variables)
    server.process.wait(SECONDS_TO_START)
    return server.finish(), server.log.read_text()


def test_an_empty_variable_is_one_line_that_names_it(tmp_path: Path, stubs: Stubs) -> None:
    status, errors = ends_with(tmp_path, stubs, SLACK_SIGNING_SECRET=" ")
    assert status == 2
    assert errors.startswith("The environment variable SLACK_SIGNING_SECRET is empty: ")
    assert "blina.channels.messaging.slack.SlackChannel: signing_secret" in errors
    assert len(errors.splitlines()) == 1


def test_a_value_that_cannot_be_used_is_one_line_that_does_not_show_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "credentials.yml"
    file.write_text(
        "blina.channels.messaging.telegram.TelegramChannel: {bot_token: purple whale, secret_token: a}"
    )
    monkeypatch.setenv(serve.CREDENTIALS_VARIABLE, str(file))
    with pytest.raises(Stop, match=r"messaging\.telegram\.TelegramChannel: 'bot_token'") as error:
        serve.channels()
    assert "whale" not in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.slow
def test_what_the_last_process_left_undone_is_done(tmp_path: Path, stubs: Stubs) -> None:
    """A message that was taken and not answered, and a reply that was not sent."""
    file = str(tmp_path / FILE)
    phone, chat = "+447700900555", "770090555"
    address = {"To": phone, "From": Twilio.NUMBERS[0]}
    store = MessageStore(file, "twilio")
    store.add(
        QueuedMessage(Incoming("SM1", phone, address, "temp is 38.6", medium="sms"), "sms-x"), time.time()
    )
    store.close()
    store = MessageStore(file, "telegram")
    left = Part({"chat_id": chat}, "Call your team.", (), time.time())
    store.answer(QueuedMessage(Incoming("1", chat, {}), "telegram-x"), [left], forget=False)
    store.close()
    server = started(tmp_path, stubs)
    try:
        server.wait_until_ready()
        end = time.monotonic() + 20
        while not (stubs.twilio.shown[phone] and stubs.telegram.shown[chat]):
            assert time.monotonic() < end, server.log.read_text()
            time.sleep(0.02)
    finally:
        server.stop()
    assert CARE_TEAM in texts(stubs.twilio.shown[phone])
    assert texts(stubs.telegram.shown[chat]) == "Call your team."
