"""A jump of the machine's clock makes nothing old."""

from __future__ import annotations

from blina.storage.clock import PATIENCE, SteadyClock

HOUR = 3600.0
START = 1_800_000_000.0


class Machine:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.wall, self.steady = START, 50.0
        self.clock = SteadyClock(lambda: self.wall, lambda: self.steady)

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    @property
    def elapsed(self) -> float:
        return self.clock.now() - START


def test_time_passes() -> None:
    machine = Machine()
    machine.wait(100 * HOUR)
    assert machine.elapsed == 100 * HOUR


def test_a_jump_forward_is_not_believed_at_once() -> None:
    machine = Machine()
    machine.wall += 100 * HOUR
    assert machine.elapsed == 0
    machine.wait(PATIENCE / 2)
    assert machine.elapsed == PATIENCE / 2


def test_a_jump_forward_that_is_put_right_leaves_no_trace() -> None:
    machine = Machine()
    machine.wall += 100 * HOUR
    assert machine.elapsed == 0
    machine.wall -= 100 * HOUR
    machine.wait(2 * PATIENCE)
    assert machine.elapsed == 2 * PATIENCE


def test_a_clock_that_stays_ahead_was_right() -> None:
    machine = Machine()
    machine.wall += 100 * HOUR
    assert machine.elapsed == 0
    machine.wait(PATIENCE)
    assert machine.elapsed == 100 * HOUR + PATIENCE


def test_a_jump_back_makes_nothing_older() -> None:
    machine = Machine()
    machine.wall -= 5 * HOUR
    assert machine.elapsed == -5 * HOUR
    machine.wait(HOUR)
    assert machine.elapsed == -4 * HOUR


def test_a_clock_that_drifts_is_followed() -> None:
    machine = Machine()
    for _ in range(100):
        machine.wait(600)
        machine.wall += 1
        machine.clock.now()
    assert machine.elapsed == 100 * 601
