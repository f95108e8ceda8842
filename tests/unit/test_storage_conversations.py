"""What keeps conversations, in a file or in PostgreSQL: the same tests for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blina.storage.conversations import Conversations, Row
from blina.storage.events import Database
from blina.storage.postgres_events import PostgresEvents
from blina.triage.turn import MEMORY
from tests.shared_database import with_schema
from tests.stored import added

OLD, NEW = 1_800_000_000.0, 1_800_000_100.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database with the schema."""
    with with_schema() as url:
        yield url


@pytest.fixture(params=["a file", "PostgreSQL"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Conversations]:
    """What keeps conversations, empty."""
    opened: Conversations
    if request.param == "a file":
        opened = Database(str(tmp_path / "conversations.db"))
    else:
        opened = PostgresEvents(request.getfixturevalue("url"))
        opened.write(opened.senders(), {}, {})
    yield opened
    opened.close()


def turn(text: str, moment: float = OLD) -> list[Row]:
    """One turn: the message, the answer, what is remembered."""
    return [
        Row("user", moment, "fever", None, f'{{"text": "{text}"}}'),
        Row("bot", moment, None, None, f'{{"text": "to {text}"}}'),
        Row("slot", moment, None, MEMORY, f'{{"value": "{text}"}}'),
    ]


def data(rows: list[Row]) -> list[str]:
    return [row.data for row in rows]


def test_what_was_written_is_read_in_its_order(kept: Conversations) -> None:
    added(kept, {"anna": turn("one"), "ben": turn("x")})
    added(kept, {"anna": turn("two")})
    assert kept.rows("anna") == turn("one") + turn("two")
    assert kept.rows("ben") == turn("x")
    assert kept.rows("nobody") == []
    assert sorted(kept.senders()) == ["anna", "ben"]


def test_whatever_is_in_an_event_comes_back_as_it_was(kept: Conversations) -> None:
    strange = [
        Row("user", OLD + 0.123456, None, None, '{"text": "\\u0000 \\ud83d %s \' \\" ; DROP TABLE events"}'),
        Row("slot", OLD, "ä 🤒 \\ %(x)s", "a'b", "{}"),
    ]
    added(kept, {"ä 🤒 ' %s": strange})
    assert kept.rows("ä 🤒 ' %s") == strange


def test_a_turn_is_what_followed_the_message_that_set_the_memory(kept: Conversations) -> None:
    added(kept, {"anna": [*turn("one"), *turn("two"), *turn("three")[:2]]})
    assert kept.last_turn("anna", MEMORY) == turn("two") + turn("three")[:2]
    added(kept, {"ben": turn("one")[:2]})
    assert kept.last_turn("ben", MEMORY) == turn("one")[:2]
    assert kept.last_turn("nobody", MEMORY) == []


def test_a_conversation_is_read_page_by_page(kept: Conversations) -> None:
    added(kept, {"anna": [row for text in "abcde" for row in turn(text)], "ben": turn("x")})
    pages = [kept.turns("anna", start, 2) for start in (0, 2, 4, 6)]
    assert [(len(rows), later) for rows, later in pages] == [(4, True), (4, True), (2, False), (0, False)]
    assert data(pages[1][0]) == ['{"text": "c"}', '{"text": "to c"}', '{"text": "d"}', '{"text": "to d"}']
    assert data(kept.messages("anna")) == [f'{{"text": "{text}"}}' for text in "abcde"]


def test_what_is_forgotten_is_deleted_before_anything_is_added(kept: Conversations) -> None:
    added(kept, {"anna": turn("secret"), "ben": turn("x")})
    kept.write(["anna"], {"anna": turn("new")}, {"anna": 0})
    assert kept.rows("anna") == turn("new")
    kept.write(["anna", "nobody"], {}, {})
    assert kept.senders() == ["ben"]


def test_what_is_over_is_deleted_unless_it_went_on(kept: Conversations) -> None:
    added(kept, {"anna": turn("a", OLD), "ben": turn("b", OLD) + turn("c", NEW), "cleo": turn("d", OLD)})
    over = kept.over_since(NEW)
    assert sorted(over) == ["anna", "cleo"]
    added(kept, {"cleo": turn("e", NEW)})
    kept.delete_over(over, NEW)
    assert sorted(kept.senders()) == ["ben", "cleo"]
    assert len(kept.rows("cleo")) == 6


def test_of_a_long_conversation_the_start_is_deleted(kept: Conversations) -> None:
    added(kept, {"anna": [row for text in "abcde" for row in turn(text)], "ben": turn("x")})
    assert kept.longer_than(4) == ["anna"]
    assert kept.longer_than(5) == []
    kept.delete_starts(["anna", "ben"], 2)
    assert kept.rows("anna") == turn("d") + turn("e")
    assert kept.rows("ben") == turn("x")


def test_a_database_that_works_is_found_to_work(kept: Conversations) -> None:
    kept.look_after()
