"""Understanding the answer to the open question, tapped or typed, and what follows from it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from reading.model import REPORTED, Reading, Status
from triage import heard, measurements, memory
from triage.chips import choice
from triage.conversation import Answer, Conversation, OpenQuestion, SignReport
from triage.knowledge.base import Knowledge
from triage.memory import Said
from triage.policy import MEDICINE_SIGN, SCREENING
from triage.screening import AGAIN_PREFIX, FEVERISH, SCREENING_SYMPTOMS, chips_of, denied_since
from triage.settings import Settings
from triage.turn import Message
from triage.wording import Voice

YES, NO, UNSURE, NOT_UNDERSTOOD = "yes", "no", "unsure", "not_understood"
GIVEN = "given"  # the value that was asked again
# What people also say for a chip of the screening question.
_ALSO_ASKED = frozenset({"chills", "disorientation", "slurred_speech"})
_OTHER = "other"  # understood, but no answer, or not to all of the question
_NONE_OF_THOSE = "none_of_those"
# Intents that are no try to answer.
_SOMETHING_ELSE = frozenset(
    "ask_drug ask_medicine ask_bot ask_why summary forget_me".split()
    + "greet goodbye thanks feels_fine abuse deny".split()
)
# Intents that the page itself offers beside a question: they leave it open.
_BESIDE = frozenset({"ask_why", "summary", "forget_me"})
_COUNT = re.compile(r"\d{1,2}")
# "8/10", "about 6 out of ten", and a number alone
_SCALE = re.compile(r"\D{0,20}?(\d|10)\s*(?:(?:/|out of|of)\s*(?:10|ten))?\W*", re.IGNORECASE)
_MANY_STOOLS = 4  # loose stools a day. Source: symptoms.csv, diarrhea ("four or more ... in a day")


def take(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> Conversation:
    """Work out what a message answers to the open question.

    Being unsure and answers that are not understood count like a yes. A message about something
    else leaves an important question open once, then it counts as not understood.

    Args:
        conversation: with the message merged; its question is still the open one.
        message: the answer.
        knowledge: the knowledge files.
        settings: the words of the chips may hold a phone number or a name.
        now: the time of the message.

    Returns:
        The conversation with the answer and what it means, or with the question still open.
    """
    question = conversation.question
    if question is None:
        return conversation
    chips = chips_of(question, conversation, Voice(knowledge, settings))
    message = replace(message, text=choice(message.text, chips))
    if message.intent in _BESIDE and not message.reading.findings and not message.reading.signs:
        return conversation
    answer = _understood(question, conversation, message, knowledge)
    if answer == _OTHER:
        important = question.id in (SCREENING, FEVERISH) or question.id.startswith(AGAIN_PREFIX)
        if not important:
            return replace(conversation, question=None)
        if question.reminded == 0:
            return replace(conversation, question=replace(question, reminded=1))
        answer = NOT_UNDERSTOOD
    return apply(question, answer, conversation, message, knowledge, now)


def suspect(kind: str, text: str, conversation: Conversation, now: datetime) -> Conversation:
    """Take a value that cannot be told as the symptom that it might mean."""
    return memory.report(
        conversation, Said(measurements.MEANS[kind], Status.UNCERTAIN, text, frozenset()), now
    )


def _understood(
    question: OpenQuestion, conversation: Conversation, message: Message, knowledge: Knowledge
) -> str:
    reading = message.reading
    if question.id.startswith(AGAIN_PREFIX):
        return _value_again(question, reading, message, knowledge)
    tapped = _tapped(question, message, knowledge)
    if tapped:
        return tapped
    if question.id == "severity" and (scale := _SCALE.fullmatch(message.text)):
        return YES if int(scale[1]) >= knowledge.policy.numbers.severe_from else NO
    entry = knowledge.policy.questions.get(question.id)
    signs = {sign.id: sign.status for sign in reading.signs}
    said = {qualifier for f in reading.findings if f.status in REPORTED for qualifier in f.qualifiers}
    said |= {sign for sign, status in signs.items() if status in REPORTED}
    if entry and said & set(entry.yes):
        return YES
    if entry and any(signs.get(sign) is Status.DENIED for sign in entry.yes):
        return NO
    if question.id == "stools" and _COUNT.fullmatch(message.text.strip()):
        return YES if int(message.text) >= _MANY_STOOLS else NO
    if (question.id == "severity" and "mild" in said) or _plainly(NO, question, message, knowledge):
        return NO
    if _plainly(YES, question, message, knowledge):
        return YES
    if question.id == FEVERISH and any(
        f.symptom in ("fever", "chills") and f.status in REPORTED for f in reading.findings
    ):
        return YES
    if question.id == SCREENING:
        return _screened(question, conversation, message, knowledge)
    return _worded(message, knowledge, clear_only=False)


def _tapped(question: OpenQuestion, message: Message, knowledge: Knowledge) -> str | None:
    text = heard.plain(message.text)
    chips = knowledge.wording["chip"]
    if question.id == SCREENING and _named_chips(message.text, knowledge):
        return YES
    if text in (heard.plain(chips["no"]), heard.plain(chips["none_of_these"])):
        return NO
    if text == heard.plain(chips["yes"]):
        return YES
    return UNSURE if text == heard.plain(chips["unsure"]) else None


def _named_chips(text: str, knowledge: Knowledge) -> list[str]:
    """The items of the screening question that were tapped, or chosen by number ("1 and 3")."""
    items = {heard.plain(title): item for item, title in knowledge.wording["screening_chip"].items()}
    unsure = heard.plain(knowledge.wording["chip"]["unsure"])
    parts = [heard.plain(part) for part in text.split(", ")]
    if not all(part in items or part == unsure for part in parts):
        return []
    return [items[part] for part in parts if part in items]


def _plainly(answer: str, question: OpenQuestion, message: Message, knowledge: Knowledge) -> bool:
    """Whether the message says so in words that belong to this question ("only twice")."""
    cue = f"answer_{question.id}_{answer}"
    return cue in knowledge.cues and heard.says(message.text, cue, knowledge)


def _worded(message: Message, knowledge: Knowledge, clear_only: bool) -> str:
    """The answer in typed words; the words themselves weigh more than the classifier's intent.

    With ``clear_only``, "not really" is unsure and the intent ``deny`` alone is no answer.
    """
    text = message.text
    if heard.says(text, "answer_unsure", knowledge) or message.intent == "unsure":
        return UNSURE
    # the longest cue wins: "i do" and "i do not"
    cues = {YES: "answer_yes", NO: "answer_no"}
    if clear_only:
        cues = {UNSURE: "answer_hedge", **cues}
    rests = {answer: heard.starts_with(text, cue, knowledge) for answer, cue in cues.items()}
    starts = {answer: len(rest) for answer, rest in rests.items() if rest is not None}
    if starts:
        return min(starts, key=lambda answer: starts[answer])
    if not clear_only:
        for answer in (NO, YES):
            if heard.ends_with(text, cues[answer], knowledge):  # "quite bad, yes"
                return answer
    if message.intent == "affirm":
        return YES
    if message.intent == "deny" and not clear_only:
        return NO
    reading = message.reading
    if reading.findings or reading.signs or reading.measurements or message.intent in _SOMETHING_ELSE:
        return _OTHER
    return NOT_UNDERSTOOD


def _screened(
    question: OpenQuestion, conversation: Conversation, message: Message, knowledge: Knowledge
) -> str:
    """The answer to the screening question; only a clear no to all of it is a no."""
    text, findings = message.text, message.reading.findings
    signs = {sign.id: sign.status for sign in message.reading.signs}
    asked = set(SCREENING_SYMPTOMS.values())
    present = {finding.symptom for finding in findings if finding.status in REPORTED}
    denied = {finding.symptom for finding in findings if finding.status is Status.DENIED}
    all_denied = denied_since(question, conversation) >= asked - set(question.about)
    if (present - set(question.about)) & (asked | _ALSO_ASKED):
        return YES
    if signs.get(_NONE_OF_THOSE, Status.NOT_REPORTED) is not Status.NOT_REPORTED:
        return NO  # "none of those" is a no, however the reader takes its own negation
    if all_denied and not present - set(question.about):
        return NO
    worded = _worded(message, knowledge, clear_only=True)
    if worded == UNSURE and denied and not heard.says(text, "answer_unsure", knowledge):
        return _OTHER
    if worded in (YES, UNSURE):
        return worded
    if worded == NO:
        # "no fever" denies one thing; "no, no fever" and "no, just tired" deny all of it
        rest = heard.starts_with(text, "answer_no", knowledge) or ""
        starts_over = heard.starts_with(rest, "answer_no", knowledge) is not None or _comma_first(text)
        return NO if not denied or starts_over else _OTHER
    known = {report.symptom for report in conversation.reports if report.first_turn < conversation.turn}
    only = heard.says(text, "answer_only", knowledge) and bool(present)
    if (only or heard.says(text, "answer_nothing_else", knowledge)) and present <= known:
        return NO
    return worded


def _comma_first(text: str) -> bool:
    """Whether the first word stands for itself: "no, ..." or "No. ..."."""
    return bool(re.match(r"\s*\w+\s*[,.!;:–—-]", text))


def _value_again(question: OpenQuestion, reading: Reading, message: Message, knowledge: Knowledge) -> str:
    kind = question.id[len(AGAIN_PREFIX) :]
    if any(item.kind == kind and item.plausible for item in reading.measurements):
        return GIVEN
    if any(item.kind == kind for item in reading.measurements):
        return UNSURE
    worded = _worded(message, knowledge, clear_only=True)
    return _OTHER if worded == _OTHER else UNSURE if worded == UNSURE else NOT_UNDERSTOOD


def apply(
    question: OpenQuestion,
    answer: str,
    conversation: Conversation,
    message: Message,
    knowledge: Knowledge,
    now: datetime,
) -> Conversation:
    """The conversation with an answer and what it means.

    Args:
        question: that was asked.
        answer: ``yes``, ``no``, ``unsure``, ``not_understood`` or ``given``.
        conversation: with the message merged.
        message: the answer in the patient's words.
        knowledge: the knowledge files.
        now: the time of the message.
    """
    about = () if question.id.startswith(AGAIN_PREFIX) else question.about
    given = Answer(question.id, answer, heard.quote(message.text), conversation.turn, now, about)
    conversation = replace(conversation, question=None, answers=(*conversation.answers, given))
    status = Status.PRESENT if answer == YES else Status.UNCERTAIN
    if question.id == SCREENING:
        return _name_tapped(message, conversation, knowledge, now)
    if question.id.startswith(AGAIN_PREFIX):
        if answer == GIVEN:
            return conversation
        return suspect(question.id[len(AGAIN_PREFIX) :], question.about[0], conversation, now)
    if question.id == FEVERISH:
        if answer == NO:
            status = Status.DENIED
        said = Said(measurements.FEVER, status, message.text, frozenset())
        return memory.report(conversation, said, now)
    signs = knowledge.policy.questions[question.id].yes
    if MEDICINE_SIGN in signs:
        status = Status.DENIED if answer == NO else status
        others = tuple(sign for sign in conversation.signs if sign.id != MEDICINE_SIGN)
        taken = SignReport(MEDICINE_SIGN, status, heard.quote(message.text), conversation.turn, now)
        return replace(conversation, signs=(*others, taken))
    if answer == NO:
        return conversation
    return replace(
        conversation,
        reports=tuple(
            replace(report, qualifiers=tuple(sorted({*report.qualifiers, *signs})))
            if report.symptom in question.about
            else report
            for report in conversation.reports
        ),
    )


def _name_tapped(
    message: Message, conversation: Conversation, knowledge: Knowledge, now: datetime
) -> Conversation:
    """Report the symptoms whose chips were tapped, unless the reader found them already."""
    for item in _named_chips(message.text, knowledge):
        symptom = SCREENING_SYMPTOMS[item]
        if not any(report.symptom == symptom and report.present for report in conversation.reports):
            title = knowledge.wording["screening_chip"][item]
            said = Said(symptom, Status.PRESENT, title, frozenset())
            conversation = memory.report(conversation, said, now)
    return conversation
