"""`python -m benchmarks.flood`: what a patient notices while one address floods; into docs/http-api.md."""

from __future__ import annotations

import os
import re
import statistics

from benchmarks.flood.traffic import CONNECTIONS, Flood, flood, patient
from benchmarks.performance.processes import ours
from blina.assistant import settings
from scripts.common import ROOT

REPORT = ROOT / "docs" / "http-api.md"
_PLACE = re.compile(r"(?<=<!-- flood -->\n).*?(?=<!-- end of flood -->)", re.DOTALL)
_ROUNDS = 3
_MESSAGES = 25  # of the patient, in each half of a round


def measure() -> tuple[list[float], list[float], list[Flood]]:
    """Write as a patient, alternately without and with a flood.

    Returns:
        Seconds until an answer without and with, and the floods.
    """
    calm: list[float] = []
    flooded: list[float] = []
    floods: list[Flood] = []
    with ours({"BLINA_LIMIT_OWN_MACHINE": "true"}) as server:
        patient(server.url, _MESSAGES)  # the first answers take longer
        for _ in range(_ROUNDS):
            calm += patient(server.url, _MESSAGES)
            with flood(server.url) as happened:
                flooded += patient(server.url, _MESSAGES)
            floods += happened
    return calm, flooded, floods


def report(calm: list[float], flooded: list[float], floods: list[Flood]) -> str:
    """The figures as Markdown.

    Args:
        calm: seconds until the patient's answers without a flood.
        flooded: the same with one.
        floods: what was sent.
    """
    most = settings().messages_per_minute_per_address
    rate = statistics.mean(one.rate for one in floods)
    answered = sum(one.statuses[200] for one in floods) / sum(one.statuses.total() for one in floods)
    lines = [
        f"One address sent {rate:.0f} messages a second over {CONNECTIONS} connections,",
        f"{rate * 60 / most:.0f} times its limit of {most} a minute; {answered:.1%} of them were answered",
        "and the others refused. The flood came from a process on the same machine",
        f"({os.cpu_count()} cores). A patient at another address wrote {len(flooded)} messages meanwhile,",
        "and all were answered.",
        "",
        "| | without the flood | with it | ratio |",
        "|---|---|---|---|",
    ]
    for name, of in (("median", statistics.median), ("95th percentile", _p95)):
        before, after = of(calm) * 1000, of(flooded) * 1000
        lines.append(f"| {name} | {before:.0f} ms | {after:.0f} ms | {after / before:.2f} |")
    return "\n".join(lines) + "\n"


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


if __name__ == "__main__":
    text = report(*measure())
    print(text)
    REPORT.write_text(_PLACE.sub(lambda _: text, REPORT.read_text(encoding="utf-8")), encoding="utf-8")
