"""The real server with a clock that tests set: the file named by ``CLOCK`` holds its time."""

from __future__ import annotations

import os
import sys
from datetime import datetime, tzinfo
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blina import assistant
from blina.server.cli import main

FILE = Path(os.environ["CLOCK"])


class Clock(datetime):
    """The time of the file (ISO 8601 with its zone)."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.fromisoformat(FILE.read_text()).astimezone(tz)


if __name__ == "__main__":
    setattr(assistant, "datetime", Clock)  # noqa: B010 - a moved clock is not a type error
    sys.exit(main([]))
