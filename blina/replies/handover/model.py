"""The hand-over as plain values, in the order of a good telephone call (`docs/hand-over.md`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

VERSION = 1
MAYBE_WORSE = "maybe_worse"
_NAMES_HOUR = re.compile(
    r"\d|\bnow\b|\bago\b|noon|midday|midnight|o'?clock|half past|quarter|\babout \w+$", re.IGNORECASE
)


class Group(str, Enum):
    """What a complaint belongs to, most serious first."""

    EMERGENCY = "emergency"
    NERVES = "nerves"
    CRS = "crs"
    INFECTION = "infection"
    OTHER = "other"


@dataclass(frozen=True)
class Quote:
    """The patient's own words, and when they were written."""

    words: str
    time: datetime


@dataclass(frozen=True)
class Said:
    """A time in the patient's words ("since noon"), and the moment that is meant where that is plain."""

    words: str
    time: datetime | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the words name the hour, and not only the day ("last night")."""
        return _NAMES_HOUR.search(self.words) is not None


@dataclass(frozen=True)
class Named:
    """Something of the knowledge files: its id and its short name."""

    id: str
    label: str


@dataclass(frozen=True)
class Stopped:
    """What a complaint gets in the way of ("sleep"), and the words that say so.

    Args:
        id: of the kind of doing.
        label: its name.
        quote: the clause.
        is_itself: whether the complaint is this doing ("can't sleep for the pain" told as insomnia).
    """

    id: str
    label: str
    quote: Quote
    is_itself: bool = False


@dataclass(frozen=True)
class Who:
    """Who writes, and for whom; None where nobody said.

    Args:
        writes: ``patient`` or ``carer``.
        for_whom: as the carer called them: "daughter".
    """

    writes: str | None
    for_whom: str | None


@dataclass(frozen=True)
class Treatment:
    """The drug, and what was said of cycle ("cycle 2"), day, and pump or line (whole messages)."""

    drug: str
    cycle: Said | None
    day: Said | None
    line: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Point:
    """What was said of a complaint at one time.

    Args:
        time: of the message.
        status: ``present``, ``uncertain``, ``past`` or ``denied``.
        worse: whether it was said to get worse.
    """

    time: datetime
    status: str
    worse: bool


@dataclass(frozen=True)
class Complaint:
    """A symptom, or a sign that is none, that is there or may be.

    Args:
        id: of the symptom or sign.
        label: its name.
        is_sign: whether it is a sign, such as trouble with the pump.
        group: what it belongs to.
        urgency: what it asks for, ``none`` where it only adds to others.
        status: ``present`` or ``uncertain``.
        since: since when, as said.
        course: ``worse``, ``maybe_worse`` where it was not said of which of several, ``again`` or None.
        better: when it was said to be less, unless it was said to get worse later.
        is_value: whether only a value stands for it ("38.4"): nobody said it in words.
        qualifiers: how bad, and what else was said of it.
        stops: what it gets in the way of.
        often: how often, as said ("every hour").
        answer_to: the question that it was the answer to; None where it was told without one.
        not_ruled_out: what was asked of it and got no plain answer, so that the advice counts it.
        quotes: the whole messages that speak of it, oldest first.
        first_told: when it was told first.
        last_told: when it was told last.
        times_told: in how many messages.
        points: what was said of it, message by message.
    """

    id: str
    label: str
    is_sign: bool
    group: Group
    urgency: str
    status: str
    since: Said | None
    course: str | None
    better: datetime | None
    is_value: bool
    qualifiers: tuple[Named, ...]
    stops: tuple[Stopped, ...]
    often: str | None
    answer_to: str | None
    not_ruled_out: tuple[Named, ...]
    quotes: tuple[Quote, ...]
    first_told: datetime
    last_told: datetime
    times_told: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Reading:
    """One value.

    Args:
        value: in the row's unit; of a blood pressure the upper number, None where only the lower was said.
        second: the lower number of a blood pressure.
        shown: with its unit, as the settings want it.
        told: when it was written.
        measured: when it was measured, as said; None where that was not said.
        place: where on the body; None where that was not said.
        is_earlier: whether it was told as one of before.
        bound: ``under``, ``over``, ``at_most`` or ``at_least`` where only a limit was given.
        trend: ``up``, ``down`` or ``same`` against the value before; None for the first.
        said_trend: ``rising`` or ``falling``, as said.
        words: the patient's own.
        owner: the word that says whose it is, where one message gives values of two people ("hers").
        first_written: what it took the place of in its message, where the advice still counts that.
    """

    value: float | None
    second: float | None
    shown: str
    told: datetime
    measured: Said | None
    place: str | None
    is_earlier: bool
    bound: str | None
    trend: str | None
    said_trend: str | None
    words: str
    owner: str | None = None
    first_written: str | None = None

    @property
    def time(self) -> datetime:
        """When it was measured as far as that is plain, otherwise when it was written."""
        return (self.measured and self.measured.time) or self.told


@dataclass(frozen=True)
class Row:
    """The values of one kind in the order in which they were measured."""

    kind: str
    label: str
    unit: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Medicine:
    """A medicine that was spoken of.

    Args:
        name: as the patient wrote it, or of the list.
        hides_fever: whether it can hide a fever.
        is_listed: whether the leaflet lists it as interacting.
        is_known: whether any list of the knowledge files has the name; only then is it surely a medicine.
        taken: ``yes``, ``no``, ``asked`` (may I take it?) or ``not_said``.
        dose: as said.
        when: as said.
        quote: the whole message.
    """

    name: str
    hides_fever: bool
    is_listed: bool
    is_known: bool
    taken: str
    dose: str | None
    when: Said | None
    quote: Quote


@dataclass(frozen=True)
class Denial:
    """Something that was said not to be there.

    Args:
        id: of the symptom or sign, or of the item of the check question.
        label: its name.
        asked: whether the assistant had asked about it.
        quote: the whole message.
    """

    id: str
    label: str
    asked: bool
    quote: Quote


@dataclass(frozen=True)
class Over:
    """Something that was there and is over, and when.

    Args:
        id: of the symptom or sign.
        label: its name.
        when: when it was, as said.
        last_there: when it was last told to be there in this conversation.
        quote: the whole message that says that it is over.
        points: what was said of it, message by message.
    """

    id: str
    label: str
    when: Said | None
    last_there: datetime | None
    quote: Quote
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Answered:
    """A question of the assistant and its answer: ``yes``, ``no``, ``unsure`` and so on, and the words."""

    question: str
    label: str
    answer: str
    quote: Quote


@dataclass(frozen=True)
class NotUnderstood:
    """What was written and not understood, and whether it may be a complaint."""

    quote: Quote
    may_be_complaint: bool


@dataclass(frozen=True)
class Step:
    """What was done since, such as a call, or a circumstance, such as that nothing can be measured."""

    id: str
    label: str
    quote: Quote


@dataclass(frozen=True)
class Rule:
    """A rule of the policy; the reason is None for advice of earlier, whose sentence is not kept."""

    id: str
    reason: str | None


@dataclass(frozen=True)
class Advice:
    """What was advised from a time on.

    Args:
        urgency: the word of the policy.
        action: the sentence that the patient read.
        time: of the message that it answered.
        rules: that gave it.
        is_current: whether it holds now.
    """

    urgency: str
    action: str
    time: datetime
    rules: tuple[Rule, ...]
    is_current: bool


@dataclass(frozen=True)
class Check:
    """A daily check that has ended.

    Args:
        time: when it ended.
        end: ``as_ever``, ``not_as_ever`` or ``not_finished``.
        found: the item that was wrong, had changed or was not sure, None where there was none.
        answer: ``no`` or ``unsure``, of what was found.
        done: how many items were as ever.
        of: how many items the check has.
    """

    time: datetime
    end: str
    found: Named | None
    answer: str | None
    done: int
    of: int


@dataclass(frozen=True)
class HandOver:
    """The whole, in the order in which it is told on the phone; ``others`` is quoted nowhere else."""

    made: datetime
    who: Who
    treatment: Treatment
    reason: Quote | None
    urgency: str
    complaints: tuple[Complaint, ...]
    values: tuple[Row, ...]
    medicines: tuple[Medicine, ...]
    circumstances: tuple[Step, ...]
    denials: tuple[Denial, ...]
    over: tuple[Over, ...]
    answers: tuple[Answered, ...]
    not_understood: tuple[NotUnderstood, ...]
    others: tuple[Quote, ...]
    done: tuple[Step, ...]
    daily_checks: tuple[Check, ...]
    advice: tuple[Advice, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody has said anything that the team must know."""
        told = (self.complaints, self.values, self.medicines, self.circumstances, self.denials, self.over)
        return not any((*told, self.answers, self.not_understood, self.done, self.daily_checks))

    def as_json(self) -> dict[str, Any]:
        """The hand-over as plain JSON values (times as ISO 8601 strings)."""
        return {"type": "hand_over", "version": VERSION, **_plain(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {name: _plain(item) for name, item in vars(value).items()}
    return value
