"""What came in and what has to go out, kept in the conversations' database until it is done.

A provider is told that a message has arrived once it is kept here, so a crash loses none. What a
patient wrote stays here until it is answered, a reply until it is sent; of a message that is
answered only the provider's id is left, by which a repeated delivery is known.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from channels.messaging.exchange import Button, Incoming

_log = logging.getLogger(__name__)

IN_MEMORY = "sqlite://"
KNOWN_FOR = 48 * 3600.0  # seconds; no provider delivers again after a day
_BETWEEN_CLEARINGS = 600.0  # seconds
_WAIT_FOR_LOCK = 2.0  # seconds

_tables = sa.MetaData()
_incoming = sa.Table(
    "messaging_incoming",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("key", sa.String(255), nullable=False),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("received", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("content", sa.Text),
    sa.UniqueConstraint("channel", "key"),
)
_outgoing = sa.Table(
    "messaging_outgoing",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Letter:
    """A message that came in.

    Args:
        incoming: the message.
        conversation: its name in the tracker store.
        tries: how often the assistant was started to answer it before.
    """

    incoming: Incoming
    conversation: str
    tries: int = 0


@dataclass(frozen=True)
class Part:
    """A message that has to go out.

    Args:
        address: where to, in the provider's terms.
        text: short enough for the provider.
        buttons: answers to tap below it.
        made: seconds since 1970.
    """

    address: dict[str, str]
    text: str
    buttons: tuple[Button, ...]
    made: float


@dataclass(frozen=True)
class Waiting:
    """A part with its place in the mailbox."""

    part: Part
    engine: Engine
    row: int


class Mailbox:
    """One channel's messages; when the database fails, they are kept in memory instead."""

    def __init__(
        self, url: str | sa.engine.URL, channel: str, clock: Callable[[], float] = time.time
    ) -> None:
        """Open it.

        Args:
            url: of the database, in SQLAlchemy's form.
            channel: name of the channel.
            clock: seconds since 1970.
        """
        self._channel = channel
        self._clock = clock
        self._engines = [engine for engine in (_opened(url), _opened(IN_MEMORY)) if engine]
        self._next_clearing = 0.0
        self._gone: set[int] = set()  # rows that were sent and could not be deleted

    def keep(self, letter: Letter) -> bool:
        """Keep a message until it is answered.

        Args:
            letter: the message.

        Returns:
            False when it was delivered before.
        """
        row = {
            "channel": self._channel,
            "key": letter.incoming.key,
            "conversation": letter.conversation,
            "received": self._clock(),
            "tries": 0,
            "content": json.dumps(asdict(letter.incoming)),
        }
        self._clear_in_time()
        try:
            self._write(lambda _: [_incoming.insert().values(row)])
        except IntegrityError:
            return False
        return True

    def unanswered(self) -> list[Letter]:
        """What was kept and not answered when the assistant was stopped, oldest first.

        Each counts as tried once more.
        """
        left = (_incoming.c.channel == self._channel) & _incoming.c.content.is_not(None)
        letters = []
        for _, row in self._rows(_incoming.select().where(left).order_by(_incoming.c.id)):
            incoming = Incoming(**json.loads(row.content))
            letters.append(Letter(incoming, row.conversation, row.tries + 1))
        self._write(lambda _: [_incoming.update().where(left).values(tries=_incoming.c.tries + 1)])
        return letters

    def answer(self, letter: Letter, parts: Sequence[Part], forget: bool = False) -> None:
        """Put the reply into the post, and forget the words that it answers.

        Args:
            letter: what is answered.
            parts: what to send, in order; may be empty.
            forget: whether to drop also what else is kept of the conversation.
        """
        done = (_incoming.c.channel == self._channel) & (_incoming.c.key == letter.incoming.key)
        rows = [
            {
                "channel": self._channel,
                "conversation": letter.conversation,
                "made": part.made,
                "content": json.dumps(asdict(part)),
            }
            for part in parts
        ]
        of_conversation = _outgoing.c.conversation == letter.conversation

        def statements(first: bool) -> Iterator[Any]:
            yield _incoming.update().where(done).values(content=None)
            if forget:
                yield _outgoing.delete().where(of_conversation)
            if first and rows:
                yield _outgoing.insert().values(rows)

        self._write(statements, everywhere=True)

    def conversations(self) -> list[str]:
        """The conversations for which something has to go out."""
        mine = _outgoing.c.channel == self._channel
        return list(dict.fromkeys(row.conversation for _, row in self._rows(_outgoing.select().where(mine))))

    def next_part(self, conversation: str) -> Waiting | None:
        """What has to go out next in a conversation."""
        wanted = (_outgoing.c.channel == self._channel) & (_outgoing.c.conversation == conversation)
        wanted &= _outgoing.c.id.not_in(self._gone)
        for engine, row in self._rows(_outgoing.select().where(wanted).order_by(_outgoing.c.id).limit(1)):
            content = json.loads(row.content)
            content["buttons"] = tuple(Button(**button) for button in content["buttons"])
            return Waiting(Part(**content), engine, row.id)
        return None

    def sent(self, waiting: Waiting) -> None:
        """Forget a part that was sent or given up."""
        try:
            with waiting.engine.begin() as connection:
                connection.execute(_outgoing.delete().where(_outgoing.c.id == waiting.row))
        except SQLAlchemyError as error:
            _log.error("the mailbox cannot be written (%s)", type(error).__name__)
            self._gone.add(waiting.row)  # it is not sent again before the next start

    def close(self) -> None:
        """Let go of the database."""
        for engine in self._engines:
            engine.dispose()

    def _clear_in_time(self) -> None:
        now = self._clock()
        if now >= self._next_clearing:
            self._next_clearing = now + _BETWEEN_CLEARINGS
            old = _incoming.c.received < now - KNOWN_FOR
            self._write(lambda _: [_incoming.delete().where(old)], everywhere=True)

    def _write(self, statements: Callable[[bool], Any], everywhere: bool = False) -> None:
        """Write to the database, or to memory when that fails.

        Args:
            statements: given whether nothing has been written yet, what to execute.
            everywhere: whether to write to memory in any case.
        """
        written = False
        for engine in self._engines:
            try:
                with engine.begin() as connection:
                    for statement in statements(not written):
                        connection.execute(statement)
                written = True
            except IntegrityError:
                raise
            except SQLAlchemyError as error:
                _log.error("the mailbox cannot be written (%s)", type(error).__name__)
            if written and not everywhere:
                return

    def _rows(self, query: Any) -> Iterator[tuple[Engine, Any]]:
        for engine in self._engines:
            try:
                with engine.connect() as connection:
                    rows = connection.execute(query).all()
            except SQLAlchemyError as error:
                _log.error("the mailbox cannot be read (%s)", type(error).__name__)
                continue
            yield from ((engine, row) for row in rows)


def _opened(url: str | sa.engine.URL) -> Engine | None:
    """The database with the mailbox's tables, None when it cannot be used."""
    sqlite = sa.engine.make_url(url).get_backend_name() == "sqlite"
    options: dict[str, Any] = {}
    if sqlite:
        arguments = {"check_same_thread": False, "timeout": _WAIT_FOR_LOCK}
        options = {"poolclass": StaticPool, "connect_args": arguments}
    try:
        engine: Engine = sa.create_engine(url, **options)
        _tables.create_all(engine)
    except SQLAlchemyError as error:
        _log.error("the mailbox cannot be opened (%s)", type(error).__name__)
        return None
    return engine
