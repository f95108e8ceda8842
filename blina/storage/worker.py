"""One thread that does jobs in the order in which they came, and a chore in between."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

_log = logging.getLogger(__name__)
_SECONDS_TO_CLOSE = 5.0


class Worker:
    """A thread for what would hold up everybody else, such as waiting for a disk."""

    def __init__(self, name: str, chore: Callable[[], None], seconds: float) -> None:
        """Start the thread.

        Args:
            name: of the thread.
            chore: done at the start and then again and again; what it raises is logged by its kind.
            seconds: between two chores.
        """
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._chore = chore
        self._seconds = seconds
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def do(self, job: Callable[[], Result]) -> Result:
        """Have a job done.

        Args:
            job: called in the thread; done also when the caller does not wait for it.

        Returns:
            What it returns.

        Raises:
            Exception: what it raises.
        """
        done: Future[Result] = Future()
        self._jobs.put((job, done))
        return await asyncio.shield(asyncio.wrap_future(done))

    def close(self) -> None:
        """Do what is waiting, then end; returns after five seconds at the latest."""
        self._jobs.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join(_SECONDS_TO_CLOSE)

    def _work(self) -> None:
        next_chore = time.monotonic()
        while True:
            wait = next_chore - time.monotonic()
            if wait <= 0:
                self._do_chore()
                next_chore = time.monotonic() + self._seconds
                continue
            try:
                given = self._jobs.get(timeout=wait)
            except queue.Empty:
                continue
            if given is None:
                return
            job, done = given
            try:
                done.set_result(job())
            except Exception as error:  # noqa: BLE001 - it is the caller's
                done.set_exception(error)

    def _do_chore(self) -> None:
        try:
            self._chore()
        except Exception as error:  # noqa: BLE001 - the thread has to live on
            _log.error("a chore failed (%s)", type(error).__name__)
