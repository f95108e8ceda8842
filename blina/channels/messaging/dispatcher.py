"""Takes what comes in, has it answered one message of a conversation at a time, and posts the replies."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rasa.shared.core.trackers import DialogueStateTracker

from blina.alerts.book import AlertBook
from blina.alerts.check_backs import CHECK_BACK
from blina.alerts.timers import Timer
from blina.assistant import voice
from blina.channels.messaging import split_text
from blina.channels.messaging.choices import buttons, offered
from blina.channels.messaging.kept import Part, QueuedMessage
from blina.channels.messaging.message_queue import BETWEEN_SIGNS_OF_LIFE, MessageQueue
from blina.channels.messaging.model import Incoming
from blina.channels.messaging.outbox import Outbox
from blina.channels.messaging.turns import Answer, Turns
from blina.http_server.rate_limit import limits
from blina.observe import metrics
from blina.replicas.limits import limit
from blina.replicas.locks import OwnLocks
from blina.triage.chips import numbered
from blina.triage.turn import Reply

_log = logging.getLogger(__name__)

_LONGEST_WAIT = 3600.0  # seconds for the messages before one
_SECONDS_TO_FINISH = 5.0
_LONGEST_WAIT_FOR_OTHERS = 20.0  # seconds for a replica that is gone to be noticed, and its message answered
_BETWEEN_LOOKS = 0.1  # seconds
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


class Dispatcher:
    """Takes the messages of one channel and sees to it that each is answered."""

    def __init__(
        self,
        name: str,
        form: Form,
        key: bytes,
        queue: MessageQueue,
        outbox: Outbox,
        turns: Turns,
        book: AlertBook | None = None,
    ) -> None:
        """Get ready.

        Args:
            name: of the channel.
            form: how it shows a reply.
            key: secret from which conversations are named.
            queue: keeps what is not done.
            outbox: sends.
            turns: answers.
            book: holds the timers of what is asked later, None where nothing is.
        """
        self._book = book
        self._name = name
        self._form = form
        self._key = key
        self._queue = queue
        self._outbox = outbox
        self._turns = turns
        self._locks = OwnLocks()
        self._told_to_wait = limit("told to wait", 1)
        self._running: set[asyncio.Task[None]] = set()
        self._taking_over: asyncio.Task[None] | None = None
        metrics.UNANSWERED.labels(name).set_function(lambda: len(self._running))

    async def resume(self) -> None:
        """Answer and send what was left undone when a process ended; among replicas go on looking for it."""
        await self._take_over()
        if self._queue.is_shared:
            self._taking_over = asyncio.ensure_future(self._keep_taking_over())

    async def _keep_taking_over(self) -> None:
        while True:
            await asyncio.sleep(BETWEEN_SIGNS_OF_LIFE)
            try:
                await self._take_over()
            except Exception as error:  # noqa: BLE001 - what others leave behind has to be looked for again
                _log.error("nothing could be taken over (%s)", type(error).__name__)

    async def _take_over(self) -> None:
        for queued in await self._queue.unanswered():
            self._start(queued)
        for conversation in await self._queue.conversations():
            self._outbox.send(conversation)

    async def accept(self, incoming: Incoming) -> None:
        """Take a message; from now on it is answered even if the process ends.

        Args:
            incoming: the message; delivered twice, it is answered once.
        """
        queued = QueuedMessage(incoming, self.conversation(incoming))
        if not await self._queue.add(queued):
            return
        if await limits().conversation.wait(queued.conversation):
            told = await self._told_to_wait.wait(queued.conversation) > 0
            reply = Reply(voice().say("messaging", "too_fast"))
            await self._enqueue(queued, Answer([] if told else [reply]))
        else:
            self._start(queued)

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
        if self._taking_over is not None:
            self._taking_over.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_SECONDS_TO_FINISH)
        await self._outbox.close()
        self._queue.close()

    def _start(self, queued: QueuedMessage) -> None:
        turn = asyncio.ensure_future(self._turn(queued))
        self._running.add(turn)
        turn.add_done_callback(self._running.discard)

    async def _turn(self, queued: QueuedMessage) -> None:
        end = time.monotonic() + _LONGEST_WAIT_FOR_OTHERS
        while True:
            async with self._locks.hold(queued.conversation, _LONGEST_WAIT):
                if time.monotonic() > end or await self._queue.is_next(queued):
                    await self._enqueue(queued, await self._turns.answer(queued))
                    await self._see_to_timer(queued)
                    return
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def _see_to_timer(self, queued: QueuedMessage) -> None:
        """Keep with what is asked later where to; nothing is asked of who wants no more messages."""
        if self._book is None:
            return
        if queued.incoming.keyword == "stop":
            await self._book.stop_timers(queued.conversation, CHECK_BACK)
        else:
            address = {"address": dict(queued.incoming.address)}
            await self._book.add_to_timer(queued.conversation, CHECK_BACK, address)

    async def push(self, timer: Timer, tracker: DialogueStateTracker, reply: Reply) -> None:
        """Send what the assistant says on its own.

        Args:
            timer: holds where to.
            tracker: the conversation, with the reply at its end.
            reply: what it says.
        """
        address = timer.content.get("address")
        if isinstance(address, dict):
            key = getattr(tracker.latest_message, "message_id", None) or ""
            incoming = Incoming(key=key, person="", address=address)
            await self._enqueue(QueuedMessage(incoming, timer.conversation), Answer([reply]))

    async def _enqueue(self, queued: QueuedMessage, answer: Answer) -> None:
        await self._queue.answer(queued, list(self._parts(queued, answer.replies)), answer.forgotten)
        self._outbox.send(queued.conversation)

    def _parts(self, queued: QueuedMessage, replies: Sequence[Reply]) -> Iterator[Part]:
        now = time.time()
        address = dict(queued.incoming.address)
        chips = offered(replies)
        for reply in replies:
            shown = reply.text
            if reply.chips and not self._form.buttons:
                # With no line between, so that the list is not cut from what says how to choose.
                shown = "\n".join([numbered(reply.text, reply.chips), voice().say("messaging", "choose")])
            parts = split_text.parts(shown, self._form.most)
            for text in parts[:-1]:
                yield Part(address, text, (), now)
            tappable = (
                buttons(queued.incoming.key, chips) if self._form.buttons and reply.chips == chips else ()
            )
            yield from (Part(address, text, tappable, now) for text in parts[-1:])
