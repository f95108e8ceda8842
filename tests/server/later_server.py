"""The real server with a clock that tests move forward: the file named by ``LATER_BY`` holds the hours."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from actions import turn
from server.__main__ import main

HOURS = Path(os.environ["LATER_BY"])


class Clock(datetime):
    """Today's time and as many hours later as the file says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        later = float(HOURS.read_text())
        return super().now(tz) + timedelta(hours=later)


if __name__ == "__main__":
    setattr(turn, "datetime", Clock)  # noqa: B010 - a moved clock is not a type error
    sys.exit(main([]))
