"""What is wrong with Redis, or missing for replicas, is said in one sentence before anything starts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from redis import Redis

from blina.assistant import settings
from blina.replicas.check import check
from blina.replicas.link import Link, link
from blina.server import serve
from blina.stop import Stop
from scripts.services import OwnService, free_port
from tests.replicas.conftest import KEY

PASSWORD = "horse-battery-staple"
SECRET = "BLINA_SESSION_SECRET"


def refusal(url: str) -> str:
    """What a check says; a password is never in it."""
    with pytest.raises(Stop) as refused:
        check(url, Link(url, KEY))
    assert PASSWORD not in str(refused.value)
    return str(refused.value)


def test_redis_that_can_be_used_is_taken_and_nothing_stays_in_it(redis: OwnService) -> None:
    check(redis.url, Link(redis.url, KEY))
    with closing(Redis.from_url(redis.url)) as client:
        assert [key for key in client.scan_iter("*") if b":try:" in key] == []


def test_nobody_at_home() -> None:
    assert refusal(f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0") == (
        "The Redis of redis_url cannot be reached, or is no Redis (ConnectionError)."
    )


def test_something_else_at_home() -> None:
    with says_hello() as port:
        assert "is no Redis" in refusal(f"redis://127.0.0.1:{port}/0")


def test_a_wrong_password(redis: OwnService) -> None:
    assert "look at name, password and rights" in refusal(redis.url.replace("//", f"//anna:{PASSWORD}@"))


def test_too_few_rights(redis: OwnService) -> None:
    with closing(Redis.from_url(redis.url)) as client:
        client.execute_command(
            "ACL", "SETUSER", "reader", "on", f">{PASSWORD}", "~*", "&*", "+@read", "+@connection"
        )
    assert "look at name, password and rights" in refusal(redis.url.replace("//", f"//reader:{PASSWORD}@"))


def test_a_copy_that_only_reads(redis: OwnService) -> None:
    with closing(Redis.from_url(redis.url)) as client:
        client.execute_command("REPLICAOF", "127.0.0.1", str(free_port()))
        try:
            assert "is a copy that only reads" in refusal(redis.url)
        finally:
            client.execute_command("REPLICAOF", "NO", "ONE")


@pytest.fixture
def one_of_several(redis: OwnService, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is a replica, as far as the settings go."""
    changed = settings().copy(update={"redis_url": redis.url})
    monkeypatch.setattr(serve, "settings", lambda: changed)
    monkeypatch.setattr("blina.replicas.link.settings", lambda: changed)
    link.cache_clear()
    yield
    link.cache_clear()


@pytest.mark.usefixtures("one_of_several")
def test_replicas_need_a_common_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    with pytest.raises(Stop, match=f"share one key: set {SECRET} to the same random text in all of them"):
        serve.check_replicas()


@pytest.mark.usefixtures("one_of_several")
def test_with_key_and_redis_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "Zx8-first-secret-of-the-tests-19af")
    serve.check_replicas()


def test_one_process_alone_needs_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    serve.check_replicas()


@contextmanager
def says_hello() -> Iterator[int]:
    """A server that is no Redis, on a port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            near, _ = listening.accept()
            near.sendall(b"220 mail.example.org ESMTP\r\n")
            near.close()

        threading.Thread(target=answer, daemon=True).start()
        yield listening.getsockname()[1]
