"""The reply that assesses: what to do, why, what to tell the team, any question, the sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reading.model import Status
from triage import measurements, screening
from triage.conversation import Conversation, Value
from triage.decision import Assessment, Decision, Reason
from triage.knowledge.schema import Source, Urgency
from triage.memory import UNLISTED
from triage.payload import payload
from triage.policy import MEDICINE_SIGN, SCREENING
from triage.turn import Reply
from triage.wording import Voice, listing, temperature

CRISIS_RULE = "emergency.self_harm"
INFUSION_RULE = "infusion.trouble"
_UNRESPONSIVE_RULE = "emergency.cannot_be_woken"
_ONE_SIGN_RULE, _TWO_SIGNS_RULE = "crs.single", "crs.two_signs"
_MOST_REASONS = 2
_MOST_SYMPTOMS_TOLD = 2
_MOST_SOURCES = 2
_MOST_DENIED_NAMED = 4


@dataclass(frozen=True)
class Result:
    """What there is to say after a message was assessed.

    Args:
        conversation: with the message, any answer and any new question.
        decision: over everything still current.
        before: the decision before the message.
        answer: what was answered to the open question, None when there was none or it is still open.
        if_yes: how urgent a yes to the open question would be.
    """

    conversation: Conversation
    decision: Decision
    before: Decision
    answer: str | None = None
    if_yes: Urgency | None = None

    @property
    def current(self) -> list[Assessment]:
        """Symptoms that count for something, most urgent first."""
        return [item for item in self.decision.symptoms if item.urgency > Urgency.NONE]

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
    parts = [lead(decision, voice) if decision.urgency > Urgency.NONE or _is_harmless(conversation) else ()]
    if not result.is_unchanged:
        parts += [_why(result, voice), _tell(result, voice)]
    parts += [_notes(result, voice), _others(result, voice)]
    paragraphs = [" ".join(part) for part in parts]
    if not result.is_unchanged:
        paragraphs.append(sources_line(_reasons(result), voice))
    paragraphs.append(" ".join(question_lines(result, voice)))  # the answers to tap follow it
    return Reply(
        text="\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        chips=screening.chips_of(question, conversation, voice) if question else (),
        payload=payload(decision, question is not None, voice.knowledge, voice.settings),
    )


def crisis_reply(result: Result, voice: Voice) -> Reply:
    """The reply to someone who wants to die or to hurt themselves: no triage talk."""
    return Reply(
        " ".join([*_crisis(voice), voice.say("crisis", "say"), voice.say("crisis", "team")]),
        payload=payload(result.decision, False, voice.knowledge, voice.settings),
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


def sources_line(reasons: Iterable[Reason], voice: Voice) -> str:
    """Where the reasons come from: documents and sections by name, the provided documents first."""
    kinds = {"provided": 0, "beyond": 1}
    found = dict.fromkeys(source for reason in reasons for source in reason.sources)
    if not found:
        return ""
    documents = voice.knowledge.documents
    chosen = sorted(found, key=lambda source: kinds.get(documents[source.document].kind, len(kinds)))
    return places(chosen[:_MOST_SOURCES], voice)


def places(sources: Iterable[Source], voice: Voice) -> str:
    """Where something comes from: document and section by name."""
    named = []
    for source in dict.fromkeys(sources):
        document, section = voice.knowledge.source_names(source)
        named.append(voice.say("source", "place", document=document, section=section))
    return " ".join([voice.say("heading", "sources"), "; ".join(named) + "."])


def told_line(items: Iterable[Assessment], voice: Voice) -> str:
    """One sentence that names the symptoms told."""
    names = list(dict.fromkeys(item.lay for item in items))
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


def _is_harmless(conversation: Conversation) -> bool:
    """Whether "no need to call" promises nothing: something was denied or measured, nothing else is open."""
    turn = conversation.turn
    denied = any(report.status is Status.DENIED and report.turn == turn for report in conversation.reports)
    measured = any(value.turn == turn for value in conversation.values)
    return (
        (denied or measured)
        and conversation.question is None
        and not any(sign.present for sign in conversation.signs)
    )


def _crisis(voice: Voice) -> Iterator[str]:
    yield voice.say("crisis", "call")
    if voice.settings.crisis_line:
        yield voice.say("crisis", "line")


def _why(result: Result, voice: Voice) -> Iterator[str]:
    if result.is_led_by_earlier:
        names = dict.fromkeys(item.lay for item in result.leading)
        yield voice.say("memory", "before", symptoms=listing(list(names)))
    elif listed := [item for item in result.new if not _is_named_otherwise(item)]:
        yield told_line(listed, voice)
    for item in result.new:
        if item.report.symptom == UNLISTED and item.report.present:
            yield voice.say("unlisted", "say", words=item.report.text.strip().rstrip("."))
    reasons = [reason for reason in _reasons(result) if reason.rule != UNLISTED]
    if any(reason.rule == _TWO_SIGNS_RULE for reason in reasons):  # it says the same of one sign
        reasons = [reason for reason in reasons if reason.rule != _ONE_SIGN_RULE]
    yield from list(dict.fromkeys(reason.text for reason in reasons))[:_MOST_REASONS]


def _is_named_otherwise(item: Assessment) -> bool:
    """Whether a symptom's name says less than the patient's own words or the reason."""
    return item.report.symptom == UNLISTED or _UNRESPONSIVE_RULE in {reason.rule for reason in item.reasons}


def _tell(result: Result, voice: Voice) -> Iterator[str]:
    if INFUSION_RULE in result.decision.rules - result.before.rules:
        yield voice.say("infusion", "say")
        yield voice.say("infusion", "tell")
        yield voice.say("infusion", "meanwhile")
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
    if denied:
        yield voice.say("memory", "denied", lay=listing(denied[:_MOST_DENIED_NAMED], last="or"))
    over = [item.lay for item in now if item.report.status is Status.PAST]
    if over:
        yield voice.say("memory", "past", lay=listing(over))
    for value in conversation.values:
        if value.turn == conversation.turn:
            if any(old.kind == value.kind and old.status is Status.DENIED for old in conversation.values):
                yield voice.say("memory", "corrected")
            yield from _value_note(value, result.decision, voice)
    told = {sign.id for sign in conversation.signs if sign.present and sign.turn == conversation.turn}
    if MEDICINE_SIGN in told:
        yield voice.say("value", "hidden_fever")
    if screening.NO_THERMOMETER in told:
        yield voice.say("value", "no_thermometer")
    if result.answer == "no" and not denied:
        was_screening = conversation.answers[-1].question == SCREENING
        yield voice.say("screening", "clear" if was_screening else "noted")


def _value_note(value: Value, decision: Decision, voice: Voice) -> Iterator[str]:
    limits = measurements.Limits.of(voice.knowledge, voice.settings)
    if limits.is_alarming(value.kind, value.value):
        return
    shown = voice.measured(value.kind, value.value)
    # in a warning, a number under the limit must not sound like a reassurance
    if value.kind == "temperature" and value.status is Status.PRESENT and not _is_warning(decision):
        limit = temperature(limits.fever_c, voice.settings)
        yield voice.say("value", "below", value=shown, threshold=limit)
    else:
        yield voice.say("value", "noted", value=shown)


def _is_warning(decision: Decision) -> bool:
    return decision.urgency >= Urgency.CONTACT_NOW


def _others(result: Result, voice: Voice) -> Iterator[str]:
    """What else is there: less urgent symptoms of this message, and what was told before."""
    for item in result.new:
        if item.urgency < result.decision.urgency:
            title = voice.knowledge.policy.urgency_title(item.urgency)
            yield voice.say("others", "less_urgent", label=item.label, action=title)
    named = [*result.new, *(result.leading if result.is_led_by_earlier else ())]
    earlier = dict.fromkeys(item.lay for item in result.current if item not in named)
    if earlier and result.new:
        yield voice.say("memory", "earlier", symptoms=listing(list(earlier)))


def question_lines(result: Result, voice: Voice) -> Iterator[str]:
    """The open question, and what to do if the answer is yes, unsure, or never comes."""
    question = result.conversation.question
    if question is None:
        return
    if question.reminded or question.turn != result.conversation.turn:
        yield voice.say("screening", "still_open")
    yield screening.words_of(question, result.conversation, voice)
    if question.id.startswith(screening.AGAIN_PREFIX):
        yield voice.say("value", "if_ill")
    elif result.if_yes is None or result.if_yes >= Urgency.CONTACT_NOW or question.id == SCREENING:
        yield voice.say("screening", "if_yes")
    else:
        yield voice.say("screening", "if_yes_else")
        yield voice.say("action", result.if_yes.value)
    if question.id == SCREENING:
        yield voice.say("screening", "if_no_answer")
