"""Merging what was read in a message into what is remembered of the conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from blina.knowledge.base import Knowledge
from blina.knowledge.settings import Settings
from blina.reading.model import REPORTED, Reading, Sign, Status
from blina.triage import cues, daily_check, follow_up, values
from blina.triage.conversation import AGAIN, WORSE, Conversation, Report, SignReport
from blina.triage.turn import Message

UNLISTED = "unlisted"
UNLISTED_INTENT = "unlisted_complaint"
MOST_UNLISTED = 30  # far more than anybody has; each of them costs time at every turn
_WORSE_SIGN = "getting_worse"  # also the intent's name
_AGAIN_SIGN = "again"
_LONG_AGO = "long_ago"
_NOT = frozenset("not no never nothing hardly barely isnt arent doesnt wont hasnt havent didnt".split())
SIGN_INTENTS = ("self_harm", "infusion_trouble")
# Mentioning a known symptom in one of these is no new report of it.
_ASKING = ("ask_drug", "ask_medicine", "ask_bot", "ask_why", "summary", "feels_fine", "thanks", "goodbye")
# The stronger statement wins inside one message, and being sure wins over being unsure.
_STRENGTH = (Status.NOT_REPORTED, Status.DENIED, Status.PAST, Status.UNCERTAIN, Status.PRESENT)


@dataclass(frozen=True)
class Said:
    """What one message says about one symptom, all its mentions taken together."""

    symptom: str
    status: Status
    text: str
    qualifiers: frozenset[str]


def expire(conversation: Conversation, knowledge: Knowledge, now: datetime) -> Conversation:
    """Drop what was said or asked longer ago than the policy's ``memory_hours``.

    What the knowledge files no longer name (they may change in the middle of a conversation)
    goes too, except symptoms: those count as complaints that no list names.
    """
    oldest = now - timedelta(hours=float(knowledge.policy.numbers.memory_hours))
    questions, kinds = knowledge.wording["asked"], knowledge.wording["measured"]
    conversation = daily_check.expire(conversation, knowledge, now)
    question = conversation.question
    if question and (question.time < oldest or question.id not in questions):
        question = None
    return replace(
        conversation,
        reports=tuple(item for item in conversation.reports if item.time >= oldest),
        signs=tuple(
            item for item in conversation.signs if item.time >= oldest and item.id in knowledge.signs
        ),
        values=tuple(item for item in conversation.values if item.time >= oldest and item.kind in kinds),
        answers=tuple(
            item for item in conversation.answers if item.time >= oldest and item.question in questions
        ),
        asked=tuple(item for item in conversation.asked if item.time >= oldest),
        unclear=tuple(item for item in conversation.unclear if item.time >= oldest),
        told=tuple(item for item in conversation.told if item.time >= oldest),
        question=question,
        stands=conversation.stands if conversation.stands and conversation.stands.time >= oldest else None,
        events=tuple(
            item
            for item in conversation.events
            if item.time >= oldest and item.kind in knowledge.wording["progress_name"]
        ),
    )


def merge(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> Conversation:
    """The conversation after a message, before any answer to a question is worked out.

    Denials and corrections replace what was said, being unsure does not replace being sure,
    and a symptom that gets worse or is reported again is marked to step up.

    Args:
        conversation: what is remembered so far.
        message: the new message with its reading.
        knowledge: the knowledge files.
        settings: for the temperature that counts as fever.
        now: the time of the message.

    Returns:
        The conversation with the turn counted and everything in the message taken in.
    """
    conversation = expire(conversation, knowledge, now)
    conversation = replace(conversation, turn=conversation.turn + 1)
    is_within = any(item.corrects for item in message.reading.measurements)
    corrects = not is_within and cues.is_correction(message.text, knowledge)
    limits = values.Limits.of(knowledge, settings)
    is_unwell = cues.says(message.text, "unwell", knowledge)
    conversation = values.take_in(conversation, message.reading, corrects, limits, now, is_unwell)
    said, loose = _said(message, conversation, knowledge, limits)
    conversation = _with_signs(conversation, message, corrects, knowledge, now)
    conversation = _describe_earlier(conversation, said, loose, knowledge)
    conversation = follow_up.take_in(conversation, message, {item.symptom for item in said}, knowledge, now)
    for item in said:
        if not corrects:
            item = _over_is_not_never(item, conversation, message.text, limits, knowledge)
        course = _course(item.qualifiers, knowledge, known=False)
        if course is None and _is_repeat(conversation, item, message):
            course = AGAIN
        conversation = report(conversation, item, now, course)
    return values.settle(conversation, message.reading, corrects, limits, now)


def _over_is_not_never(
    item: Said, conversation: Conversation, text: str, limits: values.Limits, knowledge: Knowledge
) -> Said:
    """A denial of what was there, or in words that say that it was there, as said of something over.

    Only a plain correction takes it back. A number that still stands is dealt with by
    `blina.triage.values.settle`. Source: triage policy, step 11 ("Over is not never").
    """
    if item.status is not Status.DENIED:
        return item
    if values.alarming(item.symptom, conversation, limits):
        return item
    known = _known(conversation, item)
    was_there = known is not None and (known.present or known.status is Status.PAST)
    says_so = cues.says(item.text, "over", knowledge) or cues.says_loosely(text, "was_there", knowledge)
    if was_there or says_so:
        return replace(item, status=Status.PAST)
    return item


def report(conversation: Conversation, said: Said, now: datetime, course: str | None = None) -> Conversation:
    """The conversation with one more statement about a symptom.

    Args:
        conversation: with the turn already counted.
        said: the statement.
        now: its time.
        course: ``worse`` or ``again`` when it steps up.
    """
    said = replace(said, text=cues.quote(said.text))
    known = _known(conversation, said)
    present = said.status in REPORTED
    status = said.status
    if known and known.status is Status.PRESENT and status is Status.UNCERTAIN:
        status = Status.PRESENT
    kept = known if known and known.status is not Status.DENIED and present else None
    new = Report(
        symptom=said.symptom,
        status=status,
        text=said.text,
        turn=conversation.turn,
        time=now,
        first_turn=known.first_turn if known else conversation.turn,
        first_time=known.first_time if known else now,
        present_time=now if present else (known.present_time if known and status is Status.PAST else None),
        qualifiers=tuple(sorted(said.qualifiers.union(kept.qualifiers if kept else ()))),
        course=course or (kept.course if kept else None),
    )
    others = tuple(report for report in conversation.reports if report is not known)
    return replace(conversation, reports=_not_too_many((*others, new)))


def _not_too_many(reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """The reports without the oldest of very many unlisted complaints; those that are over go first."""
    unlisted = sorted((item for item in reports if item.symptom == UNLISTED), key=lambda item: item.present)
    dropped = unlisted[: max(0, len(unlisted) - MOST_UNLISTED)]
    return tuple(item for item in reports if item not in dropped) if dropped else reports


def _known(conversation: Conversation, said: Said) -> Report | None:
    for known in conversation.reports:
        if known.symptom == said.symptom and (
            said.symptom != UNLISTED or cues.plain(known.text) == cues.plain(said.text)
        ):
            return known
    return None


def _said(
    message: Message, conversation: Conversation, knowledge: Knowledge, limits: values.Limits
) -> tuple[list[Said], frozenset[str]]:
    """What the message says, symptom by symptom, and the signs that describe none of them in particular."""
    reading = message.reading
    said: dict[tuple[str, str], Said] = {}
    for finding in values.without_measured(reading, limits, knowledge.values):
        _add(said, Said(finding.symptom, finding.status, finding.text, frozenset(finding.qualifiers)))
    for sign in reading.signs:
        words = knowledge.signs.get(sign.id)
        if words and words.implies and sign.status in REPORTED:
            _add(said, Said(words.implies, sign.status, sign.text, frozenset({sign.id})))
    for symptom, status, text in values.meanings(reading, limits):
        _add(said, Said(symptom, status, text, frozenset()))
    is_measured = values.is_only_measured(message.text, reading, knowledge.values)
    if not is_measured and not any(item.status in REPORTED for item in said.values()):
        for sign in _homeless(reading, conversation, knowledge):
            _add(said, Said(UNLISTED, sign.status, message.text, frozenset({sign.id})))
        if (
            message.intent == UNLISTED_INTENT
            and not said
            and not _describes(reading, conversation, knowledge)
        ):
            _add(said, Said(UNLISTED, Status.PRESENT, message.text, frozenset()))
    items = [item for item in said.values() if item.status is not Status.NOT_REPORTED]
    loose = _loose(message, items, knowledge)
    course = set(knowledge.policy.course.raised_by)
    describing = loose & (cues.describing_signs(knowledge) | course)
    return [
        replace(item, qualifiers=item.qualifiers | describing) if item.status in REPORTED else item
        for item in items
    ], loose


def _describes(reading: Reading, conversation: Conversation, knowledge: Knowledge) -> bool:
    """Whether the message describes what was reported before ("it is severe") and names nothing new."""
    describing = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
    said = any(sign.id in describing and sign.status in REPORTED for sign in reading.signs)
    return said and any(known.present for known in conversation.reports)


def _homeless(reading: Reading, conversation: Conversation, knowledge: Knowledge) -> Iterator[Sign]:
    """Signs that say something is wrong ("heart racing") while no symptom or rule takes them up.

    They are complaints that no list names, so they must not be lost.
    """
    terms = {all_of[0] for rule in knowledge.policy.rules for all_of in rule.any_of if len(all_of) == 1}
    for known in conversation.reports:
        symptom = knowledge.symptoms.get(known.symptom)
        if symptom and known.present:
            terms.update(term for item in symptom.escalations for all_of in item.any_of for term in all_of)
    no_complaint = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
    no_complaint |= cues.circumstances(knowledge)
    for sign in reading.signs:
        if sign.status in REPORTED and sign.id not in terms | no_complaint:
            yield sign


def _add(said: dict[tuple[str, str], Said], new: Said) -> None:
    key = (new.symptom, cues.plain(new.text) if new.symptom == UNLISTED else "")
    old = said.get(key)
    if old is None:
        said[key] = new
        return
    stronger, weaker = sorted((old, new), key=lambda item: _STRENGTH.index(item.status), reverse=True)
    qualifiers = stronger.qualifiers | (weaker.qualifiers if weaker.status in REPORTED else frozenset())
    said[key] = replace(stronger, qualifiers=qualifiers)


def _loose(message: Message, items: Iterable[Said], knowledge: Knowledge) -> frozenset[str]:
    said = {sign.id for sign in message.reading.signs if sign.status in REPORTED}
    if message.intent == _WORSE_SIGN and not _is_not_worse(message, said, knowledge):
        said.add(_WORSE_SIGN)
    return frozenset(said.difference(*(item.qualifiers for item in items)))


def _is_not_worse(message: Message, said: set[str], knowledge: Knowledge) -> bool:
    """Whether the words speak against the classifier: "still hurting", "no, it's mild"."""
    denies = cues.starts_with(message.text, "answer_no", knowledge) is not None
    eases, left = cues.without(message.text, "eases", knowledge)
    eases = eases and _NOT.isdisjoint(left.split())
    denies = denies or "mild" in said or eases
    return _AGAIN_SIGN in said or (denies and _WORSE_SIGN not in said)


def _course(signs: frozenset[str], knowledge: Knowledge, known: bool) -> str | None:
    """What signs say about the course; "again" counts only for what was known before."""
    course = signs & set(knowledge.policy.course.raised_by)
    if course - {_AGAIN_SIGN}:
        return WORSE
    return AGAIN if course and known else None


def _with_signs(
    conversation: Conversation, message: Message, corrects: bool, knowledge: Knowledge, now: datetime
) -> Conversation:
    signs = {sign.id: sign for sign in conversation.signs}
    before = {sign.id for sign in conversation.signs if sign.present or sign.status is Status.PAST}
    no_complaint = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
    before -= no_complaint | cues.circumstances(knowledge)
    ordered = sorted(message.reading.signs, key=lambda sign: _STRENGTH.index(sign.status))
    for sign in ordered:
        status = sign.status
        if status is Status.DENIED and sign.id in before and not corrects:
            status = Status.PAST  # over is not never
        is_recent = not any(one.id == _LONG_AGO for one in ordered)
        if status is Status.PAST and sign.id == follow_up.INFUSION and (is_recent or sign.id in before):
            status = follow_up.infusion_status(message, knowledge)
        if status is not Status.NOT_REPORTED:
            signs[sign.id] = SignReport(sign.id, status, cues.quote(sign.text), conversation.turn, now)
    intent = message.intent
    if intent in SIGN_INTENTS and not any(sign.id == intent for sign in ordered):
        signs[intent] = SignReport(intent, Status.PRESENT, cues.quote(message.text), conversation.turn, now)
    return replace(conversation, signs=tuple(signs.values()))


def _is_repeat(conversation: Conversation, said: Said, message: Message) -> bool:
    """Whether a present symptom was reported before, and the message is no answer or question about it."""
    if said.status not in REPORTED or message.intent in _ASKING:
        return False
    question = conversation.question
    if question and said.symptom in question.about:
        return False
    known = _known(conversation, said)
    return bool(known and known.present_time)


def _describe_earlier(
    conversation: Conversation, said: Iterable[Said], loose: frozenset[str], knowledge: Knowledge
) -> Conversation:
    """Take "it is crushing" or "it is getting worse" as said about everything still there.

    Which one is meant cannot be known, so all of them are: the more urgent answer.
    """
    course = _course(loose, knowledge, known=True)
    describing = loose & cues.describing_signs(knowledge)
    if any(item.status in REPORTED for item in said):
        describing = frozenset()
    return replace(
        conversation,
        reports=tuple(
            replace(
                known,
                qualifiers=tuple(sorted(describing.union(known.qualifiers))),
                course=course or known.course,
            )
            if known.present
            else known
            for known in conversation.reports
        ),
    )
