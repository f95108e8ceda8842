"""Follow one message through this project's own files: `.venv/bin/python -W ignore -m benchmarks.one_turn`.

Counts the files that it enters, how often a function of one file calls one of another, and how often a call
is in another file than the call before: what somebody who reads along has to turn to. The message is the
first of a conversation and goes the whole way, from Rasa's agent to the replies. The process has answered
before.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OWN = (f"{ROOT}/blina/", f"{ROOT}/actions/")
MESSAGE = "I have a headache and no fever"
BEFORE = "I have chills"  # answers once before, so that what is loaded with the first message is there
SHOWN = 12
COUNTED = (("blina/triage/policy.py", "decide"), ("blina/triage/values.py", "_limits"))


@dataclass
class Walk:
    """What a message passes through.

    Args:
        is_on: whether calls are noted.
        files: calls by file, from the project's folder.
        changes: calls from one file into another.
        turns: calls in another file than the call before them.
        latest: the file of the latest call.
        functions: calls by file and function.
    """

    is_on: bool = False
    files: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    turns: int = 0
    latest: str = ""
    functions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        """Note a call of a function of the project, as `sys.setprofile` reports it."""
        if not self.is_on or event != "call" or not frame.f_code.co_filename.startswith(OWN):
            return
        file = _name(frame)
        self.files[file] += 1
        self.functions[file, frame.f_code.co_name] += 1
        self.turns += file != self.latest
        self.latest = file
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(OWN):
            caller = caller.f_back
        if caller is None or _name(caller) != file:
            self.changes["" if caller is None else _name(caller), file] += 1


def _name(frame: FrameType) -> str:
    return Path(frame.f_code.co_filename).relative_to(ROOT).as_posix()


def walked(text: str = MESSAGE) -> Walk:
    """Send a message through Rasa and the core.

    Args:
        text: the patient's message.

    Returns:
        What it passed through.
    """
    walk = Walk()
    threading.setprofile(walk.note)  # messages are read in threads of their own
    sys.setprofile(walk.note)
    from rasa.core.agent import load_agent
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from blina.server.model_file import newest_model

    configure_structlog(logging.WARNING)
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    endpoints.tracker_store = None

    async def answer() -> None:
        agent = await load_agent(str(newest_model()), endpoints=endpoints)
        await agent.handle_text(BEFORE, sender_id="before")
        walk.is_on = True
        await agent.handle_text(text, sender_id="now")
        walk.is_on = False

    asyncio.run(answer())
    sys.setprofile(None)
    threading.setprofile(None)
    return walk


def main() -> None:
    """Print the figures."""
    walk = walked(" ".join(sys.argv[1:]) or MESSAGE)
    print(f"{len(walk.files)} files, {sum(walk.changes.values())} calls into another file")
    print(f"{walk.turns} calls in another file than the call before")
    for (caller, file), times in walk.changes.most_common(SHOWN):
        print(f"{times:5} {caller or 'Rasa'} -> {file}")
    for file, function in COUNTED:
        print(f"{walk.functions[file, function]:5} times `{function}` of {file}")


if __name__ == "__main__":
    main()
