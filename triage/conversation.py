"""What the assistant remembers of one conversation, as plain data."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from datetime import datetime, timezone
from typing import Any

from reading.model import REPORTED, Status

VERSION = 1  # of the stored form; another version starts a clean conversation

WORSE, AGAIN = COURSES = ("worse", "again")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """One symptom the patient spoke of.

    Args:
        symptom: id from ``knowledge/symptoms.yml``, or ``unlisted``.
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
        id: id from ``knowledge/lexicon/signs.yml``.
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
    """A measured value: kind and unit as in ``reading.model.Measurement``, with turn and time (UTC)."""

    kind: str
    value: float
    status: Status
    text: str
    turn: int
    time: datetime


@dataclass(frozen=True)
class OpenQuestion:
    """The question that waits for an answer.

    Args:
        id: key of ``questions`` in ``knowledge/policy.yml``, ``feverish`` or ``again_<kind of value>``.
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
    """What the patient answered: ``yes``, ``no``, ``unsure`` or ``not_understood``, in which words."""

    question: str
    answer: str
    text: str
    turn: int
    time: datetime
    about: tuple[str, ...] = ()


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
    """

    turn: int = 0
    reports: tuple[Report, ...] = ()
    signs: tuple[SignReport, ...] = ()
    values: tuple[Value, ...] = ()
    question: OpenQuestion | None = None
    answers: tuple[Answer, ...] = ()
    asked: tuple[OpenQuestion, ...] = ()
    last_urgency: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The conversation as plain JSON values (times as ISO 8601 strings)."""
        return {"version": VERSION, **_plain(self)}

    @classmethod
    def from_json(cls, stored: object) -> Conversation:
        """The conversation back from `to_json`; anything else gives a clean new one.

        Args:
            stored: what was kept, of any type (it may come from an older release or be damaged).

        Returns:
            The stored conversation, or a new one when it cannot be read in full.
        """
        if not isinstance(stored, Mapping) or stored.get("version") != VERSION:
            return cls()
        try:
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
                    Value(**{**_entry(item), "value": float(item["value"])}) for item in stored["values"]
                ),
                question=None if question is None else _question(question),
                answers=tuple(
                    Answer(**{**_entry(item), "about": _words(item["about"])}) for item in stored["answers"]
                ),
                asked=tuple(_question(item) for item in stored["asked"]),
                last_urgency=None if stored["last_urgency"] is None else str(stored["last_urgency"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # the type only: the message could hold the patient's words
            _log.warning(
                "stored conversation cannot be read (%s): starting a clean one", type(error).__name__
            )
            return cls()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Status):
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
