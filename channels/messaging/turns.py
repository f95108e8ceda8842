"""What a message is answered with: from words, taps and pictures to replies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from actions.resources import knowledge, safe_answer, settings, voice
from actions.turn import SHOWS_CHIPS
from channels.messaging.choices import Exchange, exchanges, offered, replies, tapped
from channels.messaging.shelf import Letter
from channels.replies import Collected as CollectedReplies
from channels.text import cut
from triage.chips import choice
from triage.turn import Reply

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

    async def answer(self, letter: Letter) -> Answer:
        """The replies to a message, never none; the turn is stored when this returns.

        Args:
            letter: the message.
        """
        try:
            return await self._answer(letter)
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            # the type only: the text of an error can hold the patient's words
            _log.error("a message could not be handled (%s)", type(error).__name__)
            return _only(safe_answer())

    async def _answer(self, letter: Letter) -> Answer:
        incoming = letter.incoming
        if not incoming.private:
            return _only(voice().say("messaging", "private"))
        if incoming.hello:
            return _only(" ".join([voice().say("small_talk", "greet"), *_about()]))
        if letter.tries > MOST_TRIES:
            return _only(safe_answer())
        if incoming.attachment and not incoming.text.strip():
            return _only(voice().say("messaging", "no_words"))
        latest = await self._exchanges(letter, everything=False)
        if letter.tries and latest and latest[-1].key == incoming.key:
            return Answer(list(latest[-1].replies))  # it was read before the process ended
        words = await self._words(letter, latest)
        if words is None:
            return _only(voice().say("messaging", "old_button"))
        answer = await self._read(letter, words)
        if words != incoming.text:
            # a wrong button or number is seen, and stays in the chat
            chosen = voice().say("messaging", "chosen", answer=words)
            answer.replies[0] = replace(answer.replies[0], text=f"{answer.replies[0].text}\n\n{chosen}")
        if incoming.attachment:
            answer.replies.append(Reply(voice().say("messaging", "words_only")))
        if not latest and not answer.forgotten:
            # what to do comes first, and a question last
            place = 0 if offered(answer.replies) else len(answer.replies)
            answer.replies.insert(place, Reply(" ".join(_about())))
        return answer

    async def _read(self, letter: Letter, words: str) -> Answer:
        collected = Collected()
        message = UserMessage(
            cut(words),
            collected,
            letter.conversation,
            input_channel=self._name,
            message_id=letter.incoming.key,
            metadata={SHOWS_CHIPS: True},
        )
        await asyncio.wait_for(self._handle(message), SECONDS_FOR_A_TURN)
        said = replies(collected.messages) or [Reply(safe_answer())]
        return Answer(said, collected.is_forgotten)

    async def _words(self, letter: Letter, latest: list[Exchange]) -> str | None:
        """What a message says in words; None for a button that means nothing any more."""
        incoming = letter.incoming
        if incoming.tap is None:
            return choice(incoming.text, latest[-1].offered) if self._numbers and latest else incoming.text
        chip = tapped(incoming.tap, latest[-1:])
        if chip is None:
            chip = tapped(incoming.tap, await self._exchanges(letter, everything=True))
            wording = knowledge().wording["chip"]
            if chip and chip.title in [wording[name] for name in _NEEDS_ITS_QUESTION]:
                chip = None  # a "no" to an earlier question must not answer the one that is open now
        return chip.value if chip else None

    async def _exchanges(self, letter: Letter, everything: bool) -> list[Exchange]:
        """The latest part of the conversation, or all of it."""
        store = self._agent().tracker_store
        read = store.retrieve_full_tracker if everything else store.retrieve
        try:
            tracker = await read(letter.conversation)
        except Exception as error:  # noqa: BLE001 - what was said before helps, but there is an answer without
            _log.error("a conversation could not be read (%s)", type(error).__name__)
            return []
        return exchanges(tracker.events) if tracker else []


def _only(text: str) -> Answer:
    return Answer([Reply(text)])


def _about() -> Iterator[str]:
    """What everybody has to know who writes for the first time."""
    yield voice().say("web", "what_it_is_not")
    yield voice().say("privacy", "not_a_device")
    yield voice().say("privacy", "sentence", hours=str(settings().retention_hours))
