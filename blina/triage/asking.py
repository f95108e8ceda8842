"""Questions about what to do ("can it wait until morning?"). They report nothing and raise nothing."""

from __future__ import annotations

import re

from blina.knowledge.base import Knowledge
from blina.reading.model import REPORTED
from blina.triage import cues
from blina.triage.turn import Message

# The more particular question comes first.
KINDS = (
    "why_asked",
    "notice",
    "meaning",
    "drive",
    "who",
    "tell",
    "call",
    "sleep",
    "how_long",
    "go_or_wait",
    "diagnosis",
    "pass",
    "dangerous",
    "now",
)
APP_APPROVED, WHAT_KEPT = "app_approved", "what_kept"
EMERGENCY_CALL = "emergency_call"  # "911": somebody believes that this app makes calls
FEVER_HIDING_GROUP = "fever_drug"  # word group of the lexicon
LETTERS = ("crs", "icans", "bite", "all")
_SELF_HARM = "self_harm"  # the sign
_MOST_WORDS_AROUND = 12  # "what is CRS", and not any message that has the word


def asked(message: Message, knowledge: Knowledge) -> str | None:
    """Which question about what to do the message asks: one of ``KINDS``, or None."""
    for kind in KINDS:
        if cues.says_loosely(message.text, f"asks_{kind}", knowledge):
            return kind
    return None


def asked_of_the_app(message: Message, knowledge: Knowledge) -> str | None:
    """Whether it asks if this app is approved, or what is kept of what was written."""
    for kind in (APP_APPROVED, WHAT_KEPT):
        if cues.says_loosely(message.text, f"asks_{kind}", knowledge):
            return kind
    return None


def for_an_emergency_call(message: Message, knowledge: Knowledge) -> bool:
    """Whether it asks for an emergency call and is nothing else: "I called 112" asks for none."""
    return cues.is_all(message.text, tuple(knowledge.cues[f"asks_{EMERGENCY_CALL}"]))


def fears_dying(message: Message, knowledge: Knowledge) -> bool:
    """Whether it is about dying and wants none of it: "am I going to die?", "I don't want to die"."""
    signs = [sign for sign in message.reading.signs if sign.id == _SELF_HARM]
    if any(sign.status in REPORTED for sign in signs):
        return False
    return bool(signs) or cues.says_loosely(message.text, "fears_dying", knowledge)


def means_no_harm(message: Message, knowledge: Knowledge) -> bool:
    """Whether words of dying are none of wanting to: "I don't want to die", "kill me now, hospital food".

    Args:
        message: what was written.
        knowledge: the words for it, and those beside which it is taken at its word.
    """
    spoken, left = cues.without(message.text, "no_wish_to_die", knowledge)
    return spoken and not cues.says(left, "speaks_of_harm", knowledge)


def names_medicine(message: Message, knowledge: Knowledge) -> bool:
    """Whether it names a medicine of the list, or one that hides a fever."""
    hiding = cues.longest_first(tuple(knowledge.words[FEVER_HIDING_GROUP]))
    said = f" {cues.plain(message.text)} "
    return bool(message.medicines) or any(f" {word} " in said for word in hiding)


def of_medicine(message: Message, knowledge: Knowledge) -> bool:
    """Whether it asks if a medicine may be taken, or says that one is taken for good."""
    named = names_medicine(message, knowledge) or cues.says(message.text, "blood_thinners", knowledge)
    return named and cues.says(message.text, "asks_medicine", knowledge)


def letters(message: Message, knowledge: Knowledge) -> tuple[str, ...]:
    """The letters that the message asks the meaning of; "ALL" only in capitals, or with "stand for"."""
    text = message.text
    if len(text.split()) > _MOST_WORDS_AROUND or not cues.says_loosely(text, "asks_letters", knowledge):
        return ()
    spelled = cues.says_loosely(text, "asks_spelled_out", knowledge)
    words = set(re.findall(r"\w+", text))
    small = {word.lower() for word in words}
    return tuple(
        name
        for name in LETTERS
        if (name in small and name not in ("all", "bite"))
        or (name == "all" and ("ALL" in words or (spelled and "all" in small)) and not text.isupper())
        or (name == "bite" and (words & {"BiTE", "BITE"} or (spelled and "bite" in small)))
    )
