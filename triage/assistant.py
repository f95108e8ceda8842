"""The one entry point: a message comes in, the conversation and the replies come out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from reading.model import REPORTED, Status
from triage import answers, heard, measurements, memory, screening
from triage.conversation import Conversation
from triage.decision import Decision
from triage.explain import explanation
from triage.knowledge.base import Knowledge
from triage.knowledge.schema import Urgency
from triage.medicines import fever_medicines, medicine_answer
from triage.policy import MEDICINE_SIGN, decide
from triage.questions import asked_about, symptom_answer, topic_answer
from triage.replies import CRISIS_RULE, Result, crisis_reply, lead, question_lines, triage_reply
from triage.settings import Settings
from triage.summary import summary
from triage.turn import Chip, Message, Reply, Turn
from triage.wording import Voice

__all__ = ["Chip", "Conversation", "Message", "Reply", "Turn", "respond", "safe_reply"]

_log = logging.getLogger(__name__)

# Intents that are answered with one text of ``small_talk``.
_SMALL_TALK = {
    "greet": "greet",
    "goodbye": "goodbye",
    "thanks": "thanks",
    "ask_bot": "can_do",
    "abuse": "abuse",
    "out_of_scope": "out_of_scope",
    "affirm": "affirm",
    "deny": "nothing_asked",
    "unsure": "nothing_asked",
}
# Intents that answer a question.
_ANSWERS = frozenset({"affirm", "deny", "unsure"})


def respond(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> Turn:
    """Answer one message of the patient.

    What the patient feels always comes before anything that the message asks.

    Args:
        conversation: what is remembered (``Conversation()`` for a new one).
        message: what the patient wrote and what was read in it.
        knowledge: the validated knowledge files.
        settings: phone numbers, threshold, name of the centre.
        now: the time of the message (with time zone).

    Returns:
        The conversation to keep and one or more replies, never none.
    """
    step = _advance(conversation, message, knowledge, settings, now)
    voice = Voice(knowledge, settings)
    replies = list(_assessing(step, voice))
    replies += _answering(step, message, voice, assessed=bool(replies))
    if message.reading.truncated:
        limit = str(knowledge.policy.numbers.max_message_characters)
        replies.append(Reply(voice.say("reading", "too_long", limit=limit)))
    if message.intent == "forget_me":
        # the channel deletes what was stored; nothing of it may come back from here
        return Turn(Conversation(), tuple(replies))
    return Turn(step.result.conversation, tuple(replies))


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


_EMERGENCY = "112 or 911"  # only where the settings cannot be read either


@dataclass(frozen=True)
class _Step:
    """The conversation after the message, and whether the message was assessed."""

    result: Result
    assessed: bool
    now: datetime


def _advance(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> _Step:
    before = memory.expire(conversation, knowledge, now)
    merged = memory.merge(conversation, message, knowledge, settings, now)
    taken = answers.take(merged, message, knowledge, settings, now)
    impossible = measurements.impossible(message.reading)
    decision = decide(taken, knowledge, settings, now)
    told = taken
    taken = _with_question(told, decision, message, knowledge, settings, now)
    asked = taken.question.id if taken.question else None
    if (
        impossible
        and asked != f"{screening.AGAIN_PREFIX}{impossible.kind}"
        and decision.urgency < Urgency.CONTACT_NOW
    ):
        # it cannot be asked again: take it as what it may mean
        taken = replace(answers.suspect(impossible.kind, impossible.text, taken, now), question=None)
    if taken != told:
        decision = decide(taken, knowledge, settings, now)
    answered = taken.answers[-1].answer if len(taken.answers) > len(merged.answers) else None
    taken = replace(taken, last_urgency=decision.urgency.value)
    if_yes = None
    if taken.question:
        supposed = answers.apply(taken.question, answers.YES, taken, message, knowledge, now)
        if_yes = decide(supposed, knowledge, settings, now).urgency
    result = Result(taken, decision, decide(before, knowledge, settings, now), answered, if_yes)
    return _Step(result, answered is not None or _is_assessable(message, before, taken, knowledge), now)


def _with_question(
    conversation: Conversation,
    decision: Decision,
    message: Message,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
) -> Conversation:
    """Close the question when a warning or the end interrupts it, otherwise keep it or ask the next one."""
    if decision.urgency >= Urgency.CONTACT_NOW or message.intent == "forget_me":
        return replace(conversation, question=None)
    if conversation.question is not None:
        return conversation
    impossible = measurements.impossible(message.reading)
    question = screening.next_question(conversation, decision, knowledge, settings, now, impossible)
    if question is None:
        return conversation
    return replace(conversation, question=question, asked=(*conversation.asked, question))


def _is_assessable(message: Message, before: Conversation, after: Conversation, knowledge: Knowledge) -> bool:
    """Whether the message says something about how the patient is."""
    reading = message.reading
    describing = heard.describing_signs(knowledge) | heard.steering_signs(knowledge)
    told = {sign.id for sign in reading.signs if sign.status in REPORTED}
    known = any(report.present for report in after.reports)
    changed = before.reports != after.reports or before.signs != after.signs
    return bool(
        any(finding.status is not Status.NOT_REPORTED for finding in reading.findings)
        or reading.measurements
        or told - describing
        or (known and (told or message.intent == "getting_worse"))
        or (changed and message.intent in (memory.UNLISTED_INTENT, *memory.SIGN_INTENTS))
    )


def _assessing(step: _Step, voice: Voice) -> Iterator[Reply]:
    result = step.result
    crisis = any(
        sign.id == "self_harm" and sign.present and sign.turn == result.conversation.turn
        for sign in result.conversation.signs
    )
    if crisis and CRISIS_RULE in result.decision.rules:
        yield crisis_reply(result, voice)
    elif step.assessed:
        yield triage_reply(result, voice)


def _answering(step: _Step, message: Message, voice: Voice, assessed: bool) -> Iterator[Reply]:
    """Replies to what the message asks, beside or instead of the assessment."""
    text = _asked(step, message, voice)
    if message.intent == "summary":
        yield summary(step.result.conversation, step.result.decision, voice, step.now.tzinfo)
        if step.result.conversation.question and not assessed:
            yield Reply(" ".join(question_lines(step.result, voice)), _chips(step, voice, assessed))
    elif message.intent == "forget_me":
        yield Reply(" ".join(_forgotten(step.result.decision, voice)))
    elif text is not None:
        yield Reply(
            text if assessed else _with_standing_advice(text, step, voice), _chips(step, voice, assessed)
        )
    elif not assessed:
        yield _small_talk(step, message, voice)


def _asked(step: _Step, message: Message, voice: Voice) -> str | None:
    if message.intent == "ask_why":
        return explanation(step.result.decision, voice)
    parts: list[str | None] = []
    if _asks_of_medicine(step, message, voice.knowledge):
        parts.append(medicine_answer(message.text, message.medicines, voice))
    if message.topic is not None and message.intent != "ask_bot":
        parts.append(topic_answer(message.topic, voice))
    if asked := asked_about(message.reading):
        parts.append(symptom_answer(asked, voice))
    if message.intent == "ask_drug" and not any(parts) and not (step.assessed and "?" not in message.text):
        parts.append(voice.say("topic", "not_covered"))
    return "\n\n".join(part for part in parts if part) or None


def _asks_of_medicine(step: _Step, message: Message, knowledge: Knowledge) -> bool:
    """Whether the message asks about medicines; saying that a fever medicine was taken asks nothing."""
    asks = "?" in message.text
    if message.intent != "ask_medicine":
        named = message.medicines or fever_medicines(message.text, knowledge)
        return asks and message.topic is None and bool(named)
    told = {sign.id for sign in message.reading.signs if sign.status is not Status.NOT_REPORTED}
    return asks or bool(message.medicines) or not (step.assessed and MEDICINE_SIGN in told)


def _small_talk(step: _Step, message: Message, voice: Voice) -> Reply:
    decision = step.result.decision
    if message.reading.language == "other" or _is_other_script(message):
        text = voice.say("reading", "other_language")
    elif message.intent == "feels_fine" and not heard.says(message.text, "not_fine", voice.knowledge):
        text = voice.say("small_talk", "feels_fine" if decision.urgency is Urgency.NONE else "feels_fine_but")
    elif message.reading.language == "none" and message.text.strip():
        text = voice.say("reading", "no_words")
    elif message.intent in _ANSWERS and step.result.conversation.question:
        text = ""  # the open question follows
    elif _is_choice(message):
        text = voice.say("small_talk", "nothing_asked")
    elif message.intent in _SMALL_TALK:
        text = voice.say("small_talk", _SMALL_TALK[message.intent])
    elif not message.text.strip():
        text = voice.say("reading", "empty")
    else:
        text = voice.say("reading", "not_understood")
    return Reply(_with_standing_advice(text, step, voice), _chips(step, voice, assessed=False))


def _is_choice(message: Message) -> bool:
    """Whether the message is the number of a choice; where it comes here, the question is closed."""
    number = message.text.strip(" .)")
    return number.isdecimal() and len(number) == 1


def _is_other_script(message: Message) -> bool:
    """Whether the message has letters, and none that English has."""
    letters = [character for character in message.text if character.isalpha()]
    return bool(letters) and not any(letter.isascii() for letter in letters)


def _with_standing_advice(text: str, step: _Step, voice: Voice) -> str:
    """The text with the advice that still holds: in front of it when it is to call now."""
    decision = step.result.decision
    paragraphs = [text]
    if decision.urgency >= Urgency.CALL_TODAY:
        still = " ".join([voice.say("memory", "still"), *lead(decision, voice)])
        paragraphs.insert(0 if decision.urgency >= Urgency.CONTACT_NOW else 1, still)
    if step.result.conversation.question:
        paragraphs.append(" ".join(question_lines(step.result, voice)))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _chips(step: _Step, voice: Voice, assessed: bool) -> tuple[Chip, ...]:
    question = step.result.conversation.question
    if assessed or question is None:
        return ()
    return screening.chips_of(question, step.result.conversation, voice)


def _forgotten(decision: Decision, voice: Voice) -> Iterator[str]:
    if decision.urgency >= Urgency.CALL_TODAY:
        yield from lead(decision, voice)
        yield voice.say("forget", "warning")
    yield voice.say("forget", "done")
