"""Takes what comes in, has it answered one message of a conversation at a time, and posts the replies."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actions.resources import voice
from channels.limits import PerMinute, limits
from channels.messaging import length
from channels.messaging.choices import buttons, offered
from channels.messaging.exchange import Incoming
from channels.messaging.mailbox import Mailbox
from channels.messaging.outbox import Outbox
from channels.messaging.shelf import Letter, Part
from channels.messaging.turns import Answer, Turns
from server.locks import ConversationLocks
from triage.chips import numbered
from triage.turn import Reply

_LONGEST_WAIT = 3600.0  # seconds for the messages before one
_SECONDS_TO_FINISH = 5.0
_DIGITS_OF_A_NAME = 32


@dataclass(frozen=True)
class Form:
    """How a channel shows a reply.

    Args:
        most: UTF-16 units that the provider takes in one message.
        buttons: whether it has buttons; answers are numbered lines where it has none.
    """

    most: int
    buttons: bool


class Desk:
    """Takes the messages of one channel and sees to it that each is answered."""

    def __init__(
        self, name: str, form: Form, key: bytes, mailbox: Mailbox, outbox: Outbox, turns: Turns
    ) -> None:
        """Get ready.

        Args:
            name: of the channel.
            form: how it shows a reply.
            key: secret from which conversations are named.
            mailbox: keeps what is not done.
            outbox: sends.
            turns: answers.
        """
        self._name = name
        self._form = form
        self._key = key
        self._mailbox = mailbox
        self._outbox = outbox
        self._turns = turns
        self._locks = ConversationLocks()
        self._told_to_wait = PerMinute(1)
        self._running: set[asyncio.Task[None]] = set()

    async def go_on(self) -> None:
        """Answer and send what was left undone when the process ended."""
        for letter in await self._mailbox.unanswered():
            self._start(letter)
        for conversation in await self._mailbox.conversations():
            self._outbox.send(conversation)

    async def accept(self, incoming: Incoming) -> None:
        """Take a message; from now on it is answered even if the process ends.

        Args:
            incoming: the message; delivered twice, it is answered once.
        """
        letter = Letter(incoming, self.conversation(incoming))
        if not await self._mailbox.keep(letter):
            return
        if limits().conversation.wait(letter.conversation):
            told = self._told_to_wait.wait(letter.conversation) > 0
            reply = Reply(voice().say("messaging", "too_fast"))
            await self._post(letter, Answer([] if told else [reply]))
        else:
            self._start(letter)

    def conversation(self, incoming: Incoming) -> str:
        """The name of a person's conversation in the tracker store; it does not tell who that is.

        Args:
            incoming: a message of the person.
        """
        medium = incoming.medium or self._name
        digest = hmac.new(self._key, f"{medium}:{incoming.person}".encode(), hashlib.sha256)
        return f"{medium}-{digest.hexdigest()[:_DIGITS_OF_A_NAME]}"

    async def close(self) -> None:
        """Finish what is being answered; what takes long or is not sent is done after the next start."""
        if self._running:
            await asyncio.wait(self._running, timeout=_SECONDS_TO_FINISH)
        await self._outbox.close()
        self._mailbox.close()

    def _start(self, letter: Letter) -> None:
        turn = asyncio.ensure_future(self._turn(letter))
        self._running.add(turn)
        turn.add_done_callback(self._running.discard)

    async def _turn(self, letter: Letter) -> None:
        async with self._locks.lock(letter.conversation, _LONGEST_WAIT):
            await self._post(letter, await self._turns.answer(letter))

    async def _post(self, letter: Letter, answer: Answer) -> None:
        await self._mailbox.answer(letter, list(self._parts(letter, answer.replies)), answer.forgotten)
        self._outbox.send(letter.conversation)

    def _parts(self, letter: Letter, replies: Sequence[Reply]) -> Iterator[Part]:
        now = time.time()
        address = dict(letter.incoming.address)
        chips = offered(replies)
        for reply in replies:
            shown = reply.text
            if reply.chips and not self._form.buttons:
                shown = "\n\n".join([numbered(reply.text, reply.chips), voice().say("messaging", "choose")])
            parts = length.parts(shown, self._form.most)
            for text in parts[:-1]:
                yield Part(address, text, (), now)
            tappable = (
                buttons(letter.incoming.key, chips) if self._form.buttons and reply.chips == chips else ()
            )
            yield from (Part(address, text, tappable, now) for text in parts[-1:])
