"""The run of daily checks below the chart: a mark for each, side by side.

They have no place on the chart's line of hours: a run of days would press one night into a point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blina.knowledge.wording import Voice
from blina.replies.handover.model import Check
from blina.replies.handover.svg import line, text
from blina.triage.conversation import CheckEnd
from blina.triage.daily_check import UNSURE

HEIGHT = 104
MOST = 14  # the latest
_KINDS = ("chart_as_ever", "chart_changed", "chart_unsure", "chart_not_finished")  # texts of ``hand_over``
_LEGEND, _COLUMNS = 190, 2  # from one word of it to the next, and how many stand side by side


def latest(checks: Sequence[Check]) -> Sequence[Check]:
    """The checks that are drawn."""
    return checks[-MOST:]


def described(checks: Sequence[Check], voice: Voice) -> Iterator[str]:
    """The run in words: everything that is drawn, and what was found.

    Args:
        checks: those that are drawn.
        voice: the words.
    """
    if checks:
        points = [
            voice.say("hand_over", "point", value=_said(check, voice), time=f"{check.time:%a %H:%M}")
            for check in checks
        ]
        label = voice.say("hand_over", "chart_checks")
        yield voice.say("hand_over", "shown", label=label, value=", ".join(points))


def drawn(checks: Sequence[Check], top: float, left: float, width: float, voice: Voice) -> Iterator[str]:
    """The marks with their days below, and what each mark means.

    Args:
        checks: those that are drawn.
        top: where the run begins.
        left: where the marks begin; the label stands above.
        width: of the marks.
        voice: the words.
    """
    if not checks:
        return
    y = top + 34
    yield text(8, top + 16, voice.say("hand_over", "chart_checks"), "start")
    for number, check in enumerate(checks):
        x = left + width / MOST * (number + 0.5)
        yield _mark(_kind(check), x, y)
        yield text(f"{x:.1f}", y + 20, f"{check.time:%a}"[:2], "middle")
    parts = []
    for number, kind in enumerate(_KINDS):
        x, below = 16 + _LEGEND * (number % _COLUMNS), top + HEIGHT - 28 + 20 * (number // _COLUMNS)
        words = voice.say("hand_over", kind)
        parts.append(f"{_mark(kind, x, below - 4)}{text(x + 12, below, words, 'start')}")
    yield f'<g aria-hidden="true">{"".join(parts)}</g>'


def _kind(check: Check) -> str:
    if check.found is not None:
        return "chart_unsure" if check.answer == UNSURE else "chart_changed"
    return "chart_as_ever" if check.end == CheckEnd.AS_EVER.value else "chart_not_finished"


def _said(check: Check, voice: Voice) -> str:
    words = voice.say("hand_over", _kind(check))
    return f"{words} ({check.found.label})" if check.found else words


def _mark(kind: str, x: float, y: float) -> str:
    """A shape for each way to end: tick, full and empty circle, dash."""
    if kind == "chart_as_ever":
        tick = f"M{x - 6:.1f} {y:.1f}l4 5l8 -11"
        return f'<path d="{tick}" stroke="currentColor" stroke-width="2" fill="none"/>'
    if kind == "chart_not_finished":
        return line(f"{x - 6:.1f}", y, f"{x + 6:.1f}", y, "2")
    circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"'
    return (
        f'{circle} fill="none" stroke="currentColor" stroke-width="2"/>'
        if kind == "chart_unsure"
        else f"{circle}/>"
    )
