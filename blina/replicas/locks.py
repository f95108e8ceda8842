"""One thing at a time of each name, in the order in which they came: in one process, or over all replicas."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

from blina.replicas.link import ALIVE_SECONDS, Down, Link, link

_BETWEEN_LOOKS = 1.0  # seconds: only who waits for a replica that died is not woken
_KEPT_MS = 2 * 3600 * 1000  # a queue that nobody touches; nobody waits longer than an hour

# The first of a queue whose replica is alive; those before it are dropped.
_FIRST = """
local function first(queue, mine, replicas)
    while true do
        local ticket = redis.call('LINDEX', queue, 0)
        if not ticket then return false end
        local id = string.match(ticket, '^[^:]+')
        if id == mine or redis.call('EXISTS', replicas .. id) == 1 then return ticket end
        redis.call('LPOP', queue)
    end
end
local queue, ticket, mine, replicas, wakes = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local function wake(ticket)
    redis.call('PUBLISH', wakes .. string.match(ticket, '^[^:]+'), queue .. ' ' .. ticket)
end
"""
_JOIN = f"""{_FIRST}
redis.call('SET', replicas .. mine, '1', 'PX', ARGV[5])
redis.call('RPUSH', queue, ticket)
redis.call('PEXPIRE', queue, {_KEPT_MS})
return first(queue, mine, replicas) == ticket and 1 or 0
"""
# 1: it is the ticket's turn, 0: it is not, -1: the queue does not know it. Who is first is asked whether
# it still is.
_LOOK = f"""{_FIRST}
local now = first(queue, mine, replicas)
if now == ticket then return 1 end
if now then wake(now) end
return redis.call('LPOS', queue, ticket) and 0 or -1
"""
_LEAVE = f"""{_FIRST}
redis.call('LREM', queue, 1, ticket)
local now = first(queue, mine, replicas)
if now then wake(now) end
return 1
"""


class Busy(Exception):
    """Those before take too long."""


class Locks(Protocol):
    """One thing at a time of each name."""

    def hold(self, name: str, seconds: float) -> AbstractAsyncContextManager[None]:
        """Wait for those that came before, and keep the others waiting.

        Args:
            name: of what is held.
            seconds: to wait at most.

        Raises:
            Busy: when those before take longer.
        """


class OwnLocks:
    """Locks in this process's memory; no time passes between one and the next."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str, seconds: float) -> AsyncIterator[None]:
        """See `Locks.hold`."""
        lock = self._locks.setdefault(name, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), seconds)
        except asyncio.TimeoutError:
            raise Busy from None
        try:
            yield
        finally:
            lock.release()


@dataclass
class _Ticket:
    """Of who holds or waits.

    Args:
        queue: its key.
        name: tells whose it is.
        waits: whether others came before.
        is_known: whether Redis knows it, or may.
    """

    queue: str
    name: str
    waits: bool = False
    is_known: bool = False


class SharedLocks:
    """Locks of all replicas: a queue in Redis for each name, and a message to whose turn it is.

    Who holds or waits has a ticket that names its replica. A replica gives signs of life; a ticket of one
    that does not is passed over. Inside a replica the same order holds without Redis, so while Redis
    fails each replica goes on by itself.
    """

    def __init__(self, kind: str, shared: Link) -> None:
        """Share.

        Args:
            kind: what the names are, in the code's own words.
            shared: the connection.
        """
        self._kind = kind
        self._link = shared
        self._replicas, self._wakes = shared.place("replica"), shared.place("wake")
        self._entrance = OwnLocks()
        self._own = OwnLocks()
        self._leaving: set[asyncio.Future[None]] = set()
        shared.hear("wake", self._woken, shared.id)

    @asynccontextmanager
    async def hold(self, name: str, seconds: float) -> AsyncIterator[None]:
        """See `Locks.hold`."""
        end = time.monotonic() + seconds
        ticket = _Ticket(self._link.key(f"lock:{self._kind}", name), self._link.ticket())
        self._link.hold(ticket.name)
        async with AsyncExitStack() as held:
            held.callback(self._leave, ticket)
            await self._enter(held, name, seconds, ticket)
            if ticket.waits:
                await self._until_first(ticket, end)
            yield

    async def _enter(self, held: AsyncExitStack, name: str, seconds: float, ticket: _Ticket) -> None:
        """Stand in line in Redis, and inside this replica in the same order; wait for those inside."""
        entered = None
        try:
            async with self._entrance.hold(name, seconds):
                await self._join(ticket)
                entered = asyncio.ensure_future(held.enter_async_context(self._own.hold(name, seconds)))
                await asyncio.sleep(0)
            await entered
        except BaseException:
            if entered is not None:
                entered.cancel()
            raise

    async def _join(self, ticket: _Ticket) -> None:
        try:
            ticket.waits = await self._call(_JOIN, ticket, int(ALIVE_SECONDS * 1000)) == 0
            ticket.is_known = True
        except Down as down:
            ticket.is_known = down.was_asked  # it may have heard it

    async def _until_first(self, ticket: _Ticket, end: float) -> None:
        with suppress(Down):  # then those inside this replica are all that can be waited for
            while (place := await self._call(_LOOK, ticket)) != 1:
                if place < 0:
                    await self._call(_JOIN, ticket, int(ALIVE_SECONDS * 1000))
                left = end - time.monotonic()
                if left <= 0:
                    raise Busy
                await self._link.woken(ticket.name, min(left, _BETWEEN_LOOKS) if place == 0 else 0)

    def _leave(self, ticket: _Ticket) -> None:
        """Let the next one in; nobody waits until Redis has heard it."""
        self._link.drop(ticket.name)
        if ticket.is_known:
            leaving = asyncio.ensure_future(self._say_left(ticket))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _say_left(self, ticket: _Ticket) -> None:
        try:
            await self._call(_LEAVE, ticket)
        except Down:
            self._link.when_back(partial(self._call, _LEAVE, ticket))

    async def _woken(self, text: str) -> None:
        queue, _, name = text.partition(" ")
        if not self._link.wake(name):  # nobody has it any more, and Redis has not heard that
            with suppress(Down):
                await self._call(_LEAVE, _Ticket(queue, name))

    async def _call(self, script: str, ticket: _Ticket, *more: int) -> int:
        values = [ticket.name, self._link.id, self._replicas, self._wakes, *map(str, more)]
        return int(await self._link.call(script, [ticket.queue], values))


def locks(kind: str) -> Locks:
    """Locks of all replicas where there are several.

    Args:
        kind: what the names are, in the code's own words; different kinds do not wait for each other.
    """
    shared = link()
    return SharedLocks(kind, shared) if shared else OwnLocks()
