"""Opens what keeps conversations: one process's own file, or the database that replicas share."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from blina.stop import Stop
from blina.storage.events import Database
from blina.storage.failures import Unusable
from blina.storage.file_care import FileWriteBehind
from blina.storage.postgres_events import PostgresEvents
from blina.storage.sqlite import Claim
from blina.storage.write_behind import WriteBehind

DATABASE_VARIABLE = "BLINA_DATABASE"  # where conversations are kept, instead of what anything else says


class Opened(NamedTuple):
    """What keeps conversations.

    Args:
        write_behind: of the database.
        give_up: lets others have it, once it is closed.
    """

    write_behind: WriteBehind
    give_up: Callable[[], None]


def in_file(file: str) -> Opened:
    """Open a file for this process alone; a missing one is made.

    Args:
        file: path of the SQLite file, or ``:memory:``.

    Raises:
        Stop: it cannot be used, or another server uses it.
    """
    try:
        claim = Claim(file)
    except BlockingIOError:
        raise Stop(
            f"The database {file} is used by another server: stop that, or name another file with "
            f"{DATABASE_VARIABLE}."
        ) from None
    except OSError as error:
        raise Stop(f"The database {file} cannot be used: {error.strerror}.") from None
    try:
        return Opened(FileWriteBehind(Database(file)), claim.give_up)
    except Unusable as error:
        claim.give_up()
        raise Stop(str(error)) from None


def in_postgres(url: str) -> Opened:
    """Open a database that others use too, and bring its schema up to date.

    Args:
        url: of the PostgreSQL database.

    Raises:
        Stop: it cannot be reached or used.
    """
    from blina.storage import schema  # alembic is slow to import, and most centres keep a file

    try:
        schema.migrate(url)
    except Unusable as error:
        raise Stop(str(error)) from None
    return Opened(WriteBehind(PostgresEvents(url)), lambda: None)
