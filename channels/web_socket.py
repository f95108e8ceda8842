"""The page's socket: joining a conversation, messages with acknowledgements, deletion."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from sanic.request import Request
from socketio import AsyncServer

from channels import gate, safety_net, web_store
from channels.limits import Limits
from channels.text import cut, whole
from channels.web_messages import TYPED, Item, Replies, from_user
from channels.web_sessions import Sessions
from nlu.guard import clean

_log = logging.getLogger(__name__)

CHANNEL = "web"
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")

Handler = Callable[[UserMessage], Awaitable[Any]]
Answer = dict[str, Any]


class Socket:
    """Serves the page's events; each is answered with an acknowledgement.

    - ``join {token}``: the conversation so far and a fresh token.
    - ``message {id, text, again}``: acknowledged once the turn is answered and stored. The page
      repeats what was not acknowledged, with ``again``; what was stored before is not read twice.
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
        for name, handler in (("join", self.join), ("message", self.message), ("forget", self.forget)):
            server.on(name, partial(self._limited, handler))

    async def _limited(
        self, handler: Callable[[str, Any], Awaitable[Answer]], sid: str, data: Any = None
    ) -> Answer | None:
        """Handle an event, or hang up on an address that sends far more than any page does."""
        if self._limits.of_address(self._limits.requests, self._request(sid)):
            await self._server.disconnect(sid)
            return None
        return await handler(sid, data)

    async def join(self, sid: str, data: Any = None) -> Answer:
        """Enter a conversation, a new one when the token is missing, forged or too old.

        Args:
            sid: the connection.
            data: ``{"token": ...}``.

        Returns:
            ``token`` to use from now on and ``messages``; ``fresh`` says that the conversation is new.
        """
        token = data.get("token") if isinstance(data, dict) else None
        known = self._sessions.read(token)
        session = known or self._sessions.new()
        before = await self._session(sid)
        if before and before != session:
            await self._server.leave_room(sid, before)
        await self._server.save_session(sid, {"session": session})
        await self._server.enter_room(sid, session)
        messages = await self._shown(session) if known else []
        return {"token": self._sessions.token(session), "messages": messages, "fresh": known is None}

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
        if data.get("again") is True and await self._is_stored(session, key):
            return {"ok": True}
        wait = self._wait(sid, session)
        if wait:
            return {"ok": False, "error": "too_fast", "wait": wait, "text": gate.too_fast_text()}
        # a task of its own: the turn is finished also when the connection breaks meanwhile
        turn = asyncio.ensure_future(self._turn(sid, session, key, cut(text)))
        self._turns[session, key] = turn
        turn.add_done_callback(lambda _: self._turns.pop((session, key), None))
        return await asyncio.shield(turn)

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
            await web_store.delete(self._agent(), sender(session))
        except Exception as error:  # noqa: BLE001 - the page has to be told, whatever it is
            _log.error("a conversation could not be deleted (%s)", type(error).__name__)
            return {"ok": False}
        await self._server.emit("forgotten", {"keep": None}, room=session)
        return {"ok": True}

    async def _turn(self, sid: str, session: str, key: str, text: str) -> Answer:
        await self._server.emit(
            "item", from_user(key, text, time.time()), room=session, skip_sid=sid
        )  # other tabs

        async def deliver(item: Item) -> None:
            await self._server.emit("item", item, room=session)

        async def forgotten() -> None:
            await self._server.emit("forgotten", {"keep": key}, room=session)

        metadata = {} if clean(text) == text else {TYPED: text}
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

    async def _shown(self, session: str) -> list[Item]:
        try:
            return await web_store.shown(self._agent(), sender(session))
        except Exception as error:  # noqa: BLE001 - without its history the chat still helps
            _log.error("a conversation could not be read (%s)", type(error).__name__)
            return []

    async def _is_stored(self, session: str, key: str) -> bool:
        return any(item["key"] == key for item in await self._shown(session))

    async def _session(self, sid: str) -> str | None:
        session: str | None = (await self._server.get_session(sid)).get("session")
        return session

    def _wait(self, sid: str, session: str) -> float:
        """Seconds until one more message may come in; 0 counts it."""
        wait = self._limits.conversation.wait(sender(session))
        if not wait:
            wait = self._limits.of_address(self._limits.address, self._request(sid))
        return round(wait, 1)

    def _request(self, sid: str) -> Request:
        request: Request = self._server.get_environ(sid)["sanic.request"]
        return request


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
