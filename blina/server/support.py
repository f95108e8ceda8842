"""What of the ground that this stands on gets no security corrections any more, said at every start."""

from __future__ import annotations

import sys
from datetime import date
from importlib.metadata import version

# The last day of support: of Python by PEP 619, of Sanic's line by its own policy for long-term releases.
PYTHON_ENDS = {(3, 10): date(2026, 10, 31)}
SANIC_ENDS = {"21.12": date(2023, 12, 31)}


def line(today: date) -> str | None:
    """What is out of support, in one line for whoever runs the server.

    Args:
        today: the date.

    Returns:
        None while there is nothing to say.
    """
    python, sanic = sys.version_info[:2], ".".join(version("sanic").split(".")[:2])
    ends = {
        f"Python {python[0]}.{python[1]}": PYTHON_ENDS.get(python),
        f"Sanic {sanic}": SANIC_ENDS.get(sanic),
    }
    over = [f"{name} (since {end})" for name, end in ends.items() if end and end < today]
    if not over:
        return None
    return f"Without security corrections: {' and '.join(over)}. Read docs/security.md, Supply chain."
