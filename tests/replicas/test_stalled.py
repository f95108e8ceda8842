"""A replica that stalled while it held a conversation does not write over what another wrote meanwhile."""

from __future__ import annotations

import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]
import psycopg2
import pytest

from scripts import services
from scripts.services import OwnService
from tests.replicas.conftest import PATIENCE
from tests.replicas.stalling_server import WORD
from tests.server.running import Assistant
from tests.server.test_shared_database import SHARED, Replica, found

pytestmark = [pytest.mark.model, pytest.mark.server]

SERVER = Path(__file__).with_name("stalling_server.py")


class Pair(NamedTuple):
    """Two replicas.

    Args:
        one: stalls on demand, as the other does.
        other: another one.
        url: of their database.
    """

    one: Assistant
    other: Assistant
    url: str


@pytest.fixture(scope="module")
def pair(redis: OwnService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with services.postgres() as database, ExitStack() as ending:
        variables = {"BLINA_DATABASE_URL": database.url, "BLINA_REDIS_URL": redis.url, **SHARED}
        replicas = []
        for name in ("one", "other"):
            replica = Replica([sys.executable, str(SERVER)], tmp_path_factory.mktemp(name), variables)
            ending.callback(replica.stop)
            replicas.append(replica)
        for replica in replicas:
            replica.wait_until_ready()
        one, other = replicas
        yield Pair(one, other, database.url)


@pytest.fixture
def stalled(pair: Pair) -> Iterator[Callable[[str, str], Callable[[], dict[str, Any]]]]:
    """Lets the one replica stall over a message; what that gives goes on, and returns its answer."""
    process = psutil.Process(pair.one.process.pid)

    def say(text: str, sender: str) -> Callable[[], dict[str, Any]]:
        answers: list[dict[str, Any]] = []
        saying = threading.Thread(
            target=lambda: answers.append(pair.one.triage(f"{text} {WORD}", sender)), daemon=True
        )
        saying.start()
        end = time.monotonic() + PATIENCE
        while process.status() != psutil.STATUS_STOPPED:
            assert time.monotonic() < end, "it did not stall"
            time.sleep(0.01)

        def go_on() -> dict[str, Any]:
            process.send_signal(signal.SIGCONT)
            saying.join(PATIENCE)
            (answer,) = answers
            return answer

        return go_on

    yield say
    process.send_signal(signal.SIGCONT)


Stalled = Callable[[str, str], Callable[[], dict[str, Any]]]


def messages(pair: Pair, sender: str) -> list[str]:
    """What the patient wrote, in the order in which it is kept."""
    with closing(psycopg2.connect(pair.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT data::json ->> 'text' FROM events WHERE sender_id = %s AND type_name = 'user'"
            " ORDER BY id",
            (f"rest-{sender}",),
        )
        return [text for (text,) in cursor.fetchall()]


def test_what_a_later_holder_wrote_is_not_written_over(pair: Pair, stalled: Stalled) -> None:
    sender = uuid.uuid4().hex
    pair.other.say("I have chills", sender)
    go_on = stalled("I have a rash", sender)
    assert found(pair.other.triage("my temperature is 38.6", sender)) == {"chills", "fever"}
    assert found(go_on()) >= {"chills", "rash"}  # the guidance is given all the same
    health = pair.one.get("/health")[1]
    assert (health["late_turns"], health["redis"]) == (1, "ok")
    assert 'blina_late_turns_total{outcome="put_in_order"} 1.0' in pair.one.get("/metrics")[1]
    assert messages(pair, sender) == ["I have chills", f"I have a rash {WORD}", "my temperature is 38.6"]
    after = pair.other.triage("I also have a headache", sender)
    assert found(after) == {"chills", "rash", "fever", "headache"}
