"""Questions about what to do ("can it wait until morning?"). They report nothing and raise nothing."""

from __future__ import annotations

import re

from blina.knowledge.base import Knowledge
from blina.knowledge.references import UNLISTED
from blina.reading.model import REPORTED, Status
from blina.triage import cues, heard
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
# Asked with no advice open, these have an answer all the same; the others only where a topic has it.
WITHOUT_ADVICE = frozenset({"who", "notice", "meaning", "why_asked"})
APP_APPROVED, WHAT_KEPT = "app_approved", "what_kept"
EMERGENCY_CALL = "emergency_call"  # "911": somebody believes that this app makes calls
FEVER_HIDING_GROUP = "fever_drug"  # word group of the lexicon
_ORDINARY_WORDS = ("all", "bite")  # letters that are words in small ones
_SELF_HARM = "self_harm"  # the sign
_NOT_SETTLED = ("nlu_fallback", "out_of_scope")  # intents under which a question about a medicine may hide
_TALK = "smalltalk"  # the act
_MOST_WORDS_AROUND = 12  # "what is CRS", and not any message that has the word


def asked(message: Message, knowledge: Knowledge) -> str | None:
    """Which question about what to do the message asks: one of ``KINDS``, or None."""
    return _first(KINDS, message, knowledge)


def is_puzzled(message: Message, knowledge: Knowledge) -> bool:
    """Whether it says no more than that a question was not understood: "huh?", "I don't get it"."""
    return cues.is_all(message.text, tuple(knowledge.cues["puzzled"]))


def asked_of_the_app(message: Message, knowledge: Knowledge) -> str | None:
    """Whether it asks if this app is approved, or what is kept of what was written."""
    return _first((APP_APPROVED, WHAT_KEPT), message, knowledge)


def _first(kinds: tuple[str, ...], message: Message, knowledge: Knowledge) -> str | None:
    asked = cues.which_loosely(message.text, [f"asks_{kind}" for kind in kinds], knowledge)
    return asked[0].removeprefix("asks_") if asked else None


def for_an_emergency_call(message: Message, knowledge: Knowledge) -> bool:
    """Whether it asks for an emergency call and is nothing else: "I called 112" asks for none."""
    return cues.is_all(message.text, tuple(knowledge.cues[f"asks_{EMERGENCY_CALL}"]))


def fears_dying(message: Message, knowledge: Knowledge) -> bool:
    """Whether it is about dying and wants none of it: "am I going to die?", "I don't want to die"."""
    said = {sign.status for sign in message.reading.signs if sign.id == _SELF_HARM}
    if said & set(REPORTED):
        return False
    if cues.says_loosely(message.text, "fears_dying", knowledge):
        return True
    return Status.NOT_REPORTED in said and not message.reading.act.startswith(_TALK)  # "dying for some tea"


def denies_harm(message: Message) -> bool:
    """Whether it says that there is no wish to die: "I'm not suicidal, just fed up"."""
    said = {sign.status for sign in message.reading.signs if sign.id == _SELF_HARM}
    return said == {Status.DENIED}


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
    if named and cues.says(message.text, "asks_medicine", knowledge):
        return True
    if message.intent not in _NOT_SETTLED or message.topic or not heard.is_question(message, knowledge):
        return False
    return named or cues.says(message.text, "speaks_of_medicines", knowledge)


def speaks_of_feelings(message: Message, knowledge: Knowledge) -> bool:
    """Whether it tells of fear and of nothing in the body: that is no complaint that a list lacks."""
    reading = message.reading
    told = {item.symptom for item in reading.findings if item.status in REPORTED}
    in_body = told - {UNLISTED} or reading.measurements or any(s.status in REPORTED for s in reading.signs)
    return not in_body and cues.consists_of(message.text, ("feelings", "feelings_beside"), knowledge)


def without_taking(message: Message, knowledge: Knowledge) -> Message:
    """The message without saying that a medicine was taken, where it only asks about it.

    "Am I ok to have Nurofen?" takes none. Who says "I'm on it" takes it, and still asks.

    Args:
        message: asks of a medicine (`of_medicine`).
        knowledge: the words for taking one for good, and the signs that are circumstances.
    """
    takes = cues.says(message.text, "takes_for_good", knowledge)
    if takes or not heard.is_question(message, knowledge):
        return message
    return heard.without_signs(message, cues.circumstances(knowledge))


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
        for name in knowledge.wording.get("letters_name", {})
        if (name in small and name not in _ORDINARY_WORDS)
        or (name == "all" and ("ALL" in words or (spelled and "all" in small)) and not text.isupper())
        or (name == "bite" and (words & {"BiTE", "BITE"} or (spelled and "bite" in small)))
    )
