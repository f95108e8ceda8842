"""How many messages may come in a minute."""

from __future__ import annotations

from blina.http_server import rate_limit
from blina.http_server.rate_limit import PerMinute


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_more_than_allowed_waits_until_the_first_is_a_minute_old() -> None:
    clock = Clock()
    limit = PerMinute(2, clock)
    assert limit.wait("a") == 0
    clock.now = 10
    assert limit.wait("a") == 0
    clock.now = 20
    assert limit.wait("a") == 40
    clock.now = 60
    assert limit.wait("a") == 0
    assert limit.wait("a") == 10


def test_one_conversation_does_not_slow_another() -> None:
    limit = PerMinute(1, Clock())
    assert limit.wait("a") == 0
    assert limit.wait("b") == 0
    assert limit.wait("a") == 60


def test_what_waits_is_not_counted() -> None:
    clock = Clock()
    limit = PerMinute(1, clock)
    limit.wait("a")
    clock.now = 30
    assert limit.wait("a") == 30
    clock.now = 60
    assert limit.wait("a") == 0


def test_idle_conversations_are_dropped() -> None:
    clock = Clock()
    limit = PerMinute(1, clock)
    for number in range(rate_limit._MOST_KEYS):
        limit.wait(str(number))
    clock.now = 61
    limit.wait("new")
    assert len(limit._times) == 1
