"""What was done since: called, nobody answers, on the way, "they said wait". It never lowers anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.triage import cues
from blina.triage.conversation import Conversation, Event
from blina.triage.turn import Message

NO_ANSWER, NO_PHONE, FIXED, CALLED, WILL_CALL = "no_answer", "no_phone", "fixed", "called", "will_call"
WROTE = "wrote"  # an e-mail or a text, which may be read too late
# The one that says most comes first, and is answered.
KINDS = (
    NO_ANSWER,
    NO_PHONE,
    "told_come_in",
    "told_wait",
    "told_expected",
    "ring_back",
    "arrived",
    "on_the_way",
    FIXED,
    CALLED,
    WROTE,
    WILL_CALL,
)
_SAYS_NOTHING = frozenset({FIXED, WILL_CALL, WROTE})  # of whether anybody was reached
# Somebody who can help knows of it.
REACHED = frozenset(KINDS) - _SAYS_NOTHING - {NO_ANSWER, NO_PHONE}
MOST_EVENTS = 30
_INSTRUCTIONS = frozenset({"told_come_in", "told_wait", "told_expected", "ring_back"})

_ACT = "progress_"
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_CLAUSE = re.compile(r",|\b(?:and|but|so|then|because)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|in case|unless|whether)\b", re.IGNORECASE)
# "They said if it hits 39 ring back" tells what they said
_CONDITION_OF_THEIRS = re.compile(
    r"\b(?:said|says|told (?:me|us|him|her))(?: that| to)? (?:if|unless)\b", re.IGNORECASE
)
_ASKING = re.compile(
    r"\s*(?:so |and |but |ok |okay )?(?:should|shall|can|could|may|must|do i|does|did|is it|are they|"
    r"what|who|whom|when|which|how|why|where|will they|would)\b(?!['’]t)",
    re.IGNORECASE,
)
_SPEAKS = r"(?:says?|said|thinks?|thought|reckons?|reckoned|tells? me|told me|is saying)"
_SHE_SAYS = re.compile(rf"\b(?:he|she)(?: also| just| still)? {_SPEAKS}\b", re.IGNORECASE)
_SAYS_OF_SELF = re.compile(
    rf"\b(he|she)(?: also| just| still)? {_SPEAKS}(?: that)? \1(?:['’]?s| is| feels?| was| will|['’]?ll)?\b",
    re.IGNORECASE,
)
_IS_A_NURSE = re.compile(
    r"\b(?:he|she)(?:['’]?s| is| was) an? (?:retired |former |trained )?(?:nurse|doctor|paramedic|carer)\b",
    re.IGNORECASE,
)
_SAYS_OF_WRITER = re.compile(
    rf"\b(?:he|she) {_SPEAKS}(?: that)? i(?:['’]?m| am| look| was|['’]?ll)?\b", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:not|never|nobody|no one|havent|hasnt|didnt|dont|wont|cant|couldnt|isnt|arent|yet to)\b"
)
_ONLY_CALLED = re.compile(
    r"(?:(?:ok|yes|just|i|we|ive|weve|have) )*(?:called|rang|rung|phoned)(?: (?:now|already|them))*"
)
_SURE_OF_ACT = 0.8
_SURE_OF_INSTRUCTION = 0.95  # what the team said, by the learned reader's word alone
_NOT_DONE = f"{_ACT}not"
_CUES = (*(f"{_ACT}{kind}" for kind in KINDS), _NOT_DONE)
_MOST_LEFT = 4  # words beside the step, under which nothing else is said


def steps(
    message: Message, knowledge: Knowledge, conversation: Conversation | None = None
) -> tuple[str, ...]:
    """What the message says was done, the step that is to be answered first.

    Args:
        message: the reader's own word for it (``reading.act``) counts like the cues.
        knowledge: the cues ``progress_...`` of ``lexicon/conversation.yml``.
        conversation: before the message; None where nobody has called.

    Returns:
        Some of ``KINDS``; that somebody called goes without saying beside the others.
    """
    told = _told(message.text)
    is_of_team = _is_word_of_the_team(message.text, knowledge, conversation)
    found = {kind for clause in told for kind in _said(clause, knowledge)}
    kind = message.reading.act.removeprefix(_ACT)
    # That a pump runs again is said in so many words; the reader's own word for it is no proof of a pump.
    least = _SURE_OF_INSTRUCTION if kind in _INSTRUCTIONS else _SURE_OF_ACT
    # "he does not answer to his name" speaks of no phone
    is_sure = message.reading.act_confidence >= least and bool(told) and not message.reading.reports
    if not found and kind in KINDS and kind != FIXED and is_sure:
        found.add(kind)
    if not is_of_team:
        found -= _INSTRUCTIONS
    if _ONLY_CALLED.fullmatch(cues.plain(message.text)):
        found = {CALLED}  # whatever the reader makes of one word
    if len(found) > 1:
        found -= {WILL_CALL}
    if len(found) > 1:
        found -= {CALLED}
    return tuple(kind for kind in KINDS if kind in found)


def _is_word_of_the_team(text: str, knowledge: Knowledge, conversation: Conversation | None) -> bool:
    """Whether "he says" may be the team's word: not what somebody ill says of himself, nor the family.

    "She says I am fine" and "my sister is a nurse, she says wait" are the team's only after a call.
    """
    if _SAYS_OF_SELF.search(text):
        return False
    if conversation is not None and any(event.kind in REACHED for event in conversation.events):
        return True
    of_family = re.search(rf"\b(?:my|our) (?:{cues.any_of('carer_of', knowledge)})\b", text, re.IGNORECASE)
    is_else = of_family or _IS_A_NURSE.search(text) or _SAYS_OF_WRITER.search(text)
    return not (_SHE_SAYS.search(text) and is_else)


def is_all(message: Message, knowledge: Knowledge) -> bool:
    """Whether the message tells nothing but what was done: no finding, and hardly a word beside."""
    reading = message.reading
    if reading.findings or reading.measurements or reading.signs:
        return False
    for sentence in _SENTENCE.findall(message.text):
        said = {kind for clause in _told(sentence) for kind in _said(clause, knowledge)}
        if said & _INSTRUCTIONS:
            continue  # the rest of the sentence is what they said
        left = [clause for clause in _CLAUSE.split(sentence) if not _said(clause, knowledge)]
        if any(len(clause.split()) > _MOST_LEFT for clause in left):
            return False
    return True


def note(conversation: Conversation, done: Sequence[str], text: str, now: datetime) -> Conversation:
    """The conversation with what was done in this message.

    Args:
        conversation: with the turn already counted.
        done: as from ``steps``.
        text: the message.
        now: its time.
    """
    new = tuple(Event(kind, cues.quote(text), conversation.turn, now) for kind in done)
    return replace(conversation, events=(*conversation.events, *new)[-MOST_EVENTS:]) if new else conversation


def has_reached_help(conversation: Conversation) -> bool:
    """Whether the last that was said of it is that somebody who can help knows."""
    last = [event.kind for event in conversation.events if event.kind not in _SAYS_NOTHING]
    return bool(last) and last[-1] in REACHED


def is_out_of_reach(conversation: Conversation) -> bool:
    """Whether the last that was said of it is that nobody answers, or that there is no phone."""
    last = [event.kind for event in conversation.events if event.kind not in _SAYS_NOTHING]
    return bool(last) and last[-1] in (NO_ANSWER, NO_PHONE)


def _told(text: str) -> list[str]:
    """The clauses in which something is told: no questions, and nothing that hangs on an "if"."""
    told = (
        sentence if _CONDITION_OF_THEIRS.search(sentence) else _CONDITION.split(sentence)[0]
        for sentence in _SENTENCE.findall(text)
        if not sentence.rstrip().endswith("?") and not _ASKING.match(sentence)
    )
    # what somebody said may be in two clauses ("they said take it easy and ring back")
    return [part for sentence in told for part in (*_CLAUSE.split(sentence), sentence)]


def _said(clause: str, knowledge: Knowledge) -> list[str]:
    """What a clause says was done."""
    cued = cues.which_loosely(_without_family(clause, knowledge), _CUES, knowledge)
    if not cued or _NOT_DONE in cued:
        return []
    return [kind for kind in (cue.removeprefix(_ACT) for cue in cued) if _is_said(clause, kind, knowledge)]


def _without_family(clause: str, knowledge: Knowledge) -> str:
    """The clause without "my wife says": what somebody of the family says is no word of the team."""
    names = cues.any_of("carer_of", knowledge)
    # "the sister" is a nurse, and so may be "sister says"
    family = rf"(?:\b(?:my|our) (?:{names})|^\W*(?!sister)(?:{names}))"
    return re.sub(rf"{family} (?:also |just )?{_SPEAKS}\b", " ", clause, flags=re.IGNORECASE)


def _is_said(clause: str, kind: str, knowledge: Knowledge) -> bool:
    """Whether no denial takes it back."""
    if kind == "told_expected":  # "she told me not to worry"
        return _NOT.search(cues.without(clause, f"{_ACT}{kind}", knowledge)[1]) is None
    return kind in (NO_ANSWER, NO_PHONE) or _NOT.search(cues.plain(clause)) is None
