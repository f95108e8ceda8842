"""Operators see which alerts are open, wait or were given up, and have these sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blina.alerts.shared_store import store_at
from blina.alerts.store import FILE, AlertStore
from blina.assistant import settings
from blina.server import alerts, cli
from blina.stop import Stop
from blina.storage.tables import is_shared
from tests.unit.alerted import NEW, WORDS


@pytest.fixture
def store(place: str) -> Iterator[AlertStore]:
    opened = store_at(place)
    yield opened
    opened.close()


def test_it_lists_what_is_open_waits_and_was_given_up(store: AlertStore, place: str) -> None:
    store.add(replace(NEW, hand_over=WORDS), ["webhook", "mail"], 1.0)
    webhook, mail = *store.due("webhook", 1.0, 1), *store.due("mail", 1.0, 1)
    store.failed(webhook, "status 503", 60.0)
    store.given_up(mail, "code 550")
    shown = alerts.page(place)
    head, opened, waiting, dead, hint = shown.splitlines()
    assert head == "open: 1, waiting: 1, given up: 1"
    assert "contact_now" in opened
    assert waiting.endswith("webhook, 1 tries status 503")
    assert dead.endswith("mail, 1 tries code 550")
    assert "blina alerts retry" in hint
    assert "chills" not in shown


def test_what_was_given_up_is_sent_again(store: AlertStore, place: str) -> None:
    store.add(NEW, ["mail"], 1.0)
    (mail,) = store.due("mail", 1.0, 1)
    store.given_up(mail, "code 550")
    assert alerts.retry(place) == "1 deliveries are sent again."
    assert store.counts() == (1, 0)


def test_a_database_that_is_away_is_one_sentence_without_the_password() -> None:
    with pytest.raises(Stop, match=r"The alerts in 127.0.0.1:1/blina cannot be used") as stopped:
        alerts.page("postgresql://nurse:hunter2@127.0.0.1:1/blina")
    assert "hunter2" not in str(stopped.value)


def test_without_alerts_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="There are no alerts in"):
        alerts.page(str(tmp_path / FILE))


def test_the_command_prints_them(
    store: AlertStore, place: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.add(NEW, [], 1.0)
    if is_shared(place):
        changed = settings().copy(update={"database_url": place})
        monkeypatch.setattr("blina.assistant.settings", lambda: changed)
    monkeypatch.setenv("BLINA_DATABASE", str(Path(place).with_name("conversations.db")))
    assert cli.main(["alerts"]) == 0
    assert cli.main(["alerts", "retry"]) == 0
    assert capsys.readouterr().out.startswith("open: 1, waiting: 0, given up: 0\n")
    assert cli.main(["alerts", "drop"]) == cli.BAD_START
