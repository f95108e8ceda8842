"""What the assistant remembers of one conversation, as plain data."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from blina.knowledge.schema import Urgency
from blina.reading.model import REPORTED, Status

VERSION = 1  # of the stored form; another version starts a new conversation

WORSE, AGAIN = COURSES = ("worse", "again")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """One symptom the patient spoke of.

    Args:
        symptom: id from ``symptoms.yml``, or ``unlisted``.
        status: what the patient said last about it.
        text: the patient's own words.
        turn: number of the patient's message that said it last, from 1.
        time: when it was said last (UTC).
        first_turn: number of the message that said it first.
        first_time: when it was said first (UTC).
        present_time: when it was last said to be there (UTC), None when it never was.
        qualifiers: ids of signs said about it ("severe"), sorted.
        course: ``worse`` once it was said to get worse, ``again`` once it was reported again.
    """

    symptom: str
    status: Status
    text: str
    turn: int
    time: datetime
    first_turn: int
    first_time: datetime
    present_time: datetime | None = None
    qualifiers: tuple[str, ...] = ()
    course: str | None = None

    @property
    def present(self) -> bool:
        """Whether the patient has it now, as far as is known."""
        return self.status in REPORTED


@dataclass(frozen=True)
class SignReport:
    """A sign that is no listed symptom, such as ``infusion_trouble``.

    Args:
        id: id from ``lexicon/signs.yml``.
        status: what the patient said last about it.
        text: the patient's own words.
        turn: number of the message that said it last.
        time: when it was said last (UTC).
    """

    id: str
    status: Status
    text: str
    turn: int
    time: datetime

    @property
    def present(self) -> bool:
        """Whether it is there now, as far as is known."""
        return self.status in REPORTED


@dataclass(frozen=True)
class Value:
    """A measured value: kind and unit as in ``blina.reading.model.Measurement``.

    Args:
        kind: what was measured.
        value: in the kind's unit.
        status: what the patient said of it.
        text: the patient's own words.
        turn: number of the message that told it.
        time: when it was told (UTC).
        when_said: when it was measured, in the patient's words; empty when not said.
        measured_at: the moment that these words mean (UTC); None where that is not plain.
        place: where on the body it was taken (an id of ``values.yml``); empty when not said.
        is_uncertain: where it was taken makes it too uncertain to lower anything.
        trend: ``rising`` or ``falling`` as the patient said; empty when not said.
        bound: ``under``, ``over``, ``at_most`` or ``at_least`` where only a limit was given.
        is_unwell: whether the patient feels unwell beside it.
        corrects: the words of the value that it took the place of in its message; empty when none.
    """

    kind: str
    value: float
    status: Status
    text: str
    turn: int
    time: datetime
    when_said: str = ""
    measured_at: datetime | None = None
    place: str = ""
    is_uncertain: bool = False
    trend: str = ""
    bound: str = ""
    is_unwell: bool = False
    corrects: str = ""


@dataclass(frozen=True)
class OpenQuestion:
    """The question that waits for an answer.

    Args:
        id: key of ``questions`` in ``policy.yml``, ``feverish`` or ``again_<kind of value>``.
        about: the symptom ids it was asked for; the patient's words for a value that is asked again.
        turn: the turn it was asked in.
        time: when it was asked (UTC).
        reminded: how often it was put again because the patient spoke of something else.
    """

    id: str
    about: tuple[str, ...]
    turn: int
    time: datetime
    reminded: int = 0


@dataclass(frozen=True)
class Answer:
    """What was answered: ``yes``, ``no``, ``unsure``, ``refused`` or ``not_understood``, in which words."""

    question: str
    answer: str
    text: str
    turn: int
    time: datetime
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unclear:
    """A message that was not understood, or not as an answer, in the patient's words.

    Args:
        text: the patient's words.
        turn: number of the message.
        time: of the message (UTC).
        complaint: whether it may be a complaint.
        foreign: whether it is in another language.
    """

    text: str
    turn: int
    time: datetime
    complaint: bool
    foreign: bool = False


@dataclass(frozen=True)
class Event:
    """Something that was done since: called, nobody answers, on the way (a kind of ``triage.progress``)."""

    kind: str
    text: str
    turn: int
    time: datetime


@dataclass(frozen=True)
class Mention:
    """What one message said of one symptom or sign.

    Args:
        id: of the symptom or sign.
        status: what was said.
        text: the words it was found in; empty where "it is getting worse" names nothing.
        worse: whether it was said to get worse.
    """

    id: str
    status: Status
    text: str = ""
    worse: bool = False


@dataclass(frozen=True)
class Told:
    """One message in the patient's whole words, with what was taken from it and what was advised then.

    Args:
        text: the words.
        turn: number of the message.
        time: of the message (UTC).
        mentions: symptoms and signs that it spoke of.
        urgency: of the advice that held after it.
        rules: ids of the rules that gave this urgency.
    """

    text: str
    turn: int
    time: datetime
    mentions: tuple[Mention, ...] = ()
    urgency: str = "none"
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alarm:
    """That a message brought a new reason to call now.

    Args:
        turn: number of the message.
        time: of the message (UTC).
        urgency: of the advice that was given.
        rule: id of the most urgent rule that is new.
    """

    turn: int
    time: datetime
    urgency: str
    rule: str


@dataclass(frozen=True)
class CheckBack:
    """That it was asked whether the team has been reached.

    Args:
        turn: number of the last message before it was asked; the one in which it was stopped.
        time: when (UTC).
        is_stopped: whether the patient wants it to be asked no more.
    """

    turn: int
    time: datetime
    is_stopped: bool = False


@dataclass(frozen=True)
class Standing:
    """Advice that was given and that the knowledge or the settings would no longer give.

    Args:
        turn: number of the last message before that was seen.
        time: of that message (UTC).
        urgency: of the advice.
    """

    turn: int
    time: datetime
    urgency: str


class CheckEnd(str, Enum):
    """How a daily check ended."""

    AS_EVER = "as_ever"
    NOT_AS_EVER = "not_as_ever"
    NOT_FINISHED = "not_finished"


@dataclass(frozen=True)
class CheckFinding:
    """The item of a daily check that was not as ever: answered with ``no`` or ``unsure``, in which words."""

    item: str
    answer: str
    text: str


@dataclass(frozen=True)
class DailyCheck:
    """A daily check, running or ended.

    Args:
        turn: number of the message that last had to do with it.
        time: when that was (UTC).
        form: whom it is for (an id of ``daily_check.yml``), empty until that is known.
        done: how many items were as ever.
        reminded: how often the open item was put again because the answer was not understood.
        found: the item that was not as ever, which ended it.
        end: how it ended, None while it runs.
    """

    turn: int
    time: datetime
    form: str = ""
    done: int = 0
    reminded: int = 0
    found: CheckFinding | None = None
    end: CheckEnd | None = None


@dataclass(frozen=True)
class Conversation:
    """Everything remembered between two messages; `to_json` and `from_json` carry it.

    Args:
        turn: number of messages of the patient so far.
        reports: symptoms, one entry a symptom (``unlisted``: one for each complaint).
        signs: signs that stand for themselves, one entry a sign.
        values: measured values in the order they were given.
        question: the question that waits for an answer.
        answers: answered questions.
        asked: the questions asked so far, in order.
        last_urgency: urgency of the last assessment, None before the first.
        unclear: messages that were not understood, in the order they came.
        events: what was done since, in order.
        said: short digests of the sentences that the assistant said, oldest first.
        who: whom a carer writes for ("daughter"), None for the patient.
        deleting: the turn in which deleting everything was asked about, None when it is not open.
        told: the patient's messages in whole words, for whoever takes over.
        check: the daily check that runs.
        checks: the daily checks that have ended, oldest first.
        raised: the latest alarm, None when there was none.
        check_back: when it was asked last whether the team has been reached, None when it never was.
        stands: advice that an edit of the knowledge or the settings must not lower, None without one.
        is_incomplete: whether what was remembered before could not be read: nothing may comfort then.
    """

    turn: int = 0
    reports: tuple[Report, ...] = ()
    signs: tuple[SignReport, ...] = ()
    values: tuple[Value, ...] = ()
    question: OpenQuestion | None = None
    answers: tuple[Answer, ...] = ()
    asked: tuple[OpenQuestion, ...] = ()
    last_urgency: str | None = None
    unclear: tuple[Unclear, ...] = ()
    events: tuple[Event, ...] = ()
    said: tuple[str, ...] = ()
    who: str | None = None
    deleting: int | None = None
    told: tuple[Told, ...] = ()
    check: DailyCheck | None = None
    checks: tuple[DailyCheck, ...] = ()
    raised: Alarm | None = None
    check_back: CheckBack | None = None
    stands: Standing | None = None
    is_incomplete: bool = False

    def to_json(self) -> dict[str, Any]:
        """The conversation as plain JSON values (times as ISO 8601 strings)."""
        return {"version": VERSION, **_plain(self)}

    @classmethod
    def from_json(cls, stored: object) -> Conversation:
        """The conversation back from `to_json`; anything else gives a new one.

        Args:
            stored: what was kept, of any type (it may come from an older release or be damaged).

        Returns:
            The stored conversation. Of one that a newer release kept, what is known here, and nothing
            comforts in it. A new one where it cannot be read: one that knows that there was something,
            unless nothing was kept.
        """
        if stored is None or (isinstance(stored, Mapping) and "version" not in stored):
            return cls()
        if not isinstance(stored, Mapping) or stored["version"] != VERSION:
            return cls(is_incomplete=True)
        try:
            kept, stored = stored, _readable(stored)
            question = stored["question"]
            return cls(
                turn=_count(stored["turn"]),
                reports=tuple(
                    Report(
                        **{
                            **_entry(item),
                            "first_turn": _count(item["first_turn"]),
                            "first_time": _time(item["first_time"]),
                            "present_time": _time(item["present_time"]) if item["present_time"] else None,
                            "qualifiers": _words(item["qualifiers"]),
                            "course": item["course"] if item["course"] in COURSES else None,
                        }
                    )
                    for item in stored["reports"]
                ),
                signs=tuple(SignReport(**_entry(item)) for item in stored["signs"]),
                values=tuple(
                    Value(
                        **{
                            **_entry(item),
                            "value": float(item["value"]),
                            "measured_at": _time(item["measured_at"]) if item.get("measured_at") else None,
                        }
                    )
                    for item in stored["values"]
                ),
                question=None if question is None else _question(question),
                answers=tuple(
                    Answer(**{**_entry(item), "about": _words(item["about"])}) for item in stored["answers"]
                ),
                asked=tuple(_question(item) for item in stored["asked"]),
                last_urgency=None if stored["last_urgency"] is None else str(stored["last_urgency"]),
                # what was stored before there were any has none
                unclear=tuple(
                    Unclear(
                        **{
                            **_entry(item),
                            "complaint": bool(item["complaint"]),
                            "foreign": bool(item.get("foreign", False)),
                        }
                    )
                    for item in stored.get("unclear", ())
                ),
                # a conversation that an earlier release kept has none of these
                events=tuple(Event(**_entry(item)) for item in stored.get("events", ())),
                said=_words(stored.get("said", [])),
                who=None if stored.get("who") is None else str(stored["who"]),
                deleting=None if stored.get("deleting") is None else _count(stored["deleting"]),
                told=tuple(_told(item) for item in stored.get("told", ())),
                check=None if stored.get("check") is None else _check(stored["check"]),
                checks=tuple(_check(item) for item in stored.get("checks", ())),
                raised=None if stored.get("raised") is None else Alarm(**_entry(stored["raised"])),
                check_back=None
                if stored.get("check_back") is None
                else CheckBack(**_entry(stored["check_back"])),
                stands=None if stored.get("stands") is None else Standing(**_entry(stored["stands"])),
                is_incomplete=bool(stored.get("is_incomplete", False)) or stored != kept,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # the type only: the message could hold the patient's words
            _log.warning("stored conversation cannot be read (%s): starting a new one", type(error).__name__)
            return cls(is_incomplete=True)


_KINDS: Mapping[str, Any] = {
    "question": OpenQuestion,
    "reports": Report,
    "signs": SignReport,
    "values": Value,
    "answers": Answer,
    "asked": OpenQuestion,
    "unclear": Unclear,
    "events": Event,
    "told": Told,
    "mentions": Mention,
    "check": DailyCheck,
    "checks": DailyCheck,
    "found": CheckFinding,
    "raised": Alarm,
    "check_back": CheckBack,
    "stands": Standing,
}
# What is read in place of a word that is unknown here: by field, the words that are known and the safe one.
_WORDS: Mapping[str, tuple[frozenset[Any], Any]] = {
    "status": (frozenset(Status), Status.PRESENT),
    "last_urgency": (frozenset(Urgency), Urgency.CONTACT_NOW),
    "urgency": (frozenset(Urgency), Urgency.CONTACT_NOW),
    "end": (frozenset(CheckEnd), CheckEnd.NOT_FINISHED),
}


def _readable(stored: Mapping[str, Any], kind: Any = Conversation) -> dict[str, Any]:
    """What a newer release kept, without fields that are unknown here; of an unknown word the safe one.

    An unknown field with nothing in it stays where nothing is made of it: it says nothing.
    """
    known = {field.name for field in fields(kind)}
    read: dict[str, Any] = {}
    for name, value in stored.items():
        if name in known:
            read[name] = _readable_field(name, value)
        elif kind is Conversation and (name == "version" or not value):
            read[name] = value
    return read


def _readable_field(name: str, value: Any) -> Any:
    if name in _WORDS and isinstance(value, str):
        words, safe = _WORDS[name]
        return value if value in words else safe.value
    if name in _KINDS and isinstance(value, Mapping):
        return _readable(value, _KINDS[name])
    if name in _KINDS and isinstance(value, list):
        return [_readable(item, _KINDS[name]) if isinstance(item, Mapping) else item for item in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {name: _plain(item) for name, item in vars(value).items()}
    return value


def _entry(item: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that most entries share, checked."""
    fields = {**item, "turn": _count(item["turn"]), "time": _time(item["time"])}
    if "status" in fields:
        fields["status"] = Status(fields["status"])
    return fields


def _question(item: Mapping[str, Any]) -> OpenQuestion:
    return OpenQuestion(
        **{**_entry(item), "about": _words(item["about"]), "reminded": _count(item["reminded"])}
    )


def _told(item: Mapping[str, Any]) -> Told:
    mentions = tuple(
        Mention(**{**mention, "status": Status(mention["status"]), "worse": bool(mention["worse"])})
        for mention in item["mentions"]
    )
    return Told(
        **{
            **_entry(item),
            "mentions": mentions,
            "urgency": str(item["urgency"]),
            "rules": _words(item["rules"]),
        }
    )


def _check(item: Mapping[str, Any]) -> DailyCheck:
    return DailyCheck(
        **{
            **_entry(item),
            "form": str(item["form"]),
            "done": _count(item["done"]),
            "reminded": _count(item["reminded"]),
            "found": None if item["found"] is None else CheckFinding(**item["found"]),
            "end": None if item["end"] is None else CheckEnd(item["end"]),
        }
    )


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no count")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ValueError("no list of words")
    return tuple(value)


def _time(value: Any) -> datetime:
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("no time zone")
    return time.astimezone(timezone.utc)
