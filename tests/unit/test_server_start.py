"""Taking the port, answering while loading, and what is looked at before."""

from __future__ import annotations

import json
import os
import socket
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from blina.assistant import safe_answer
from blina.channels import health
from blina.http_server import port
from blina.server import cli as command
from blina.server import credentials, environment, serve, support
from blina.stop import Stop


@pytest.fixture(autouse=True)
def no_settings_of_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BLINA_HOST", "BLINA_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_only_this_machine_is_served_unless_told_otherwise() -> None:
    assert port.address() == ("127.0.0.1", 5005)


def test_the_environment_names_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINA_HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("BLINA_PORT", "80")
    assert port.address() == ("0.0.0.0", 80)  # noqa: S104


@pytest.mark.parametrize("number", ["x", "-1", "65536", "5005.0", "٥"])
def test_a_wrong_port_is_refused(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINA_PORT", number)
    with pytest.raises(Stop, match="BLINA_PORT must be a number"):
        port.address()


def test_a_taken_port_is_refused() -> None:
    with port.listen("127.0.0.1", 0) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(Stop, match=f"Port {number} is taken"):
            port.listen("127.0.0.1", number)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Stop, match=r"Cannot listen on 192\.0\.2\.1:0"):
        port.listen("192.0.2.1", 0)


def test_addresses_are_shown_as_a_browser_takes_them() -> None:
    with port.listen("127.0.0.1", 0) as listener:
        assert port.url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=5) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_who_asks_while_it_starts_is_answered() -> None:
    with port.listen("127.0.0.1", 0) as listener:
        url = port.url_of(listener)
        with port.Waiting(listener):
            for status, answer in (ask(f"{url}/health"), ask(url, b'{"sender": "a", "message": "fever"}')):
                assert status == 503
                assert answer["status"] == "starting"
                assert answer["text"] == safe_answer()


def test_who_says_nothing_does_not_hold_up_the_others() -> None:
    with (
        port.listen("127.0.0.1", 0) as listener,
        port.Waiting(listener),
        socket.create_connection(listener.getsockname()),
    ):
        assert ask(port.url_of(listener))[0] == 503


def test_the_socket_can_be_handed_over() -> None:
    with port.listen("127.0.0.1", 0) as listener, port.Waiting(listener) as waiting:
        waiting.stop()
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            connection.close()


def test_commands_that_do_not_exist_show_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["dance"]) == 2
    assert capsys.readouterr().err.startswith("Usage: blina [command]\n")


@pytest.mark.parametrize(
    ("error", "status", "shown"),
    [(Stop("No disk space."), 2, "No disk space.\n"), (KeyboardInterrupt(), 0, "")],
)
def test_the_end_is_a_sentence(
    error: BaseException,
    status: int,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(serve, "serve", fail)
    assert command.main([]) == status
    assert capsys.readouterr().err == shown


def test_what_the_operator_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    environment.prepare()
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"


def test_all_actions_of_the_project_are_ready() -> None:
    assert health.actions_ready(["action_triage", "action_self_harm"])
    assert not health.actions_ready(["action_nobody_wrote"])


def test_without_knowledge_actions_are_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("broken file")

    monkeypatch.setattr(health, "knowledge", broken)
    assert not health.actions_ready(["action_triage"])


def test_what_gets_no_corrections_any_more_is_said_at_the_start() -> None:
    while_supported, after = date(2026, 10, 31), date(2026, 11, 1)
    assert "Python" not in (support.line(while_supported) or "")
    said = support.line(after) or ""
    assert "Python 3.10 (since 2026-10-31) and Sanic 21.12 (since 2023-12-31)" in said
    assert len(said.splitlines()) == 1
    assert support.line(date(2023, 12, 31)) is None


def test_a_channel_that_the_settings_need_has_to_be_opened(tmp_path: Path) -> None:
    file = tmp_path / "credentials.yml"
    file.write_text("blina.channels.rest.RestChannel:\n", encoding="utf-8")
    with pytest.raises(Stop, match=r"alerts needs the line `blina\.channels\.alerts\.AlertsChannel:` in"):
        credentials.require(file, serve.ALERTS, "alerts")
    credentials.require(serve.ROOT / "credentials.yml", serve.ALERTS, "alerts")
