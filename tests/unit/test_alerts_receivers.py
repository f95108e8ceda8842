"""What arrives is signed, says no more than it may, and goes nowhere but where it was meant."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from fhir.resources.communication import Communication

from blina.alerts.forms import as_message, communication, from_message
from blina.alerts.model import Alert
from blina.alerts.receivers import chosen, http, mail
from blina.alerts.receivers.fhir import FhirReceiver
from blina.alerts.receivers.mail import MailReceiver, MailServer
from blina.alerts.receivers.model import NotTaken
from blina.alerts.receivers.webhook import WebhookReceiver
from blina.assistant import settings, voice
from blina.stop import Stop
from tests.unit.alerted import (
    NEW,
    SECRET,
    WORDS,
    Post,
    Team,
    at_work,
    certificate,
    server_side,
    trusting,
)

ALERT = Alert(**vars(NEW))
WITH_WORDS = replace(ALERT, hand_over=WORDS)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds for a receiver that hangs."""
    for module in (http, mail):
        monkeypatch.setattr(module, "SECONDS_FOR_A_TRY", 0.3)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificate"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


async def refusal(receiver: WebhookReceiver | MailReceiver | FhirReceiver) -> NotTaken:
    with pytest.raises(NotTaken) as caught:
        await receiver.send(ALERT)
    await receiver.close()
    return caught.value


async def test_a_webhook_is_signed_and_carries_the_key() -> None:
    team = Team()
    async with at_work(team):
        receiver = WebhookReceiver(team.url, SECRET)
        await receiver.send(ALERT)
        await receiver.send(ALERT)
        await receiver.close()
    assert team.keys == ["key-1", "key-1"]
    (one,) = team.once()
    assert one == {
        "id": ALERT.id,
        "key": "key-1",
        "conversation": "conversation-1",
        "number": 1,
        "time": "2026-11-28T15:00:00+00:00",
        "centre": "St. Anna",
        "urgency": "contact_now",
        "rule": "red_flag",
        "kind": "advice",
        "hand_over": None,
    }


async def test_a_webhook_goes_over_tls_to_whom_it_trusts(files: tuple[Path, Path]) -> None:
    team = Team()
    async with at_work(team, server_side(files)):
        trusted = WebhookReceiver(team.url, SECRET, trusting(files))
        await trusted.send(ALERT)
        await trusted.close()
        assert (await refusal(WebhookReceiver(team.url, SECRET))).reason == "ClientConnectorCertificateError"
    assert team.keys == ["key-1"]


@pytest.mark.parametrize(
    ("status", "of_this_alert"),
    [
        (400, True),
        (422, True),
        (401, False),
        (404, False),
        (410, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
async def test_a_status_says_whether_it_is_about_the_alert(status: int, of_this_alert: bool) -> None:
    team = Team(answers=status)
    async with at_work(team):
        error = await refusal(WebhookReceiver(team.url, SECRET))
    assert (error.reason, error.is_refused) == (f"status {status}", of_this_alert)


async def test_no_redirect_is_followed() -> None:
    team = Team(answers=307)
    async with at_work(team):
        assert (await refusal(WebhookReceiver(team.url, SECRET))).reason == "status 307"
    assert team.calls == 1


@pytest.mark.usefixtures("impatient")
async def test_nobody_waits_long_for_a_receiver_that_hangs() -> None:
    team = Team(answers=None)
    async with at_work(team):
        assert (await refusal(WebhookReceiver(team.url, SECRET))).reason == "TimeoutError"


async def test_a_receiver_that_is_down_is_no_refusal() -> None:
    error = await refusal(WebhookReceiver(f"http://127.0.0.1:{free_port()}/", SECRET))
    assert (error.reason, error.is_refused) == ("ClientConnectorError", False)


async def test_a_fhir_server_gets_a_resource_that_it_creates_once() -> None:
    team = Team()
    async with at_work(team) as port:
        receiver = FhirReceiver(f"http://127.0.0.1:{port}/fhir", "token", voice())
        await receiver.send(ALERT)
        await receiver.send(ALERT)
        await receiver.close()
    (one,) = team.came
    assert one["known"] == "identifier=https://blina.example/fhir/alert|key-1"
    assert one["token"] == "Bearer token"


@pytest.mark.parametrize("alert", [ALERT, WITH_WORDS, replace(ALERT, urgency="emergency")])
def test_a_communication_is_one_of_fhir_r4(alert: Alert) -> None:
    made = communication(alert, voice())
    Communication.parse_obj(made)
    assert made["priority"] == ("stat" if alert.urgency == "emergency" else "asap")
    assert ("She said" in json.dumps(made)) == (alert is WITH_WORDS)


def test_what_a_program_is_told_can_be_read_back() -> None:
    for alert in (ALERT, WITH_WORDS):
        assert from_message(json.loads(json.dumps(as_message(alert)))) == alert


async def test_an_e_mail_says_only_that_an_alert_waits(files: tuple[Path, Path]) -> None:
    post = Post()
    async with post.open(server_side(files)) as port:
        server = MailServer("localhost", port, trusted=trusting(files))
        receiver = MailReceiver(server, "blina@example.org", ("a@example.org", "b@example.org"), voice())
        await receiver.send(replace(ALERT, rule="some.rule", urgency="emergency"))
    (text,) = post.came
    assert post.to == ["a@example.org", "b@example.org"]
    assert post.was_secure == [True]
    assert "Subject: An alert is waiting" in text
    assert "Message-ID: <key-1@example.org>" in text
    assert not [word for word in ("some.rule", "emergency", "conversation-1", "contact") if word in text]


async def test_an_e_mail_holds_the_hand_over_where_that_is_allowed() -> None:
    post = Post()
    async with post.open() as port:
        receiver = MailReceiver(
            MailServer("127.0.0.1", port), "blina@example.org", ("a@example.org",), voice()
        )
        await receiver.send(WITH_WORDS)
    assert "She said: I have chills" in post.came[0]


async def test_no_e_mail_goes_to_a_server_that_is_not_trusted(
    files: tuple[Path, Path],
) -> None:
    post = Post()
    async with post.open(server_side(files)) as port:
        server = MailServer("localhost", port, trusted=trusting(certificate_of_somebody_else(files)))
        await refusal(MailReceiver(server, "blina@example.org", ("a@example.org",), voice()))
    assert post.came == []


def certificate_of_somebody_else(files: tuple[Path, Path]) -> tuple[Path, Path]:
    folder = files[0].parent / "else"
    folder.mkdir(exist_ok=True)
    return certificate(folder)


@pytest.mark.parametrize(("answer", "refused"), [("550 not this one", True), ("451 later", False)])
async def test_a_mail_server_that_refuses_is_told_from_one_in_trouble(answer: str, refused: bool) -> None:
    async with Post(answer).open() as port:
        server = MailServer("127.0.0.1", port)
        error = await refusal(MailReceiver(server, "blina@example.org", ("a@example.org",), voice()))
    assert (error.reason, error.is_refused) == (f"code {answer[:3]}", refused)


def test_the_settings_choose_the_receivers() -> None:
    assert chosen.names(settings()) == ()
    chosen_ones = settings().copy(
        update={
            "alert_webhook_url": "https://team.example",
            "alert_mail_to": "a@example.org, b@example.org",
            "alert_mail_from": "blina@example.org",
            "alert_mail_server": "smtp.example.org:587",
            "alert_fhir_url": "https://fhir.example",
        }
    )
    made = chosen.receivers(
        chosen_ones, {"BLINA_ALERT_WEBHOOK_SECRET": SECRET, "BLINA_ALERT_MAIL_LOGIN": "me:pass:word"}, voice()
    )
    assert tuple(receiver.name for receiver in made) == chosen.names(chosen_ones)


@pytest.mark.parametrize("secret", ["", "short", "whsec_c2hvcnQ=", "!" * 40])
def test_a_webhook_without_a_good_secret_is_refused(secret: str) -> None:
    wanted = settings().copy(update={"alert_webhook_url": "https://team.example"})
    with pytest.raises(Stop, match="set BLINA_ALERT_WEBHOOK_SECRET to 24 to 64 random bytes"):
        chosen.receivers(wanted, {"BLINA_ALERT_WEBHOOK_SECRET": secret}, voice())


def test_e_mail_without_a_sender_is_refused() -> None:
    wanted = settings().copy(update={"alert_mail_to": "a@example.org"})
    with pytest.raises(Stop, match="alert_mail_to needs alert_mail_from and alert_mail_server"):
        chosen.receivers(wanted, {}, voice())
