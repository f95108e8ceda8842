"""The reply that assesses: what to do, why, what to tell the team, any question, the sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reading.model import Status
from triage import measurements, screening
from triage.conversation import Conversation, Value
from triage.knowledge.schema import Source, Urgency
from triage.memory import UNLISTED
from triage.payload import payload
from triage.policy import Assessment, Decision, Reason
from triage.turn import Reply
from triage.wording import Voice, listing, temperature

CRISIS_RULE = "emergency.self_harm"
INFUSION_RULE = "infusion.trouble"
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
    """

    conversation: Conversation
    decision: Decision
    before: Decision
    answer: str | None = None


def triage_reply(result: Result, voice: Voice) -> Reply:
    """The reply to a message that was assessed, with its payload and the chips of an open question."""
    decision, conversation = result.decision, result.conversation
    question = conversation.question
    paragraphs = [
        " ".join(_lead(decision, voice)),
        " ".join(_why(result, voice)),
        " ".join(_tell(decision, voice)),
        " ".join(_notes(result, voice)),
        " ".join(_others(result, voice)),
        " ".join(_question(conversation, voice)),
        sources_line(decision.reasons, voice),
    ]
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
    """Where the most urgent reasons come from: documents and sections by name, provided ones first."""
    kinds = {"provided": 0, "beyond": 1}
    reasons = tuple(reasons)
    if not reasons:
        return ""
    found: dict[Source, None] = {}
    for reason in reasons:
        if reason.urgency is reasons[0].urgency:
            found.update(dict.fromkeys(reason.sources))
    documents = voice.knowledge.documents
    chosen = sorted(found, key=lambda source: kinds.get(documents[source.document].kind, len(kinds)))
    places = []
    for source in chosen[:_MOST_SOURCES]:
        document, section = voice.knowledge.source_names(source)
        places.append(voice.say("source", "place", document=document, section=section))
    return " ".join([voice.say("heading", "sources"), "; ".join(places) + "."])


def _lead(decision: Decision, voice: Voice) -> Iterator[str]:
    if CRISIS_RULE in decision.rules:
        yield from _crisis(voice)
        return
    yield from advice(decision.urgency, voice)


def _crisis(voice: Voice) -> Iterator[str]:
    yield voice.say("crisis", "call")
    if voice.settings.crisis_line:
        yield voice.say("crisis", "line")


def _why(result: Result, voice: Voice) -> Iterator[str]:
    decision, turn = result.decision, result.conversation.turn
    current = [item for item in decision.symptoms if item.urgency > Urgency.NONE and item.report.symptom != UNLISTED]
    new = [item for item in current if item.report.turn == turn]
    if new:
        yield told_line(new, voice)
    for item in decision.symptoms:
        if item.report.symptom == UNLISTED and item.report.turn == turn and item.report.present:
            yield voice.say("unlisted", "say", words=item.report.text.strip().rstrip("."))
    texts = dict.fromkeys(
        reason.text
        for reason in decision.reasons
        if reason.urgency is decision.urgency and reason.rule != UNLISTED
    )
    if decision.urgency > Urgency.NONE:
        yield from list(texts)[:_MOST_REASONS]


def told_line(items: Iterable[Assessment], voice: Voice) -> str:
    """One sentence that names the symptoms told."""
    names = list(dict.fromkeys(item.lay for item in items))
    if len(names) == 1:
        return voice.say("summary_line", "one", lay=names[0])
    return voice.say("summary_line", "several", symptoms=listing(names))


def _tell(decision: Decision, voice: Voice) -> Iterator[str]:
    if INFUSION_RULE in decision.rules:
        yield voice.say("infusion", "say")
        yield voice.say("infusion", "tell")
        yield voice.say("infusion", "meanwhile")
    top = [
        item
        for item in decision.symptoms
        if item.urgency is decision.urgency is not Urgency.NONE
    ][:_MOST_SYMPTOMS_TOLD]
    symptoms = voice.knowledge.symptoms
    listed = [symptoms[item.report.symptom] for item in top if item.report.symptom in symptoms]
    yield from dict.fromkeys(symptom.tell_the_team for symptom in listed)
    if any(item.report.symptom == UNLISTED for item in top):
        yield voice.say("unlisted", "tell")
    yield from dict.fromkeys(symptom.meanwhile for symptom in listed[:1] if symptom.meanwhile)


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
            yield from _value_note(value, voice)
    if result.answer == "no" and conversation.answers[-1].question == screening.SCREENING:
        yield voice.say("screening", "clear")


def _value_note(value: Value, voice: Voice) -> Iterator[str]:
    limits = measurements.Limits.of(voice.knowledge, voice.settings)
    if value.kind not in measurements.MEANS or value.status is not Status.PRESENT:
        return
    if limits.is_alarming(value.kind, value.value) or value.kind != "temperature":
        return
    yield voice.say(
        "value",
        "below",
        value=temperature(value.value, voice.settings),
        threshold=temperature(limits.fever_c, voice.settings),
    )


def _others(result: Result, voice: Voice) -> Iterator[str]:
    """What else is there: less urgent symptoms of this message, and what was told before."""
    decision, turn = result.decision, result.conversation.turn
    current = [item for item in decision.symptoms if item.urgency > Urgency.NONE]
    for item in current:
        if item.report.turn == turn and item.urgency < decision.urgency:
            title = voice.knowledge.policy.urgency_title(item.urgency)
            yield voice.say("others", "less_urgent", label=item.label, action=title)
    earlier = [item.lay for item in current if item.report.turn != turn]
    if earlier:
        yield voice.say("memory", "earlier", symptoms=listing(list(dict.fromkeys(earlier))))


def _question(conversation: Conversation, voice: Voice) -> Iterator[str]:
    question = conversation.question
    if question is None:
        return
    if question.reminded:
        yield voice.say("screening", "still_open")
    yield screening.words_of(question, conversation, voice)
    if question.id.startswith(screening.AGAIN_PREFIX):
        yield voice.say("value", "if_ill")
    yield voice.say("screening", "if_yes")
