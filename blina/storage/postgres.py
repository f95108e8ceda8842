"""A connection to PostgreSQL that holds up nobody: what takes long fails, what is broken is made anew."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg2
from psycopg2 import extensions

Result = TypeVar("Result")
Work = Callable[[Any], Result]  # is given a cursor

SECONDS = 1.0  # for anything that a patient may wait for
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0  # seconds between two tries to connect; doubled each time
_OPTIONS = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "statement_timeout": "1000ms",
        "lock_timeout": "1000ms",
        "idle_in_transaction_session_timeout": "5000ms",  # the line was cut in the middle of one
    }.items()
)
_patience = threading.local()


class TimedOut(psycopg2.OperationalError):
    """The server did not answer in time."""


class Unreachable(psycopg2.OperationalError):
    """There is no connection now; one is tried for."""


class InDoubt(psycopg2.OperationalError):
    """The connection broke while something was committed: nobody knows yet whether it was."""

    def __init__(self, transaction: str, result: Any = None) -> None:
        """Remember which.

        Args:
            transaction: its number on the server.
            result: of the work that was done in it.
        """
        super().__init__("a commit was not acknowledged")
        self.transaction = transaction
        self.result = result


class Undone(psycopg2.OperationalError):
    """The server ended a transaction instead of committing it."""


def _wait(connection: Any) -> None:
    """What psycopg2 does while it waits for the server: no longer than the thread has patience."""
    poll = select.poll()
    while (state := connection.poll()) != extensions.POLL_OK:
        end: float | None = getattr(_patience, "end", None)
        left = None if end is None else (end - time.monotonic()) * 1000
        if left is not None and left <= 0:
            raise TimedOut("the server does not answer")
        event = select.POLLOUT if state == extensions.POLL_WRITE else select.POLLIN
        poll.register(connection.fileno(), event)
        poll.poll(left)


extensions.set_wait_callback(_wait)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Let this thread wait for the servers no longer than so many seconds, all in all.

    Args:
        seconds: from now on.
    """
    before = getattr(_patience, "end", None)
    _patience.end = time.monotonic() + seconds
    try:
        yield
    finally:
        _patience.end = before


class _Attempt:
    """Connecting, in a thread of its own: looking up a name cannot be given up."""

    def __init__(self, url: str) -> None:
        self.connection: Any = None
        self._url = url
        self._thread = threading.Thread(target=self._connect, name="connecting", daemon=True)
        self._thread.start()

    def is_over(self, seconds: float) -> bool:
        """Whether it succeeded or failed; waits so many seconds at most."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def _connect(self) -> None:
        with suppress(psycopg2.Error), patience(SECONDS):
            self.connection = connected(self._url)


def connected(url: str) -> Any:
    """A new connection on which every statement is committed by itself.

    Args:
        url: of the database.

    Raises:
        psycopg2.Error: it cannot be made.
    """
    connection = psycopg2.connect(url, options=_OPTIONS, application_name="blina", keepalives_idle=10)
    connection.autocommit = True
    return connection


class Line:
    """One connection. Used by one thread at a time.

    Where there is none, work fails at once and not only when everybody has waited for another; the next
    ones are tried for beside it, each after a longer pause.
    """

    def __init__(self, url: str) -> None:
        """Connect with the first work.

        Args:
            url: of the database.
        """
        self._url = url
        self._connection: Any = None
        self._attempt: _Attempt | None = None
        self._is_down = False
        self._next_try = 0.0
        self._pause = _FIRST_PAUSE

    def run(self, work: Work[Result]) -> Result:
        """Do some work, again if a connection from before turns out to be broken.

        Args:
            work: statements that may be done twice, each committed by itself.

        Returns:
            What it returns.

        Raises:
            psycopg2.Error: it failed, or took more than a second.
        """
        with patience(SECONDS):
            if self._connection is not None:
                try:
                    return self._done(work)
                except psycopg2.Error:
                    if self._connection is not None:  # it was not the connection
                        raise
            return self._done(work)

    def transact(self, work: Work[Result]) -> Result:
        """Do some work in one transaction, once, also where the connection breaks in the middle.

        Args:
            work: statements.

        Returns:
            What it returns.

        Raises:
            InDoubt: it may be committed or not; `was_committed` tells when the server is back.
            psycopg2.Error: nothing of it was done.
        """
        with patience(SECONDS):
            if self._connection is not None:
                try:
                    return self._once(work)
                except psycopg2.Error as error:
                    if isinstance(error, InDoubt) or self._connection is not None:
                        raise
            return self._once(work)

    def _once(self, work: Work[Result]) -> Result:
        try:
            return self._done(lambda cursor: _in_transaction(cursor, work))
        except InDoubt as doubt:
            try:
                committed = self.was_committed(doubt.transaction)
            except psycopg2.Error:
                raise doubt from None
            if not committed:
                raise Undone("a transaction was not committed") from None
            result: Result = doubt.result
            return result

    def was_committed(self, transaction: str) -> bool:
        """Whether a transaction was committed.

        Args:
            transaction: of `InDoubt`.

        Raises:
            psycopg2.Error: that is still not known.
        """

        def ask(cursor: Any) -> str | None:
            cursor.execute("SELECT pg_xact_status(%s::text::xid8)", (transaction,))
            (found,) = cursor.fetchone()
            return str(found) if found else None

        try:
            status = self.run(ask)
        except psycopg2.DataError:  # another server took over that never saw it
            return False
        if status == "in progress":
            raise InDoubt(transaction)
        return status == "committed"

    def close(self) -> None:
        """Let go of the connection."""
        self._drop()

    def _done(self, work: Work[Result]) -> Result:
        connection = self._connected()
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        except psycopg2.Error as error:
            if isinstance(error, TimedOut) or isinstance(error.__cause__, TimedOut):
                self._is_down = True  # who comes next must not wait as long
                self._drop()
            elif connection.closed:
                self._drop()
            else:
                self._roll_back(connection)
            raise

    def _roll_back(self, connection: Any) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
        except psycopg2.Error:
            self._drop()

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> Any:
        if self._attempt is None:
            if time.monotonic() < self._next_try:
                raise Unreachable("the database cannot be reached")
            self._attempt = _Attempt(self._url)
        left: float = _patience.end - time.monotonic()
        if not self._attempt.is_over(0.0 if self._is_down else left):
            self._is_down = True
            raise Unreachable("the database cannot be reached")
        connection, self._attempt = self._attempt.connection, None
        self._is_down = connection is None
        if connection is None:
            self._next_try = time.monotonic() + self._pause
            self._pause = min(_LONGEST_PAUSE, 2 * self._pause)
            raise Unreachable("the database cannot be reached")
        self._pause = _FIRST_PAUSE
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg2.Error):
                connection.close()


def _in_transaction(cursor: Any, work: Work[Result]) -> Result:
    cursor.execute("BEGIN; SELECT pg_current_xact_id()::text")
    (transaction,) = cursor.fetchone()
    result = work(cursor)
    try:
        cursor.execute("COMMIT")
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise InDoubt(transaction, result) from error
    return result
