"""A shared database of an older release is brought up to date and back with a conversation in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from blina.assistant import Conversation, settings
from blina.server import cli
from blina.storage import schema
from blina.storage.conversations import Row
from blina.storage.opening import in_postgres
from blina.storage.postgres_events import PostgresEvents
from blina.triage.turn import MEMORY
from scripts import services
from tests.stored import added
from tests.unit.talk import TEAM, Talk, finding

NEW_TABLES = {"alerts", "deliveries", "timers", "sessions", "sign_ins", "audit", "audit_end"}
# what the release with the first schema remembered: fields that came later are missing
LATER_FIELDS = ("told", "check", "checks", "raised", "check_back", "stands", "is_incomplete")
INSERT = (
    "INSERT INTO events (sender_id, type_name, timestamp, intent_name, action_name, data) "
    "VALUES ('anna', %s, %s, %s, %s, %s)"
)


def turn_of(memory: dict[str, Any], text: str, time: float) -> list[Row]:
    """The rows of one turn."""
    return [
        Row("user", time, "inform", None, json.dumps({"text": text, "parse_data": {"entities": []}})),
        Row("slot", time, None, MEMORY, json.dumps({"value": memory})),
    ]


def execute(url: str, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def tables(url: str) -> set[str]:
    return {name for (name,) in execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def remembered(rows: list[Row]) -> Conversation:
    """What the last turn of them kept."""
    slots = [json.loads(row.data)["value"] for row in rows if row.action_name == MEMORY]
    return Conversation.from_json(slots[-1])


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database at the first revision with a conversation with a warning in it; the settings name it."""
    with services.postgres() as server:
        schema.migrate(server.url, "0001")
        assert not NEW_TABLES & tables(server.url)
        memory = Talk().say("I have a fever", finding("fever")).conversation.to_json()
        memory = {name: value for name, value in memory.items() if name not in LATER_FIELDS}
        for row in turn_of(memory, "I have a fever", 1.0):
            execute(server.url, INSERT, tuple(row))
        shared = settings().copy(update={"database_url": server.url})
        monkeypatch.setattr("blina.assistant.settings", lambda: shared)
        yield server.url


def upgraded_by_command(_: str) -> None:
    assert cli.main(["migrate", "head"]) == 0


def upgraded_by_start(url: str) -> None:
    opened = in_postgres(url)
    opened.write_behind.close()
    opened.give_up()


@pytest.mark.parametrize("upgraded", [upgraded_by_command, upgraded_by_start])
def test_a_warning_stands_through_an_upgrade_and_through_the_way_back(older: str, upgraded: Any) -> None:
    upgraded(older)
    assert tables(older) >= NEW_TABLES
    with closing(PostgresEvents(older)) as kept:
        talk = Talk(conversation=remembered(kept.rows("anna")))
        talk.say("hello", intent="greet")
        assert talk.conversation.last_urgency == "contact_now"
        assert TEAM in talk.text
        added(kept, {"anna": turn_of(talk.conversation.to_json(), "hello", 2.0)})
        before = kept.rows("anna")

    assert cli.main(["migrate", "0001"]) == 0
    assert not NEW_TABLES & tables(older)
    assert tables(older) >= {"events", "incoming", "outgoing", "sending"}
    found = execute(
        older,
        "SELECT type_name, timestamp, intent_name, action_name, data FROM events "
        "WHERE sender_id = 'anna' ORDER BY id",
    )
    assert [Row(*row) for row in found] == before
    assert remembered(before).last_urgency == "contact_now"
    execute(older, INSERT, tuple(turn_of({}, "written by the older one", 3.0)[0]))

    upgraded(older)
    with closing(PostgresEvents(older)) as kept:
        assert len(kept.rows("anna")) == len(before) + 1
