"""Counts with how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964  # two-sided 95 %


@dataclass(frozen=True)
class Share:
    """So many of so many, with its 95 % interval (Wilson, 1927)."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval; 0 to 1 when nothing was counted."""
        if not self.total:
            return 0.0, 1.0
        spread = _Z**2 / self.total
        centre = (self.value + spread / 2) / (1 + spread)
        half = (
            _Z / (1 + spread) * sqrt(self.value * (1 - self.value) / self.total + spread / (4 * self.total))
        )
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.hits}/{self.total} ({self.value:.1%}; {low:.1%} to {high:.1%})" if self.total else "none"
        )


def highest_rate(misses: int, total: int) -> float:
    """The rate of misses that cannot be excluded (one-sided 95 %) when none were seen: 1 - 0.05^(1/n).

    Raises:
        ValueError: when there were misses; Wilson's interval is right then.
    """
    if misses:
        raise ValueError("only for no misses at all")
    return float(1 - 0.05 ** (1 / total)) if total else 1.0
