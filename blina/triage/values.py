"""Measured values: which of them are symptoms, corrections, and values to ask again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from blina.knowledge.base import Knowledge
from blina.knowledge.references import UNLISTED
from blina.knowledge.schema import ValueKind, ValueLimit, ValuesFile
from blina.knowledge.settings import Settings
from blina.reading.judgement import LEARNED
from blina.reading.model import Finding, Measurement, Reading, Status
from blina.reading.values.times import moment_of
from blina.triage import cues
from blina.triage.conversation import Conversation, Report, Value

TEMPERATURE = "temperature"
_FEVER_LIMIT = "fever_threshold_c"  # of the settings
_HALF_A_DAY = timedelta(hours=12)
MOST_VALUES = 200  # far more than anybody measures; each of them costs time at every turn


@dataclass(frozen=True)
class Limits:
    """From which values on a number is a symptom.

    Args:
        fever_c: a temperature from here on is a fever (degrees Celsius).
        fever: the symptom that it is.
        kinds: what ``values.yml`` says of each kind.
        limits: the policy's limits by kind.
        means: the symptom that a kind can mean.
        numbers: the policy's numbers and the fever limit, by name.
    """

    fever_c: float
    fever: str
    kinds: Mapping[str, ValueKind]
    limits: Mapping[str, tuple[ValueLimit, ...]]
    means: Mapping[str, str]
    numbers: Mapping[str, float]

    @classmethod
    def of(cls, knowledge: Knowledge, settings: Settings) -> Limits:
        """The settings' fever limit and the policy's other limits, made once for both."""
        return _limits(knowledge, settings)

    def applying(self, value: Value | Measurement) -> ValueLimit | None:
        """The limit beyond the documents that a value falls under: the first of its kind that holds."""
        limits = self.limits.get(value.kind, ())
        return next((limit for limit in limits if self._holds(limit, value.value)), None)

    def meaning(self, kind: str) -> ValueLimit | None:
        """The limit from which on a value of this kind is a symptom."""
        return next((limit for limit in self.limits.get(kind, ()) if limit.means), None)

    def is_fine(self, value: Value) -> bool:
        """Whether a value lies where nothing needs doing; a kind without such a range never does."""
        kind = self.kinds.get(value.kind)
        return bool(kind and kind.is_fine(value.value, value.bound) and not value.is_uncertain)

    def is_near_fever(self, value: Value) -> bool:
        """Whether a temperature is no fever yet, and has to be measured again."""
        near = self.numbers.get("near_fever_c", self.fever_c)
        return value.kind == TEMPERATURE and near <= round(value.value, 1) < round(self.fever_c, 1)

    def _holds(self, limit: ValueLimit, value: float) -> bool:
        # to a tenth: 100.4 °F is 38.0 °C
        number, rounded = round(self.numbers[limit.number], 1), round(value, 1)
        return rounded >= number if limit.side == "from" else rounded < number

    def is_alarming(self, kind: str, value: float) -> bool:
        """Whether a value means its symptom. Source: triage policy, step 4 ("Numbers count").

        Args:
            kind: as in ``blina.reading.model.Measurement``.
            value: degrees Celsius, mmHg or percent.
        """
        limit = self.meaning(kind)
        if limit is None:
            return False
        # not rounded on the way down: 93.96 is under 94
        return self._holds(limit, value) or (limit.side == "under" and value < self.numbers[limit.number])


@lru_cache(maxsize=8)
def _limits(knowledge: Knowledge, settings: Settings) -> Limits:
    policy = knowledge.policy
    kinds = {kind.id: kind for kind in knowledge.values.kinds}
    fever_c = float(settings.fever_threshold_c)
    names = {limit.number for limits in policy.limits.values() for limit in limits} - {_FEVER_LIMIT}
    numbers = {name: float(getattr(policy.numbers, name)) for name in names}
    numbers[_FEVER_LIMIT] = fever_c
    return Limits(fever_c, policy.roles.fever, kinds, policy.limits, policy.means, numbers)


def without_measured(reading: Reading, limits: Limits, values: ValuesFile) -> Iterator[Finding]:
    """The findings without those that only a number stands for: numbers are judged here.

    A fever that only the encoder saw in a message whose temperature is under the limit is none.
    """
    for finding in reading.findings:
        is_guess = finding.symptom == UNLISTED and finding.source == LEARNED
        if is_guess and is_only_measured(finding.text, reading, values):
            continue
        if finding.source == LEARNED and _is_against(finding.symptom, reading, limits):
            continue
        numbers = [item for item in _usable(reading) if limits.means.get(item.kind) == finding.symptom]
        harmless = numbers and not any(limits.is_alarming(item.kind, item.value) for item in numbers)
        if numbers and finding.source == "measurement":
            continue
        is_sure = not any(item.is_uncertain for item in numbers)
        if harmless and is_sure and finding.source == "encoder":
            continue
        yield finding


def _is_against(symptom: str, reading: Reading, limits: Limits) -> bool:
    """Whether a number of the kind that reports a symptom was given, and none reports it: a low sugar."""
    kinds = {id for id, each in limits.limits.items() if any(limit.reports == symptom for limit in each)}
    given = [item for item in _usable(reading) if item.kind in kinds]
    held = [limits.applying(item) for item in given]
    return bool(given) and not any(limit and limit.reports == symptom for limit in held)


def without_value_words(text: str, values: ValuesFile, told: Sequence[Measurement] | None = None) -> str:
    """Plain words without the names of values, their units and where they are taken: what a number is.

    Args:
        text: as `cues.plain` gives it.
        values: ``values.yml``.
        told: only the words of these values go: beside a temperature "pressure in my ear" is no value's name.
    """
    kinds = [kind for kind in values.kinds if told is None or any(item.kind == kind.id for item in told)]
    taken_at = [
        place for place in values.places if told is None or any(item.place == place.id for item in told)
    ]
    names = tuple(word for kind in kinds for word in kind.names)
    units = tuple(word for kind in kinds for unit in kind.units for word in unit.spellings)
    places = tuple(word for place in taken_at for word in place.words)
    return " ".join(_any_of((*names, *units, *places)).sub(" ", text).split())


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    plain = sorted({cues.plain(word) for word in words} - {""}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, plain))})\b")


def words_of_values(values: Iterable[Measurement]) -> list[str]:
    """The patient's words for values and their times, each once, the longest first.

    Args:
        values: of a message.
    """
    words = {words for value in values for words in (value.text, value.when) if words}
    return sorted(words, key=lambda each: (-len(each), each))


def is_only_measured(text: str, reading: Reading, values: ValuesFile) -> bool:
    """Whether words are a value and its name, and no complaint ("pulse 112").

    Args:
        text: all or a part of the message.
        reading: the message as read.
        values: ``values.yml``.
    """
    left = text
    for words in words_of_values(_usable(reading)):
        left = left.replace(words, " ")
    return left != text and not without_value_words(cues.plain(left), values)


def meanings(reading: Reading, limits: Limits) -> Iterator[tuple[str, Status, str]]:
    """The symptoms that the numbers in a message stand for: id, status, the patient's words."""
    for item in _usable(reading):
        if limits.is_alarming(item.kind, item.value):
            yield limits.means[item.kind], item.status, item.text
        elif (limit := limits.applying(item)) and limit.reports:
            yield limit.reports, item.status, item.text


def take_in(
    conversation: Conversation,
    reading: Reading,
    corrects: bool,
    limits: Limits,
    now: datetime,
    is_unwell: bool = False,
) -> Conversation:
    """The conversation with the message's plausible values; a correction takes the last ones back.

    Only those of the last message that gave one: what was measured before it was not meant. Of a message with
    several values it cannot be known which one is wrong, so that all of them stand.

    Args:
        conversation: with the turn already counted.
        reading: the message as read.
        corrects: whether the message takes something back ("sorry, I meant 37.6").
        limits: which symptom a kind of value means.
        now: the time of the message.
        is_unwell: whether the message says that the patient feels unwell.
    """
    new = _in_order([_value(item, conversation.turn, now) for item in _usable(reading)])
    given = [value.kind for value in new if value.status is Status.PRESENT]
    taken_back = {kind for kind in given if given.count(kind) == 1}
    taken_back -= {value.kind for value in new if value.corrects}
    denied = {finding.symptom for finding in reading.findings if finding.status is Status.DENIED}
    taken_back |= {kind for kind, symptom in limits.means.items() if symptom in denied}
    last = {value.kind: value.turn for value in conversation.values}
    old = tuple(
        replace(value, status=Status.DENIED)
        if corrects and value.kind in taken_back and value.turn == last[value.kind]
        else value
        for value in conversation.values
    )
    values = (*old, *new)
    if is_unwell:
        values = tuple(replace(value, is_unwell=True) for value in values)
    return replace(conversation, values=_not_too_many(values, limits))


def _not_too_many(values: tuple[Value, ...], limits: Limits) -> tuple[Value, ...]:
    """The values without the oldest of very many; those under no limit go first."""
    if len(values) <= MOST_VALUES:
        return values
    first_to_go = sorted(range(len(values)), key=lambda at: (limits.applying(values[at]) is not None, at))
    dropped = set(first_to_go[: len(values) - MOST_VALUES])
    return tuple(value for at, value in enumerate(values) if at not in dropped)


def _in_order(told: Sequence[Value]) -> tuple[Value, ...]:
    """The values of one message, with times half a day earlier where their order asks for it.

    "37.2 at noon, 37.7 at three, 38.2 at five": the three is not that of the night after.
    """
    ordered: list[Value] = []
    after: dict[str, datetime] = {}
    for value in reversed(told):
        at, limit = value.measured_at, after.get(value.kind)
        if at is not None:
            if limit is not None and _HALF_A_DAY / 2 < at - limit <= _HALF_A_DAY:
                at -= _HALF_A_DAY
            after[value.kind] = at
        ordered.append(replace(value, measured_at=at))
    return tuple(reversed(ordered))


def _value(item: Measurement, turn: int, now: datetime) -> Value:
    return Value(
        item.kind,
        item.value,
        item.status,
        item.text,
        turn,
        now,
        when_said=item.when,
        measured_at=moment_of(item.when, now) if item.when else None,
        place=item.place,
        is_uncertain=item.is_uncertain,
        trend=item.trend,
        bound=item.bound,
        corrects=item.corrects,
    )


def settle(
    conversation: Conversation, reading: Reading, corrects: bool, limits: Limits, now: datetime
) -> Conversation:
    """Bring the reports in line with the numbers, after a message was merged.

    A number that was corrected to a harmless one takes its symptom back. A denial does not undo
    an alarming number that still stands ("38.6", then "no fever").
    """
    reports = []
    for report in conversation.reports:
        standing_alarm = alarming(report.symptom, conversation, limits)
        corrected = [
            item
            for item in _usable(reading)
            if limits.means.get(item.kind) == report.symptom and item.status is Status.PRESENT
        ]
        if report.status is Status.DENIED and standing_alarm:
            value = standing_alarm[-1]
            report = replace(report, status=Status.PRESENT, text=value.text, present_time=value.time)
        elif corrects and report.present and corrected and not standing_alarm:
            report = replace(
                report,
                status=Status.DENIED,
                text=corrected[-1].text,
                turn=conversation.turn,
                time=now,
                present_time=None,
                qualifiers=(),
                course=None,
            )
        reports.append(report)
    return replace(conversation, reports=tuple(reports))


def standing(kind: str, conversation: Conversation) -> list[Value]:
    """Values of a kind that were given for now and not taken back, oldest first."""
    return [value for value in conversation.values if value.kind == kind and value.status is Status.PRESENT]


def alarming(symptom: str, conversation: Conversation, limits: Limits) -> list[Value]:
    """Standing values that mean this symptom, oldest first."""
    return [
        value
        for kind, meant in limits.means.items()
        if meant == symptom
        for value in standing(kind, conversation)
        if limits.is_alarming(value.kind, value.value)
    ]


def is_below_limit(report: Report, conversation: Conversation, limits: Limits) -> bool:
    """Whether a fever in words has a thermometer against it: measured since, and no number over the limit."""
    if report.symptom != limits.fever or report.present_time is None:
        return False
    if alarming(limits.fever, conversation, limits):
        return False
    return any(
        value.time >= report.present_time
        for value in standing(TEMPERATURE, conversation)
        if not value.is_uncertain and value.bound not in ("over", "at_least")
    )


def has_low_reading(conversation: Conversation, limits: Limits) -> bool:
    """Whether a temperature was measured and none that stands is over the limit."""
    return bool(standing(TEMPERATURE, conversation)) and not alarming(limits.fever, conversation, limits)


def worsening(kind: str, conversation: Conversation, limits: Limits) -> Value | None:
    """The last standing value of a kind, if it got worse and is not fine; None where it did not."""
    read = standing(kind, conversation)
    if not read or limits.is_fine(read[-1]):
        return None
    last, sign = read[-1], 1 if limits.kinds[kind].worse == "up" else -1
    if last.trend == ("rising" if sign > 0 else "falling"):
        return last
    by = float(limits.kinds[kind].worse_by)
    before = [old for old in read[:-1] if not is_range(old, last)]
    return last if any(sign * (last.value - old.value) >= by for old in before) else None


def is_range(first: Value, second: Value) -> bool:
    """Whether two values of one message are the ends of a range ("38-39"), which moves nowhere."""
    same = (first.turn, first.kind) == (second.turn, second.kind)
    return same and (first.bound, second.bound) == ("at_least", "at_most")


def impossible(reading: Reading, knowledge: Knowledge) -> Measurement | None:
    """The first value that cannot be right and may mean a symptom, when no possible one is beside it."""
    possible = {item.kind for item in _usable(reading)}
    means = knowledge.policy.means
    return next(
        (
            item
            for item in reading.measurements
            if not item.plausible and item.kind in means and item.kind not in possible
        ),
        None,
    )


def _usable(reading: Reading) -> list[Measurement]:
    return [item for item in reading.measurements if item.plausible]
