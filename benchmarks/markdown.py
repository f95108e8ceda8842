"""What the reports are written with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table.

    Args:
        head: the names of its columns.
        rows: what stands under them.

    Returns:
        Its lines.
    """
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows]
