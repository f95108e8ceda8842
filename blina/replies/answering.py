"""What a turn says: the assessment first, then what the message asks or tells beside it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from blina.knowledge import Knowledge
from blina.knowledge.references import UNLISTED
from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice
from blina.reading.model import Status
from blina.replies import daily_check as checking
from blina.replies import despair, forgetting
from blina.replies.assessment import (
    CRISIS_RULE,
    Result,
    crisis_reply,
    question_lines,
    triage_reply,
    value_notes,
)
from blina.replies.medicines import fever_medicines, medicine_answer
from blina.replies.progress import progress_answer
from blina.replies.standing import is_said, standing_line
from blina.replies.summary import summary
from blina.replies.topics import asked_about, in_general_answer, symptom_answer, topic_answer
from blina.replies.what_to_do import about_the_app, spelled_out, what_to_do
from blina.replies.why import explanation
from blina.triage import comfort, cues, follow_up, heard, questions
from blina.triage.aside import Aside
from blina.triage.policy import MEDICINE_SIGN
from blina.triage.turn import Chip, Message, Reply

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
_UNSURE_INTENTS = frozenset({"out_of_scope", "nlu_fallback"})
# The same where advice stands.
_BESIDE_ADVICE = {"affirm": "affirm_but", "nothing_asked": "nothing_asked_but"}
_MINIMISED = "minimised"  # the sign
_SURE_OF_QUESTION = 0.8
_SURE_OF_HUMAN = 0.6
_SURE_OF_PROGRESS = 0.5
_LONGEST_WAIT = 6  # words of a message that asks for a moment and tells nothing
_PROGRESS = "progress"  # how its acts start
_WELL = ("well", _PROGRESS)
_GOES_ON = (_PROGRESS, "correction")
_OFF_TOPIC_ACTS = ("smalltalk", "admin", "thanks")
# Intents that answer a question.
_ANSWERS = frozenset({"affirm", "deny", "unsure"})


@dataclass(frozen=True)
class Step:
    """The conversation after the message, and whether the message was assessed."""

    result: Result
    assessed: bool
    now: datetime


def replies_to(step: Step, aside: Aside, voice: Voice) -> list[Reply]:
    """All that the turn says, what to do first.

    Args:
        step: with the message taken in.
        aside: what the message says beside how the patient is.
        voice: wording and settings.

    Returns:
        At least one reply.
    """
    replies = list(_assessing(step, voice))
    if replies:
        replies += _humanly(step, aside.message, voice)
    replies += _answering(step, aside, voice, assessed=bool(replies))
    replies += _going_on_with_check(step, aside, voice)
    return replies or [_small_talk(step, aside.message, voice)]


def _assessing(step: Step, voice: Voice) -> Iterator[Reply]:
    """The reply that says what to do, where the message was assessed or speaks of wanting to die."""
    result = step.result
    crisis = any(
        sign.id == "self_harm" and sign.present and sign.turn == result.conversation.turn
        for sign in result.conversation.signs
    )
    if crisis and CRISIS_RULE in result.decision.rules:
        yield crisis_reply(result, voice)
    elif step.assessed:
        yield triage_reply(result, voice)


def _humanly(step: Step, message: Message, voice: Voice) -> Iterator[Reply]:
    """A kind word beside advice that stands, for who makes little of it or says that all is well."""
    kept = step.result.conversation.unclear[-1:]
    if any(one.foreign and one.turn == step.result.conversation.turn for one in kept):
        yield Reply(voice.say("reading", "other_language"))
    if step.result.decision.urgency < Urgency.CALL_TODAY:
        return
    if _minimises(message):
        yield Reply(voice.say("small_talk", "minimised"))
    elif step.result.is_unchanged and message.intent == "feels_fine" and not _is_written_down(step):
        yield Reply(voice.say("small_talk", "feels_fine_but"))


def _is_written_down(step: Step) -> bool:
    """Whether the reply says already what was written down of this message."""
    conversation = step.result.conversation
    turns = [report.turn for report in conversation.reports] + [value.turn for value in conversation.values]
    return conversation.turn in turns


def _minimises(message: Message) -> bool:
    return any(sign.id == _MINIMISED and sign.status is not Status.DENIED for sign in message.reading.signs)


def _answering(step: Step, aside: Aside, voice: Voice, assessed: bool) -> Iterator[Reply]:
    """Replies to what the message asks or tells beside or instead of what was assessed."""
    message, conversation, decision = aside.message, step.result.conversation, step.result.decision
    if aside.deleting:
        yield forgetting.reply(aside.deleting, decision, voice)
        return
    if aside.steps:
        yield _beside(progress_answer(aside.steps, conversation, decision, voice), step, voice, assessed)
        return
    if aside.back:
        yield _beside(voice.say("check_back", aside.back.value), step, voice, assessed)
        return
    text = _asked(step, aside, voice)
    if message.intent == "summary":
        yield summary(conversation, decision, voice, step.now)
        if conversation.question and not assessed:
            yield Reply(" ".join(question_lines(step.result, voice)), _chips(step, voice, assessed))
    elif text is not None:
        yield _beside(text, step, voice, assessed)
    elif not assessed and not aside.check:
        yield _small_talk(step, message, voice)


def _going_on_with_check(step: Step, aside: Aside, voice: Voice) -> Iterator[Reply]:
    """What the daily check asks next or says at its end; a question of the triage comes first."""
    conversation = step.result.conversation
    if conversation.check is None:
        yield from checking.at_the_end(conversation, aside.check, voice)
    elif conversation.question is None and not aside.deleting:
        notes = [] if step.assessed else list(value_notes(conversation, step.result.decision, voice))
        yield checking.next_item(conversation, aside.check, notes, voice)


def _beside(text: str, step: Step, voice: Voice, assessed: bool) -> Reply:
    """What is answered; beside an assessment without the open question, which stands there already."""
    shown = text if assessed else _with_question_below(text, step, voice)
    return Reply(shown, _chips(step, voice, assessed))


def _asked(step: Step, aside: Aside, voice: Voice) -> str | None:
    message, conversation, decision = aside.message, step.result.conversation, step.result.decision
    if message.intent == "ask_why":
        return explanation(decision, voice)
    if step.result.is_late_no and not step.assessed:
        return voice.say("screening", "late")
    if aside.is_handed_over:
        return voice.say("whose", "patient_writes")
    if aside.tells_facts:
        if step.assessed:
            return None  # what was written down is said there
        is_open = conversation.question or decision.urgency > Urgency.NONE
        return voice.say("small_talk", "noted" if is_open else "fact")
    if aside.fears_dying:
        return despair.fear(conversation, voice)
    if aside.denies_harm:
        return voice.say("despair", "denied")
    if aside.of_the_app:
        return about_the_app(aside.of_the_app, voice)
    if aside.asks:
        has_topic = message.topic is not None or bool(_asked_about(step, message, voice.knowledge))
        if answer := what_to_do(aside.asks, message.text, conversation, decision, voice, has_topic):
            return answer
    return _of_what_is_listed(step, aside, voice)


def _of_what_is_listed(step: Step, aside: Aside, voice: Voice) -> str | None:
    """What the documents and the lists of medicines and symptoms say of what is asked."""
    message = aside.message
    if aside.in_general and not aside.letters:
        return in_general_answer(aside.in_general, step.result.conversation, voice)
    parts: list[str | None] = [spelled_out(aside.letters, voice)]
    if _asks_of_medicine(step, message, voice.knowledge):
        parts.append(medicine_answer(message.text, message.medicines, voice))
    if message.topic is not None and message.intent != "ask_bot" and not aside.letters:
        parts.append(topic_answer(message.topic, voice))
    if (asked := _asked_about(step, message, voice.knowledge)) and not aside.letters:
        somebody_else = cues.says(message.text, "other_people", voice.knowledge)
        parts.append(voice.say("whose", "somebody_else") if somebody_else else symptom_answer(asked, voice))
    if message.intent == "ask_drug" and not any(parts) and not (step.assessed and "?" not in message.text):
        parts.append(voice.say("topic", "not_covered"))
    return "\n\n".join(part for part in parts if part) or None


def _asked_about(step: Step, message: Message, knowledge: Knowledge) -> list[str]:
    """Symptoms that are asked about; what no list names only where something is asked and nothing told."""
    asks = heard.is_question(message, knowledge)
    if step.assessed and not asks:
        return []
    is_open = asks and not step.assessed
    return [symptom for symptom in asked_about(message.reading) if is_open or symptom != UNLISTED]


def _asks_of_medicine(step: Step, message: Message, knowledge: Knowledge) -> bool:
    """Whether the message asks about medicines; saying that a fever medicine was taken asks nothing."""
    asks = "?" in message.text
    if message.intent != "ask_medicine":
        named = message.medicines or fever_medicines(message.text, knowledge)
        return asks and message.topic is None and bool(named)
    told = {sign.id for sign in message.reading.signs if sign.status is not Status.NOT_REPORTED}
    return asks or bool(message.medicines) or not (step.assessed and MEDICINE_SIGN in told)


def _small_talk(step: Step, message: Message, voice: Voice) -> Reply:
    decision = step.result.decision
    if CRISIS_RULE in decision.rules and message.text.strip():
        return Reply(despair.afterwards(message, voice))
    if message.reading.language == "other" or _is_other_script(message):
        text = voice.say("reading", "other_language")
    elif message.intent == "feels_fine":
        text = _feeling_fine(step, message, voice)
    elif message.reading.language == "none" and message.text.strip():
        text = voice.say("reading", "no_words")
    elif message.intent in _ANSWERS and step.result.conversation.question:
        text = ""  # the open question follows
    elif _minimises(message):
        text = voice.say("small_talk", "minimised")
    elif _is_choice(message):
        text = voice.say("small_talk", "nothing_asked")
    elif message.intent in _UNSURE_INTENTS and (said := _by_act(message, step, voice.knowledge)):
        text = voice.say(*said)
    elif message.intent in _SMALL_TALK:
        text = voice.say("small_talk", _small_talk_name(message, step))
    elif not message.text.strip():
        text = voice.say("reading", "empty")
    else:
        stands = decision.urgency >= Urgency.CALL_TODAY  # "if you feel ill" is said to nobody who must call
        text = voice.say("reading", "kept" if stands else "not_understood")
    return Reply(_with_question_below(text, step, voice), _chips(step, voice, assessed=False))


def _feeling_fine(step: Step, message: Message, voice: Voice) -> str:
    """Joy where comfort is earned; else what was not understood, or that the advice stands."""
    if step.result.comfort:
        return voice.say("small_talk", "feels_fine")
    words = step.result.not_understood
    stands = step.result.decision.urgency > Urgency.NONE
    is_well = message.reading.act.startswith(_WELL) and message.reading.act_confidence >= _SURE_OF_PROGRESS
    is_plain = is_well or cues.consists_of(message.text, ("plain_words",), voice.knowledge)
    if words and not (stands and is_plain):
        return voice.say("reading", "not_sure", words=words)
    return voice.say("small_talk", "feels_fine_but")


def _by_act(message: Message, step: Step, knowledge: Knowledge) -> tuple[str, str] | None:
    """What is said to a message by what it does, where nothing is known of what it says."""
    reading = message.reading
    if follow_up.says_over(message.text, knowledge):
        return "small_talk", "noted"  # of which of several things is not known
    if reading.act == "asks_human" and reading.act_confidence >= _SURE_OF_HUMAN:
        return "small_talk", "can_do"
    if reading.act == "question" and reading.act_confidence >= _SURE_OF_QUESTION:
        return "topic", "not_covered"
    talks_on = step.result.conversation.question or step.result.decision.urgency > Urgency.NONE
    is_off_topic = reading.act.startswith(_OFF_TOPIC_ACTS) and reading.act_confidence >= _SURE_OF_QUESTION
    if message.intent == "out_of_scope" and talks_on and not is_off_topic:
        return "small_talk", "noted"  # "since breakfast"
    if talks_on and reading.act.startswith(_GOES_ON) and reading.act_confidence >= _SURE_OF_PROGRESS:
        return "small_talk", "noted"  # "they do not believe me"
    if _waits(message.text, knowledge):
        return "small_talk", "affirm_but" if talks_on else "affirm"
    return None


def _waits(text: str, knowledge: Knowledge) -> bool:
    """Whether it only asks for a moment."""
    is_short = len(text.split()) <= _LONGEST_WAIT
    return is_short and cues.starts_with(text, "waits", knowledge) is not None


def _small_talk_name(message: Message, step: Step) -> str:
    name = _SMALL_TALK[message.intent]
    return _BESIDE_ADVICE.get(name, name) if step.result.decision.urgency > Urgency.NONE else name


def _is_choice(message: Message) -> bool:
    """Whether the message is the number of a choice; where it comes here, the question is closed."""
    number = message.text.strip(" .)")
    return number.isdecimal() and len(number) == 1


def _is_other_script(message: Message) -> bool:
    """Whether the message has letters, and none that English has."""
    letters = [character for character in message.text if character.isalpha()]
    return bool(letters) and not any(letter.isascii() for letter in letters)


def _with_question_below(text: str, step: Step, voice: Voice) -> str:
    """The text, and below it the advice that stands and the question that is open."""
    result = step.result
    paragraphs = [text]
    if not is_said(text, result.conversation, result.decision, voice):
        paragraphs.append(standing_line(result.conversation, result.decision, voice))
    if result.conversation.question:
        paragraphs.append(" ".join(question_lines(result, voice)))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _chips(step: Step, voice: Voice, assessed: bool) -> tuple[Chip, ...]:
    question = step.result.conversation.question
    if assessed or question is None:
        return ()
    return questions.chips_of(question, step.result.conversation, voice)


def guarded(reply: Reply, step: Step, voice: Voice) -> Reply:
    """The reply, unless it comforts where comfort was not earned: checked again before it leaves."""
    if step.result.comfort or not comfort.comforts(reply.text, voice.knowledge):
        return reply
    _log.error("a reply comforted where it must not and was replaced")
    words = step.result.not_understood
    safe = voice.say("reading", "not_sure", words=words) if words else voice.say("reading", "worried")
    return replace(reply, text=_with_question_below(safe, step, voice))
