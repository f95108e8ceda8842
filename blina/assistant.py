"""The one entry point: a message comes in, the conversation and the replies come out.

`Core` is bound to what it answers from, the knowledge and the settings; `core` is this process's, built once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache
from typing import TypeVar

from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.schema import Urgency
from blina.knowledge.settings import Settings, load_settings, local, zone
from blina.knowledge.wording import Voice
from blina.reading.emoji import Emoji
from blina.reading.learned.model import default_model
from blina.reading.model import REPORTED, Status
from blina.reading.reader import SymptomReader
from blina.reading.text import MAX_CHARACTERS
from blina.replies.answering import Step, guarded, replies_to
from blina.replies.assessment import Result
from blina.replies.handover import build
from blina.replies.handover.model import HandOver
from blina.replies.repeats import remember, without_repeats
from blina.replies.standing import is_said, standing_line
from blina.replies.unasked import without_unasked
from blina.triage import (
    alarm,
    answers,
    asking,
    checking_back,
    comfort,
    corrections,
    cues,
    daily_check,
    deleting,
    disagreement,
    follow_up,
    heard,
    in_general,
    kept_advice,
    memory,
    questions,
    unclear,
    values,
    whose,
)
from blina.triage.aside import Aside, read_aside
from blina.triage.conversation import Conversation, OpenQuestion
from blina.triage.decision import Decision
from blina.triage.policy import SCREENING, decide
from blina.triage.told import keep as keep_words
from blina.triage.turn import Chip, Message, Reply, Turn

__all__ = [
    "Chip",
    "Conversation",
    "Core",
    "Message",
    "Reply",
    "Turn",
    "core",
    "hand_over",
    "knowledge",
    "local_time",
    "safe_answer",
    "safe_reply",
    "settings",
    "voice",
]

Loaded = TypeVar("Loaded")

_log = logging.getLogger(__name__)

# What is asked for is said in full, however often.
_ASKED_FOR = frozenset({"ask_why", "summary", "ask_drug", "ask_medicine", "ask_bot"})
_THINNER = "blood_thinner"  # the sign


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The validated knowledge files of the drug that the settings name."""
    return load_knowledge(drug=settings().drug)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Phone numbers, threshold and the name of the centre."""
    return load_settings()


@lru_cache(maxsize=1)
def reader() -> SymptomReader:
    """What reads messages, read once for the whole process.

    Raises:
        ModelError: the learned reader's files are missing or changed.
    """
    return SymptomReader(knowledge(), default_model())


@lru_cache(maxsize=1)
def emoji() -> Emoji:
    """What writes words behind the pictures of a message."""
    return Emoji(knowledge().cues["emoji"])


def in_context(message: Message, conversation: Conversation) -> Message:
    """The message read as an answer, where a question is open.

    Args:
        message: as it was read by itself.
        conversation: with the open question.

    Returns:
        The message; "none except the walking" says something else behind a question.
    """
    question = conversation.question
    if question is None or question.id == questions.HAVE_IT:
        return message  # behind what was only asked about, anything would sound like having it
    if question.id == SCREENING:
        return replace(message, reading=reader().read(message.text, SCREENING))
    read = reader().read(message.text, questions.words_of(question, conversation, voice()))
    return replace(message, reading=heard.without_echo(read, message.reading))


def voice() -> Voice:
    """The wording with this centre's phone numbers."""
    return Voice(knowledge(), settings())


@dataclass(frozen=True)
class Core:
    """Answers messages and hands conversations over; it remembers nothing itself.

    Args:
        knowledge: the validated files; `load_knowledge` refuses what lacks a name that is used here.
        settings: phone numbers, threshold, name of the centre.
    """

    knowledge: Knowledge
    settings: Settings

    def __post_init__(self) -> None:
        """Resolve what the steps look up: every cue and the limits of values."""
        cues.resolve(self.knowledge)
        values.Limits.of(self.knowledge, self.settings)

    def respond(self, conversation: Conversation, message: Message, now: datetime) -> Turn:
        """Answer one message of the patient.

        What the patient feels always comes before anything that the message asks.

        Args:
            conversation: what is remembered (``Conversation()`` for a new one).
            message: what the patient wrote and what was read in it.
            now: the time of the message (with time zone).

        Returns:
            The conversation to keep and one or more replies, never none.
        """
        conversation = kept_advice.current(conversation, self.knowledge, self.settings, now)
        return _respond(conversation, message, self.knowledge, self.settings, now)

    def catch_up(
        self, conversation: Conversation, message: Message, said: str, now: datetime
    ) -> Conversation:
        """Take in a message that was answered without knowing the conversation.

        Args:
            conversation: what is remembered.
            message: what the patient wrote and what was read in it.
            said: what the patient got for an answer.
            now: the time of the message (with time zone).

        Returns:
            The conversation to keep; only what was put to the patient is an open question in it.
        """
        turn = self.respond(conversation, message, now)
        return without_unasked(turn, said, Voice(self.knowledge, self.settings), now)

    def check_back(self, conversation: Conversation, now: datetime) -> Turn | None:
        """Ask whether the team has been reached, without a message of the patient.

        Args:
            conversation: what is remembered.
            now: the time (with time zone).

        Returns:
            The conversation to keep and one reply; None where it must not be asked.
        """
        voice = Voice(self.knowledge, self.settings)
        current = kept_advice.current(conversation, self.knowledge, self.settings, now)
        decision = decide(current, self.knowledge, self.settings, now)
        asked = checking_back.ask(current, decision, now.astimezone(timezone.utc))
        if asked is None:
            return None
        lines = voice.say("check_back", "ask"), standing_line(asked, decision, voice)
        reply = Reply("\n\n".join(filter(None, lines)), checking_back.chips(self.knowledge))
        return Turn(remember(asked, (reply,)), (reply,))

    def hand_over(self, conversation: Conversation, now: datetime) -> HandOver:
        """What the team must know of a conversation, in the order in which they ask for it.

        Args:
            conversation: what is remembered.
            now: the time, in the time zone to show times in.
        """
        current = kept_advice.current(conversation, self.knowledge, self.settings, now)
        decision = decide(current, self.knowledge, self.settings, now)
        return build.hand_over(current, decision, Voice(self.knowledge, self.settings), now)


@lru_cache(maxsize=1)
def core() -> Core:
    """The core of this process."""
    return Core(knowledge(), settings())


def _respond(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> Turn:
    before = memory.expire(conversation, knowledge, now)
    message = answers.gone_through(message, before, knowledge)
    message = replace(message, reading=disagreement.more_urgent(message.reading, knowledge))
    message = follow_up.with_infusion(message, knowledge)
    limits = values.Limits.of(knowledge, settings)
    message = replace(message, reading=corrections.settled(message.reading, limits, knowledge))
    message = follow_up.without_guess(message, before, knowledge)
    message, asked = in_general.read(message, limits, knowledge)
    aside = replace(
        read_aside(before, heard.as_heard(message, before, knowledge), knowledge), in_general=asked
    )
    message = aside.message
    step = _advance(conversation, aside, knowledge, settings, now)
    voice = Voice(knowledge, settings)
    replies = replies_to(step, aside, voice)
    if message.reading.truncated:
        limit = str(MAX_CHARACTERS)
        replies.append(Reply(voice.say("reading", "too_long", limit=limit)))
    replies = [guarded(reply, step, voice) for reply in replies]
    if aside.deleting == deleting.CONFIRMS:
        # what was stored is deleted; nothing of it may come back from here
        return Turn(Conversation(), tuple(replies), is_forgotten=True)
    turn = _finished(step, message, tuple(replies), voice)
    if aside.check and not step.assessed and not message.reading.measurements:
        return turn  # a tap of the daily check is no message to hand over
    kept = keep_words(conversation, turn.conversation, message, step.result.decision, now)
    return replace(turn, conversation=kept)


def hand_over(conversation: Conversation, now: datetime) -> HandOver:
    """See `Core.hand_over`, of the core of this process."""
    return core().hand_over(conversation, now)


def local_time(zone_name: object = None, moment: float | None = None) -> datetime:
    """The time now, or at a moment, in the patient's zone.

    Args:
        zone_name: as the page named it; without one, or with one that is none, the setting's holds.
        moment: seconds since 1970; None for now.
    """
    time = datetime.now(timezone.utc) if moment is None else datetime.fromtimestamp(moment, timezone.utc)
    return local(time, zone(zone_name) or zone(settings().time_zone))


def safe_reply(settings: Settings | None, knowledge: Knowledge | None) -> Reply:
    """The warning with the phone numbers for when anything else has failed; never raises.

    Args:
        settings: None when they cannot be loaded.
        knowledge: None when it cannot be loaded.
    """
    if settings is not None and knowledge is not None:
        try:
            return Reply(Voice(knowledge, settings).say("fallback", "say"))
        except Exception as error:  # noqa: BLE001 - whatever is broken, the patient gets the warning
            _log.error("the fallback text cannot be said (%s)", type(error).__name__)
    team = getattr(settings, "care_team_phone", None)
    emergency = getattr(settings, "emergency_number", None) or _EMERGENCY
    on = f" on {team}" if team else ""
    return Reply(f"I could not work that out. Call your team now{on}. In an emergency call {emergency}.")


def safe_answer() -> str:
    """The text with the phone numbers for when anything else has failed; never raises."""
    return safe_reply(_if_readable(settings), _if_readable(knowledge)).text


def _if_readable(load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except Exception:  # noqa: BLE001 - whatever it is, there has to be an answer
        return None


_EMERGENCY = "112 or 911"  # only where the settings cannot be read either


def _finished(step: Step, message: Message, replies: tuple[Reply, ...], voice: Voice) -> Turn:
    """The turn without what was said before, and with the advice that stands when nothing else names it."""
    result = step.result
    conversation = result.conversation
    if message.intent not in _ASKED_FOR:
        replies = without_repeats(replies, result, voice)
    replies = _with_standing_line(replies, result, voice)
    return Turn(remember(conversation, replies), replies)


def _with_standing_line(replies: tuple[Reply, ...], result: Result, voice: Voice) -> tuple[Reply, ...]:
    """The replies with the open advice in one line, unless they say what to do and whom to call."""
    line = standing_line(result.conversation, result.decision, voice)
    text = " ".join(reply.text for reply in replies)
    if not line or is_said(text, result.conversation, result.decision, voice):
        return replies
    # before a question, which comes last with its answers
    last = replies[-1]
    before, asks = last.text, ""
    if last.chips and "\n\n" in last.text:
        before, _, asks = last.text.rpartition("\n\n")
    text = "\n\n".join(part for part in (before, line, asks) if part)
    return (*replies[:-1], replace(last, text=text))


def _advance(
    conversation: Conversation, aside: Aside, knowledge: Knowledge, settings: Settings, now: datetime
) -> Step:
    message = aside.message
    before = memory.expire(conversation, knowledge, now)
    merged = memory.merge(conversation, message, knowledge, settings, now)
    merged = whose.note(merged, message, knowledge, tells_facts=aside.tells_facts)
    merged = aside.noted(merged, now)
    taken = merged if aside.is_all else answers.take(merged, message, knowledge, settings, now)
    taken = daily_check.take(taken, aside.check, message, knowledge, now)
    impossible = values.impossible(message.reading, knowledge)
    decision = decide(taken, knowledge, settings, now)
    answered = taken.answers[-1].answer if len(taken.answers) > len(merged.answers) else None
    earlier = decide(before, knowledge, settings, now)
    assessed = (
        answered is not None
        or _is_assessable(message, before, taken, knowledge)
        or decision.urgency > earlier.urgency
        or not decision.rules <= earlier.rules
    )
    understood = aside.is_understood
    ended = daily_check.ended_now(taken)
    if ended and ended.found:
        assessed = True
    elif (
        aside.check
        and taken.question is None
        and _only_measured(message)
        and decision.urgency <= earlier.urgency
    ):
        assessed = False  # the daily check says that it wrote the value down, and goes on
    if not assessed and not understood and taken.question is None and unclear.is_unclear(message, knowledge):
        taken = unclear.keep(taken, message, knowledge, now)
        decision = decide(taken, knowledge, settings, now)
        assessed = decision.urgency > decide(merged, knowledge, settings, now).urgency
    if _has_new_warning(taken, decision, earlier):
        taken = daily_check.interrupted(taken, now)
    told = taken
    direct = in_general.question(_asked_in_general(aside, decision), told, decision, now)
    taken = _with_question(told, decision, message, knowledge, settings, now, direct)
    asked = taken.question.id if taken.question else None
    suspected = (
        impossible
        and asked != f"{questions.AGAIN_PREFIX}{impossible.kind}"
        and decision.urgency < Urgency.CONTACT_NOW
    )
    if impossible and suspected:
        # it cannot be asked again: take it as what it may mean
        taken = replace(
            answers.suspect(impossible.kind, impossible.text, taken, knowledge, now), question=None
        )
    if suspected or _waits_for_the_check(taken) != _waits_for_the_check(told):
        decision = decide(taken, knowledge, settings, now)
    raised = alarm.note(taken, earlier, decision, now)
    taken = replace(taken, last_urgency=decision.urgency.value, raised=raised)
    if_alarming = None
    if taken.question:
        worst = questions.alarming(taken.question, knowledge)
        supposed = answers.apply(taken.question, worst, taken, message, knowledge, now)
        if_alarming = decide(supposed, knowledge, settings, now).urgency
    understood = comfort.is_understood(message, knowledge)
    result = Result(
        taken,
        decision,
        earlier,
        answered,
        if_alarming,
        comfort.may_comfort(taken, decision, message, knowledge),
        None if understood or not message.text.strip() else cues.quote(message.text),
        answers.is_late_no(before, message, knowledge),
    )
    return Step(result, assessed, now)


def _asked_in_general(aside: Aside, decision: Decision) -> in_general.InGeneral | None:
    """What is asked about in general, where the answer is not about the advice that is open."""
    is_answered = aside.asks in asking.WITHOUT_ADVICE or decision.urgency > Urgency.NONE
    return None if aside.asks and is_answered else aside.in_general


def _has_new_warning(conversation: Conversation, decision: Decision, earlier: Decision) -> bool:
    """Whether the latest message brought something that needs a call now."""
    if decision.urgency < Urgency.CONTACT_NOW:
        return False
    rules = {reason.rule for reason in decision.reasons if reason.urgency >= Urgency.CONTACT_NOW}
    told = any(
        item.report.turn == conversation.turn and item.urgency >= Urgency.CONTACT_NOW
        for item in decision.symptoms
    )
    return told or decision.urgency > earlier.urgency or not rules <= earlier.rules


def _waits_for_the_check(conversation: Conversation) -> bool:
    """Whether the check question is open: the one question that the policy looks at."""
    return conversation.question is not None and conversation.question.id == SCREENING


def _only_measured(message: Message) -> bool:
    reading = message.reading
    return bool(reading.measurements) and not reading.findings and not reading.signs


def _with_question(
    conversation: Conversation,
    decision: Decision,
    message: Message,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
    direct: OpenQuestion | None = None,
) -> Conversation:
    """Close the question when a warning or the end interrupts it, otherwise keep it or ask the next one."""
    unsettled = disagreement.question(conversation, message.reading, decision, knowledge, settings, now)
    if unsettled is not None:
        return replace(conversation, question=unsettled, asked=(*conversation.asked, unsettled))
    if decision.urgency >= Urgency.CONTACT_NOW:
        open_one = conversation.question
        if open_one is not None and questions.is_asked_in_warning(open_one, knowledge):
            return conversation
        question = questions.beside_warning(conversation, decision, knowledge)
        asked = (*conversation.asked, question) if question else conversation.asked
        return replace(conversation, question=question, asked=asked)
    if conversation.question is not None or message.intent == deleting.INTENT:
        return conversation
    impossible = values.impossible(message.reading, knowledge)
    if direct is not None:
        return replace(conversation, question=direct)  # it is none of the questions that are counted
    question = questions.next_question(conversation, decision, knowledge, settings, now, impossible)
    if question is None:
        return conversation
    return replace(conversation, question=question, asked=(*conversation.asked, question))


def _is_assessable(message: Message, before: Conversation, after: Conversation, knowledge: Knowledge) -> bool:
    """Whether the message says something about how the patient is."""
    reading = message.reading
    describing = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
    told = {sign.id for sign in reading.signs if sign.status in REPORTED}
    if message.intent == "ask_medicine":  # "I'm on warfarin, is that a problem?" is no complaint
        told -= cues.circumstances(knowledge) if heard.is_question(message, knowledge) else {_THINNER}
    known = any(report.present for report in after.reports)
    changed = before.reports != after.reports or before.signs != after.signs
    return bool(
        any(report.turn == after.turn for report in after.reports)  # "it has stopped" names nothing
        or any(finding.status is not Status.NOT_REPORTED for finding in reading.findings)
        or reading.measurements
        or told - describing
        or (known and (told or message.intent == "getting_worse"))
        or (changed and message.intent in (memory.UNLISTED_INTENT, *memory.SIGN_INTENTS))
    )
