"""`python -m benchmarks.soak [MINUTES]`: 8 to 200 patients at a time; writes into docs/performance.md."""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from benchmarks.markdown import table_lines
from benchmarks.performance.client import PATH, messages
from benchmarks.performance.processes import Bot, ours
from scripts.common import ROOT

REPORT = ROOT / "docs" / "performance.md"
_PLACE = re.compile(r"(?<=<!-- soak -->\n).*?(?=<!-- end of soak -->)", re.DOTALL)
_USERS = (8, 32, 100, 200)
_MINUTES = 5.0
_PAUSE = 2.0  # seconds that a patient thinks, on average
_MESSAGES_A_CONVERSATION = 8
_RED_FLAGS = ("I am having a seizure", "my wife cannot be woken", "I can't breathe even when I sit still")
_ONE_IN = 20  # messages is a red flag
_SECONDS = 60.0  # after which a message counts as not answered
_HEAD = "patients messages a_second median 95th_percentile slowest red_flags not_answered memory".split()


@dataclass
class Step:
    """What so many patients saw.

    Args:
        users: how many wrote at the same time.
        seconds: of each answer.
        red_flags: how many were sent, and how many were answered as emergencies.
        lost: messages without an answer.
        total: seconds of the step.
        megabytes: of the server before and after.
    """

    users: int
    seconds: list[float] = field(default_factory=list)
    red_flags: tuple[int, int] = (0, 0)
    lost: int = 0
    total: float = 0.0
    megabytes: tuple[float, float] = (0.0, 0.0)

    def row(self) -> list[str]:
        """As a row of the table."""
        *_, p95 = statistics.quantiles(self.seconds, n=20)
        sent, answered = self.red_flags
        return [
            str(self.users),
            f"{len(self.seconds)} in {self.total / 60:.1f} min",
            f"{len(self.seconds) / self.total:.1f}",
            *(
                f"{value * 1000:.0f} ms"
                for value in (statistics.median(self.seconds), p95, max(self.seconds))
            ),
            f"{answered} of {sent}",
            str(self.lost),
            f"{self.megabytes[0]:.0f} MB, {self.megabytes[1]:.0f} MB",
        ]


def measure(server: Bot, users: int, minutes: float) -> Step:
    """Let patients write for some minutes.

    Args:
        server: that answers.
        users: how many write at the same time.
        minutes: how long.

    Returns:
        What they saw.
    """
    step = Step(users)
    before, started = server.megabytes, time.perf_counter()
    asyncio.run(_patients(server.url, step, started + minutes * 60))
    step.total = time.perf_counter() - started
    step.megabytes = before, server.megabytes
    return step


def report(steps: Sequence[Step], minutes: float) -> str:
    """The figures as Markdown.

    Args:
        steps: one after another on one server.
        minutes: of each.
    """
    lines = [
        f"Written by `make soak ARGS={minutes:g}` on a machine with {os.cpu_count()} cores: one server, one",
        f"step after another. A patient thinks {_PAUSE:g} s on average between two messages; one message in",
        f"{_ONE_IN} is a red flag, which counts as answered when the answer says that it is an emergency.",
        "*Memory* is the server's before and after the step.",
        "",
        *table_lines([name.replace("_", " ") for name in _HEAD], [step.row() for step in steps]),
    ]
    return "\n".join(lines) + "\n"


async def _patients(url: str, step: Step, end: float) -> None:
    limits = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(connector=limits, timeout=timeout) as session:
        await asyncio.gather(*(_patient(session, url, step, end, number) for number in range(step.users)))


async def _patient(session: aiohttp.ClientSession, url: str, step: Step, end: float, number: int) -> None:
    chance = random.Random(number)  # noqa: S311 - no secret
    texts = messages()
    turn = 0
    await asyncio.sleep(chance.uniform(0, 2 * _PAUSE))
    while time.perf_counter() < end:
        if turn % _MESSAGES_A_CONVERSATION == 0:
            sender = uuid.uuid4().hex
        turn += 1
        alarms = chance.randrange(_ONE_IN) == 0
        text = chance.choice(_RED_FLAGS if alarms else texts)
        started = time.perf_counter()
        try:
            async with session.post(url + PATH, json={"sender": sender, "message": text}) as answer:
                replies = await answer.json()
            answered = answer.status == 200 and bool(replies)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            answered, replies = False, []
        step.seconds.append(time.perf_counter() - started)
        step.lost += not answered
        if alarms:
            sent, heard = step.red_flags
            step.red_flags = sent + 1, heard + (answered and _is_emergency(replies))
        await asyncio.sleep(chance.uniform(0, 2 * _PAUSE))


def _is_emergency(replies: Sequence[dict[str, dict[str, str]]]) -> bool:
    return any(reply.get("custom", {}).get("urgency") == "emergency" for reply in replies)


def main(minutes: str = str(_MINUTES)) -> None:
    """Measure and write the report.

    Args:
        minutes: of each step.
    """
    with ours() as server:
        measure(server, _USERS[0], 0.3)  # the first answers take longer
        steps = []
        for users in _USERS:
            steps.append(measure(server, users, float(minutes)))
            print(*steps[-1].row(), sep=" | ", flush=True)
    text = report(steps, float(minutes))
    REPORT.write_text(_PLACE.sub(lambda _: text, REPORT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
