"""The real server that stalls in the middle of a turn, as a machine that pauses does.

A message with the word `WORD` stops the process between what it has read and what it is going to write;
whoever started it lets it go on.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

WORD = "stallnow"


def stall_on_demand() -> None:
    """Put the stall in place."""
    from blina.assistant import Core

    respond = Core.respond

    def stalling(self: Core, conversation: Any, message: Any, now: Any) -> Any:
        turn = respond(self, conversation, message, now)
        if WORD in message.text:
            os.kill(os.getpid(), signal.SIGSTOP)
        return turn

    setattr(Core, "respond", stalling)  # noqa: B010 - a method that is replaced is a type error


if __name__ == "__main__":
    from blina.server.cli import main

    stall_on_demand()
    sys.exit(main([]))
