"""`python -m benchmarks.scaling [SECONDS]` writes into docs/scaling.md.

`python -m benchmarks.scaling --storm [SECONDS]` breaks everything instead, and prints what patients notice.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.markdown import table_lines
from benchmarks.performance.profile import Line, stacks_of, top
from benchmarks.scaling.kept import flaws
from benchmarks.scaling.measure import HEAD, PATIENTS, Step, engines, load, measure, size
from benchmarks.scaling.patients import PagePatient, Patient, RestPatient
from benchmarks.scaling.storm import Seen, Storm
from scripts.common import ROOT
from scripts.replicas import HOW_MANY, Group, Replica, running
from scripts.services import free_port

REPORT = ROOT / "docs" / "scaling.md"
_PLACE = re.compile(r"(?<=<!-- scaling -->\n).*?(?=<!-- end of scaling -->)", re.DOTALL)
_SECONDS = 30.0
_WARM_UP = 5.0  # seconds
_STORMY = (130, 70)  # patients on the page, and with programs
_REST = "rest-"  # how the names of the latter begin
_UNLIMITED = dict.fromkeys(
    (
        "BLINA_MESSAGES_PER_MINUTE",
        "BLINA_MESSAGES_PER_MINUTE_PER_ADDRESS",
        "BLINA_MESSAGES_PER_MINUTE_WITH_TOKEN",
        "BLINA_OPEN_CONNECTIONS",
        "BLINA_OPEN_CONNECTIONS_PER_ADDRESS",
    ),
    "1000000",
)
_TOKEN = "of-this-measurement-and-nobody-else-19af"  # noqa: S105


def alone(seconds: float) -> Step:
    """One process on SQLite, without anything else.

    Args:
        seconds: how long patients write.
    """
    with tempfile.TemporaryDirectory() as folder:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("BLINA_")}
        variables |= {**_UNLIMITED, "BLINA_DATA_FOLDER": folder, "BLINA_REST_TOKEN": _TOKEN}
        replica = Replica(free_port(), variables, Path(folder) / "log")
        replica.start()
        try:
            replica.wait_until_ready()
            url = f"http://127.0.0.1:{replica.port}"
            asyncio.run(load(url, _TOKEN, _WARM_UP))
            return measure("none: one process on SQLite", url, _TOKEN, seconds, [replica], {})
        finally:
            replica.stop()


def profile(group: Group) -> list[Line]:
    """The functions in which a replica spends most of its time while patients write to it alone."""
    group.serve_with(1)
    process = group.replicas[0].process
    writing = threading.Thread(target=lambda: asyncio.run(load(group.url, group.token, 20.0)))
    writing.start()
    found = top(stacks_of(process.pid if process else 0) or [])
    writing.join()
    return found


def report(steps: Sequence[Step], lines: Sequence[Line], kept: tuple[float, float]) -> str:
    """The figures as Markdown.

    Args:
        steps: what was measured.
        lines: where a replica's time goes.
        kept: rows and bytes of a conversation.
    """
    rows, size = kept
    text = [
        f"Written by `make scaling` on a machine with {os.cpu_count()} cores, on which everything runs, also",
        f"the {PATIENTS} patients who write without a pause. *Processor ms* is what a message costs on one",
        "core.",
        "",
        *table_lines(HEAD, [step.row() for step in steps]),
        "",
        f"A conversation of eight messages is {rows:.0f} rows and {size / 1024:.0f} kB in PostgreSQL, with",
        "its indices.",
        "",
        "Where a replica's time goes (py-spy, one replica under the same load):",
        "",
        *table_lines(("function", "share"), [(f"`{name}`", f"{share:.0%}") for name, share in lines]),
    ]
    return "\n".join(text) + "\n"


def figures(seconds: float) -> None:
    """Measure, and write the report.

    Args:
        seconds: of each step.
    """
    steps = [alone(seconds)]
    print(*steps[-1].row(), sep=" | ", flush=True)
    with running(HOW_MANY, _UNLIMITED) as group:
        for count in range(1, HOW_MANY + 1):
            group.serve_with(count)
            asyncio.run(load(group.url, group.token, _WARM_UP))
            some = group.replicas[:count]
            steps.append(measure(str(count), group.url, group.token, seconds, some, engines(group)))
            print(*steps[-1].row(), sep=" | ", flush=True)
        text = report(steps, profile(group), size(group.postgres.url))
    REPORT.write_text(_PLACE.sub(lambda _: text, REPORT.read_text(encoding="utf-8")), encoding="utf-8")


def storm(seconds: float) -> None:
    """Break everything while patients write, and print what they noticed.

    Args:
        seconds: for which each engine is cut off.
    """
    with running(HOW_MANY, _UNLIMITED) as group:
        seen, resends = asyncio.run(_raging(group, seconds))
        found = flaws(
            group.postgres.url, seen, [name for name in seen.acknowledged if name.startswith(_REST)]
        )
    print(f"{seen.messages} messages acknowledged, {resends} sent again")
    for what, names in vars(found).items():
        print(f"{what.replace('_', ' ')}: {len(names)} patients {' '.join(names)}".rstrip())
    by_fault = defaultdict(list)
    for fault, taken, named in seen.alarms:
        by_fault[fault].append((taken, named))
    rows = [
        (
            fault,
            f"{sum(named for _, named in alarms)} of {len(alarms)}",
            f"{statistics.median(taken for taken, _ in alarms):.2f} s",
            f"{max(taken for taken, _ in alarms):.2f} s",
        )
        for fault, alarms in by_fault.items()
    ]
    print(*table_lines(("while", "red flags answered", "median", "slowest"), rows), sep="\n")


async def _raging(group: Group, seconds: float) -> tuple[Seen, int]:
    """What was seen, and how many messages were sent again."""
    pages, programs = _STORMY
    patients: list[Patient] = [  # their connections belong to the loop in which they are made
        *(PagePatient(group.url, f"page-{number}") for number in range(pages)),
        *(RestPatient(group.url, group.token, f"{_REST}{number}") for number in range(programs)),
    ]
    return await Storm(group, patients, seconds).rage(), sum(one.resends for one in patients)


def main(arguments: Sequence[str]) -> None:
    """Do one or the other.

    Args:
        arguments: of the command line.
    """
    if arguments[:1] == ["--storm"]:
        storm(float(arguments[1]) if len(arguments) > 1 else 60.0)
    else:
        figures(float(arguments[0]) if arguments else _SECONDS)


if __name__ == "__main__":
    main(sys.argv[1:])
