"""The connection to Redis: nobody waits for it longer than a moment, and it is tried again until it works."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError, ResponseError

from blina.assistant import settings
from blina.observe import metrics
from blina.stop import Stop

_log = logging.getLogger(__name__)

_LOOKS, _BETWEEN_LOOKS = 5, 0.1  # after which, and seconds between them, Redis counts as failed
_LONGEST_CALL = 3.0  # seconds, by the client's own clock
BEAT_SECONDS = 1.0  # between two signs of life, and between two tries while it fails
ALIVE_SECONDS = 4.0  # without a sign of life a replica is dead, and what it held is free
_LISTENING_SECONDS = 60.0
_MOST_CONNECTIONS = 32
_DIGITS = 32  # of a hashed name
_DIGITS_OF_PREFIX = 8

Heard = Callable[[str], Awaitable[None]]


class Down(Exception):
    """Redis does not answer, or not in time; the caller goes on by itself.

    Args:
        was_asked: whether Redis may have done what was asked for all the same.
    """

    def __init__(self, was_asked: bool) -> None:
        super().__init__()
        self.was_asked = was_asked


class Link:
    """What one replica has to do with Redis.

    The first call that fails is the last one that anybody waits for: from then on every call fails at once,
    until Redis answers again. Names are hashed with the key of the sessions, so Redis holds no name, no
    address and no word of anybody, and installations with different keys do not meet in one Redis.
    """

    def __init__(self, url: str, key: bytes) -> None:
        """Get ready; the first call connects.

        Args:
            url: of Redis.
            key: secret, the same in all replicas.
        """
        self._key = key
        self._prefix = f"blina:{self._hashed('prefix')[:_DIGITS_OF_PREFIX]}"
        self.id = secrets.token_hex(8)
        self._redis: Redis[bytes] = Redis(
            connection_pool=BlockingConnectionPool.from_url(
                url,
                max_connections=_MOST_CONNECTIONS,
                timeout=_LONGEST_CALL,
                socket_timeout=_LONGEST_CALL,
                socket_connect_timeout=_LONGEST_CALL,
            )
        )
        self._scripts: dict[str, Any] = {}
        self._numbers = itertools.count(1)
        self._is_up = False
        self._is_closed = False
        self._tried = asyncio.Event()
        self._keeping: asyncio.Future[None] | None = None
        self._listening: asyncio.Future[None] | None = None
        self._heard: dict[str, Heard] = {}
        self._listened: set[str] = set()
        self._undone: list[Callable[[], Awaitable[Any]]] = []
        self._waking: dict[str, asyncio.Event] = {}

    @property
    def state(self) -> str:
        """How Redis is: ``ok``, or ``failing`` while this replica keeps locks and limits by itself."""
        return "ok" if self._is_up or not self._tried.is_set() else "failing"

    # --- names

    def _hashed(self, name: str) -> str:
        return hmac.new(self._key, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:_DIGITS]

    def key(self, kind: str, name: str) -> str:
        """The key in Redis of something.

        Args:
            kind: what it is, in the code's own words.
            name: may be a patient's; is hashed.
        """
        return f"{self._prefix}:{kind}:{self._hashed(name)}"

    def place(self, kind: str, own: str = "") -> str:
        """The key or channel of something without a name of anybody in it.

        Args:
            kind: what it is, in the code's own words.
            own: the replica's whose it is; what all of a kind begin with when it is missing.
        """
        return f"{self._prefix}:{kind}:{own}"

    def ticket(self) -> str:
        """A name that nobody else has, which tells whose it is."""
        return f"{self.id}:{next(self._numbers)}"

    # --- calls

    async def call(self, script: str, keys: Sequence[str], values: Sequence[str | int | float] = ()) -> Any:
        """Run a script in Redis, in one step.

        Args:
            script: Lua.
            keys: what it touches.
            values: what else it needs.

        Returns:
            What the script returns.

        Raises:
            Down: Redis fails, or failed just now.
        """
        await self._begun()
        if not self._is_up:
            raise Down(was_asked=False)
        try:
            return await _in_time(self._run(script, keys, values))
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._lost(error)
            raise Down(was_asked=True) from None

    async def tell(self, kind: str, text: str) -> None:
        """Tell all replicas something, this one too; who is not there does not hear it.

        Args:
            kind: what it is, in the code's own words.
            text: is sent as it is, and kept nowhere.
        """
        with suppress(Down):
            await self.call("return redis.call('PUBLISH', KEYS[1], ARGV[1])", [self.place(kind)], [text])

    def hear(self, kind: str, heard: Heard, own: str = "") -> None:
        """Be told what replicas tell, within a second from now on.

        Args:
            kind: as in `tell`.
            heard: gets the text.
            own: this replica's id, where each has a channel of its own.
        """
        self._heard[self.place(kind, own)] = heard

    def when_back(self, undo: Callable[[], Awaitable[Any]]) -> None:
        """Do something as soon as Redis answers again.

        Args:
            undo: what; may raise `Down`.
        """
        self._undone.append(undo)

    # --- waiting to be woken

    async def woken(self, ticket: str, seconds: float) -> None:
        """Wait until somebody wakes the owner of a ticket, Redis fails, or the time is over.

        Args:
            ticket: this replica's.
            seconds: at most.
        """
        event = self._waking.setdefault(ticket, asyncio.Event())
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        event.clear()

    def wake(self, ticket: str) -> bool:
        """Wake who waits with a ticket.

        Args:
            ticket: this replica's.

        Returns:
            False when nobody has it.
        """
        event = self._waking.get(ticket)
        if event is not None:
            event.set()
        return event is not None

    def hold(self, ticket: str) -> None:
        """From now on somebody has a ticket."""
        self._waking[ticket] = asyncio.Event()

    def drop(self, ticket: str) -> None:
        """Nobody has a ticket any more."""
        self._waking.pop(ticket, None)

    # --- keeping it up

    async def close(self) -> None:
        """Leave: what this replica held is free at once."""
        self._is_closed = True  # redis.asyncio can swallow a cancellation
        tasks = [task for task in (self._keeping, self._listening) if task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=2 * BEAT_SECONDS)
        with suppress(RedisError, OSError, asyncio.TimeoutError):
            if self._is_up:
                await self._redis.delete(self.place("replica", self.id))
        self._is_up = False
        await self._redis.close()
        await self._redis.connection_pool.disconnect()

    async def _begun(self) -> None:
        if self._keeping is None:
            self._keeping = asyncio.ensure_future(self._keep())
        await self._tried.wait()

    async def _run(self, script: str, keys: Sequence[str], values: Sequence[str | int | float]) -> Any:
        if script not in self._scripts:
            self._scripts[script] = self._redis.register_script(script)
        return await self._scripts[script](keys=keys, args=values)

    async def _keep(self) -> None:
        """Give signs of life, and connect again after a failure."""
        metrics.REDIS_FAILING.set_function(lambda: not self._is_up)
        while not self._is_closed:
            try:
                await _in_time(self._beat())
                if not self._is_up:
                    await self._found()
                elif self._heard.keys() != self._listened:
                    await self._listen()
            except (RedisError, OSError, asyncio.TimeoutError) as error:
                self._lost(error)
                await self._disconnect()
            self._tried.set()
            await asyncio.sleep(BEAT_SECONDS)

    async def _beat(self) -> None:
        await self._redis.set(self.place("replica", self.id), b"1", px=int(ALIVE_SECONDS * 1000))

    async def _disconnect(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None
        with suppress(RedisError, OSError, asyncio.TimeoutError):
            await self._redis.connection_pool.disconnect()

    async def _found(self) -> None:
        await self._listen()
        self._is_up = True
        if self._tried.is_set():
            _log.warning("Redis answers again: locks and limits are shared")
        undone, self._undone = self._undone, []
        for undo in undone:
            with suppress(Down):
                await undo()

    def _lost(self, error: BaseException) -> None:
        """From now on this replica goes on by itself."""
        # the kind of error only: its text could hold the address
        if self._is_up or not self._tried.is_set():
            _log.error("Redis fails (%s): this replica keeps locks and limits by itself", _reason(error))
        self._is_up = False
        for event in self._waking.values():
            event.set()

    async def _listen(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if not self._heard:
            return
        channels = self._redis.pubsub()
        self._listened = set(self._heard)
        try:
            await _in_time(channels.subscribe(*self._listened))
        except BaseException:
            await channels.close()  # else its connection is lost to the pool
            raise
        self._listening = asyncio.ensure_future(self._hear(channels))

    async def _hear(self, channels: Any) -> None:
        try:
            while not self._is_closed:
                message = await channels.get_message(
                    ignore_subscribe_messages=True, timeout=_LISTENING_SECONDS
                )
                if message is not None:
                    await self._pass_on(message["channel"].decode(), message["data"].decode())
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            self._lost(error)
        finally:
            with suppress(Exception):  # the connection may be gone already
                await channels.close()

    async def _pass_on(self, channel: str, text: str) -> None:
        try:
            await self._heard[channel](text)
        except Exception as error:  # noqa: BLE001 - the next notice has to be heard
            _log.error("a notice of another replica was not understood (%s)", type(error).__name__)


async def _in_time(call: Coroutine[Any, Any, Any]) -> Any:
    """What a call returns, if it does so soon.

    Looked at a few times and not by the clock: where this process itself has no time to look, Redis is not to
    blame.

    Raises:
        asyncio.TimeoutError: when it does not.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may wait any more
    try:
        for _ in range(_LOOKS):
            if (await asyncio.wait([task], timeout=_BETWEEN_LOOKS))[0]:
                return task.result()
        raise asyncio.TimeoutError
    finally:
        task.cancel()


def _reason(error: BaseException) -> str:
    """The kind of error, and the one word by which Redis says what it has against a call."""
    word = str(error).partition(" ")[0] if isinstance(error, ResponseError) else ""
    return f"{type(error).__name__} {word}" if word.isupper() else type(error).__name__


@lru_cache(maxsize=1)
def link() -> Link | None:
    """This replica's connection, None where Redis is not used.

    Raises:
        Stop: see `common_key`.
    """
    url = settings().redis_url
    return Link(url, common_key()) if url else None


def common_key() -> bytes:
    """The key of the sessions, which all replicas have.

    Raises:
        Stop: when it is not set.
    """
    name = settings().session_secret_env
    key = os.environ.get(name, "").strip()
    if not key:
        raise Stop(f"Several replicas share one key: set {name} to the same random text in all of them.")
    return key.encode()
