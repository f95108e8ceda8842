"""The servers that tests of several replicas use: found or started, and gone without a trace afterwards."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, closing

import psycopg2
import pytest

from scripts import services
from scripts.services import OwnService, Service
from tests.server.cable import Cable


def test_a_database_is_the_tests_own_and_is_dropped_when_it_is_done_with() -> None:
    with services.postgres() as server:
        with closing(psycopg2.connect(server.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept (value TEXT)")
        url = server.url
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)


@pytest.mark.parametrize("service", [services.redis, services.rabbitmq])
def test_a_server_that_runs_here_is_found_or_else_started(
    service: Callable[[], AbstractContextManager[Service]],
) -> None:
    with service() as server:
        assert server.url


@pytest.mark.parametrize("service", [services.postgres, services.redis])
def test_a_server_of_its_own_is_killed_and_started_where_it_was(
    service: Callable[[bool], AbstractContextManager[Service]],
) -> None:
    with service(True) as server:
        assert isinstance(server, OwnService)
        server.kill()
        assert not _is_open(server.port)
        server.start()
        assert _is_open(server.port)
    assert not _is_open(server.port)


@pytest.mark.parametrize(
    ("service", "greeting"),
    [(services.postgres, b"\x00\x00\x00\x08\x04\xd2\x16\x2f"), (services.redis, b"PING\r\n")],
)
def test_a_server_that_is_held_up_answers_late(
    service: Callable[[bool], AbstractContextManager[Service]], greeting: bytes
) -> None:
    with service(True) as server:
        assert isinstance(server, OwnService)
        server.hold_up()
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(greeting)
            connection.settimeout(0.5)
            with pytest.raises(TimeoutError):
                connection.recv(16)
            server.go_on()
            connection.settimeout(30)
            assert connection.recv(16)


def test_a_line_that_is_cut_lets_nothing_through_until_it_is_mended() -> None:
    with services.postgres() as server:
        cable = Cable(server.url)
        connection = psycopg2.connect(cable.url)
        cable.cut()
        with pytest.raises(psycopg2.OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(cable.url)
        cable.mend()
        psycopg2.connect(cable.url).close()
        cable.close()


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
