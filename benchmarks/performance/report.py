"""docs/performance.md: the part that a run writes. What stands around it is written by people."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version

import psutil  # type: ignore[import-untyped]

from benchmarks.markdown import table_lines
from benchmarks.performance.profile import Line
from benchmarks.performance.results import Measured, Results, targets

BEGIN, END = "<!-- written by make bench: begin -->", "<!-- written by make bench: end -->"
_CAPTIONS = {
    "performance-latency.png": "How many messages are answered within which time",
    "performance-throughput.png": "Messages a second against patients at the same time",
    "performance-turns.png": "Time against the turn of a conversation",
    "performance-memory.png": "Memory against the number of messages answered",
}


def put_into(document: str, written: str) -> str:
    """Replace what the last run wrote.

    Args:
        document: with the two markers.
        written: by this run.

    Returns:
        The new document.

    Raises:
        ValueError: when a marker is missing.
    """
    before, found, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError("docs/performance.md lost the lines between which the figures stand")
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{after}"


def write(results: Results, pictures: Sequence[str], command: str) -> str:
    """The figures of a run.

    Args:
        results: of the run.
        pictures: names of the files in ``docs/images``.
        command: that repeats the run.

    Returns:
        Markdown.
    """
    parts = [_head(results, command), _targets(results), _more(results)]
    parts += [f"![{_CAPTIONS[name]}](images/{name})" for name in pictures]
    parts += [_profiles(results)]
    return "\n\n".join(parts)


def _head(results: Results, command: str) -> str:
    gigabytes = psutil.virtual_memory().total / 1024**3
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("rasa", "tensorflow", "onnxruntime", "sanic", "numpy")
    )
    return f"""Written by `{command}` on {datetime.now().astimezone().date().isoformat()}.
Machine: {os.cpu_count()} processor cores ({platform.machine()}), {gigabytes:.0f} GB of memory,
{platform.system()}, Python {platform.python_version()}; {packages}.
The stock bot's networks learned for {results.epochs} epochs instead of 100: that changes what it
understands, not how long an answer takes, and only speed is compared here."""


def _targets(results: Results) -> str:
    found = targets(results)
    rows = [[t.what, t.ours, t.stock, t.figure, t.limit, "yes" if t.holds else "**no**"] for t in found]
    missed = [target.what for target in found if not target.holds]
    verdict = f"Not met: {', '.join(missed)}." if missed else "All targets are met."
    table = table_lines(["", "this project", "stock Rasa", "figure", "target", "met"], rows)
    return "\n".join(["## Targets", "", *table, "", verdict])


def _more(results: Results) -> str:
    ours, stock = results.ours, results.stock
    median_ms = ours.milliseconds(0.5)
    rows = [
        ["99th percentile", f"{ours.milliseconds(0.99):.1f} ms", f"{stock.milliseconds(0.99):.1f} ms"],
        *_rates(ours, stock),
        [
            "processor time of a message",
            *(f"{bot.answers.busy_milliseconds:.1f} ms" for bot in (ours, stock)),
        ],
        [
            "memory of all processes",
            *(f"{bot.answers.megabytes_with_helpers:.0f} MB" for bot in (ours, stock)),
        ],
    ]
    lines = [
        "## More figures",
        "",
        *table_lines(["", "this project", "stock Rasa"], rows),
        "",
        f"The ceiling: of the {median_ms:.1f} ms of a message the sentence encoder alone takes "
        f"{results.encoder:.1f} ms ({results.encoder / median_ms:.0%});",
        f"a web server with an empty handler answers in {results.empty_handler:.1f} ms; "
        f"storing a turn takes {results.storing:.2f} ms in a thread of its own.",
    ]
    return "\n".join(lines)


def _rates(ours: Measured, stock: Measured) -> Iterable[list[str]]:
    for users in ours.throughput:
        name = f"messages a second, {users} patient{'s' if users > 1 else ''} at a time"
        yield [name, f"{ours.rate(users):.1f}", f"{stock.rate(users):.1f}"]


def _profiles(results: Results) -> str:
    return "\n".join(
        [
            "## Where the time goes",
            "",
            "Share of the server's running time by function, without what the function calls (py-spy, "
            "200 looks a second,",
            "one patient at a time).",
            "",
            *_profile("Stock Rasa", results.stock.profile),
            "",
            *_profile("This project", results.ours.profile),
        ]
    )


def _profile(name: str, lines: Sequence[Line] | None) -> list[str]:
    if lines is None:
        return [f"{name}: not measured, this machine does not allow looking into processes."]
    return table_lines([name, "share"], [[f"`{function}`", f"{share:.1%}"] for function, share in lines])
