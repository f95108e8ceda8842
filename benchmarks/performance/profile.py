"""Where a running bot's time goes: py-spy looks at it from outside while messages come in."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.performance.client import Client
from benchmarks.performance.processes import Bot

TOP = 10
_SECONDS = 15
_RATE = 200  # looks a second
# Waiting for a request or a job is no work; the event loop's own C code shows as the line that started it.
_WAITING = (
    "sanic/server/runners.py",
    "threading.py",
    "concurrent/futures/thread.py",
    "_work (blina/storage/worker.py",
)

Line = tuple[str, float]


def top_functions(bot: Bot, texts: Sequence[str]) -> list[Line] | None:
    """The functions in which most time is spent, not counting what they call.

    Args:
        bot: that runs alone.
        texts: messages that it is sent meanwhile.

    Returns:
        Functions with their share of the time, the most first; None where looking is not allowed.
    """
    done = threading.Event()
    client = Client(bot.url)

    def talk() -> None:
        while not done.is_set():
            client.load(texts[:16])

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        stacks = stacks_of(bot.process.pid)
        return top(stacks) if stacks is not None else None
    finally:
        done.set()
        talking.join()


def stacks_of(process: int) -> list[str] | None:
    """Where a process is, looked at for some seconds.

    Args:
        process: its number.

    Returns:
        Collapsed stacks, as `top` takes them; None where looking is not allowed.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stacks.txt"
        spy = [str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(process)]
        spy += ["--duration", str(_SECONDS), "--rate", str(_RATE), "--format", "raw", "--output", str(file)]
        allowed = subprocess.run(spy, capture_output=True).returncode == 0
        return file.read_text(encoding="utf-8").splitlines() if allowed else None


def top(stacks: Iterable[str]) -> list[Line]:
    """Sum up collapsed stacks.

    Args:
        stacks: lines of py-spy's raw format: frames from the outermost on, and a count.

    Returns:
        The innermost functions with their share, the most first.
    """
    counts: Counter[str] = Counter()
    for line in stacks:
        frames, count = line.rsplit(" ", 1)
        innermost = frames.split(";")[-1].rsplit(":", 1)[0].rstrip(")") + ")"
        if not any(place in innermost for place in _WAITING):
            counts[innermost] += int(count)
    total = sum(counts.values())
    return [(name, count / total) for name, count in counts.most_common(TOP)]
