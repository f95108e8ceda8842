"""Plain facts of the patient ("day 5 of his second cycle", "she is 4"): written down, and no complaint."""

from __future__ import annotations

import re

from blina.knowledge.base import Knowledge
from blina.reading.model import REPORTED
from blina.reading.values.numbers import WORTH
from blina.triage import cues
from blina.triage.turn import Message

_NUMBER = re.compile(
    rf"\b(?:\d+(?:[.,]\d+)?(?:st|nd|rd|th)?|{'|'.join(map(re.escape, WORTH))})\b", re.IGNORECASE
)
_COURSE = re.compile(rf"\b(?:day|cycle|course|round|week) {_NUMBER.pattern}", re.IGNORECASE)
_LETTERS = re.compile(r"\bALL\b")  # acute lymphoblastic leukaemia; "all" is none


def are_all(message: Message, knowledge: Knowledge) -> bool:
    """Whether the message tells day or cycle, age, weight, drug or diagnosis, and nothing else.

    Args:
        message: as it was read.
        knowledge: the words for facts, and those that may stand beside them.
    """
    reading, text = message.reading, message.text
    told = [*(item.status for item in reading.findings), *(item.status for item in reading.signs)]
    if reading.measurements or "?" in text or any(status in REPORTED for status in told):
        return False
    if not text.isupper():
        text, spelled = _LETTERS.subn(" ", text)
    else:
        spelled = 0
    words, numbers = _NUMBER.subn(" ", text)
    if not cues.plain(words):
        return False
    if numbers and cues.consists_of(words, ("fact_of",), knowledge):
        return True  # "she's 4"
    is_fact = bool(spelled) or cues.says(words, "facts", knowledge)
    return is_fact and cues.consists_of(words, ("facts", "fact_of", "facts_beside"), knowledge)


def without_course(text: str) -> str:
    """The text without day and cycle: "day 12, feeling good".

    Args:
        text: in plain words.
    """
    return _COURSE.sub(" ", text).strip()
