"""What a message says beside how the patient is: what was done, what to do, whether to delete everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.triage import asking, checking_back, cues, daily_check, deleting, facts, heard, progress, whose
from blina.triage.conversation import Conversation
from blina.triage.in_general import InGeneral
from blina.triage.turn import Message

# Intents that stand for what a message is that tells or asks nothing of how the patient is.
_TELLS, _ASKS, _NOT_UNDERSTOOD, _ASKS_WHY = "thanks", "ask_drug", "nlu_fallback", "ask_why"
# Intents that are what the message is, whatever is beside it.
_OF_THE_QUESTION = ("meaning", "why_asked")  # asked about the open question: they are no try to answer it
_SUMMARY = "summary"
_HARM = "self_harm"  # the sign and the intent
_STANDS = frozenset({"self_harm", "infusion_trouble", "getting_worse", "summary", "ask_why", "ask_medicine"})
# Intents that are something else than an answer that is not understood.
_TALK = frozenset({"unlisted_complaint", "ask_bot", "ask_drug", "greet", "thanks", "goodbye"})


@dataclass(frozen=True)
class Aside:
    """What a message says beside how the patient is.

    Args:
        message: as it is to be understood; a step or a question reports no complaint by itself.
        steps: what was done (``triage.progress``), the one to answer first.
        asks: which question about what to do it is (``triage.asking``).
        of_the_app: what it asks about this app, or asks it to do.
        letters: letters whose meaning it asks.
        fears_dying: whether it is afraid of dying, which is no wish to die.
        denies_harm: whether it says that there is no wish to die.
        deleting: what it has to do with deleting everything (``triage.deleting``).
        is_all: whether it says nothing else, so that it answers no open question.
        check: what it does with the daily check (``triage.daily_check``).
        tells_facts: whether it tells plain facts and nothing else (``triage.facts``).
        back: what it answers when it was asked whether the team has been reached (``triage.checking_back``).
        in_general: what it asks about in general, which nobody said to have (``triage.in_general``).
        is_handed_over: whether it says that the patient writes now, and nothing else.
    """

    message: Message
    steps: tuple[str, ...] = ()
    asks: str | None = None
    of_the_app: str | None = None
    letters: tuple[str, ...] = ()
    fears_dying: bool = False
    denies_harm: bool = False
    deleting: str | None = None
    is_all: bool = False
    check: daily_check.Heard | None = None
    tells_facts: bool = False
    back: checking_back.Heard | None = None
    in_general: InGeneral | None = None
    is_handed_over: bool = False

    @property
    def is_understood(self) -> bool:
        """Whether it says anything beside how the patient is."""
        beside = self.steps or self.asks or self.of_the_app or self.letters or self.tells_facts or self.back
        beside_too = self.in_general or self.is_handed_over
        return bool(
            beside or beside_too or self.fears_dying or self.denies_harm or self.deleting or self.check
        )

    def noted(self, conversation: Conversation, now: datetime) -> Conversation:
        """The conversation with what was done, and whether deleting was asked about."""
        asked = conversation.turn if self.deleting == deleting.ASKS else None
        conversation = checking_back.noted(replace(conversation, deleting=asked), self.back, now)
        return progress.note(conversation, self.steps, self.message.text, now)


def read_aside(conversation: Conversation, message: Message, knowledge: Knowledge) -> Aside:
    """Find what a message says beside how the patient is.

    Args:
        conversation: before the message, without what is too old.
        message: as it was read.
        knowledge: the cues of ``lexicon/conversation.yml``.
    """
    wish = deleting.wish(conversation, message, knowledge)
    if wish:
        return Aside(replace(message, intent=deleting.INTENT), deleting=wish, is_all=True)
    if message.intent == deleting.INTENT:
        message = replace(message, intent=_NOT_UNDERSTOOD)
    check = daily_check.hear(conversation, message, knowledge)
    if check:
        return _of_check(message, check)
    if all_of_it := _all_of_it(conversation, message, knowledge):
        return all_of_it
    steps = progress.steps(message, knowledge, conversation)
    if message.intent == _SUMMARY:
        if _wants_summary(message, steps, knowledge):
            return Aside(message)
        message = replace(message, intent=_NOT_UNDERSTOOD)
    if asking.means_no_harm(message, knowledge):
        message = _without_harm(message)
    if steps:
        alone = progress.is_all(message, knowledge)
        return Aside(_as(_TELLS, message) if alone else message, steps=steps, is_all=alone)
    return _read_more(conversation, message, knowledge)


def _read_more(conversation: Conversation, message: Message, knowledge: Knowledge) -> Aside:
    """What a message asks or tells where it wants nothing deleted, checks nothing and tells of no step."""
    reports = bool(message.reading.measurements) or message.reading.reports
    if whose.is_handed_over(message.text, knowledge) and not reports:
        return Aside(_as(_TELLS, _of_nothing(message)), is_all=True, is_handed_over=True)
    if facts.are_all(message, knowledge):
        return Aside(replace(_as(_TELLS, message), topic=None), tells_facts=True)
    of_the_app = asking.asked_of_the_app(message, knowledge)
    letters = asking.letters(message, knowledge)
    fears = asking.fears_dying(message, knowledge)
    asks = None if of_the_app or letters or fears else asking.asked(message, knowledge)
    if conversation.question and asking.is_puzzled(message, knowledge):
        asks = "meaning"
    if asked := _of_medicine_alone(message, knowledge):
        return Aside(_as("ask_medicine", asked))
    message = _without_aside(message, asks, knowledge)
    reports = bool(message.reading.measurements) or message.reading.reports
    alone = bool(asks or of_the_app or letters or fears) and not reports
    is_else = alone or reports or message.topic or message.medicines or message.intent in _STANDS | _TALK
    check = None if is_else else daily_check.no_answer(conversation, message, knowledge)
    return Aside(
        _asking(asks, message) if alone else message,
        asks=asks if alone else None,
        of_the_app=of_the_app,
        letters=letters,
        fears_dying=fears,
        denies_harm=not fears and not reports and asking.denies_harm(message),
        is_all=asks in _OF_THE_QUESTION or bool(alone and not asks),
        check=check,
    )


def _wants_summary(message: Message, steps: tuple[str, ...], knowledge: Knowledge) -> bool:
    """Whether it does; "she talked me through it and it runs again" and "what do you keep?" do not."""
    asks = asking.asked(message, knowledge) or asking.asked_of_the_app(message, knowledge)
    return not (steps or asks) or cues.says(message.text, "speaks_of_summary", knowledge)


def _of_medicine_alone(message: Message, knowledge: Knowledge) -> Message | None:
    """The message where it asks about a medicine and tells nothing that needs an answer of its own."""
    if not asking.of_medicine(message, knowledge):
        return None
    asked = asking.without_taking(message, knowledge)
    return None if heard.reports_more_than(asked, cues.circumstances(knowledge)) else asked


def _of_check(message: Message, check: daily_check.Heard) -> Aside:
    """What a message says that belongs to the daily check."""
    if check.act in daily_check.SAYS_NO_MORE:  # "12 or older" asks nothing about old people
        return Aside(replace(_as(_TELLS, message), topic=None), is_all=True, check=check)
    is_start = check.act is daily_check.Act.STARTS
    return Aside(daily_check.without_denials(message, check), is_all=is_start, check=check)


def _all_of_it(conversation: Conversation, message: Message, knowledge: Knowledge) -> Aside | None:
    """What a message says that is an answer to "Have you reached your team?", or "911", and nothing else."""
    back = checking_back.hear(conversation, message, knowledge)
    if back is checking_back.Heard.STOP and conversation.question:
        return Aside(message, back=back)  # it refuses an answer too
    if back:
        done = (progress.CALLED,) if back is checking_back.Heard.YES else ()
        return Aside(_as(_TELLS, _of_nothing(message)), steps=done, is_all=True, back=back)
    if asking.for_an_emergency_call(message, knowledge):
        return Aside(_as(_ASKS, message), of_the_app=asking.EMERGENCY_CALL, is_all=True)
    return None


def _of_nothing(message: Message) -> Message:
    """The message as one that says nothing of how the patient is."""
    return replace(message, topic=None, reading=replace(message.reading, findings=(), signs=()))


def _without_harm(message: Message) -> Message:
    signs = tuple(sign for sign in message.reading.signs if sign.id != _HARM)
    intent = _NOT_UNDERSTOOD if message.intent == _HARM else message.intent
    return replace(message, intent=intent, reading=replace(message.reading, signs=signs))


def _without_aside(message: Message, asks: str | None, knowledge: Knowledge) -> Message:
    """The message without what its question or its fear put into it, where it reports nothing else."""
    if message.topic and asking.speaks_of_feelings(message, knowledge):
        return replace(message, intent=_ASKS, reading=replace(message.reading, findings=()))
    if not asks:
        return message
    if asks in _OF_THE_QUESTION:
        message = heard.without_doubtful(message)
    describing = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
    if heard.reports_more_than(message, describing):
        return message
    return heard.without_signs(message, describing)


def _asking(asks: str | None, message: Message) -> Message:
    """The message as one that only asks; "is that dangerous?" does not ask for reasons."""
    if asks and message.intent == _ASKS_WHY and not cues.plain(message.text).startswith("why"):
        return replace(message, intent=_ASKS)
    return _as(_ASKS, message)


def _as(intent: str, message: Message) -> Message:
    return message if message.intent in _STANDS else replace(message, intent=intent)
