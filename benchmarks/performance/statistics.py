"""Times boiled down: medians, 95th percentiles and the ratio of two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median


def quantile(values: Sequence[float], share: float) -> float:
    """The value that a share of all values does not exceed (nearest rank).

    Args:
        values: in any order.
        share: 0 to 1, such as 0.95.

    Returns:
        One of the values.

    Raises:
        ValueError: when there are none.
    """
    if not values:
        raise ValueError("there is no quantile of nothing")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def of_rounds(rounds: Sequence[Sequence[float]], share: float) -> float:
    """A quantile of each round, and of those the median: one disturbed round does not count.

    Args:
        rounds: the values of each round.
        share: 0 to 1.

    Returns:
        In the unit of the values.
    """
    return median(quantile(values, share) for values in rounds)


def around(by_turn: Sequence[Sequence[float]], turn: int, width: int) -> float:
    """The median time of the turns that lead up to one.

    Args:
        by_turn: for each conversation the time of each of its turns.
        turn: counted from 1.
        width: how many turns, the last of which is ``turn``.

    Returns:
        In the unit of the values.
    """
    return median(value for turns in by_turn for value in turns[turn - width : turn])
