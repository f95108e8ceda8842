"""A chart as SVG text: temperatures, complaints and daily checks. Shapes carry it, not colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from blina.knowledge.wording import Voice, temperature
from blina.replies.handover import chart_checks
from blina.replies.handover.model import Complaint, HandOver, Over, Point, Reading
from blina.replies.handover.svg import line, safe, text

_WIDTH, _LEFT, _RIGHT = 400, 62, 26  # as wide as a phone: a wider page makes it larger
_TOP, _PLOT, _LANE, _FOOT = 34, 140, 38, 64
_TITLE, _LIMIT_WIDTH, _TICK_WIDTH = 18, 150, 60
_LABEL = 12  # from the top of a lane to its label, which stands above its line
_LOWEST, _HIGHEST = 36.0, 40.0  # degrees Celsius that are always on the scale
_ROOM = timedelta(minutes=30)  # on both sides of what was said at one time only
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 30, 60, 120, 180, 360, 720, 1440))
_MOST_TICKS = 5
_MOST_VALUES = 8  # with a number each; of more, the highest and the last
_LONGEST_LABEL = 60
_LEGEND_COLUMNS = 3
_NUMBER_WIDTH, _NUMBER_HEIGHT = 50, 13
_TEMPERATURE = "temperature"


def chart(hand_over: HandOver, voice: Voice) -> str:
    """The chart, readable in black and white and by a screen reader (``title`` and ``desc``).

    Args:
        hand_over: what the team must know.
        voice: the words on it, and the temperature that counts as a fever.
    """
    temperatures = [
        reading for row in hand_over.values if row.kind == _TEMPERATURE for reading in row.readings
    ]
    lanes: list[Complaint | Over] = [*hand_over.complaints, *hand_over.over]
    checks = chart_checks.latest(hand_over.daily_checks)
    title = voice.say("hand_over", "chart")
    told = [*_described(temperatures, lanes, voice), *chart_checks.described(checks, voice)]
    described = " ".join(told) or voice.say("hand_over", "empty")
    hours = (_PLOT if temperatures else 0) + _LANE * len(lanes)
    if hours or not checks:
        hours += _FOOT
    height = _TOP + hours + (chart_checks.HEIGHT if checks else 0)
    parts = list(_drawn(temperatures, lanes, voice)) if temperatures or lanes else []
    parts += chart_checks.drawn(checks, _TOP + hours, _LEFT, _WIDTH - _LEFT - _RIGHT, voice)
    drawn = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}"'
        ' aria-labelledby="chart-title chart-desc" font-family="sans-serif" font-size="12"'
        ' fill="currentColor" stroke="none">\n'
        f'<title id="chart-title">{safe(title)}</title>\n'
        f'<desc id="chart-desc">{safe(described)}</desc>\n'
        f'<text x="8" y="{_TITLE}" font-weight="bold">{safe(title)}</text>\n'
        f"{drawn}\n</svg>\n"
    )


def _described(
    temperatures: Sequence[Reading], lanes: Sequence[Complaint | Over], voice: Voice
) -> Iterator[str]:
    """The chart in words: everything that it shows."""
    if temperatures:
        limit = temperature(voice.settings.fever_threshold_c, voice.settings)
        label = voice.say("measured", _TEMPERATURE)
        points = [
            voice.say("hand_over", "point", value=one.shown, time=_clock(one.time)) for one in temperatures
        ]
        yield voice.say("hand_over", "shown", label=label, value=", ".join(points))
        yield f"{voice.say('hand_over', 'limit', value=limit)}."
    for lane in lanes:
        points = [
            voice.say("hand_over", "point", value=_state(point, voice), time=_clock(point.time))
            for point in lane.points
        ]
        yield voice.say("hand_over", "shown", label=lane.label, value=", ".join(points))


def _state(point: Point, voice: Voice) -> str:
    if point.worse:
        return voice.say("hand_over", "worse")
    if point.status == "uncertain":
        return voice.say("hand_over", "unsure")
    if point.status == "past":
        return voice.say("hand_over", "is_over")
    return voice.say("hand_over", "denied") if point.status == "denied" else voice.say("hand_over", "there")


def _drawn(temperatures: Sequence[Reading], lanes: Sequence[Complaint | Over], voice: Voice) -> Iterator[str]:
    times = [one.time for one in temperatures] + [point.time for lane in lanes for point in lane.points]
    scale = _Times(min(times), max(times))
    below = _TOP
    if temperatures:
        yield from _curve(temperatures, scale, voice)
        below += _PLOT
    for number, lane in enumerate(lanes):
        yield from _lane(lane, below + _LANE * number, scale)
    bottom = below + _LANE * len(lanes)
    yield from _ticks(scale, bottom)
    yield _legend(bottom + _FOOT - 26, voice)


class _Times:
    """Where a time stands from left to right."""

    def __init__(self, first: datetime, last: datetime) -> None:
        room = _ROOM if first == last else (last - first) / 20
        self.first, self.last = first - room, last + room

    def x(self, time: datetime) -> str:
        share = (time - self.first) / (self.last - self.first)
        return f"{_LEFT + share * (_WIDTH - _LEFT - _RIGHT):.1f}"

    def ticks(self) -> Iterator[datetime]:
        span = self.last - self.first
        step = next((step for step in _STEPS if span / step <= _MOST_TICKS), span / _MOST_TICKS)
        midnight = self.first.replace(hour=0, minute=0, second=0, microsecond=0)
        time = midnight + step * ((self.first - midnight) // step + 1)
        while time <= self.last:
            yield time
            time += step


def _curve(temperatures: Sequence[Reading], scale: _Times, voice: Voice) -> Iterator[str]:
    known = [(one, one.value) for one in temperatures if one.value is not None]
    limit = float(voice.settings.fever_threshold_c)
    low = min(_LOWEST, *(value for _, value in known), limit)
    high = max(_HIGHEST, *(value for _, value in known), limit)

    def y(celsius: float) -> float:
        return _TOP + 14 + (high - celsius) / (high - low) * (_PLOT - 28)

    right = _WIDTH - _RIGHT
    for celsius in (low, high):
        yield text(_LEFT - 8, y(celsius) + 4, temperature(celsius, voice.settings), "end")
        yield line(_LEFT, y(celsius), right, y(celsius), "0.5")
    named = voice.say("hand_over", "limit", value=temperature(limit, voice.settings))
    yield text(_LEFT - 8, y(limit) + 4, temperature(limit, voice.settings), "end")
    yield line(_LEFT, y(limit), right, y(limit), "1", dashes="6 4")
    yield text(right, _TITLE, named, "end")  # beside the title, where no value lies on it
    yield line(right - _LIMIT_WIDTH, _TITLE - 4, right - _LIMIT_WIDTH + 26, _TITLE - 4, "1", dashes="6 4")
    path = " ".join(f"{scale.x(one.time)},{y(value):.1f}" for one, value in known)
    yield f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-width="2"/>'
    for one, value in known:
        yield f'<circle cx="{scale.x(one.time)}" cy="{y(value):.1f}" r="4"/>'
    # away from the line of the limit
    places = [(float(scale.x(one.time)), y(value) + (-8 if value >= limit else 17)) for one, value in known]
    for number in _readable(places, max(range(len(known)), key=lambda one: known[one][1])):
        yield text(places[number][0], places[number][1], known[number][0].shown, "middle")


def _readable(places: Sequence[tuple[float, float]], highest: int) -> list[int]:
    """Which numbers are written so that none lies on another: the highest, the last, then the others."""
    last = len(places) - 1
    others = range(last) if len(places) <= _MOST_VALUES else ()
    kept: list[int] = []
    for number in dict.fromkeys((highest, last, *others)):
        x, y = places[number]
        if all(
            abs(x - places[one][0]) >= _NUMBER_WIDTH or abs(y - places[one][1]) >= _NUMBER_HEIGHT
            for one in kept
        ):
            kept.append(number)
    return sorted(kept)


def _lane(lane: Complaint | Over, top: float, scale: _Times) -> Iterator[str]:
    y = top + _LANE - 14
    label = lane.label if len(lane.label) <= _LONGEST_LABEL else f"{lane.label[: _LONGEST_LABEL - 1]}…"
    yield text(8, top + _LABEL, label, "start")
    yield line(_LEFT, y, _WIDTH - _RIGHT, y, "0.5", dashes="1 4")
    points = lane.points
    for before, after in pairwise(points):
        if before.status in ("present", "uncertain"):
            x, until = scale.x(before.time), scale.x(after.time)
            yield line(x, y, until, y, "3")
    for point in points:
        yield _mark(point, float(scale.x(point.time)), y)


def _mark(point: Point, x: float, y: float) -> str:
    """A shape for each state: full and empty circle, triangle, cross, bar."""
    if point.worse:
        return f'<path d="M{x - 7:.1f} {y + 6:.1f}h14l-7 -13z"/>'
    if point.status == "past":
        cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        return f'<path d="{cross}" stroke="currentColor" stroke-width="2" fill="none"/>'
    if point.status == "denied":
        return line(f"{x:.1f}", y - 7, f"{x:.1f}", y + 7, "2")
    if point.status == "uncertain":
        circle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"'
        return f'{circle} fill="none" stroke="currentColor" stroke-width="2"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _ticks(scale: _Times, y: float) -> Iterator[str]:
    yield line(_LEFT, y, _WIDTH - _RIGHT, y, "1")
    for time in scale.ticks():
        x = scale.x(time)
        if float(x) + _TICK_WIDTH / 2 > _WIDTH:
            continue
        yield line(x, y, x, y + 5, "1")
        yield text(x, y + 18, time.strftime("%a %H:%M"), "middle")


def _legend(y: float, voice: Voice) -> str:
    now = datetime.min.replace(tzinfo=timezone.utc)
    states = (
        Point(now, "present", False),
        Point(now, "uncertain", False),
        Point(now, "present", True),
        Point(now, "past", False),
        Point(now, "denied", False),
    )
    parts = []
    for number, state in enumerate(states):
        x, below = 16 + 130 * (number % _LEGEND_COLUMNS), y + 20 * (number // _LEGEND_COLUMNS)
        parts.append(f"{_mark(state, x, below - 4)}{text(x + 12, below, _state(state, voice), 'start')}")
    return f'<g aria-hidden="true">{"".join(parts)}</g>'


def _clock(time: datetime) -> str:
    return time.strftime("%a %H:%M")
