"""The page's socket: joining a conversation, messages with acknowledgements, deletion."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from sanic.request import Request
from socketio import AsyncServer

from blina.alerts.timers import Timer
from blina.assistant import voice
from blina.channels.hand_over import of_conversation
from blina.channels.web import history
from blina.channels.web.drawing import drawing
from blina.channels.web.frames import EVENTS, Line
from blina.channels.web.messages import TYPED, Item, Replies, from_events, from_user
from blina.channels.web.sessions import Sessions
from blina.channels.web.socket_access import LINE
from blina.http_server import access
from blina.http_server.rate_limit import Limits
from blina.http_server.text import cut, whole
from blina.knowledge.settings import zone
from blina.rasa_adapter import safety_net
from blina.reading.text import sanitised
from blina.replicas.locks import Busy, locks
from blina.replicas.notices import notices
from blina.replies.handover.forms import written
from blina.replies.handover.text import text
from blina.triage.turn import ZONE, Reply

_log = logging.getLogger(__name__)

CHANNEL = "web"
NOTHING = history.Page([], None)
_MOST_UNUSED = 10_000
_LONGEST_TURN = 60.0  # seconds, of another replica
_MOST_TURNS = 100_000  # of a conversation; of a long one the start is deleted much earlier
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")

Handler = Callable[[UserMessage], Awaitable[Any]]
Answer = dict[str, Any]


class Socket:
    """Serves the page's events; each is answered with an acknowledgement.

    - ``join {token, zone}``: the start of the conversation and a fresh token; times are in this zone.
    - ``more {start}``: what follows, a page at a time.
    - ``message {id, text, again}``: acknowledged once the turn is answered and stored. The page
      repeats what was not acknowledged, with ``again``; what was stored before is not read twice.
    - ``hand_over {}``: what the team must know, as text, chart and FHIR.
    - ``forget {}``: deletes the conversation.
    """

    def __init__(
        self,
        server: AsyncServer,
        sessions: Sessions,
        limits: Limits,
        handle: Handler,
        agent: Callable[[], Agent],
    ) -> None:
        """Listen.

        Args:
            server: takes the connections.
            sessions: signs and checks tokens.
            limits: how much may come in.
            handle: hands a message to the assistant; leads to a reply.
            agent: Rasa's agent once it is loaded.
        """
        self._server = server
        self._sessions = sessions
        self._limits = limits
        self._handle = handle
        self._agent = agent
        self._turns: dict[tuple[str, str], asyncio.Future[Answer]] = {}
        self._messages = locks("message")
        self._forgotten = notices("forgotten", self._forgotten_elsewhere)
        self._said = notices("said", self._said_elsewhere)
        self._unused: dict[str, None] = {}  # conversations in which nothing has been written, oldest first
        for name in EVENTS:  # a frame with any other name closes the connection before it gets here
            server.on(name, partial(self._limited, getattr(self, name)))

    async def _limited(
        self, handler: Callable[[str, Any], Awaitable[Answer]], sid: str, data: Any = None
    ) -> Answer | None:
        """Handle an event, or hang up on an address that sends far more than any page does."""
        if await self._limits.of_address(self._limits.requests, self._request(sid)):
            await self._server.disconnect(sid)
            return None
        return await handler(sid, data)

    async def join(self, sid: str, data: Any = None) -> Answer:
        """Enter a conversation: a new one without a good token, or when that one's conversation is gone.

        Args:
            sid: the connection.
            data: ``{"token": ..., "zone": ...}``, the zone as in "Europe/London".

        Returns:
            ``token`` to use from now on and the first ``messages``; ``more`` is where the next ones begin,
            None when there are no others; ``fresh`` says that the conversation is new.
        """
        token = data.get("token") if isinstance(data, dict) else None
        known = self._sessions.read(token)
        page = await self._page(known) if known else None
        if known and page == NOTHING and known not in self._unused:
            known = None  # what it was for has been forgotten or is over
        session = known or self._new()
        before = await self._session(sid)
        if before and before != session:
            await self._server.leave_room(sid, before)
        named = data.get("zone") if isinstance(data, dict) else None
        where = named if zone(named) else None
        await self._server.save_session(sid, {"session": session, ZONE: where})
        await self._server.enter_room(sid, session)
        items, more = page or NOTHING
        token = self._sessions.token(session)
        return {"token": token, "messages": items, "more": more, "fresh": known is None}

    async def more(self, sid: str, data: Any = None) -> Answer:
        """The next part of a long conversation.

        Args:
            sid: the connection.
            data: ``{"start": ...}``, from the ``more`` of the answer before.

        Returns:
            ``messages`` and ``more`` as `join` has them, or ``error``.
        """
        session = await self._session(sid)
        if session is None:
            return {"ok": False, "error": "join"}
        start = data.get("start") if isinstance(data, dict) else None
        if type(start) is not int or not 0 <= start <= _MOST_TURNS:
            return {"ok": False, "error": "bad"}
        items, more = await self._page(session, start) or NOTHING
        return {"ok": True, "messages": items, "more": more}

    async def message(self, sid: str, data: Any = None) -> Answer:
        """Take one message of the patient.

        Args:
            sid: the connection.
            data: ``{"id": ..., "text": ..., "again": true when it was sent before}``.

        Returns:
            ``{"ok": true}`` when it was answered, else ``error``: ``join`` (no conversation yet),
            ``bad`` (not a message), or ``too_fast`` with ``wait`` (seconds) and ``text`` to show.
        """
        session = await self._session(sid)
        if session is None:
            return {"ok": False, "error": "join"}
        key, text = _message(data)
        if not key or not text.strip():
            return {"ok": False, "error": "bad"}
        running = self._turns.get((session, key))
        if running is not None:
            return await asyncio.shield(running)
        # a task of its own: the turn is finished also when the connection breaks meanwhile
        turn = asyncio.ensure_future(self._once(sid, session, key, cut(text), data.get("again") is True))
        self._turns[session, key] = turn
        turn.add_done_callback(lambda _: self._turns.pop((session, key), None))
        return await asyncio.shield(turn)

    async def hand_over(self, sid: str, data: Any = None) -> Answer:
        """What the team must know of the conversation.

        Args:
            sid: the connection.
            data: nothing.

        Returns:
            ``{"ok": true}`` with ``text``, ``chart`` (the drawing as nested lists), ``fhir`` (JSON) and
            ``urgency``; ``{"ok": false}`` where nothing was told, or it could not be read.
        """
        session = await self._session(sid)
        if session is None:
            return {"ok": False, "error": "join"}
        try:
            made = await of_conversation(self._agent(), sender(session), await self._zone(sid))
        except Exception as error:  # noqa: BLE001 - the page then makes its own
            _log.error("a hand-over could not be made (%s)", type(error).__name__)
            return {"ok": False}
        if made is None or made.is_empty:
            return {"ok": False}
        return {
            "ok": True,
            "text": text(made, voice()),
            "chart": drawing(written(made, "chart", voice())),
            "fhir": written(made, "fhir", voice()),
            "urgency": made.urgency,
        }

    async def forget(self, sid: str, data: Any = None) -> Answer:
        """Delete the conversation; every page that shows it is told.

        Args:
            sid: the connection.
            data: nothing.

        Returns:
            ``{"ok": true}`` when nothing of it is left.
        """
        session = await self._session(sid)
        if session is None:
            return {"ok": False, "error": "join"}
        try:
            await history.delete(self._agent(), sender(session))
        except Exception as error:  # noqa: BLE001 - the page has to be told, whatever it is
            _log.error("a conversation could not be deleted (%s)", type(error).__name__)
            return {"ok": False}
        await self._end(session, None)
        return {"ok": True}

    def _new(self) -> str:
        """A new conversation, in which nobody has written yet."""
        session = self._sessions.new()
        self._unused[session] = None
        while len(self._unused) > _MOST_UNUSED:
            del self._unused[next(iter(self._unused))]
        return session

    async def _end(self, session: str, keep: str | None) -> None:
        """Tell every page that the conversation is gone; who goes on writing has to join a new one."""
        await self._end_here(session, keep)
        await self._forgotten.tell({"session": session, "keep": keep})

    async def _forgotten_elsewhere(self, fields: dict[str, str | None]) -> None:
        await self._end_here(str(fields["session"]), fields["keep"])

    async def _end_here(self, session: str, keep: str | None) -> None:
        self._unused.pop(session, None)
        await self._server.emit("forgotten", {"keep": keep}, room=session)
        for sid, _ in list(self._server.manager.get_participants("/", session)):
            await self._server.save_session(sid, {})
            await self._server.leave_room(sid, session)

    async def _once(self, sid: str, session: str, key: str, text: str, again: bool) -> Answer:
        """Answer a message, unless it was answered before or another replica is at it."""
        async with AsyncExitStack() as held:
            with suppress(Busy):  # read twice is better than not at all
                await held.enter_async_context(self._messages.hold(f"{session} {key}", _LONGEST_TURN))
            if again and await self._is_stored(session, key):
                return {"ok": True}
            wait = await self._wait(sid, session)
            if wait:
                return {"ok": False, "error": "too_fast", "wait": wait, "text": access.too_fast_text()}
            return await self._turn(sid, session, key, text)

    async def _turn(self, sid: str, session: str, key: str, text: str) -> Answer:
        await self._server.emit(
            "item", from_user(key, text, time.time()), room=session, skip_sid=sid
        )  # other tabs

        async def deliver(item: Item) -> None:
            await self._server.emit("item", item, room=session)

        async def forgotten() -> None:
            await self._end(session, key)

        self._unused.pop(session, None)
        metadata = {} if sanitised(text) == text else {TYPED: text}
        if named := await self._zone(sid):
            metadata[ZONE] = named
        message = UserMessage(
            text,
            Replies(key, deliver, forgotten),
            sender(session),
            input_channel=CHANNEL,
            message_id=key,
            metadata=metadata,
        )
        try:
            await self._handle(message)
        except Exception as error:  # noqa: BLE001 - whatever it is, there has to be an answer
            _log.error("a message could not be handled (%s)", type(error).__name__)
            await safety_net.send_safe_answer(message.output_channel, message.sender_id)
        return {"ok": True}

    async def push(self, _: Timer, tracker: DialogueStateTracker, __: Reply) -> None:
        """Show what the assistant said on its own on every page that is open.

        Args:
            tracker: the conversation, with what was said at its end.
        """
        session = tracker.sender_id.removeprefix(f"{CHANNEL}-")
        await self._show_latest(session, tracker)
        await self._said.tell({"session": session})

    async def _said_elsewhere(self, fields: dict[str, str | None]) -> None:
        """Show what another replica let the assistant say on its own, where a page is open here."""
        session = str(fields["session"])
        if list(self._server.manager.get_participants("/", session)):
            tracker = await self._agent().tracker_store.retrieve(sender(session))
            if tracker is not None:
                await self._show_latest(session, tracker)

    async def _show_latest(self, session: str, tracker: DialogueStateTracker) -> None:
        items = from_events(event.as_dict() for event in tracker.events)
        await self._server.emit("item", items[-1], room=session)

    async def _page(self, session: str, start: int = 0) -> history.Page | None:
        """A part of a conversation, None when it cannot be read."""
        try:
            return await history.page(self._agent(), sender(session), start)
        except Exception as error:  # noqa: BLE001 - without its history the chat still helps
            _log.error("a conversation could not be read (%s)", type(error).__name__)
            return None

    async def _is_stored(self, session: str, key: str) -> bool:
        try:
            return await history.is_kept(self._agent(), sender(session), key)
        except Exception as error:  # noqa: BLE001 - read twice is better than not at all
            _log.error("a conversation could not be read (%s)", type(error).__name__)
            return False

    async def _session(self, sid: str) -> str | None:
        session: str | None = (await self._server.get_session(sid)).get("session")
        return session

    async def _zone(self, sid: str) -> str | None:
        """The patient's time zone, as the page named it."""
        named: str | None = (await self._server.get_session(sid)).get(ZONE)
        return named

    async def _wait(self, sid: str, session: str) -> float:
        """Seconds until one more message may come in; 0 counts it."""
        wait = await self._limits.conversation.wait(sender(session))
        if not wait:
            wait = await self._limits.of_address(self._limits.address, self._request(sid))
        return round(wait, 1)

    def _request(self, sid: str) -> Request:
        line: Line = self._server.get_environ(sid)["asgi.scope"][LINE]
        return line.request


def sender(session: str) -> str:
    """The name of a conversation in the tracker store; no other channel can use it by chance."""
    return f"{CHANNEL}-{session}"


def _message(data: Any) -> tuple[str, str]:
    """Key and text, both empty when it is no message."""
    if not isinstance(data, dict):
        return "", ""
    key, text = data.get("id"), data.get("text")
    if not isinstance(key, str) or not isinstance(text, str) or not _KEY.fullmatch(key):
        return "", ""
    return key, whole(text)
