"""Operators see which alerts are open, wait or were given up, and have these sent again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from blina.alerts.store import FILE, AlertStore
from blina.server import alerts, cli
from blina.stop import Stop
from tests.unit.alerted import NEW, WORDS


@pytest.fixture
def store(tmp_path: Path) -> AlertStore:
    return AlertStore(str(tmp_path / FILE))


def test_it_lists_what_is_open_waits_and_was_given_up(store: AlertStore, tmp_path: Path) -> None:
    store.add(replace(NEW, hand_over=WORDS), ["webhook", "mail"], 1.0)
    webhook, mail = *store.due("webhook", 1.0, 1), *store.due("mail", 1.0, 1)
    store.failed(webhook, "status 503", 60.0)
    store.given_up(mail, "code 550")
    shown = alerts.page(tmp_path / FILE)
    head, opened, waiting, dead, hint = shown.splitlines()
    assert head == "open: 1, waiting: 1, given up: 1"
    assert "contact_now" in opened
    assert waiting.endswith("webhook, 1 tries status 503")
    assert dead.endswith("mail, 1 tries code 550")
    assert "blina alerts retry" in hint
    assert "chills" not in shown


def test_what_was_given_up_is_sent_again(store: AlertStore, tmp_path: Path) -> None:
    store.add(NEW, ["mail"], 1.0)
    (mail,) = store.due("mail", 1.0, 1)
    store.given_up(mail, "code 550")
    assert alerts.retry(tmp_path / FILE) == "1 deliveries are sent again."
    assert store.counts() == (1, 0)


def test_without_alerts_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="There are no alerts in"):
        alerts.page(tmp_path / FILE)


def test_the_command_prints_them(
    store: AlertStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add(NEW, [], 1.0)
    monkeypatch.setenv("BLINA_DATABASE", str(tmp_path / "conversations.db"))
    assert cli.main(["alerts"]) == 0
    assert cli.main(["alerts", "retry"]) == 0
    assert capsys.readouterr().out.startswith("open: 1, waiting: 0, given up: 0\n")
    assert cli.main(["alerts", "drop"]) == cli.BAD_START
