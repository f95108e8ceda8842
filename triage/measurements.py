"""Measured values: which of them are symptoms, corrections, and values to ask again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from reading.model import Finding, Measurement, Reading, Status
from triage.conversation import Conversation, Report, Value
from triage.knowledge.base import Knowledge
from triage.settings import Settings

FEVER = "fever"
LOW_BLOOD_PRESSURE = "low_blood_pressure"
TROUBLE_BREATHING = "trouble_breathing"
# The symptom that a kind of value can mean.
MEANS: Mapping[str, str] = MappingProxyType(
    {"temperature": FEVER, "systolic": LOW_BLOOD_PRESSURE, "oxygen": TROUBLE_BREATHING}
)


@dataclass(frozen=True)
class Limits:
    """From which values on a number is a symptom.

    Args:
        fever_c: a temperature from here on is a fever (degrees Celsius).
        low: under which value a kind is low (mmHg or percent).
    """

    fever_c: float
    low: Mapping[str, float]

    @classmethod
    def of(cls, knowledge: Knowledge, settings: Settings) -> Limits:
        """The settings' fever limit and the policy's other limits."""
        numbers = knowledge.policy.numbers
        low = {"systolic": float(numbers.low_systolic_mmhg), "oxygen": float(numbers.low_oxygen_percent)}
        return cls(float(settings.fever_threshold_c), low)

    def is_alarming(self, kind: str, value: float) -> bool:
        """Whether a value means its symptom. Source: triage policy, step 4 ("Numbers count").

        Args:
            kind: as in ``reading.model.Measurement``.
            value: degrees Celsius, mmHg or percent.
        """
        if kind == "temperature":
            # to a tenth of a degree: 100.4 F is 38.0 C
            return round(value, 1) >= round(self.fever_c, 1)
        return kind in self.low and value < self.low[kind]


def without_measured(reading: Reading, limits: Limits) -> Iterator[Finding]:
    """The findings without those that only a number stands for: numbers are judged here.

    A fever that only the encoder saw in a message whose temperature is under the limit is none.
    """
    for finding in reading.findings:
        numbers = [item for item in _usable(reading) if MEANS.get(item.kind) == finding.symptom]
        harmless = numbers and not any(limits.is_alarming(item.kind, item.value) for item in numbers)
        if numbers and finding.source == "measurement":
            continue
        if harmless and finding.source == "encoder":
            continue
        yield finding


def meanings(reading: Reading, limits: Limits) -> Iterator[tuple[str, Status, str]]:
    """The symptoms that the numbers in a message stand for: id, status, the patient's words."""
    for item in _usable(reading):
        if limits.is_alarming(item.kind, item.value):
            yield MEANS[item.kind], item.status, item.text


def take_in(conversation: Conversation, reading: Reading, corrects: bool, now: datetime) -> Conversation:
    """The conversation with the message's plausible values; a correction takes earlier ones back.

    Args:
        conversation: with the turn already counted.
        reading: the message as read.
        corrects: whether the message takes something back ("sorry, I meant 37.6").
        now: the time of the message.
    """
    new = tuple(
        Value(item.kind, item.value, item.status, item.text, conversation.turn, now)
        for item in _usable(reading)
    )
    taken_back = {value.kind for value in new if value.status is Status.PRESENT}
    denied = {finding.symptom for finding in reading.findings if finding.status is Status.DENIED}
    taken_back |= {kind for kind, symptom in MEANS.items() if symptom in denied}
    old = tuple(
        replace(value, status=Status.DENIED) if corrects and value.kind in taken_back else value
        for value in conversation.values
    )
    return replace(conversation, values=(*old, *new))


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
            if MEANS.get(item.kind) == report.symptom and item.status is Status.PRESENT
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
        for kind, meant in MEANS.items()
        if meant == symptom
        for value in standing(kind, conversation)
        if limits.is_alarming(value.kind, value.value)
    ]


def is_below_limit(report: Report, conversation: Conversation, limits: Limits) -> bool:
    """Whether a fever in words has a thermometer against it: measured since, and no number over the limit."""
    if report.symptom != FEVER or report.present_time is None or alarming(FEVER, conversation, limits):
        return False
    return any(value.time >= report.present_time for value in standing("temperature", conversation))


def has_low_reading(conversation: Conversation, limits: Limits) -> bool:
    """Whether a temperature was measured and none that stands is over the limit."""
    return bool(standing("temperature", conversation)) and not alarming(FEVER, conversation, limits)


def impossible(reading: Reading) -> Measurement | None:
    """The first value that cannot be right and may mean a symptom, when no possible one is beside it."""
    possible = {item.kind for item in _usable(reading)}
    return next(
        (
            item
            for item in reading.measurements
            if not item.plausible and item.kind in MEANS and item.kind not in possible
        ),
        None,
    )


def _usable(reading: Reading) -> list[Measurement]:
    return [item for item in reading.measurements if item.plausible]
