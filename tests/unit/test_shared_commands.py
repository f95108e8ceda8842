"""What an operator does with a shared database: numbers, backup and restore, another schema."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from blina.assistant import settings
from blina.server import cli, counts
from blina.storage import schema
from blina.storage.conversations import Row
from blina.storage.postgres_events import PostgresEvents
from scripts import services
from tests.stored import added

MANUAL = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
SECRET = "my secret words"
TURN = [
    Row("user", 1.0, "fever", None, json.dumps({"text": SECRET, "parse_data": {"entities": []}})),
    Row("slot", 1.0, None, "conversation", json.dumps({"value": {"turn": 1, "last_urgency": "contact_now"}})),
]


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database with one conversation; the settings name it."""
    with services.postgres() as server:
        schema.migrate(server.url)
        with closing(PostgresEvents(server.url)) as kept:
            added(kept, {"anna": TURN})
        shared = settings().copy(update={"database_url": server.url})
        monkeypatch.setattr("blina.assistant.settings", lambda: shared)
        yield server.url


def test_the_numbers_of_a_shared_database_quote_nobody(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = counts.counted_in_postgres(url)
    assert (found.conversations, found.messages, found.urgencies) == (1, 1, {"contact_now": 1})
    assert cli.main(["counts"]) == 0
    assert SECRET not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["backup", "restore"])
@pytest.mark.usefixtures("url")
def test_files_are_not_copied_where_there_are_none_and_the_manual_says_what_is(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, "anywhere"]) == cli.BAD_START
    said = capsys.readouterr().err
    (wanted,) = re.findall(r"for that: (.+)", said)
    assert wanted in MANUAL


def test_what_the_manual_says_saves_and_brings_back_a_conversation(url: str, tmp_path: Path) -> None:
    lines = re.findall(r"^(pg_dump|pg_restore) (.*)$", MANUAL, re.MULTILINE)
    save, bring_back = (f"{program} {arguments}" for program, arguments in lines)
    environment = {**os.environ, "BLINA_DATABASE_URL": url}
    subprocess.run(["sh", "-c", save], cwd=tmp_path, env=environment, check=True)
    with closing(PostgresEvents(url)) as kept:
        kept.write(["anna"], {"ben": TURN}, {"ben": 0})
    subprocess.run(["sh", "-c", bring_back], cwd=tmp_path, env=environment, check=True)
    schema.migrate(url)
    with closing(PostgresEvents(url)) as kept:
        assert kept.rows("anna") == TURN
        assert kept.senders() == ["anna"]
        added(kept, {"anna": TURN})  # numbers of rows go on from there
        assert len(kept.rows("anna")) == 2 * len(TURN)


def test_an_operator_goes_back_a_schema_and_forward_again(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["migrate", "base"]) == 0
    assert cli.main(["migrate", "nonsense"]) == cli.BAD_START
    assert capsys.readouterr().err.count("\n") == 1
    assert cli.main(["migrate", "head"]) == 0
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events")


def test_without_a_shared_database_there_is_no_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["migrate", "head"]) == cli.BAD_START
    assert "database_url is not set" in capsys.readouterr().err
