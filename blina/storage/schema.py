"""The schema of the PostgreSQL database: brought up to date by whichever replica starts first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg2 import errors
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from blina.knowledge.settings import place_of
from blina.storage.failures import Unusable, reason
from blina.storage.postgres import patience

LEAST_VERSION = 13  # of PostgreSQL: it tells what became of a transaction
_TABLES = (
    *("events", "incoming", "outgoing", "sending"),
    *("alerts", "deliveries", "timers", "sessions", "sign_ins", "audit", "audit_end"),
)
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x626C696E61  # "blina": who holds it may change the schema
_SECONDS_TO_CONNECT = 5.0
_SECONDS_TO_MIGRATE = 120.0
_VERSION_DIGITS = 10_000  # of a server's version number stand behind the first part


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema to where this program needs it; other replicas may do the same at this moment.

    Args:
        url: of the database.
        revision: where to; an earlier one than the schema's goes back.

    Raises:
        Unusable: it cannot be reached, used or brought there; the text says which.
    """
    where = place_of(url)
    try:
        with patience(_SECONDS_TO_MIGRATE), _connected(url) as connection:
            _bring_to(connection, revision, where)
    except CommandError:
        raise Unusable(f"There is no revision {revision} of the schema of {where}.") from None
    except (DBAPIError, psycopg2.Error) as error:
        raise Unusable(_sentence(where, getattr(error, "orig", error))) from None


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    def connect() -> Any:
        with patience(_SECONDS_TO_CONNECT):
            return psycopg2.connect(url, application_name="blina")

    engine = create_engine("postgresql+psycopg2://", creator=connect)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _bring_to(connection: Any, revision: str, where: str) -> None:
    version = connection.connection.server_version // _VERSION_DIGITS
    if version < LEAST_VERSION:
        raise Unusable(
            f"The database {where} is PostgreSQL {version}: it has to be {LEAST_VERSION} or newer."
        )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    with connection.begin():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        scripts = ScriptDirectory.from_config(config)
        now = MigrationContext.configure(connection).get_current_revision()
        try:
            is_behind = now is None or scripts.get_revision(now).nextrev
        except CommandError:
            raise Unusable(
                f"The database {where} has the schema of a newer version ({now}): start that one, or go back "
                "with its own `blina migrate`."
            ) from None
        if revision != "head" and revision != now:
            _step(config, scripts, now, revision)
        elif is_behind:
            command.upgrade(config, revision)
        if revision == "head":
            _check_rights(connection, where)


def _step(config: Config, scripts: ScriptDirectory, now: str | None, revision: str) -> None:
    earlier = [script.revision for script in scripts.iterate_revisions(now, "base")] if now else []
    if revision == "base" or revision in earlier:
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _check_rights(connection: Any, where: str) -> None:
    asked = ", ".join(f"has_table_privilege('{table}', '{right}')" for table in _TABLES for right in _RIGHTS)
    if not all(connection.exec_driver_sql(f"SELECT {asked}").one()):
        raise Unusable(_not_allowed(where))


def _not_allowed(where: str) -> str:
    return (
        f"The user of the database {where} may not make or use the tables there: let the owner of the "
        f"database start the assistant once, and GRANT {', '.join(_RIGHTS)} ON ALL TABLES IN SCHEMA public."
    )


def _sentence(where: str, error: Exception) -> str:
    if isinstance(error, errors.InsufficientPrivilege):
        return _not_allowed(where)
    if getattr(error, "pgcode", None) is None:
        return (
            f"The database {where} cannot be reached: see that PostgreSQL runs there, and that the name, the "
            "user and the password are right."
        )
    return f"The database {where} cannot be used ({reason(error)})."
