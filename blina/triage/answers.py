"""Understanding the answer to the open question, tapped or typed, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from blina.knowledge.base import Knowledge
from blina.knowledge.settings import Settings
from blina.knowledge.wording import Voice
from blina.reading.model import REPORTED, Reading, Status
from blina.triage import (
    amounts,
    asking,
    cues,
    disagreement,
    follow_up,
    heard,
    listed,
    memory,
    positions,
    questions,
)
from blina.triage.chips import choice
from blina.triage.conversation import Answer, Conversation, OpenQuestion, SignReport, Unclear
from blina.triage.list_pieces import pieces
from blina.triage.memory import Said
from blina.triage.policy import MEDICINE_SIGN, SCREENING
from blina.triage.questions import (
    AGAIN_PREFIX,
    FEVERISH,
    HAVE_IT,
    SURE,
    chips_of,
    denied_since,
)
from blina.triage.turn import Chip, Message

YES, NO, UNSURE, REFUSED, NOT_UNDERSTOOD = "yes", "no", "unsure", "refused", "not_understood"
GIVEN = "given"  # the value that was asked again
_OTHER = "other"  # understood, but no answer, or not to all of the question
_NONE_OF_THOSE = "none_of_those"
# Intents that are no try to answer.
_SOMETHING_ELSE = frozenset(
    "ask_drug ask_medicine ask_bot ask_why summary forget_me".split()
    + "greet goodbye thanks feels_fine abuse deny".split()
)
# Intents that the page itself offers beside a question: they leave it open.
_BESIDE = frozenset({"ask_why", "summary", "forget_me"})
# What the learned reader takes a message for, as an answer; its other acts are none.
_ACTS = {"answer_yes": YES, "answer_no": NO, "answer_unsure": UNSURE, "answer_refuses": REFUSED}
_SAYS_UNSURE = ("answer_unsure", "answer_partly", "answer_not_well")
_MAY_ANSWER = ("report", "other")  # acts under which an answer that is not understood stays one
_SURE_OF_ACT = 0.6
_FEW_WORDS = 2
_LATEST_ANSWER = 2  # messages after the one that closed the question
_VERY_SURE_OF_ACT = 0.9
_SPEAKS_BEFORE = r"\s*(?:(?:and|but|well|so|ok|no|nope|yes)[\s,]+)*"
_SPEAKS = r"(?:says?|said|keeps saying|is saying|tells? me|answers|answered)[\s,:]+"
_OWNERS = "i|he|she|mine|his|hers|we"
_HAS = "(?:is|am|does|do|has|have|got|had)(?: (?:it|one|that|them|those|this|now|too|today))*"
_BARE_NO = re.compile(r"\s*no\s+", re.IGNORECASE)
_BESIDE_NUMBERS = re.compile(
    r"^\s*(?:(?:yes|yeah|just|only|its|it's|the)\b[\s,:]*)+|(?<![\s,])[\s,]*\b(?:please|yes)\s*$", re.I
)


def take(
    conversation: Conversation, message: Message, knowledge: Knowledge, settings: Settings, now: datetime
) -> Conversation:
    """Work out what a message answers to the open question.

    Being unsure, refusing and answers that are not understood count like the alarming answer. What is
    no answer at all leaves an important question open once, is kept, and then counts as not understood.

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
        return _thought_again(conversation, message, knowledge, now)
    chips = chips_of(question, conversation, Voice(knowledge, settings))
    message = replace(message, text=_chosen(message.text, chips))
    if message.intent in _BESIDE and not message.reading.findings and not message.reading.signs:
        return conversation
    answer = _understood(question, conversation, message, knowledge)
    if _asks_back(answer, message, knowledge):
        if _is_important(question) and asking.asked(message, knowledge):
            return replace(conversation, question=replace(question, reminded=max(question.reminded, 1)))
        answer = _OTHER
    if answer == _OTHER:
        important = _is_important(question)
        if not important and _goes_on(question, message, conversation, knowledge):
            return replace(conversation, question=None)
        if question.reminded == 0:
            return _kept(message, replace(conversation, question=replace(question, reminded=1)), now)
        if not important:
            return replace(_kept(message, conversation, now), question=None)
        if _denies_more(question, conversation, message.reading, knowledge):
            return conversation  # the list is gone through one by one
        answer = NOT_UNDERSTOOD
    return apply(question, answer, conversation, message, knowledge, now)


def _goes_on(
    question: OpenQuestion, message: Message, conversation: Conversation, knowledge: Knowledge
) -> bool:
    """Whether a message leaves a question behind that need not be answered."""
    if question.id == HAVE_IT:  # asked once more, unless something else is asked or reported
        reports = heard.reports_more_than(message, frozenset())
        return reports or heard.is_question(message, knowledge)
    return not _is_no_answer(message, conversation, knowledge)


def _thought_again(
    conversation: Conversation, message: Message, knowledge: Knowledge, now: datetime
) -> Conversation:
    """The conversation where a no to the check question is taken back ("actually, the breathing")."""
    last = conversation.answers[-1] if conversation.answers else None
    if last is None or (last.question, last.answer) != (SCREENING, NO):
        return conversation
    if conversation.turn - last.turn > _LATEST_ANSWER or "?" in message.text:
        return conversation
    text = message.text
    items = listed.items_in(text, knowledge)
    kinds = ("answer_again", *(f"screening_{item}" for item in items), *(() if items else ("answer_yes",)))
    is_yes = bool(items) or cues.says(text, "answer_second_thought", knowledge)
    says_only_yes = cues.consists_of(text, ("answer_yes",), knowledge)  # "yes" may mean "yes, I will"
    if not is_yes or says_only_yes or not cues.consists_of(text, kinds, knowledge):
        return conversation
    question = next(item for item in reversed(conversation.asked) if item.id == SCREENING)
    titles = [knowledge.wording["screening_chip"][item] for item in items]
    conversation = apply(question, YES, conversation, message, knowledge, now)
    return _name_tapped(replace(message, text=", ".join(titles)), conversation, knowledge, now)


def gone_through(message: Message, conversation: Conversation, knowledge: Knowledge) -> Message:
    """The message with what it says of the check question's items one by one, where that is open.

    Args:
        message: as it was read.
        conversation: before the message.
        knowledge: the words for items and answers.
    """
    question = conversation.question
    if question is None or question.id != SCREENING:
        return message
    found = pieces(message.text, knowledge)
    items = questions.items_left(question, conversation, knowledge)
    reading = listed.settled(message.reading, found, knowledge)
    return replace(message, reading=positions.settled(reading, message.text, found, items, knowledge))


def _is_important(question: OpenQuestion) -> bool:
    return question.id in (SCREENING, FEVERISH, SURE) or question.id.startswith(AGAIN_PREFIX)


def _asks_back(answer: str, message: Message, knowledge: Knowledge) -> bool:
    """Whether the message asks instead of answering and tells nothing.

    What is asked about the advice leaves an important question open, however often, since it never raises
    how urgent it is; another subject is no answer.
    """
    beside = cues.describing_signs(knowledge) | cues.steering_signs(knowledge) | cues.circumstances(knowledge)
    if answer not in (_OTHER, NOT_UNDERSTOOD, UNSURE) or heard.reports_more_than(message, beside):
        return False
    if answer == UNSURE:  # "maybe?" answers, "do you mean right now?" does not
        asks = cues.starts_with(message.text, "asks", knowledge) is not None
        return asks and not cues.says(message.text, "answer_unsure", knowledge)
    return heard.is_question(message, knowledge)


def _denies_more(
    question: OpenQuestion, conversation: Conversation, reading: Reading, knowledge: Knowledge
) -> bool:
    """Whether a message denies one more thing that the check question asks about, and reports nothing."""
    asked = {symptom for item in knowledge.policy.screening for symptom in (item.symptom, *item.also)}
    said = [item.status for item in reading.findings] + [sign.status for sign in reading.signs]
    denies = any(
        report.status is Status.DENIED and report.first_turn == conversation.turn and report.symptom in asked
        for report in conversation.reports
    )
    return question.id == SCREENING and denies and not any(status in REPORTED for status in said)


def _chosen(text: str, chips: Sequence[Chip]) -> str:
    """The text, or the values of the chips whose numbers it names ("2", "just 3", "yes, 1 and 4")."""
    bare = _BESIDE_NUMBERS.sub("", text)
    return choice(bare if any(character.isdigit() for character in bare) else text, chips)


def _kept(message: Message, conversation: Conversation, now: datetime) -> Conversation:
    """The conversation with a message that answered nothing, in the patient's words for the summary."""
    if not message.text.strip():
        return conversation
    said = Unclear(cues.quote(message.text), conversation.turn, now, complaint=False)
    return replace(conversation, unclear=(*conversation.unclear, said))


def suspect(
    kind: str, text: str, conversation: Conversation, knowledge: Knowledge, now: datetime
) -> Conversation:
    """Take a value that cannot be told as the symptom that it might mean."""
    meant = Said(knowledge.policy.means[kind], Status.UNCERTAIN, text, frozenset())
    return memory.report(conversation, meant, now)


def _understood(
    question: OpenQuestion, conversation: Conversation, message: Message, knowledge: Knowledge
) -> str:
    """The answer, from two readings of the message; what is more urgent wins where they differ."""
    reading = message.reading
    if question.id.startswith(AGAIN_PREFIX):
        return _value_again(question, reading, message, knowledge)
    tapped = _tapped(question, message, knowledge)
    if tapped:
        return tapped
    if cues.says(message.text, "answer_refuses", knowledge):
        return REFUSED
    message = replace(message, text=_as_spoken(message.text, knowledge))
    plain = _plain_answer(question, message, knowledge)
    if plain is None and question.id == SCREENING:
        plain = _by_place(question, conversation, message, knowledge)
    if plain:
        return plain
    answer = _read(question, conversation, message, knowledge)
    is_open = answer == NOT_UNDERSTOOD or (answer == UNSURE and not _says_unsure(message, knowledge))
    if is_open and _is_no_answer(message, conversation, knowledge):
        answer = _OTHER
    answer = _with_act(question, answer, message, knowledge)
    # as urgent, but nobody said that they are not sure
    is_told = reading.act == "answer_unsure" or message.intent == "unsure" or _says_unsure(message, knowledge)
    return NOT_UNDERSTOOD if answer == UNSURE and not is_told and question.id == SCREENING else answer


def is_late_no(before: Conversation, message: Message, knowledge: Knowledge) -> bool:
    """Whether it is the no to the check question that was missing when that was closed without an answer.

    Args:
        before: the conversation before the message.
        message: what was written.
        knowledge: the words of a no.
    """
    last = before.answers[-1] if before.answers else None
    if before.question or last is None or last.question != SCREENING or last.answer in (YES, NO):
        return False
    if before.turn - last.turn > _LATEST_ANSWER:
        return False
    said = [finding.status for finding in message.reading.findings]
    said += [sign.status for sign in message.reading.signs if sign.id != _NONE_OF_THOSE]
    if any(status in REPORTED for status in said):
        return False
    text = _as_spoken(message.text, knowledge)
    is_no = cues.starts_with(text, "answer_no", knowledge) is not None
    return is_no and cues.consists_of(text, ("answer_no", "answer_rest"), knowledge)


def _as_spoken(text: str, knowledge: Knowledge) -> str:
    """The answer of the one who is asked, where somebody else types it: "no she says no", "mum says yes"."""
    relations = cues.any_of("carer_of", knowledge)
    found = re.match(rf"{_SPEAKS_BEFORE}(?:he|she|they|(?:my |our )?(?:{relations}))\s+{_SPEAKS}", text, re.I)
    if found is None:
        return text
    said = text[found.end() :]
    answers = ("answer_no", "answer_yes", "answer_unsure", "answer_hedge")
    is_answer = any(cues.starts_with(said, cue, knowledge) is not None for cue in answers)
    return said if is_answer else text  # "she says it hurts"


def _says_unsure(message: Message, knowledge: Knowledge) -> bool:
    """Whether its words say so; "let me ask her" is only the classifier's guess."""
    text = message.text
    if cues.starts_with(text, "answer_hedge", knowledge) is not None:
        return True
    return any(cues.says(text, cue, knowledge) for cue in _SAYS_UNSURE)


def _with_act(question: OpenQuestion, answer: str, message: Message, knowledge: Knowledge) -> str:
    """The answer beside what the learned reader takes the message for."""
    reading = message.reading
    if not reading.act or reading.act_confidence < _SURE_OF_ACT:
        return answer
    learned = _ACTS.get(reading.act)
    if answer == _OTHER and cues.consists_of(message.text, ("no_answer", "no_answer_only"), knowledge):
        return answer  # nobody says yes with "thanks"
    if learned is None:
        no_answer = reading.act not in _MAY_ANSWER
        return _OTHER if no_answer and answer == NOT_UNDERSTOOD else answer
    urgency = (questions.calm(question, knowledge), _OTHER, NOT_UNDERSTOOD, REFUSED, UNSURE)
    if learned == urgency[0] and question.id == SCREENING and not _denies(message, knowledge):
        return answer  # "stopped", "whatever": many things are asked, and no word of it denies any
    if answer == NOT_UNDERSTOOD and learned == urgency[0]:
        # "did not take any paracetamol" denies no fever
        elsewhere = not _asks_of_medicine(question, knowledge) and asking.names_medicine(message, knowledge)
        return _OTHER if elsewhere else learned
    is_no = message.intent == "deny" and learned == urgency[0] and answer != YES
    if is_no and _is_bare(reading):
        return learned  # both readers hear nothing but a no: "never", "not once"
    if answer == UNSURE and learned == questions.alarming(question, knowledge):
        return UNSURE  # as urgent, and nobody said yes
    ranked = {name: rank for rank, name in enumerate(urgency)}
    return max(answer, learned, key=lambda name: ranked.get(name, len(ranked)))


def _denies(message: Message, knowledge: Knowledge) -> bool:
    """Whether a word of it denies anything: "he says no", "never", "not at present"."""
    return cues.says(message.text, "denying_words", knowledge)


def _is_bare(reading: Reading) -> bool:
    """Whether nothing was found in it, and the learned reader is very sure of what it does."""
    found = reading.findings or reading.measurements or reading.signs
    return not found and reading.act_confidence >= _VERY_SURE_OF_ACT


def _asks_of_medicine(question: OpenQuestion, knowledge: Knowledge) -> bool:
    entry = knowledge.policy.questions.get(question.id)
    return entry is not None and MEDICINE_SIGN in entry.signs


def _is_no_answer(message: Message, conversation: Conversation, knowledge: Knowledge) -> bool:
    """Whether the message does not even try to answer: "hang on", "since six", "that's five now"."""
    text = message.text.strip()
    return (
        cues.starts_with(text, "no_answer", knowledge) is not None
        or cues.consists_of(text, ("no_answer_only",), knowledge)
        or amounts.is_age_or_time(text)
        or text.startswith("*")  # an edited message, as people mark it
        or any(cues.plain(text) == cues.plain(report.text) for report in conversation.reports)
        or follow_up.belongs(message, conversation, knowledge)
        or follow_up.says_over(text, knowledge)
    )


def _plain_answer(question: OpenQuestion, message: Message, knowledge: Knowledge) -> str | None:
    """A number, which no reading of the words can turn: "6 out of 10", "2"."""
    entry, numbers = knowledge.policy.questions.get(question.id), knowledge.policy.numbers
    number = entry.number if entry else None
    if number == "scale" and (bad := amounts.scale(message.text)) is not None:
        return YES if bad >= numbers.severe_from else NO
    if number == "count" and (many := amounts.count(message.text)) is not None:
        return YES if many >= numbers.many_a_day else NO
    if entry and entry.hours and (minutes := amounts.minutes(message.text)) is not None:
        return YES if minutes >= 60 * float(entry.hours) else NO
    return None


def _read(question: OpenQuestion, conversation: Conversation, message: Message, knowledge: Knowledge) -> str:
    """The answer by the words."""
    reading = message.reading
    entry = knowledge.policy.questions.get(question.id)
    alarming, calm = questions.alarming(question, knowledge), questions.calm(question, knowledge)
    signs = {sign.id: sign.status for sign in reading.signs}
    said = {qualifier for f in reading.findings if f.status in REPORTED for qualifier in f.qualifiers}
    said |= {sign for sign, status in signs.items() if status in REPORTED}
    if entry and said & set(entry.signs):
        return alarming
    if entry and any(signs.get(sign) is Status.DENIED for sign in entry.signs):
        return calm
    if entry and entry.number == "scale" and "mild" in said:
        return NO
    for answer in (NO, YES):
        if _plainly(answer, question, message, knowledge):
            return answer
    if question.id == HAVE_IT and _owns(message.text, knowledge):
        return YES
    if question.id == FEVERISH and any(
        f.symptom in knowledge.policy.roles.feverish and f.status in REPORTED for f in reading.findings
    ):
        return YES
    if question.id == SCREENING:
        return _screened(question, conversation, message, knowledge)
    if question.id in (SURE, HAVE_IT) and (settled := _settled(question, reading)):
        return settled
    return _worded(question, message, knowledge, clear_only=False)


def _owns(text: str, knowledge: Knowledge) -> bool:
    """Whether it ends with whose it is: "my dad is", "no wait, I mean mine does"."""
    relations = cues.any_of("carer_of", knowledge)
    return re.search(rf"\b(?:(?:my |our )?(?:{relations})|{_OWNERS}) {_HAS}$", cues.plain(text)) is not None


def _settled(question: OpenQuestion, reading: Reading) -> str | None:
    """What the message says plainly of the symptom or sign that two readings disagreed about."""
    said = {item.symptom: item.status for item in reading.findings}
    said |= {sign.id: sign.status for sign in reading.signs}
    status = said.get(question.about[0])
    if status in REPORTED:
        return YES
    return NO if status in (Status.DENIED, Status.PAST) else None


def _tapped(question: OpenQuestion, message: Message, knowledge: Knowledge) -> str | None:
    text = cues.plain(message.text)
    chips = knowledge.wording["chip"]
    if question.id == SCREENING and _named_chips(message.text, knowledge):
        return YES
    if text in (cues.plain(chips["no"]), cues.plain(chips["none_of_these"])):
        return NO
    if text == cues.plain(chips["yes"]):
        return YES
    return UNSURE if text == cues.plain(chips["unsure"]) else None


def _named_chips(text: str, knowledge: Knowledge) -> list[str]:
    """The items of the screening question that were tapped, or chosen by number ("1 and 3")."""
    chips = knowledge.wording["screening_chip"]
    items = dict(zip(cues.plain_all(chips.values()), chips, strict=True))
    beside = {cues.plain(knowledge.wording["chip"][name]) for name in ("unsure", "none_of_these")}
    parts = [cues.plain(part) for part in text.split(", ")]
    if not all(part in items or part in beside for part in parts):
        return []
    return [items[part] for part in parts if part in items]


def _plainly(answer: str, question: OpenQuestion, message: Message, knowledge: Knowledge) -> bool:
    """Whether the message says so in words that belong to this question ("only twice")."""
    cue = f"answer_{question.id}_{answer}"
    return cue in knowledge.cues and cues.says(message.text, cue, knowledge)


def _worded(question: OpenQuestion, message: Message, knowledge: Knowledge, clear_only: bool) -> str:
    """The answer in typed words; the words themselves weigh more than the classifier's intent.

    With ``clear_only``, "not really" is unsure and the intent ``deny`` alone is no answer.
    """
    text = message.text
    if cues.says(text, "answer_unsure", knowledge) or message.intent == "unsure":
        return UNSURE
    # the longest cue wins: "i do" and "i do not"
    known = {YES: "answer_yes", NO: "answer_no"}
    if clear_only:
        known = {UNSURE: "answer_hedge", **known}
    rests = {answer: cues.starts_with(text, cue, knowledge) for answer, cue in known.items()}
    starts = {answer: len(rest) for answer, rest in rests.items() if rest is not None}
    if starts:
        statement = _statement(question, message, knowledge)
        begins_with_yes = min(starts, key=lambda answer: starts[answer]) == YES
        if statement and (statement == _OTHER or not clear_only or begins_with_yes):
            return statement  # "he has his tablets" is no yes
        if _denies_something_else(question, message, knowledge):
            return _OTHER
        answer = min(starts, key=lambda answer: starts[answer])
        second = answer == NO and cues.says(rests[NO] or "", "answer_second_thought", knowledge)
        return YES if second else answer
    if not clear_only:
        for answer in (NO, YES):
            if cues.ends_with(text, known[answer], knowledge):  # "quite bad, yes"
                return answer
    return _by_intent(message, clear_only)


def _by_intent(message: Message, clear_only: bool) -> str:
    """The answer where no word of it is known."""
    if message.intent == "affirm":
        act, sure = message.reading.act, message.reading.act_confidence >= _SURE_OF_ACT
        return YES if act == "answer_yes" and sure else NOT_UNDERSTOOD  # nobody said yes
    if message.intent == "deny" and not clear_only:
        return NO
    reading = message.reading
    if reading.findings or reading.signs or reading.measurements or message.intent in _SOMETHING_ELSE:
        return _OTHER
    return NOT_UNDERSTOOD


def _denies_something_else(question: OpenQuestion, message: Message, knowledge: Knowledge) -> bool:
    """Whether the no at the start belongs to a symptom that was not asked about: "no fever, no chills"."""
    if question.id == SCREENING or question.id not in knowledge.policy.questions:
        return False
    return any(
        finding.status is Status.DENIED
        and finding.symptom not in question.about
        and _BARE_NO.fullmatch(message.text[: finding.start])
        for finding in message.reading.findings
    )


def _statement(question: OpenQuestion, message: Message, knowledge: Knowledge) -> str | None:
    """What it is when it only begins like an answer: "I have a sore throat", "I don't like this".

    Returns:
        "other" for something else that is there, "unsure" for being unwell, "not_understood" for what says
        nothing of the question (the learned reader may know better), None for an answer.
    """
    rest = cues.starts_with(message.text, "answer_elliptic", knowledge)
    if not rest:
        return None
    reading = message.reading
    told = [item.status for item in reading.findings if item.symptom not in question.about]
    told += [item.status for item in reading.signs if not knowledge.signs[item.id].says_how]
    told += [item.status for item in reading.measurements]
    if set(told) - {Status.DENIED}:
        return _OTHER
    if cues.says(message.text, "answer_not_well", knowledge):
        return UNSURE
    if cues.says(rest, "speaks_of_medicines", knowledge) and not _asks_of_medicine(question, knowledge):
        return _OTHER
    is_answer = cues.consists_of(rest, ("answer_rest", "answer_elliptic_rest"), knowledge)
    return None if reading.findings or reading.signs or is_answer else NOT_UNDERSTOOD


def _screened(
    question: OpenQuestion, conversation: Conversation, message: Message, knowledge: Knowledge
) -> str:
    """The answer to the check question; only a clear no to all of it is a no."""
    text, findings = message.text, message.reading.findings
    signs = {sign.id: sign.status for sign in message.reading.signs}
    asked = {item.symptom for item in knowledge.policy.screening}
    also = {symptom for item in knowledge.policy.screening for symptom in item.also}
    present = {finding.symptom for finding in findings if finding.status in REPORTED}
    denied = {finding.symptom for finding in findings if finding.status is Status.DENIED}
    new = present - set(question.about)
    if new & (asked | also):
        return YES
    in_list = listed.listed(text, knowledge)
    if in_list.yes or in_list.rest or in_list.another:
        return YES
    if in_list.rest is False and not new:
        return NO
    if cues.says(text, "answer_partly", knowledge):
        return UNSURE
    excepted = _excepted(question, text, present, signs, knowledge)
    if excepted:
        return excepted
    if signs.get(_NONE_OF_THOSE, Status.NOT_REPORTED) is not Status.NOT_REPORTED:
        return NO  # "none of those" is a no, however the reader takes its own negation
    if denied_since(question, conversation) >= asked - set(question.about) and not new:
        return NO
    if listed.names_only_items(text, knowledge) and not denied:
        return YES
    return _screened_in_words(question, message, present, denied, conversation, knowledge)


def _by_place(
    question: OpenQuestion, conversation: Conversation, message: Message, knowledge: Knowledge
) -> str | None:
    """The answer of a list that names no items; None where its words alone do not say it.

    Named places that are fewer than what was asked leave the rest open.
    """
    text = message.text
    before = tuple(report for report in conversation.reports if report.turn < conversation.turn)
    items = questions.items_left(question, replace(conversation, reports=before), knowledge)
    found = positions.places(text, pieces(text, knowledge), items, knowledge)
    if found is None:
        return None
    said = [place.yes for place in found.said]
    if True in said:
        return YES
    if None in said:
        return UNSURE
    told = any(finding.status in REPORTED for finding in message.reading.findings)
    doubts = any(cues.says(text, cue, knowledge) for cue in (*_SAYS_UNSURE, "answer_except"))
    beside = cues.steering_signs(knowledge)
    if told or doubts or any(s.status in REPORTED and s.id not in beside for s in message.reading.signs):
        return None
    if found.whole:
        return NO if found.bare else None
    return _OTHER if found.named else None


def _excepted(
    question: OpenQuestion,
    text: str,
    present: set[str],
    signs: Mapping[str, Status],
    knowledge: Knowledge,
) -> str | None:
    """What an exception to a no means ("none except the walking"); None where there is none.

    An exception that names nothing of the question and no other complaint is not understood: unsure.
    """
    rest = cues.starts_with(text, "answer_no", knowledge)
    denies = rest is not None or _NONE_OF_THOSE in signs
    tail = cues.after(text if rest is None else rest, "answer_except", knowledge)
    if tail is None:
        return None
    about = {item.id for item in knowledge.policy.screening if item.symptom in question.about}
    if set(listed.items_in(tail, knowledge)) - about and not _denies_items(tail, knowledge):
        return YES if denies or cues.says(text, "answer_only", knowledge) else None
    if not denies or present or not tail:
        return None
    return None if cues.consists_of(tail, ("answer_rest",), knowledge) else UNSURE


def _denies_items(text: str, knowledge: Knowledge) -> bool:
    return cues.starts_with(text, "answer_no", knowledge) is not None


def _screened_in_words(
    question: OpenQuestion,
    message: Message,
    present: set[str],
    denied: set[str],
    conversation: Conversation,
    knowledge: Knowledge,
) -> str:
    text = message.text
    worded = _worded(question, message, knowledge, clear_only=True)
    if worded == UNSURE and denied and not cues.says(text, "answer_unsure", knowledge):
        return _OTHER
    if worded in (YES, UNSURE):
        return worded
    if worded == NO:
        # "no fever" denies one thing; "no, no fever" and "no, just tired" deny all of it
        rest = cues.starts_with(text, "answer_no", knowledge) or ""
        if denied:
            starts_over = cues.starts_with(rest, "answer_no", knowledge) is not None or _comma_first(text)
            return NO if starts_over else _OTHER
        if cues.says(text, "answer_not_well", knowledge):
            return UNSURE
        clear = not rest or cues.consists_of(rest, ("answer_rest",), knowledge) or bool(present)
        return NO if clear else _OTHER if _only_denies(rest, message.reading) else UNSURE
    known = {report.symptom for report in conversation.reports if report.first_turn < conversation.turn}
    only = cues.says(text, "answer_only", knowledge) and bool(present)
    if (only or cues.says(text, "answer_nothing_else", knowledge)) and present <= known:
        return NO
    if cues.says(text, "answer_not_well", knowledge) and not denied and present <= {memory.UNLISTED}:
        return UNSURE  # "he's not ok" does not say of what
    return worded


def _only_denies(rest: str, reading: Reading) -> bool:
    """Whether a word or two behind a no, which is no plain no, tell nothing: "no change"."""
    if len(rest.split()) > _FEW_WORDS:
        return False  # "no he is staring at the wall"
    return reading.act == "answer_no" and reading.act_confidence >= _SURE_OF_ACT


def _comma_first(text: str) -> bool:
    """Whether the first word stands for itself: "no, ..." or "No. ..."."""
    return bool(re.match(r"\s*\w+\s*[,.!;:–—-]", text))


def _value_again(question: OpenQuestion, reading: Reading, message: Message, knowledge: Knowledge) -> str:
    kind = question.id[len(AGAIN_PREFIX) :]
    if any(item.kind == kind and item.plausible for item in reading.measurements):
        return GIVEN
    if any(item.kind == kind for item in reading.measurements):
        return UNSURE
    worded = _worded(question, message, knowledge, clear_only=True)
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
        answer: ``yes``, ``no``, ``unsure``, ``refused``, ``not_understood`` or ``given``.
        conversation: with the message merged.
        message: the answer in the patient's words.
        knowledge: the knowledge files.
        now: the time of the message.
    """
    about = () if question.id.startswith(AGAIN_PREFIX) else question.about
    given = Answer(question.id, answer, cues.quote(message.text), conversation.turn, now, about)
    conversation = replace(conversation, question=None, answers=(*conversation.answers, given))
    status = Status.PRESENT if answer == YES else Status.UNCERTAIN
    if question.id == SCREENING:
        return _name_tapped(message, conversation, knowledge, now) if answer == YES else conversation
    if question.id.startswith(AGAIN_PREFIX):
        if answer == GIVEN:
            return conversation
        return suspect(question.id[len(AGAIN_PREFIX) :], question.about[0], conversation, knowledge, now)
    if question.id in (FEVERISH, HAVE_IT):
        return _had(
            question, Status.DENIED if answer == NO else status, conversation, message, knowledge, now
        )
    if question.id == SURE:
        if answer not in (YES, NO):
            return conversation
        return disagreement.settle(question, answer == YES, conversation, knowledge, now)
    signs = knowledge.policy.questions[question.id].signs
    calm = questions.calm(question, knowledge)
    if MEDICINE_SIGN in signs:
        status = Status.DENIED if answer == calm else status
        others = tuple(sign for sign in conversation.signs if sign.id != MEDICINE_SIGN)
        taken = SignReport(MEDICINE_SIGN, status, cues.quote(message.text), conversation.turn, now)
        return replace(conversation, signs=(*others, taken))
    if answer == calm:
        return conversation
    if knowledge.policy.questions[question.id].in_warning:  # it stands for itself
        told = tuple(SignReport(sign, status, given.text, conversation.turn, now) for sign in signs)
        return replace(conversation, signs=(*conversation.signs, *told))
    return replace(
        conversation,
        reports=tuple(
            replace(report, qualifiers=tuple(sorted({*report.qualifiers, *signs})))
            if report.symptom in question.about
            else report
            for report in conversation.reports
        ),
    )


def _had(
    question: OpenQuestion,
    status: Status,
    conversation: Conversation,
    message: Message,
    knowledge: Knowledge,
    now: datetime,
) -> Conversation:
    """The conversation once it is said whether there is a fever, or what was asked about in general."""
    words = next((told.text for told in conversation.told if told.turn == question.turn), "")
    if question.id == FEVERISH:
        words = message.text
    for subject in question.about or (knowledge.policy.roles.fever,):
        sign = knowledge.signs.get(subject)
        symptom = subject if sign is None else sign.implies
        if sign is not None:
            told = SignReport(subject, status, cues.quote(words), conversation.turn, now)
            others = tuple(item for item in conversation.signs if item.id != subject)
            conversation = replace(conversation, signs=(*others, told))
        known = any(report.symptom == symptom and report.present for report in conversation.reports)
        if symptom and not known:
            qualifiers = frozenset({subject} if sign else ())
            conversation = memory.report(conversation, Said(symptom, status, words, qualifiers), now)
    if status not in REPORTED:
        return conversation
    return follow_up.take_in(conversation, message, (), knowledge, now)  # "mine won't stop"


def _name_tapped(
    message: Message, conversation: Conversation, knowledge: Knowledge, now: datetime
) -> Conversation:
    """Report the symptoms that were tapped or named, unless the reader found them already."""
    symptoms = {item.id: (item.symptom, item.also) for item in knowledge.policy.screening}
    for item in _named_chips(message.text, knowledge) or _named(message.text, knowledge):
        symptom, also = symptoms[item]
        if not any(report.symptom in (symptom, *also) and report.present for report in conversation.reports):
            title = knowledge.wording["screening_chip"][item]
            said = Said(symptom, Status.PRESENT, title, frozenset())
            conversation = memory.report(conversation, said, now)
    return conversation


def _named(text: str, knowledge: Knowledge) -> list[str]:
    """The items that were named with a yes, as an exception, or alone."""
    in_list = listed.listed(text, knowledge)
    if in_list.yes or in_list.no:
        return list(in_list.yes)
    if listed.names_only_items(text, knowledge):
        return listed.items_in(text, knowledge)
    tail = cues.after(text, "answer_except", knowledge)
    if tail is None or _denies_items(tail, knowledge):
        return []
    return listed.items_in(tail, knowledge)
