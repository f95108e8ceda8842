"""Nothing is said twice: sentences that the assistant has said are left out, unless they were asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from blina.knowledge.wording import Voice
from blina.replies.assessment import CRISIS_RULE, Result, lead, question_lines
from blina.triage import questions
from blina.triage.conversation import Conversation
from blina.triage.cues import plain_all
from blina.triage.turn import Reply

MOST_SAID = 400  # sentences that are remembered; the oldest go first
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”]? +(?=[\"“A-Z0-9])")


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; one with a list in it stays whole."""
    return [paragraph] if "\n" in paragraph else _SENTENCE_END.split(paragraph)


def marks(paragraphs: Iterable[str]) -> list[str]:
    """A short mark of each of their sentences, so that the conversation need not keep the sentences."""
    said = plain_all([sentence for paragraph in paragraphs for sentence in sentences(paragraph)])
    return [blake2b(words.encode(), digest_size=4).hexdigest() for words in said]


def without_repeats(replies: Sequence[Reply], result: Result, voice: Voice) -> tuple[Reply, ...]:
    """The replies without sentences that were said before.

    Said again all the same is what to do now, all that belongs to the urgency while it rises, an open
    question, and in an assessment what to do if its answer is yes or never comes.

    Args:
        replies: what there is to say; a reply that would be left empty is said in full.
        result: with the digests of what was said.
        voice: wording and settings.
    """
    said = set(result.conversation.said)
    once = set(marks([voice.say("after_action", "number_not_set")])[:2])
    short = []
    for reply in replies:
        if reply.is_whole:
            short.append(reply)
            continue
        kept = set(marks(_kept(reply, result, voice))) - once
        parts = [_unsaid(part, said - kept) for part in reply.text.split("\n\n")]
        text = "\n\n".join(part for part in parts if part)
        short.append(replace(reply, text=text or reply.text))
    return tuple(short)


def _kept(reply: Reply, result: Result, voice: Voice) -> Iterator[str]:
    decision, question = result.decision, result.conversation.question
    if reply.payload is None:
        yield sentences(reply.text.split("\n\n")[0])[0]  # it answers what was said
    yield voice.say("action", decision.urgency.value)
    if CRISIS_RULE in decision.rules or decision.urgency > result.before.urgency:
        yield from lead(decision, voice)
    if question and reply.payload:
        yield from question_lines(result, voice)
    elif question:
        yield questions.words_of(question, result.conversation, voice)


def remember(conversation: Conversation, replies: Iterable[Reply]) -> Conversation:
    """The conversation with what these replies say."""
    new = dict.fromkeys(
        marks(part for reply in replies if not reply.is_whole for part in reply.text.split("\n\n"))
    )
    kept = [mark for mark in conversation.said if mark not in new]
    return replace(conversation, said=(*kept, *new)[-MOST_SAID:])


def _unsaid(paragraph: str, said: set[str]) -> str:
    marked = zip(sentences(paragraph), marks([paragraph]), strict=True)
    return " ".join(sentence for sentence, mark in marked if mark not in said)
