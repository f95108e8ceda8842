"""Answers to "what now?": first the advice that is open, in one line, then what was asked."""

from __future__ import annotations

from collections.abc import Iterator

from blina.knowledge.schema import Urgency
from blina.knowledge.wording import Voice, listing, temperature
from blina.replies.standing import standing_line
from blina.replies.whose import subject
from blina.triage import asking, cues
from blina.triage.conversation import Conversation
from blina.triage.decision import Decision
from blina.triage.progress import has_reached_help

_MOST_NAMED = 4
_LEFT_TO_TOPICS = frozenset({"tell", "drive", "pass", "call", "dangerous", "diagnosis", "sleep"})


def what_to_do(
    kind: str, text: str, conversation: Conversation, decision: Decision, voice: Voice, has_topic: bool
) -> str | None:
    """The answer to a question about what to do.

    Args:
        kind: as from ``triage.asking.asked``.
        text: the message.
        conversation: with the message.
        decision: over everything still current; a question changes nothing in it.
        voice: wording and settings.
        has_topic: whether a topic of ``questions.yml`` answers it where no advice is open.

    Returns:
        None where it is left to the topics.
    """
    open_advice = decision.urgency > Urgency.NONE
    if not open_advice and kind not in asking.WITHOUT_ADVICE:
        if has_topic or kind in _LEFT_TO_TOPICS:
            return None
        return voice.say("what_to_do", "nothing_yet")
    parts = [" ".join(_answer(kind, text, conversation, decision, voice))]
    if open_advice and kind not in ("who", "meaning", "why_asked"):
        parts.insert(0, standing_line(conversation, decision, voice, plain=True))
    return " ".join(part for part in parts if part)


def about_the_app(kind: str, voice: Voice) -> str:
    """Whether the app is approved, what is kept of what somebody writes, and that it calls nobody."""
    if kind == asking.EMERGENCY_CALL:
        return voice.say("about_me", "cannot_call")
    if kind == asking.APP_APPROVED:
        return voice.say("about_me", "not_approved")
    kept = voice.say("privacy", "sentence", hours=str(voice.settings.retention_hours))
    is_told = voice.settings.alerts and not voice.settings.alert_hand_over
    return f"{kept} {voice.say('about_me', 'team_is_told') if is_told else who_reads(voice)}"


def who_reads(voice: Voice) -> str:
    """Whether the team reads what somebody writes: all that everybody is told before they write.

    That the team gets a note without any words is told to who asks: nobody may rely on it.

    Args:
        voice: wording and settings.
    """
    has_words = voice.settings.alerts and voice.settings.alert_hand_over
    return voice.say("about_me", "team_reads" if has_words else "nobody_reads")


def spelled_out(names: tuple[str, ...], voice: Voice) -> str | None:
    """What letters such as CRS stand for."""
    return "\n\n".join(" ".join(_spelled_out(name, voice)) for name in names) or None


def _spelled_out(name: str, voice: Voice) -> Iterator[str]:
    short, long = voice.say("letters_name", name), voice.say("letters_term", name)
    yield voice.say("letters", "say", name=short, term=long)
    yield voice.say("letters", name)


def _answer(
    kind: str, text: str, conversation: Conversation, decision: Decision, voice: Voice
) -> Iterator[str]:
    if kind == "notice":
        yield voice.say("noticing", "say")
        yield voice.say("noticing", "then")
        yield voice.say("topic", "beyond")
    elif kind == "meaning":
        yield from _meaning(text, conversation, voice)
    elif kind == "tell":
        told = [item.lay for item in decision.symptoms if item.report.present]
        names = listing(list(dict.fromkeys(told))[:_MOST_NAMED])
        who = subject(conversation, voice)
        if names:
            yield voice.say("what_to_do", "tell", who=who, symptoms=names)
        else:
            yield voice.say("what_to_do", "tell_nothing", who=who)
    else:
        texts = voice.knowledge.wording["what_to_do"]
        band = "reached" if has_reached_help(conversation) else decision.urgency.value
        forms = (f"{kind}_{band}", f"{kind}_{decision.urgency.value}", "pass_on" if kind == "pass" else kind)
        yield voice.say("what_to_do", next(form for form in forms if form in texts))


def _meaning(text: str, conversation: Conversation, voice: Voice) -> Iterator[str]:
    limit = temperature(float(voice.settings.fever_threshold_c), voice.settings)
    named = [
        item
        for item in voice.knowledge.wording["screening_chip"]
        if cues.says(text, f"names_{item}", voice.knowledge)
    ]
    for item in named:
        yield voice.say("meant", item, threshold=limit)
    if conversation.question or not named:
        yield voice.say("meant", "else")
