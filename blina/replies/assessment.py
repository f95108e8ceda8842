"""The reply that assesses: what to do, why, what to tell the team, any question, the sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from blina.knowledge.schema import Source, Urgency
from blina.knowledge.wording import Voice, listing, temperature
from blina.reading.model import Status
from blina.replies.check_run import check_run
from blina.replies.handover.spoken import is_of_the_writer
from blina.replies.measured import measured, paired, series
from blina.replies.payload import payload
from blina.triage import daily_check, questions, values, whose
from blina.triage.conversation import CheckEnd, Conversation, Value
from blina.triage.decision import Assessment, Decision, Reason
from blina.triage.memory import UNLISTED
from blina.triage.policy import MEDICINE_SIGN, SCREENING
from blina.triage.turn import Reply

CRISIS_RULE = "emergency.self_harm"
_BASE_RULE = "base"
_UNRESPONSIVE_RULE = "emergency.cannot_be_woken"
_MOST_REASONS = 2
_MOST_SYMPTOMS_TOLD = 2
_MOST_DENIED_NAMED = 4


@dataclass(frozen=True)
class Result:
    """What there is to say after a message was assessed.

    Args:
        conversation: with the message, any answer and any new question.
        decision: over everything still current.
        before: the decision before the message.
        answer: what was answered to the open question, None when there was none or it is still open.
        if_alarming: how urgent the alarming answer to the open question would be.
        comfort: whether the reply may say that nothing needs doing (`blina.triage.comfort.may_comfort`).
        not_understood: the patient's words where not all of them were understood.
        is_late_no: whether the message is the no to the check question, after that was closed.
    """

    conversation: Conversation
    decision: Decision
    before: Decision
    answer: str | None = None
    if_alarming: Urgency | None = None
    comfort: bool = False
    not_understood: str | None = None
    is_late_no: bool = False

    @property
    def current(self) -> list[Assessment]:
        """Symptoms that count for something, most urgent first."""
        return [item for item in self.decision.symptoms if item.urgency is not Urgency.NONE]

    @property
    def new(self) -> list[Assessment]:
        """Those of them that this message told."""
        return [item for item in self.current if item.report.turn == self.conversation.turn]

    @property
    def leading(self) -> list[Assessment]:
        """The most urgent symptoms, those that this message told if there are any."""
        top = [item for item in self.current if item.urgency is self.decision.urgency]
        return [item for item in top if item in self.new] or top

    @property
    def is_led_by_earlier(self) -> bool:
        """Whether what is most urgent was told in an earlier message."""
        return bool(self.leading) and not any(item in self.new for item in self.leading)

    @property
    def is_unchanged(self) -> bool:
        """Whether the message told nothing that counts and left the advice as it was."""
        same = self.decision.urgency is self.before.urgency and self.decision.rules <= self.before.rules
        return same and not self.new


def triage_reply(result: Result, voice: Voice) -> Reply:
    """The reply to a message that was assessed, with its payload and the chips of an open question."""
    decision, conversation = result.decision, result.conversation
    question = conversation.question
    parts = [lead(decision, voice) if decision.urgency > Urgency.NONE or result.comfort else ()]
    if decision.urgency is Urgency.NONE and not result.comfort and question is None:
        parts.append(_no_comfort(result, voice))
    if not result.is_unchanged:
        parts += [_why(result, voice), _tell(result, voice)]
    parts += [iter(dict.fromkeys(_notes(result, voice))), _others(result, voice)]
    if not result.is_unchanged and _reasons(result) and CRISIS_RULE not in decision.rules:
        parts.append(iter((voice.say("heading", "why_hint"),)))  # reasons and sources are folded behind it
    parts.append(question_lines(result, voice))  # the answers to tap follow it
    paragraphs = [" ".join(part) for part in parts]
    if result.is_unchanged and not any(paragraphs[1:]):
        paragraphs.append(voice.say("small_talk", "noted"))  # "9 out of 10 now"
    return Reply(
        text="\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        chips=questions.chips_of(question, conversation, voice) if question else (),
        payload=payload(
            decision, question is not None, voice.knowledge, voice.settings, check_run(conversation, voice)
        ),
    )


def crisis_reply(result: Result, voice: Voice) -> Reply:
    """The reply to someone who wants to die or to hurt themselves: no triage talk."""
    return Reply(
        " ".join([*_crisis(voice), voice.say("crisis", "say"), voice.say("crisis", "team")]),
        payload=payload(
            result.decision, False, voice.knowledge, voice.settings, check_run(result.conversation, voice)
        ),
    )


def advice(urgency: Urgency, voice: Voice) -> Iterator[str]:
    """What to do first, and how: sentences with the phone number from ``call_today`` on."""
    has_number = bool(voice.settings.care_team_phone)
    yield voice.say("action", urgency.value)
    if urgency is Urgency.NONE:
        return
    if urgency in (Urgency.CONTACT_NOW, Urgency.CALL_TODAY) and not has_number:
        yield voice.say("after_action", "number_not_set")
    else:
        yield voice.say("after_action", urgency.value)
    if urgency is Urgency.EMERGENCY and has_number:
        yield voice.say("after_action", "emergency_team")


def places(sources: Iterable[Source], voice: Voice) -> str:
    """Where something comes from: document and section by name."""
    named = []
    for source in dict.fromkeys(sources):
        document, section = voice.knowledge.source_names(source)
        named.append(voice.say("source", "place", document=document, section=section))
    return " ".join([voice.say("heading", "sources"), "; ".join(named) + "."])


def told_line(items: Iterable[Assessment], voice: Voice, who: str | None = None) -> str:
    """One sentence that names the symptoms told, of the patient or of the one a carer writes for."""
    names = list(dict.fromkeys(item.lay for item in items))
    if who:
        return voice.say("whose", "told", name=who, symptoms=listing(names))
    if len(names) == 1:
        return voice.say("summary_line", "one", lay=names[0])
    return voice.say("summary_line", "several", symptoms=listing(names))


def _reasons(result: Result) -> list[Reason]:
    """The reasons for the urgency: those of the leading symptoms, then those that stand alone."""
    decision = result.decision
    if decision.urgency is Urgency.NONE:
        return []
    of_symptoms = {reason.rule for item in decision.symptoms for reason in item.reasons}
    leading = [reason for item in result.leading for reason in item.reasons]
    alone = [reason for reason in decision.reasons if reason.rule not in of_symptoms]
    found = dict.fromkeys([*alone, *leading])
    return [reason for reason in found if reason.urgency is decision.urgency]


def lead(decision: Decision, voice: Voice) -> Iterator[str]:
    """The first sentences: what to do, or where to find help for someone who wants to die."""
    if CRISIS_RULE in decision.rules:
        yield from _crisis(voice)
    else:
        yield from advice(decision.urgency, voice)


def _no_comfort(result: Result, voice: Voice) -> Iterator[str]:
    """What stands in the place of comfort: what was not understood, and whom to call."""
    answered_no = result.answer == "no" and result.conversation.answers[-1].question == questions.HAVE_IT
    if result.not_understood and not answered_no:
        yield voice.say("reading", "not_sure", words=result.not_understood)
    else:
        yield voice.say("reading", "worried")


def _crisis(voice: Voice) -> Iterator[str]:
    yield voice.say("crisis", "call")
    if voice.settings.crisis_line:
        yield voice.say("crisis", "line")


def _why(result: Result, voice: Voice) -> Iterator[str]:
    reasons = list(_plain_reasons(result, voice))
    if result.is_led_by_earlier:
        new = _of_this_message(result)  # what is new comes first
        first = [reason for reason in reasons if reason.rule in new]
        yield from dict.fromkeys(_in_front(reason, result, voice) for reason in first)
        reasons = [reason for reason in reasons if reason.rule not in new][: _MOST_REASONS - len(first)]
        names = dict.fromkeys(item.lay for item in result.leading)
        yield voice.say("memory", "before", symptoms=listing(list(names)))
    elif listed := [item for item in result.new if not _is_named_otherwise(item)]:
        yield told_line(listed, voice, _whose(result, voice))
    for item in result.new:
        if item.report.symptom == UNLISTED and item.report.present and not _is_explained(item, result):
            yield voice.say("unlisted", "say", words=item.report.text.strip().rstrip("."))
    yield from list(dict.fromkeys(_in_front(reason, result, voice) for reason in reasons))[:_MOST_REASONS]


def _of_this_message(result: Result) -> set[str]:
    """The rules that what this message tells has brought: they are about something new."""
    of_symptoms = {reason.rule for item in result.decision.symptoms for reason in item.reasons}
    return set(result.decision.rules - result.before.rules - of_symptoms)


def _is_explained(item: Assessment, result: Result) -> bool:
    """Whether a rule of its own says what a complaint without a name on the lists is ("shaky hands")."""
    urgent = {reason.rule for reason in _reasons(result) if reason.urgency >= Urgency.CONTACT_NOW}
    return bool(urgent & _of_this_message(result)) and item.report.turn == result.conversation.turn


def _plain_reasons(result: Result, voice: Voice) -> Iterator[Reason]:
    """The reasons for the urgency that are said in front."""
    reasons = [reason for reason in _reasons(result) if reason.rule != UNLISTED]
    syndrome = voice.knowledge.policy.syndrome
    if any(reason.rule == syndrome.any_two_rule for reason in reasons):  # it says the same of one sign
        reasons = [reason for reason in reasons if reason.rule != syndrome.alone_rule]
    yield from (reason for reason in reasons if reason.rule != CRISIS_RULE)


def _whose(result: Result, voice: Voice) -> str | None:
    """For whom a carer writes, unless they speak of themselves: then nobody's name is put to it."""
    texts = [item.report.text for item in result.new]
    if any(whose.speaks_of_the_writer(text, voice.knowledge) for text in texts):
        return None
    here = (whose.named(text, voice.knowledge) for text in texts)
    return next(filter(None, here), result.conversation.who)


def _in_front(reason: Reason, result: Result, voice: Voice) -> str:
    """The reason in plain words; syndromes are named when somebody asks why."""
    policy = voice.knowledge.policy
    categories = {item.category for item in result.leading if reason in item.reasons}
    if reason.rule == _BASE_RULE and len(categories) == 1:
        return policy.category_words(*categories).plain or reason.text
    return next((rule.plain for rule in policy.rules if rule.id == reason.rule), None) or reason.text


def _is_named_otherwise(item: Assessment) -> bool:
    """Whether a symptom's name says less than the patient's own words or the reason."""
    return item.report.symptom == UNLISTED or _UNRESPONSIVE_RULE in {reason.rule for reason in item.reasons}


def _tell(result: Result, voice: Voice) -> Iterator[str]:
    if voice.knowledge.policy.roles.infusion_rule in result.decision.rules - result.before.rules:
        yield voice.say("infusion", "say")
        yield voice.say("infusion", "tell")
        yield voice.say("infusion", "meanwhile")
    ended = daily_check.ended_now(result.conversation)
    if ended and ended.found:
        yield voice.say("daily_check", "tell")
    if _UNRESPONSIVE_RULE in result.decision.rules:
        yield voice.say("after_action", "carer")
        return
    top = result.leading[:_MOST_SYMPTOMS_TOLD]
    symptoms = voice.knowledge.symptoms
    listed = [symptoms[item.report.symptom] for item in top if item.report.symptom in symptoms]
    sentences = [sentence for symptom in listed for sentence in _sentences(symptom.tell_the_team)]
    if result.decision.urgency is Urgency.EMERGENCY:
        sentences = sentences[:1]
    yield from dict.fromkeys(sentences)
    if any(item.report.symptom == UNLISTED for item in top):
        yield voice.say("unlisted", "tell")
    if top and top[0].report.present:
        yield from (symptom.meanwhile for symptom in listed[:1] if symptom.meanwhile)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) +", text)


def _notes(result: Result, voice: Voice) -> Iterator[str]:
    """What was written down, changed or taken back in this message, and answers."""
    conversation = result.conversation
    now = [item for item in result.decision.symptoms if item.report.turn == conversation.turn]
    denied = [item.lay for item in now if item.report.status is Status.DENIED]
    was_there = {item.report.symptom for item in result.before.symptoms if item.report.present}
    if any(item.report.status is Status.DENIED and item.report.symptom in was_there for item in now):
        yield voice.say("memory", "corrected")
    if denied:
        names = listing(denied[:_MOST_DENIED_NAMED], last="or")
        if conversation.who:
            yield voice.say("whose", "denied", name=conversation.who, lay=names)
        else:
            of_them = [item.report.text for item in now if item.report.status is Status.DENIED]
            is_other = any(is_of_the_writer(text) is False for text in of_them)
            text = ("whose", "denied_unnamed") if is_other else ("memory", "denied")
            yield voice.say(*text, lay=names)
    over = [item.lay for item in now if item.report.status is Status.PAST]
    if over:
        yield voice.say("memory", "past", lay=listing(over))
        stays = result.decision.urgency is result.before.urgency
        if stays and result.decision.urgency >= Urgency.CALL_TODAY:
            yield voice.say("memory", "past_stays")
    yield from value_notes(conversation, result.decision, voice)
    told = {sign.id for sign in conversation.signs if sign.present and sign.turn == conversation.turn}
    if MEDICINE_SIGN in told:
        yield voice.say("value", "hidden_fever")
    if questions.NO_THERMOMETER in told:
        yield voice.say("value", "no_thermometer")
    ended = daily_check.ended_now(conversation)
    if ended and ended.found is None and ended.end is CheckEnd.NOT_FINISHED:
        yield voice.say("daily_check", "ended")
    yield from _answer_notes(result, voice, is_denial=bool(denied))


def _answer_notes(result: Result, voice: Voice, *, is_denial: bool) -> Iterator[str]:
    """What was taken of a no to a question, also of one that came late."""
    if result.is_late_no:
        yield voice.say("screening", "late")
    if result.answer == "no" and not is_denial:
        was_screening = result.conversation.answers[-1].question == SCREENING
        stays = result.decision.urgency is result.before.urgency
        if stays or not was_screening:  # "no, he is having a seizure" clears nothing
            yield voice.say("screening", "clear" if was_screening else "noted" if stays else "written")


def value_notes(conversation: Conversation, decision: Decision, voice: Voice) -> Iterator[str]:
    """What is said of the values in the latest message: written down, changed, near the limit.

    Args:
        conversation: with the message taken in.
        decision: what it adds up to.
        voice: wording and settings.
    """
    told = [value for value in conversation.values if value.turn == conversation.turn]
    corrected = {old.kind for old in conversation.values if old.status is Status.DENIED}
    readings = list(_readings(told, voice))
    for value, second in readings:
        for one in (value, second):
            if one is not None and one.kind in corrected:
                yield voice.say("memory", "corrected")
        yield from _value_note(value, second, decision, voice)
    for kind in dict.fromkeys(value.kind for value, _ in readings):
        if line := series(kind, conversation.values, voice):
            yield voice.say("value", "series", value=line)


def _readings(told: Sequence[Value], voice: Voice) -> Iterator[tuple[Value, Value | None]]:
    """Each value with the second number of its reading, where it has one: "120/80"."""
    rest = iter([*told, None])
    value = next(rest)
    while value is not None:
        following = next(rest)
        pair = voice.knowledge.values.kind(value.kind).pair
        if following is not None and following.kind == pair and following.status is value.status:
            yield value, following
            value = next(rest)
        else:
            yield value, None
            value = following


def _value_note(value: Value, second: Value | None, decision: Decision, voice: Voice) -> Iterator[str]:
    limits = values.Limits.of(voice.knowledge, voice.settings)
    if limits.is_alarming(value.kind, value.value):
        return
    shown = paired(value, second, voice) if second else measured(value, voice)
    limit = limits.applying(value)
    is_fine = limits.is_fine(value) and (second is None or limits.is_fine(second))
    is_judged = is_fine or (limit is not None and limit.rule in decision.rules)
    is_near_fever = limits.is_near_fever(value) and value.bound in ("", "at_most")
    # in a warning, a number under the limit must not sound like a reassurance
    if value.kind != values.TEMPERATURE or value.status is not Status.PRESENT or _is_warning(decision):
        yield voice.say("value", "noted", value=shown)
    elif is_near_fever:
        yield voice.say("value", "near_fever", value=shown)
    elif limits.is_fine(value):
        threshold = temperature(limits.fever_c, voice.settings)
        yield voice.say("value", "below", value=shown, threshold=threshold)
    else:
        yield voice.say("value", "noted", value=shown)
    if value.is_uncertain:
        yield voice.say("value", "uncertain")
    elif not is_judged and not is_near_fever and value.status is Status.PRESENT:
        yield voice.say("value", "cannot_judge")


def _is_warning(decision: Decision) -> bool:
    return decision.urgency >= Urgency.CONTACT_NOW


def _others(result: Result, voice: Voice) -> Iterator[str]:
    """What else is there: less urgent symptoms of this message, and what was told before."""
    if CRISIS_RULE in result.decision.rules:
        yield from _beside_crisis(result, voice)
        return
    for item in result.new:
        if item.urgency < result.decision.urgency and not (
            item.report.symptom == UNLISTED and _is_explained(item, result)
        ):
            title = voice.knowledge.policy.urgency_title(item.urgency)
            yield voice.say("others", "less_urgent", label=item.label, action=title)
    named = [*result.new, *(result.leading if result.is_led_by_earlier else ())]
    earlier = dict.fromkeys(item.lay for item in result.current if item not in named)
    if earlier and result.new:
        yield voice.say("memory", "earlier", symptoms=listing(list(earlier)))


def _beside_crisis(result: Result, voice: Voice) -> Iterator[str]:
    """What is to be done about a complaint of somebody who said that they want to die: it is heard too."""
    for item in result.new:
        if item.urgency < result.decision.urgency:
            yield voice.say("action", item.urgency.value)
            symptom = voice.knowledge.symptoms.get(item.report.symptom)
            yield symptom.tell_the_team if symptom else voice.say("unlisted", "tell")


def question_lines(result: Result, voice: Voice) -> Iterator[str]:
    """The open question, and what to do if the answer is yes, unsure, or never comes."""
    question = result.conversation.question
    if question is None:
        return
    if question.reminded or question.turn != result.conversation.turn:
        yield voice.say("screening", "still_open")
    yield questions.words_of(question, result.conversation, voice)
    is_no = questions.alarming(question, voice.knowledge) == "no"
    if question.id.startswith(questions.AGAIN_PREFIX):
        yield voice.say("value", "if_ill")
    elif result.decision.urgency >= Urgency.CONTACT_NOW:
        yield voice.say("screening", "until")
    elif question.id == SCREENING or result.if_alarming in (None, Urgency.CONTACT_NOW):
        yield voice.say("screening", "if_no" if is_no else "if_yes")
    else:
        yield voice.say("screening", "if_no_else" if is_no else "if_yes_else")
        yield voice.say("action", result.if_alarming.value)
    if question.id == SCREENING:
        yield voice.say("screening", "if_no_answer")
