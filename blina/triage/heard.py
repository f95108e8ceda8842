"""What a message is taken for where its intent says less of it than the learned reader heard."""

from __future__ import annotations

from dataclasses import replace

from blina.knowledge.base import Knowledge
from blina.reading.model import REPORTED, Reading, Status
from blina.triage import cues
from blina.triage.conversation import Conversation
from blina.triage.turn import Message

NOT_UNDERSTOOD, FINE = "nlu_fallback", "feels_fine"
_OFF_TOPIC = "out_of_scope"
_ANSWERS = frozenset({"affirm", "deny", "unsure"})
_OF_THE_PATIENT = ("report", "well", "progress", "correction", "answer")  # acts, or how they start
_SAYS_MORE = ("report", "correction")  # acts of what is more than a yes or no
_WELL = "well"
_GREETINGS = {"greet": "says_hello", "goodbye": "says_goodbye"}  # intents, and the words of each
_SMALL_TALK = ("smalltalk", "thanks")
_LEAST_SURE = 0.5
_SURE_OF_QUESTION = 0.6
_LONGEST_NAMING = 7  # words of a question that names a sign and tells nothing: "what's confusion?"


def as_heard(message: Message, conversation: Conversation, knowledge: Knowledge) -> Message:
    """The message with the intent that does justice to what it says of the patient.

    "Not my subject" is no answer to somebody who tells how things are, and a "no" that answers nothing
    and tells something is not understood. Both are kept, and two of them count.

    Args:
        message: as it was read.
        conversation: before the message.
        knowledge: the words of greetings and goodbyes.
    """
    reading = message.reading
    message = _without_empty_greeting(message, knowledge)
    if reading.act_confidence < _LEAST_SURE:
        return message
    is_told = message.intent == _OFF_TOPIC and reading.act.startswith(_OF_THE_PATIENT)
    is_asked = conversation.question or conversation.check or conversation.deleting is not None
    is_more = message.intent in _ANSWERS and not is_asked and reading.act.startswith(_SAYS_MORE)
    is_more = is_more and not cues.consists_of(message.text, ("answer_no", "answer_rest"), knowledge)
    if not is_told and not is_more:
        return message
    return replace(message, intent=FINE if reading.act == _WELL else NOT_UNDERSTOOD)


def _without_empty_greeting(message: Message, knowledge: Knowledge) -> Message:
    """The message; a greeting or goodbye without a word of it is one of the classifier's guesses."""
    cue, act = _GREETINGS.get(message.intent), message.reading.act
    chats = act.startswith(_SMALL_TALK) and message.reading.act_confidence >= _LEAST_SURE
    if cue is None or not act or chats or cues.says(message.text, cue, knowledge):
        return message
    return replace(message, intent=FINE if act == _WELL else NOT_UNDERSTOOD)


def is_question(message: Message, knowledge: Knowledge) -> bool:
    """Whether the message asks something: by its mark, its first word, or as the learned reader heard it."""
    reading = message.reading
    if "?" in message.text or (reading.act == "question" and reading.act_confidence >= _SURE_OF_QUESTION):
        return True
    rest = cues.starts_with(message.text, "asks", knowledge)
    return rest is not None and not rest.startswith("not ")  # "did not take any" asks nothing


def reports_more_than(message: Message, but: frozenset[str]) -> bool:
    """Whether anything is reported beside these signs: a symptom, a value or another sign."""
    reading = message.reading
    told = [item.status for item in reading.findings]
    told += [sign.status for sign in reading.signs if sign.id not in but]
    return bool(reading.measurements) or any(status in REPORTED for status in told)


def without_signs(message: Message, ids: frozenset[str]) -> Message:
    """The message without a report of these signs: "is it severe?" does not say that it is."""
    signs = tuple(s for s in message.reading.signs if s.id not in ids or s.status not in REPORTED)
    return replace(message, reading=replace(message.reading, signs=signs))


def without_doubtful(message: Message) -> Message:
    """The message without what a short question names, or one of two readings takes as only spoken of."""
    reading = message.reading
    is_sure = reading.act == "question" and reading.act_confidence >= _SURE_OF_QUESTION
    if is_sure and len(message.text.split()) <= _LONGEST_NAMING and not reading.measurements:
        return replace(message, reading=replace(reading, findings=(), signs=(), disagreements=()))
    doubtful = {
        item.subject
        for item in message.reading.disagreements
        if Status.NOT_REPORTED in (item.urgent, item.other)
    }
    reading = replace(
        message.reading,
        findings=tuple(item for item in message.reading.findings if item.symptom not in doubtful),
        signs=tuple(item for item in message.reading.signs if item.id not in doubtful),
        disagreements=tuple(item for item in message.reading.disagreements if item.subject not in doubtful),
    )
    return replace(message, reading=reading)


def without_echo(in_answer: Reading, alone: Reading) -> Reading:
    """What was read as an answer, without what only the question's own words put into it.

    Behind "Are you hot, cold or shivery?" a "sore throat" tells of a throat, and of no chills. Where the
    message tells of nothing by itself ("both"), the question's words are what it speaks of.

    Args:
        in_answer: the message read behind the question.
        alone: the same message read by itself.
    """
    told = {item.symptom for item in alone.findings if item.status in REPORTED}
    told |= {sign.id for sign in alone.signs if sign.status in REPORTED}
    if not told:
        return in_answer
    known = {item.symptom for item in alone.findings} | {sign.id for sign in alone.signs}
    return replace(
        in_answer,
        findings=tuple(f for f in in_answer.findings if f.symptom in known or f.status not in REPORTED),
        signs=tuple(s for s in in_answer.signs if s.id in known or s.status not in REPORTED),
        disagreements=tuple(item for item in in_answer.disagreements if item.subject in known),
    )
