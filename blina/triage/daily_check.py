"""The daily check at home: one thing is asked at a time, and what is not as ever ends it with a call now.

Its items and whom they are for are ``daily_check.yml``. A symptom that is told while it runs is
judged as always and comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import CheckItem
from blina.reading.model import REPORTED, Status
from blina.triage import cues
from blina.triage.chips import choice
from blina.triage.conversation import CheckEnd, CheckFinding, Conversation, DailyCheck
from blina.triage.turn import Chip, Message

CHANGED_RULE, UNSURE_RULE, OVER_RULE = "daily_check.changed", "daily_check.unsure", "daily_check.over"
NO, UNSURE = "no", "unsure"  # of a finding
_TEMPERATURE = "temperature"  # kind of item, and of value
_NEGATIONS = frozenset("not dont no never wont cant".split())
_ALL_IS_WELL = ("check_yes", "check_as_ever")  # cues


class Act(str, Enum):
    """What a message does with the daily check."""

    STARTS = "starts"
    STOPS = "stops"
    CHOOSES = "chooses"  # whom it is for
    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    NOT_UNDERSTOOD = "not_understood"
    WAITS = "waits"  # no try to answer: "hang on"


SAYS_NO_MORE = (Act.STARTS, Act.CHOOSES, Act.STOPS)  # each is the whole message


@dataclass(frozen=True)
class Heard:
    """What a message does with the daily check, and the form that it chooses."""

    act: Act
    form: str = ""


def expire(conversation: Conversation, knowledge: Knowledge, now: datetime) -> Conversation:
    """End a check that nobody goes on with, and drop what is too old for the hand-over.

    Args:
        conversation: what is remembered.
        knowledge: how long; a form or item that it no longer names ends the check too.
        now: the time.
    """
    words, check = knowledge.daily_check, conversation.check
    if check is not None:
        is_known = not check.form or asked(check, knowledge) is not None
        if not is_known or now - check.time > timedelta(minutes=words.pause_minutes):
            conversation = _ended(conversation, check, CheckEnd.NOT_FINISHED)
    oldest = now - timedelta(days=words.keep_days)
    kept = tuple(one for one in conversation.checks if one.time >= oldest and words.form(one.form))
    return replace(conversation, checks=kept)


def asked(check: DailyCheck, knowledge: Knowledge) -> CheckItem | None:
    """The item that is asked now; None before it is known whom the check is for."""
    form = knowledge.daily_check.form(check.form)
    if form is None or check.done >= len(form.items):
        return None
    return knowledge.daily_check.item(form.items[check.done])


def chips(check: DailyCheck, knowledge: Knowledge) -> tuple[Chip, ...]:
    """The answers to tap for what is asked now."""
    chip = knowledge.wording["chip"]
    item = asked(check, knowledge)
    if item is None:
        titles = [form.title for form in knowledge.daily_check.forms]
    elif item.kind == _TEMPERATURE:
        titles = [chip["not_measured"]]
    else:
        titles = [chip["yes"], chip["changed"], chip["unsure"]]
    return tuple(Chip(title, title) for title in (*titles, chip["stop_check"]))


def hear(conversation: Conversation, message: Message, knowledge: Knowledge) -> Heard | None:
    """What a message plainly does with the check: starts it, answers what is asked, or stops it.

    Args:
        conversation: before the message, after `expire`.
        message: as it was read.
        knowledge: the items, and the cues of ``lexicon/conversation.yml``.

    Returns:
        None where it does none of these; a question of the triage that is open comes first.
    """
    words, check = knowledge.daily_check, conversation.check
    starts = cues.is_all(message.text, words.starts) and not _negates(message.text)
    if check is None:
        return Heard(Act.STARTS) if starts else None
    if conversation.question is not None:
        return None
    text = choice(message.text, chips(check, knowledge))
    if cues.is_all(text, words.stops):
        return Heard(Act.STOPS)
    if starts:
        return Heard(Act.WAITS)
    item = asked(check, knowledge)
    if item is None:
        chosen = [form.id for form in words.forms if cues.plain(form.title) == cues.plain(text)]
        return Heard(Act.CHOOSES, chosen[0]) if chosen else None
    act = (
        _measured(text, message, knowledge)
        if item.kind == _TEMPERATURE
        else _yes_or_no(text, message, knowledge)
    )
    return Heard(act) if act else None


def no_answer(conversation: Conversation, message: Message, knowledge: Knowledge) -> Heard | None:
    """What a message is that says nothing else: no try to answer the open item, or one not understood."""
    if conversation.check is None or conversation.question is not None:
        return None
    waits = cues.starts_with(message.text, "no_answer", knowledge) is not None
    return Heard(Act.WAITS if waits or not message.text.strip() else Act.NOT_UNDERSTOOD)


def _negates(text: str) -> bool:
    return not _NEGATIONS.isdisjoint(cues.plain(text).split())


def _measured(text: str, message: Message, knowledge: Knowledge) -> Act | None:
    if any(
        value.kind == _TEMPERATURE and value.plausible and value.status is Status.PRESENT
        for value in message.reading.measurements
    ):
        return Act.YES
    unsure = ("check_not_measured", "answer_unsure", "answer_refuses")
    return Act.UNSURE if any(cues.says(text, cue, knowledge) for cue in unsure) else None


def _yes_or_no(text: str, message: Message, knowledge: Knowledge) -> Act | None:
    """A yes is one only where all of it is understood; a yes with more behind it is not sure."""
    if any(cues.says(text, cue, knowledge) for cue in ("answer_unsure", "answer_refuses")):
        return Act.UNSURE
    reports = message.reading.reports
    says_yes = any(cues.says(text, cue, knowledge) for cue in _ALL_IS_WELL)
    if says_yes and not reports and cues.consists_of(text, (*_ALL_IS_WELL, "check_beside"), knowledge):
        return Act.YES
    denies = cues.starts_with(text, "answer_no", knowledge) is not None
    if denies or cues.says(text, "check_changed", knowledge):
        return Act.NO
    starts_with_yes = cues.starts_with(text, "check_yes", knowledge) is not None
    return Act.UNSURE if starts_with_yes and not reports else None


def without_denials(message: Message, heard: Heard | None) -> Message:
    """The message without denials where an item failed: "no, he could not name it" denies nothing."""
    if heard is None or heard.act not in (Act.NO, Act.UNSURE):
        return message
    reading = message.reading
    findings = tuple(item for item in reading.findings if item.status in REPORTED)
    signs = tuple(item for item in reading.signs if item.status in REPORTED)
    return replace(message, reading=replace(reading, findings=findings, signs=signs))


def take(
    conversation: Conversation, heard: Heard | None, message: Message, knowledge: Knowledge, now: datetime
) -> Conversation:
    """The conversation with what a message does with the check.

    Args:
        conversation: with the message merged and the turn counted.
        heard: of `hear` or `no_answer`.
        message: for the words of what was not as ever.
        knowledge: the items.
        now: the time of the message.
    """
    check = conversation.check
    if heard and heard.act is Act.STARTS:
        return replace(conversation, check=DailyCheck(conversation.turn, now))
    if check is None:
        return conversation
    item = asked(check, knowledge)
    if heard is None and item and item.kind == _TEMPERATURE and _has_measured(conversation):
        heard = Heard(Act.YES)  # it was asked again, by the triage
    if heard is None:
        return conversation
    check = replace(check, turn=conversation.turn, time=now)
    act = heard.act
    if act is Act.NOT_UNDERSTOOD:
        if item is None or not check.reminded:
            return replace(conversation, check=replace(check, reminded=check.reminded + 1))
        act = Act.UNSURE
    if act is Act.STOPS:
        return _ended(conversation, check, CheckEnd.NOT_FINISHED)
    if act is Act.CHOOSES:
        return replace(conversation, check=replace(check, form=heard.form, reminded=0))
    if act is Act.WAITS or item is None:
        return replace(conversation, check=check)
    if act is Act.YES:
        return _with_next_item(conversation, check, knowledge)
    found = CheckFinding(item.id, NO if act is Act.NO else UNSURE, cues.quote(message.text))
    return _ended(conversation, replace(check, found=found), CheckEnd.NOT_AS_EVER)


def _with_next_item(conversation: Conversation, check: DailyCheck, knowledge: Knowledge) -> Conversation:
    check = replace(check, done=check.done + 1, reminded=0)
    if asked(check, knowledge) is None:
        return _ended(conversation, check, CheckEnd.AS_EVER)
    return replace(conversation, check=check)


def _has_measured(conversation: Conversation) -> bool:
    return any(
        value.kind == _TEMPERATURE and value.status is Status.PRESENT and value.turn == conversation.turn
        for value in conversation.values
    )


def interrupted(conversation: Conversation, now: datetime) -> Conversation:
    """The conversation without the running check: a warning came up that comes first.

    Args:
        conversation: with the message taken in.
        now: the time of the message.
    """
    check = conversation.check
    if check is None:
        return conversation
    check = replace(check, turn=conversation.turn, time=now)
    return _ended(conversation, check, CheckEnd.NOT_FINISHED)


def ended_now(conversation: Conversation) -> DailyCheck | None:
    """The check that the latest message ended."""
    last = conversation.checks[-1] if conversation.checks else None
    return last if last and last.turn == conversation.turn else None


def _ended(conversation: Conversation, check: DailyCheck, end: CheckEnd) -> Conversation:
    if not check.form:  # nothing was asked yet
        return replace(conversation, check=None)
    return replace(conversation, check=None, checks=(*conversation.checks, replace(check, end=end)))


def standing(conversation: Conversation, knowledge: Knowledge, now: datetime) -> Iterator[tuple[str, str]]:
    """The rules that ended checks stand for, each with what was not as ever in plain words.

    What was found counts for as long as everything that was said; where a later check of the same form was as
    ever, it is over, which is not the same as never.

    Args:
        conversation: what is remembered.
        knowledge: the items, and ``memory_hours``.
        now: the time.
    """
    oldest = now - timedelta(hours=float(knowledge.policy.numbers.memory_hours))
    recent = [check for check in conversation.checks if check.time >= oldest]
    for at, check in enumerate(recent):
        item = knowledge.daily_check.item(check.found.item) if check.found else None
        if check.found is None:
            continue
        later = recent[at + 1 :]
        is_over = any(one.end is CheckEnd.AS_EVER and one.form == check.form for one in later)
        rule = OVER_RULE if is_over else UNSURE_RULE if check.found.answer == UNSURE else CHANGED_RULE
        yield rule, item.lay if item else check.found.item
