"""Two replicas on one PostgreSQL, to which a line is cut, and RabbitMQ, which is told what happens."""

from __future__ import annotations

import base64
import json
import re
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import aio_pika
import psycopg2
import pytest

from blina.observe.announcing import EXCHANGE
from scripts import services
from tests.server.cable import Cable
from tests.server.running import CARE_TEAM, PATIENCE, Assistant

pytestmark = pytest.mark.server

PASSWORD = "hunter2"
SECRET = "zebrafish"
WEBHOOK_SECRET = base64.b64encode(b"a secret of thirty-three bytes ...").decode()
SHARED = {
    "BLINA_REST_TOKEN": "token-of-the-tests-8f2k1m5n7p9q3r6s",
    "BLINA_SESSION_SECRET": "secret-of-the-tests-4w8x2y6z1a5b9c3d",
}


class Replica(Assistant):
    """A server that shares its secrets with others, so that programs have to show the token."""

    def request(self, request: urllib.request.Request) -> tuple[int, Any]:
        """Send a request with the token; status and JSON answer (or text)."""
        request.add_header("Authorization", f"Bearer {SHARED['BLINA_REST_TOKEN']}")
        return super().request(request)


class Hospital(NamedTuple):
    """Two replicas and what they stand on.

    Args:
        near: a replica behind a line to the database.
        far: another one.
        line: of the first to the database.
        broker_line: of the first to the broker.
        url: of the database, past the line.
        broker: URL of the broker, past the line.
    """

    near: Assistant
    far: Assistant
    line: Cable
    broker_line: Cable
    url: str
    broker: str


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, ward: Ward) -> Iterator[Hospital]:
    with services.postgres() as database, services.rabbitmq() as broker, ExitStack() as ending:
        line, broker_line = Cable(database.url), Cable(broker.url)
        replicas = []
        for name, url, at in (("near", line.url, broker_line.url), ("far", database.url, broker.url)):
            replica = started(tmp_path_factory.mktemp(name), url, at, ward)
            ending.callback(replica.stop)
            replica.wait_until_ready()
            replicas.append(replica)
        near, far = replicas
        yield Hospital(near, far, line, broker_line, database.url, broker.url)
        for replica in replicas:
            replica.stop()
            assert PASSWORD not in replica.output + replica.log.read_text()
            assert SECRET not in replica.output + replica.log.read_text()


class Ward(ThreadingHTTPServer):
    """Takes what the care team is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Taking)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Taking(BaseHTTPRequestHandler):
    server: Ward

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(body)["data"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ward() -> Iterator[Ward]:
    opened = Ward()
    yield opened
    opened.shutdown()
    opened.server_close()


def started(folder: Path, url: str, broker: str, ward: Ward) -> Assistant:
    variables = {
        "BLINA_ALERTS": "true",
        "BLINA_ALERT_HAND_OVER": "true",
        "BLINA_ALERT_UNANSWERED_MINUTES": "30",
        "BLINA_ALERT_WEBHOOK_URL": f"http://127.0.0.1:{ward.server_address[1]}/",
        "BLINA_ALERT_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "BLINA_DATABASE_URL": url.replace("postgres@", f"postgres:{PASSWORD}@"),
        "BLINA_BROKER_URL": broker,
        "BLINA_MESSAGES_PER_MINUTE": "100",
        **SHARED,
    }
    return Replica([sys.executable, "-m", "blina.server"], folder, variables)


def counted(url: str, sender: str) -> int:
    """How many events are kept of a conversation over REST."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE sender_id = %s", (f"rest-{sender}",))
        return int(cursor.fetchone()[0])


def found(payload: dict[str, Any]) -> set[str]:
    return {symptom["id"] for symptom in payload["symptoms"]}


def wait_for_health(replica: Assistant, database: str) -> None:
    end = time.monotonic() + PATIENCE
    while replica.get("/health") != (200, {**replica.get("/health")[1], "database": database}):
        assert time.monotonic() < end, replica.get("/health")
        time.sleep(0.1)


def test_a_conversation_goes_on_wherever_the_next_message_arrives(hospital: Hospital) -> None:
    sender = uuid.uuid4().hex
    hospital.near.say("I have chills", sender)
    hospital.far.say("and a rash", sender)
    assert found(hospital.near.triage("temp is 38.6", sender)) == {"chills", "rash", "fever"}
    assert found(hospital.far.triage("I also have a headache", sender)) >= {
        "chills",
        "rash",
        "fever",
        "headache",
    }


def test_while_the_database_is_cut_off_a_red_flag_is_called_and_nothing_comforts(hospital: Hospital) -> None:
    sender = uuid.uuid4().hex
    assert hospital.near.triage(f"I have chills {SECRET}", sender)["urgency"] == "contact_now"
    hospital.line.cut()
    try:
        start = time.monotonic()
        for number in range(5):
            (reply,) = hospital.near.say("I have a runny nose", f"{sender} {number}")
            assert CARE_TEAM in reply["text"]
            assert "custom" not in reply  # what stood before, whatever that was, is not lowered
        red_flag = hospital.near.triage(f"I am confused and my temperature is 39 {SECRET}", sender)
        assert red_flag["urgency"] in ("contact_now", "emergency")
        assert time.monotonic() - start < PATIENCE
        wait_for_health(hospital.near, "failing")
        assert hospital.near.get("/health")[1]["waiting"] > 0
        metrics = hospital.near.get("/metrics")[1]
        assert "blina_database_failing 1.0" in metrics
        assert float(re.findall(r"^blina_events_waiting (\S+)$", metrics, re.MULTILINE)[0]) > 0
        # elsewhere the same conversation goes on
        assert found(hospital.far.triage("I have a headache", sender)) == {"chills", "headache"}
    finally:
        hospital.line.mend()
    wait_for_health(hospital.near, "ok")
    health = hospital.near.get("/health")[1]
    assert (health["waiting"], health["redis"]) == (0, "none")
    assert health["late_turns"] > 0  # the far one went on
    after = hospital.far.triage("I have a rash", sender)
    assert {"chills", "headache", "fever", "rash"} <= found(after)  # what was said meanwhile counts
    assert after["urgency"] in ("contact_now", "emergency")


def test_a_server_that_says_nothing_holds_up_nobody_for_long(hospital: Hospital) -> None:
    sender = uuid.uuid4().hex
    hospital.near.say("I have chills", sender)
    hospital.line.fall_silent()
    try:
        times = []
        for _ in range(3):
            start = time.monotonic()
            assert hospital.near.triage("my temperature is 39", sender)["urgency"] == "contact_now"
            times.append(time.monotonic() - start)
        assert min(times) < 2
        assert sum(times) < PATIENCE / 3
    finally:
        hospital.line.mend()
    wait_for_health(hospital.near, "ok")


def test_forget_me_at_one_replica_deletes_what_all_of_them_wrote(hospital: Hospital) -> None:
    sender = uuid.uuid4().hex
    hospital.near.say("I have chills", sender)
    hospital.far.say("and a rash", sender)
    assert counted(hospital.url, sender)
    hospital.near.say("forget me", sender)
    hospital.far.say("yes", sender)
    assert counted(hospital.url, sender) == 0
    assert found(hospital.near.triage("I have a headache", sender)) == {"headache"}


def test_what_was_answered_is_kept_when_a_replica_ends_from_one_moment_to_the_next(
    hospital: Hospital, ward: Ward, tmp_path: Path
) -> None:
    sender = uuid.uuid4().hex
    third = started(tmp_path, hospital.url, hospital.broker, ward)
    third.wait_until_ready()
    third.say("I have chills", sender)
    third.process.kill()
    third.finish()
    assert found(hospital.far.triage("and a rash", sender)) == {"chills", "rash"}


# --- the care team


def alerts_of(url: str, words: str) -> list[tuple[str, str | None]]:
    """Key and hand-over of the alerts of a conversation: of which the hand-over has these words."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT key, hand_over FROM alerts WHERE hand_over LIKE %s", (f"%{words}%",))
        return list(cursor.fetchall())


def test_the_team_is_told_once_and_what_is_forgotten_anywhere_is_gone(hospital: Hospital, ward: Ward) -> None:
    sender, words = uuid.uuid4().hex, f"my teeth chatter like {uuid.uuid4().hex[:6]}"
    hospital.near.say(f"I have chills, {words}", sender)
    ((key, _),) = alerts_of(hospital.url, words)
    until(lambda: key in [told["key"] for told in ward.told])
    hospital.far.say("forget me", sender)
    hospital.far.say("yes", sender)
    assert alerts_of(hospital.url, words) == []
    assert [told["key"] for told in ward.told].count(key) == 1


def test_while_the_database_is_cut_off_the_team_is_told_all_the_same(hospital: Hospital, ward: Ward) -> None:
    words = f"my teeth chatter like {uuid.uuid4().hex[:6]}"
    hospital.line.cut()
    try:
        start = time.monotonic()
        assert hospital.near.triage(f"I have chills, {words}")["urgency"] == "contact_now"
        assert time.monotonic() - start < PATIENCE / 3
        until(lambda: any(words in told["hand_over"]["text"] for told in ward.told))
    finally:
        hospital.line.mend()
    wait_for_health(hospital.near, "ok")
    until(lambda: len(alerts_of(hospital.url, words)) == 1)


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


# --- the broker


@pytest.fixture
async def told(hospital: Hospital) -> AsyncIterator[Any]:
    """A queue that gets every event."""
    connection = await aio_pika.connect(hospital.broker)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EXCHANGE, routing_key="#")
        yield queue


async def next_of(queue: Any, urgency: str) -> dict[str, Any]:
    """The next event with an urgency, of whichever conversation."""
    async with queue.iterator(timeout=PATIENCE) as messages:
        async for message in messages:
            await message.ack()
            assert SECRET not in message.body.decode()
            event: dict[str, Any] = json.loads(message.body)
            if event.get("urgency") == urgency:
                return event
    raise AssertionError


async def test_the_broker_is_told_how_urgent_an_answer_was_and_no_word(hospital: Hospital, told: Any) -> None:
    sender = uuid.uuid4().hex
    hospital.near.say(f"I have chills {SECRET}", sender)
    event = await next_of(told, "contact_now")
    assert set(event) == {"version", "event", "conversation", "time", "turn", "urgency", "awaiting_answer"}
    assert event["event"] == "answered"
    assert sender not in json.dumps(event)


async def test_a_broker_that_is_cut_off_costs_no_answer_and_is_told_later(
    hospital: Hospital, told: Any
) -> None:
    hospital.broker_line.cut()
    try:
        start = time.monotonic()
        assert hospital.near.triage("my temperature is 39")["urgency"] == "contact_now"
        assert time.monotonic() - start < PATIENCE / 3
        end = time.monotonic() + PATIENCE
        while "blina_broker_failing 1.0" not in hospital.near.get("/metrics")[1]:
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        hospital.broker_line.mend()
    assert (await next_of(told, "contact_now"))["event"] == "answered"


# --- at the start


@pytest.mark.parametrize(
    ("variable", "url", "says"),
    [
        (
            "BLINA_DATABASE_URL",
            f"postgresql://nurse:{PASSWORD}@127.0.0.1:1/blina",
            "127.0.0.1:1/blina cannot be reached",
        ),
        (
            "BLINA_DATABASE_URL",
            f"mysql://nurse:{PASSWORD}@127.0.0.1:1/blina",
            "must be the address of a database",
        ),
        ("BLINA_BROKER_URL", f"amqp://nurse:{PASSWORD}@127.0.0.1:1/", "127.0.0.1:1/ cannot be reached"),
        ("BLINA_BROKER_URL", f"redis://nurse:{PASSWORD}@127.0.0.1:1/", "must be the address of RabbitMQ"),
    ],
)
def test_an_address_that_is_wrong_is_one_sentence_without_the_password(
    tmp_path: Path, variable: str, url: str, says: str
) -> None:
    server = Replica([sys.executable, "-m", "blina.server"], tmp_path, {variable: url, **SHARED})
    server.process.wait(150)
    assert server.finish() == 2
    said = server.output + server.log.read_text()
    assert says in said
    assert PASSWORD not in said
    assert "Traceback" not in said
