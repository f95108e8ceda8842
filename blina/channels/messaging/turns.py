"""What a message is answered with: from words, taps and pictures to replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from blina.assistant import knowledge, safe_answer, settings, voice
from blina.channels.messaging.choices import Exchange, exchanges, offered, replies, tapped
from blina.channels.messaging.edits import take_back
from blina.channels.messaging.kept import QueuedMessage
from blina.channels.messaging.model import Incoming, original
from blina.channels.output import Collected as CollectedReplies
from blina.http_server.text import cut
from blina.replies.what_to_do import who_reads
from blina.triage.chips import choice
from blina.triage.cues import plain
from blina.triage.turn import SHOWS_CHIPS, Reply

_log = logging.getLogger(__name__)

SECONDS_FOR_A_TURN = 60.0  # nobody waits longer for the phone numbers
MOST_TRIES = 3  # a message that ends the process every time is answered without being read
_NEEDS_ITS_QUESTION = ("yes", "no", "unsure", "none_of_these")  # chips that mean nothing without it

Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass
class Answer:
    """What a message is answered with.

    Args:
        replies: in their order.
        forgotten: whether the conversation was deleted because the message asked for it.
    """

    replies: list[Reply]
    forgotten: bool = False


class Collected(CollectedReplies):
    """Collects the replies to one message."""

    is_forgotten = False

    async def forgotten(self) -> None:
        """Note that the conversation was deleted."""
        self.is_forgotten = True


class Turns:
    """Answers the messages of one channel, each by itself."""

    def __init__(self, name: str, numbers: bool, handle: Handler, agent: Callable[[], Agent]) -> None:
        """Answer.

        Args:
            name: of the channel.
            numbers: whether offered answers are picked by their number, for want of buttons.
            handle: hands a message to the assistant; leads to a reply.
            agent: Rasa's agent, once it is loaded.
        """
        self._name = name
        self._numbers = numbers
        self._handle = handle
        self._agent = agent

    async def answer(self, queued: QueuedMessage) -> Answer:
        """The replies to a message, never none but to STOP; the turn is stored when this returns.

        Args:
            queued: the message.
        """
        try:
            return await self._answer(queued)
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            # the type only: the text of an error can hold the patient's words
            _log.error("a message could not be handled (%s)", type(error).__name__)
            return _only(safe_answer())

    async def _answer(self, queued: QueuedMessage) -> Answer:
        incoming = queued.incoming
        if not incoming.private:
            return _only(voice().say("messaging", "private"))
        if incoming.hello:
            return _only(" ".join([voice().say("small_talk", "greet"), *_about()]))
        if queued.tries > MOST_TRIES:
            return _only(safe_answer())
        if incoming.attachment and not incoming.text.strip():
            return _only(voice().say("messaging", "no_words"))
        latest = await self._exchanges(queued, everything=bool(incoming.edits))
        if queued.tries and latest and latest[-1].key == incoming.key:
            return Answer(list(latest[-1].replies))  # it was read before the process ended
        if incoming.keyword and not _is_answer(queued, latest):
            return _to_keyword(incoming.keyword)
        replaced = await self._take_back(queued, latest)
        if replaced:
            latest = latest[:-1]
        words = await self._words(queued, latest)
        if words is None:
            return _only(voice().say("messaging", "old_button"))
        answer = await self._read(queued, words)
        _remark(answer, incoming, words, replaced, first=not latest)
        return answer

    async def _read(self, queued: QueuedMessage, words: str) -> Answer:
        collected = Collected()
        message = UserMessage(
            cut(words),
            collected,
            queued.conversation,
            input_channel=self._name,
            message_id=queued.incoming.key,
            metadata={SHOWS_CHIPS: True},
        )
        await asyncio.wait_for(self._handle(message), SECONDS_FOR_A_TURN)
        said = replies(collected.messages) or [Reply(safe_answer())]
        return Answer(said, collected.is_forgotten)

    async def _words(self, queued: QueuedMessage, latest: list[Exchange]) -> str | None:
        """What a message says in words; None for a button that means nothing any more."""
        incoming = queued.incoming
        if incoming.tap is None:
            return choice(incoming.text, latest[-1].offered) if self._numbers and latest else incoming.text
        chip = tapped(incoming.tap, latest[-1:])
        if chip is None:
            chip = tapped(incoming.tap, await self._exchanges(queued, everything=True))
            wording = knowledge().wording["chip"]
            if chip and chip.title in [wording[name] for name in _NEEDS_ITS_QUESTION]:
                chip = None  # a "no" to an earlier question must not answer the one that is open now
        return chip.value if chip else None

    async def _take_back(self, queued: QueuedMessage, latest: list[Exchange]) -> bool:
        """Take back the message that this one is a changed form of, if nothing was said since.

        What was said since may answer a question that the message led to: it is not taken away.
        """
        incoming = queued.incoming
        if not incoming.edits or not latest or original(latest[-1].key) != incoming.edits:
            return False
        try:
            await take_back(self._agent().tracker_store, queued.conversation)
        except Exception as error:  # noqa: BLE001 - then it is read beside what it changes
            _log.error("a changed message was not taken back (%s)", type(error).__name__)
            return False
        return True

    async def _exchanges(self, queued: QueuedMessage, everything: bool) -> list[Exchange]:
        """The latest part of the conversation, or all of it."""
        store = self._agent().tracker_store
        read = store.retrieve_full_tracker if everything else store.retrieve
        try:
            tracker = await read(queued.conversation)
        except Exception as error:  # noqa: BLE001 - what was said before helps, but there is an answer without
            _log.error("a conversation could not be read (%s)", type(error).__name__)
            return []
        return exchanges(tracker.applied_events()) if tracker else []


def _remark(answer: Answer, incoming: Incoming, words: str, replaced: bool, first: bool) -> None:
    """Say beside the replies what was done with the message, and to a new patient who answers."""
    if words != incoming.text:
        # a wrong button or number is seen, and stays in the chat
        answer.replies[0] = _with(answer.replies[0], voice().say("messaging", "chosen", answer=words))
    if replaced and not answer.forgotten:
        answer.replies[0] = _with(answer.replies[0], voice().say("messaging", "replaced"))
    if incoming.attachment:
        answer.replies.append(Reply(voice().say("messaging", "words_only")))
    if first and not answer.forgotten:
        # what to do comes first, and a question last
        place = 0 if offered(answer.replies) else len(answer.replies)
        answer.replies.insert(place, Reply(" ".join(_about())))


def _is_answer(queued: QueuedMessage, latest: list[Exchange]) -> bool:
    """Whether a keyword of the provider's answers what was asked last: "Yes" also means to come back."""
    incoming = queued.incoming
    chips = latest[-1].offered if latest else ()
    if incoming.keyword == "start":
        return bool(chips)
    return any(plain(chip.title) == plain(incoming.text) for chip in chips)


def _to_keyword(keyword: str) -> Answer:
    """What a keyword gets beside the provider's own answer; who wants no more messages gets none."""
    if keyword == "stop":
        return Answer([])
    return _only(voice().say("messaging", "help"))


def _with(reply: Reply, more: str) -> Reply:
    """The reply with another paragraph."""
    return replace(reply, text=f"{reply.text}\n\n{more}")


def _only(text: str) -> Answer:
    return Answer([Reply(text)])


def _about() -> Iterator[str]:
    """What everybody has to know who writes for the first time."""
    yield voice().say("web", "what_it_is_not")
    yield who_reads(voice())
    yield voice().say("privacy", "not_a_device")
    yield voice().say("privacy", "sentence", hours=str(settings().retention_hours))
