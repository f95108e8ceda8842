"""A PostgreSQL that is cut off or silent holds up nobody, and nothing is lost, doubled or mixed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg2
import pytest

from blina.observe import metrics
from blina.storage import schema
from blina.storage.conversations import Row
from blina.storage.failures import FAILURES, Unusable
from blina.storage.postgres import InDoubt, Line
from blina.storage.postgres_events import PostgresEvents
from blina.storage.write_behind import WriteBehind
from blina.triage.turn import MEMORY
from scripts import services
from tests.server.cable import Cable
from tests.shared_database import execute, with_schema
from tests.stored import added

A_WHILE = 30.0
MOST_SECONDS = 1.6  # that anybody waits: a second, and what a busy machine adds
MOMENT = 1_800_000_000.0


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A database with the schema, and its URL."""
    with with_schema() as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    """The same, empty."""
    execute(server, "TRUNCATE events, incoming, outgoing, sending")
    return server


@pytest.fixture
def cable(url: str) -> Iterator[Cable]:
    """The line to the database."""
    made = Cable(url)
    yield made
    made.close()


def turn(text: str, moment: float = MOMENT, **names: str) -> list[Row]:
    return [
        Row("user", moment, "fever", None, json.dumps({"text": text, **names})),
        Row("slot", moment, None, MEMORY, f'{{"value": "{text}"}}'),
    ]


def texts(rows: list[Row]) -> list[str]:
    return [row.data.split('"')[3] for row in rows if row.type_name == "user"]


def seconds(job: Callable[[], object]) -> float:
    start = time.monotonic()
    with suppress(*FAILURES):
        job()
    return time.monotonic() - start


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + A_WHILE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def recovers(kept: WriteBehind) -> bool:
    """Do what is done every two seconds; whether the database works again."""
    kept.chore()
    return kept.state == "ok"


def comes_back(kept: WriteBehind) -> None:
    """Let time go on until the database works again."""
    kept._steady = time.monotonic
    until(lambda: recovers(kept))


# --- the line


def test_a_connection_that_was_broken_is_made_anew_unnoticed(cable: Cable) -> None:
    kept = PostgresEvents(cable.url)
    added(kept, {"anna": turn("one")})
    cable.mend()  # as after a restart of the server
    added(kept, {"anna": turn("two")})
    cable.mend()
    assert texts(kept.rows("anna")) == ["one", "two"]
    kept.close()


def test_nobody_waits_long_for_a_line_that_is_cut(cable: Cable) -> None:
    kept = PostgresEvents(cable.url)
    kept.look_after()
    cable.cut()
    times = [seconds(kept.look_after) for _ in range(20)]
    assert max(times) < MOST_SECONDS
    assert sum(times) < 2 * MOST_SECONDS  # one waits, not everybody
    cable.mend()
    until(lambda: seconds(kept.look_after) < MOST_SECONDS and works(kept))
    kept.close()


def test_nobody_waits_long_for_a_server_that_says_nothing(cable: Cable) -> None:
    kept = PostgresEvents(cable.url)
    kept.look_after()
    cable.fall_silent()
    times = [seconds(lambda: kept.rows("anna")) for _ in range(20)]
    assert max(times) < MOST_SECONDS
    assert sum(times) < 2 * MOST_SECONDS
    cable.mend()
    until(lambda: works(kept))
    kept.close()


def works(kept: PostgresEvents) -> bool:
    try:
        kept.look_after()
    except FAILURES:
        return False
    return True


def test_a_statement_that_takes_too_long_is_given_up_and_the_next_one_works(url: str) -> None:
    line = Line(url)
    with pytest.raises(psycopg2.Error):
        line.run(lambda cursor: cursor.execute("SELECT pg_sleep(20)"))
    until(lambda: seconds(lambda: line.run(lambda cursor: cursor.execute("SELECT"))) < MOST_SECONDS)
    line.close()


def test_a_statement_that_fails_leaves_the_connection_as_it_was(url: str) -> None:
    line = Line(url)
    with pytest.raises(psycopg2.Error):
        line.transact(lambda cursor: cursor.execute("SELECT 1 / 0"))
    line.transact(lambda cursor: cursor.execute("SELECT 1"))
    line.close()


def test_what_was_committed_without_an_answer_is_not_written_twice(
    url: str, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = WriteBehind(PostgresEvents(cable.url), steady=lambda: 0.0)
    kept.keep("anna", turn("one"))
    lose_the_answer_to_the_commit(kept, cable, monkeypatch)
    kept.keep("anna", turn("two"))
    monkeypatch.undo()
    assert kept.state == "failing"
    kept.keep("anna", turn("three"))  # said meanwhile
    assert texts(kept.all("anna"))[-2:] == ["two", "three"]
    cable.mend()
    comes_back(kept)
    assert [
        text for (text,) in execute(url, "SELECT data FROM events WHERE type_name = 'user' ORDER BY id")
    ] == [f'{{"text": "{text}"}}' for text in ("one", "two", "three")]
    kept.close()


def test_what_was_committed_without_an_answer_is_not_written_twice_where_the_next_try_fails_too(
    cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = WriteBehind(PostgresEvents(cable.url), steady=lambda: 0.0)
    kept.keep("anna", turn("one"))
    lose_the_answer_to_the_commit(kept, cable, monkeypatch)
    kept.keep("anna", turn("two"))
    monkeypatch.undo()
    kept.keep("anna", turn("three"))
    kept.forget("ben")
    cable.mend()

    def fails(*_: object) -> Any:
        raise psycopg2.OperationalError("it fails again")

    database = kept._database
    assert isinstance(database, PostgresEvents)
    until(lambda: works(database))  # what became of the commit can be asked for
    monkeypatch.setattr(Line, "transact", fails)
    kept._next_try = 0.0
    kept.chore()
    assert kept.state == "failing"
    monkeypatch.undo()
    comes_back(kept)
    assert texts(kept.all("anna")) == ["one", "two", "three"]
    kept.close()


def test_what_was_written_after_a_deletion_in_doubt_is_not_deleted_again(
    cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = WriteBehind(PostgresEvents(cable.url), steady=lambda: 0.0)
    kept.keep("anna", turn("one"))
    kept._failing, kept._next_try = True, 1.0  # the next two wait, and are written together
    kept.forget("anna")
    kept.keep("anna", turn("two"))
    kept._next_try = 0.0
    lose_the_answer_to_the_commit(kept, cable, monkeypatch)
    kept.chore()
    monkeypatch.undo()
    cable.mend()
    comes_back(kept)
    assert texts(kept.all("anna")) == ["two"]
    kept.close()


def lose_the_answer_to_the_commit(kept: WriteBehind, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server commit, and cut the line before it says so."""
    database = kept._database
    assert isinstance(database, PostgresEvents)
    transact = Line.transact

    def commits_and_is_cut(line: Line, work: Any) -> Any:
        def work_and_commit(cursor: Any) -> Any:
            result = work(cursor)
            cursor.execute("SELECT pg_current_xact_id()::text")
            (number,) = cursor.fetchone()
            cursor.execute("COMMIT")
            cable.cut()
            raise InDoubt(number, result)

        return transact(line, work_and_commit)

    monkeypatch.setattr(Line, "transact", commits_and_is_cut)


# --- keeping conversations while it is away


def test_what_waited_is_written_in_order_when_the_database_is_back(url: str, cable: Cable) -> None:
    kept = WriteBehind(PostgresEvents(cable.url))
    kept.keep("anna", turn("one"))
    cable.cut()
    for text in ("two", "three"):
        kept.keep("anna", turn(text))
    kept.keep("ben", turn("x"))
    assert kept.state == "failing"
    assert texts(kept.turn("anna")) == ["three"]
    cable.mend()
    until(lambda: recovers(kept))
    assert texts(kept.all("anna")) == ["one", "two", "three"]
    other = PostgresEvents(url)
    assert (texts(other.rows("anna")), texts(other.rows("ben"))) == (["one", "two", "three"], ["x"])
    other.close()
    kept.close()


def test_a_database_that_is_away_is_noticed_without_a_patient(cable: Cable) -> None:
    kept = WriteBehind(PostgresEvents(cable.url))
    kept.chore()
    assert kept.state == "ok"
    cable.cut()
    kept.chore()
    assert kept.state == "failing"
    cable.mend()
    until(lambda: recovers(kept))
    kept.close()


def test_a_conversation_of_which_a_part_waits_is_not_taken_for_all_of_it(cable: Cable) -> None:
    kept = WriteBehind(PostgresEvents(cable.url))
    kept.keep("anna", turn("a red flag"))
    cable.cut()
    kept.keep("anna", turn("said meanwhile")[:1])  # without what is remembered
    with pytest.raises(psycopg2.Error):
        kept.turn("anna")
    kept.close()


def test_what_is_forgotten_while_the_database_is_away_is_never_read_again(url: str, cable: Cable) -> None:
    kept = WriteBehind(PostgresEvents(cable.url))
    kept.keep("anna", turn("secret"))
    cable.cut()
    kept.keep("anna", turn("also secret"))
    kept.forget("anna")
    assert kept.all("anna") == kept.turn("anna") == []
    cable.mend()
    until(lambda: recovers(kept))
    assert execute(url, "SELECT count(*) FROM events") == [(0,)]
    kept.close()


# --- several replicas in one conversation


def says(kept: WriteBehind, text: str, moment: float, **names: str) -> None:
    """One turn as the tracker store takes it."""
    began(kept, text, moment, **names)()


def began(kept: WriteBehind, text: str, moment: float, **names: str) -> Callable[[], object]:
    """A turn that has read its conversation; what that gives writes it."""
    rows = turn(text, moment, **names)
    try:
        mark = kept.mark("anna")
        kept.turn("anna")
    except FAILURES:  # then what is remembered is not known either
        return lambda: kept.keep("anna", rows[:1], None)
    return lambda: kept.keep("anna", rows, mark)


def remembered(kept: WriteBehind) -> list[str]:
    return [row.data.split('"')[3] for row in kept.all("anna") if row.type_name == "slot"]


def late(outcome: str) -> float:
    return metrics.REGISTRY.get_sample_value("blina_late_turns_total", {"outcome": outcome}) or 0.0


@pytest.fixture
def replicas(url: str, cable: Cable) -> Iterator[tuple[WriteBehind, WriteBehind, WriteBehind]]:
    """Three replicas; the line of the first two can be cut."""
    made = tuple(WriteBehind(PostgresEvents(at)) for at in (cable.url, cable.url, url))
    yield made  # type: ignore[misc]
    for kept in made:
        kept.close()


Replicas = tuple[WriteBehind, WriteBehind, WriteBehind]


def test_what_waited_in_two_replicas_comes_together_in_the_order_in_which_it_was_written(
    replicas: Replicas, cable: Cable
) -> None:
    one, other, whole = replicas
    says(one, "1", MOMENT)
    writes = began(one, "2", MOMENT + 2)  # the line is cut in the middle of this turn
    cable.cut()
    writes()
    for number in range(3, 11):
        says((one, other)[number % 2], str(number), MOMENT + number)
    assert (one.state, other.state) == ("failing", "failing")
    cable.mend()
    until(lambda: recovers(other))
    until(lambda: recovers(one))
    assert texts(whole.all("anna")) == [str(number) for number in range(1, 11)]
    assert remembered(whole) == ["1", "2"]  # what came behind is read again with the next message
    assert texts(whole.turn("anna"))[0] == "2"


def test_it_does_not_matter_which_replica_finds_the_database_first(replicas: Replicas, cable: Cable) -> None:
    one, other, whole = replicas
    says(one, "1", MOMENT)
    writes = began(one, "2", MOMENT + 2)
    cable.cut()
    writes()
    says(other, "3", MOMENT + 3)
    says(one, "4", MOMENT + 4)
    cable.mend()
    until(lambda: recovers(one))
    says(whole, "5", MOMENT + 5)
    until(lambda: recovers(other))
    assert texts(whole.all("anna")) == ["1", "2", "3", "4", "5"]
    assert remembered(whole) == ["1", "2"]


def test_a_replica_that_stalled_in_a_turn_writes_over_nothing(replicas: Replicas) -> None:
    stalled, _, whole = replicas
    says(stalled, "1", MOMENT)
    before = late("put_in_order")
    writes = began(stalled, "2", MOMENT + 2)
    for number in (3, 4):
        says(whole, str(number), MOMENT + number)
    assert late("put_in_order") == before
    writes()
    assert late("put_in_order") == before + 1
    assert texts(whole.all("anna")) == ["1", "2", "3", "4"]
    assert remembered(whole) == ["1", "2"]
    says(whole, "5", MOMENT + 5)
    assert remembered(whole) == ["1", "2", "5"]


def test_two_that_were_begun_at_once_do_not_forget_each_other(replicas: Replicas) -> None:
    one, other, whole = replicas
    says(one, "1", MOMENT)
    turns = [began(one, "2", MOMENT + 2), began(other, "3", MOMENT + 3)]
    threads = [threading.Thread(target=writes) for writes in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts(whole.all("anna")) == ["1", "2", "3"]
    assert remembered(whole) == ["1", "2"]


def test_what_was_begun_before_a_deletion_does_not_come_back_after_it(replicas: Replicas) -> None:
    stalled, _, whole = replicas
    says(stalled, "secret", MOMENT)
    before = late("of_a_deleted_conversation")
    writes = began(stalled, "also secret", MOMENT + 1)
    whole.forget("anna")
    says(whole, "new", MOMENT + 2)
    writes()
    assert texts(whole.all("anna")) == ["new"]
    assert remembered(whole) == ["new"]
    assert late("of_a_deleted_conversation") == before + 1


def test_a_message_that_was_sent_again_to_another_replica_is_kept_once(
    replicas: Replicas, cable: Cable
) -> None:
    one, _, whole = replicas
    says(whole, "1", MOMENT)
    says(whole, "2", MOMENT + 1, message_id="b7")
    cable.cut()
    says(one, "2", MOMENT + 2, message_id="b7")
    says(one, "3", MOMENT + 3, message_id="c9")
    says(whole, "3", MOMENT + 4, message_id="c9")
    cable.mend()
    until(lambda: recovers(one))
    assert texts(whole.all("anna")) == ["1", "2", "3"]


def test_a_conversation_that_two_replicas_began_is_one_and_is_not_taken_for_a_deleted_one(
    replicas: Replicas, cable: Cable
) -> None:
    one, _, whole = replicas
    begins = began(one, "1", MOMENT)
    cable.cut()
    begins()
    says(whole, "2", MOMENT + 2)
    goes_on = began(whole, "3", MOMENT + 3)
    cable.mend()
    until(lambda: recovers(one))
    goes_on()
    assert texts(whole.all("anna")) == ["1", "2", "3"]


def test_more_than_a_database_takes_in_its_time_is_written_bit_by_bit(url: str, cable: Cable) -> None:
    kept, other = WriteBehind(PostgresEvents(cable.url)), PostgresEvents(url)
    cable.cut()
    people = [f"patient {number}" for number in range(100)]
    for number in range(100):
        for person in people:
            kept.keep(person, turn(f"{number} {'x' * 1000}"))
    cable.mend()
    until(lambda: recovers(kept))
    assert all(len(other.messages(person)) == 100 for person in people)
    assert [text.split()[0] for text in texts(other.rows(people[50]))] == [str(n) for n in range(100)]
    kept.close()
    other.close()


def test_a_bit_whose_commit_was_not_acknowledged_is_not_written_twice_with_what_came_since(
    cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = WriteBehind(PostgresEvents(cable.url), steady=lambda: 0.0)
    kept.keep("anna", turn("0"))
    kept._failing, kept._next_try = True, 1.0
    for number in range(1, 400):  # more than a bit
        kept.keep(("anna", "ben")[number % 2], turn(str(number)))
    kept._next_try = 0.0
    lose_the_answer_to_the_commit(kept, cable, monkeypatch)
    kept.chore()
    monkeypatch.undo()
    for number in range(400, 410):
        kept.keep(("anna", "ben")[number % 2], turn(str(number)))
    cable.mend()
    comes_back(kept)
    assert texts(kept.all("anna")) == [str(number) for number in range(0, 410, 2)]
    assert texts(kept.all("ben")) == [str(number) for number in range(1, 410, 2)]
    kept.close()


def test_replicas_that_delete_what_is_over_do_not_disturb_each_other(url: str) -> None:
    several = [PostgresEvents(url) for _ in range(3)]
    added(several[0], {f"patient {number}": turn("old") for number in range(60)})
    over = several[0].over_since(MOMENT + 1)
    threads = [threading.Thread(target=kept.delete_over, args=(over, MOMENT + 1)) for kept in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert several[0].senders() == []
    for kept in several:
        kept.close()


# --- the schema


@pytest.fixture
def empty() -> Iterator[str]:
    """A database without a schema, and its URL."""
    with services.postgres() as found:
        yield found.url


def tables(url: str) -> set[str]:
    return {name for (name,) in execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_the_schema_goes_up_and_down_and_up_again(empty: str) -> None:
    schema.migrate(empty)
    made = {"events", "incoming", "outgoing", "sending"}
    assert made <= tables(empty)
    schema.migrate(empty, "base")
    assert not made & tables(empty)
    schema.migrate(empty)
    assert made <= tables(empty)


def test_a_schema_that_is_up_to_date_keeps_what_is_in_it(empty: str) -> None:
    schema.migrate(empty)
    kept = PostgresEvents(empty)
    added(kept, {"anna": turn("one")})
    schema.migrate(empty)
    assert texts(kept.rows("anna")) == ["one"]
    kept.close()


def test_replicas_that_start_at_once_make_one_schema(empty: str) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            schema.migrate(empty)
        except Exception as error:  # noqa: BLE001 - to be shown by the test
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert execute(empty, "SELECT count(*) FROM alembic_version") == [(1,)]


def test_the_schema_of_a_newer_version_is_refused_in_one_sentence(empty: str) -> None:
    schema.migrate(empty)
    execute(empty, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(
        Unusable, match=r"^The database \S+ has the schema of a newer version \(9999\): [^\n]+\.$"
    ):
        schema.migrate(empty)
    assert "events" in tables(empty)


def test_a_user_without_rights_is_told_what_to_grant(empty: str) -> None:
    execute(empty, "DROP ROLE IF EXISTS blina_reader")
    execute(empty, "CREATE ROLE blina_reader LOGIN PASSWORD 'hunter2'")
    reader = empty.replace("postgres@", "blina_reader:hunter2@")
    try:
        for _ in ("to make the tables", "to use them"):
            with pytest.raises(
                Unusable, match=r"^The user of the database \S+ may not make or use [^\n]+\.$"
            ) as refused:
                schema.migrate(reader)
            assert "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES" in str(refused.value)
            assert "hunter2" not in str(refused.value)
            schema.migrate(empty)
        execute(empty, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO blina_reader")
        schema.migrate(reader)
    finally:
        execute(empty, "DROP OWNED BY blina_reader")
        execute(empty, "DROP ROLE blina_reader")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nurse:hunter2@127.0.0.1:1/blina",
        "postgresql://nurse:hunter2@nowhere.invalid/blina",
        "postgresql://nurse:hunter2@127.0.0.1:1/blina?sslmode=nonsense",
    ],
)
def test_a_database_that_is_not_there_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(Unusable, match=r"^The database \S+ cannot be reached: [^\n]+\.$") as refused:
        schema.migrate(url)
    assert "hunter2" not in str(refused.value)
    assert "nurse" not in str(refused.value)
