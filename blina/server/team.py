"""What an operator does for the nurses' inbox: reading its audit log, making an account to try it."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from blina.assistant import settings
from blina.channels.team.accounts import FILE as ACCOUNTS
from blina.channels.team.accounts import keep
from blina.channels.team.records import FILE as RECORDS
from blina.http_server.signing_keys import WeakKey, signing_key
from blina.knowledge.settings import place_of
from blina.stop import Stop
from blina.storage.audit import breaks, read
from blina.storage.failures import FAILURES, reason
from blina.storage.tables import is_shared

_FAILURES: tuple[type[Exception], ...] = (*FAILURES, OSError)

__all__ = ["ACCOUNTS", "RECORDS", "account", "audit"]


def audit(place: str) -> str:
    """The audit log, an entry a line, and that it is whole.

    Args:
        place: path of the file with the log, or the URL of the PostgreSQL database.

    Raises:
        Stop: there is none, it cannot be read, or it is not as it was written: where it breaks.
    """
    where = place_of(place) if is_shared(place) else place
    if not is_shared(place) and not Path(place).is_file():
        raise Stop(f"There is no audit log: {where} does not exist.")
    try:
        key = signing_key(settings().session_secret_env, os.environ)
        found, end = read(place)
        broken = list(breaks(found, end, key))
    except _FAILURES as error:
        raise Stop(f"The audit log {where} cannot be read ({reason(error)}).") from None
    except WeakKey as error:
        raise Stop(f"The audit log {where} cannot be read: {error}") from None
    if broken:
        raise Stop("\n".join([f"The audit log {where} was changed.", *broken]))
    lines = [f"{one.number} {one.time} {one.who} {one.act} {one.about}".rstrip() for one in found]
    return "\n".join([*lines, f"{len(found)} entries, none changed and none missing."])


def account(file: Path, name: str) -> None:
    """Make an account of this machine; the password is asked for, or read from a pipe.

    Args:
        file: with the accounts.
        name: of the account.

    Raises:
        Stop: the name or the password cannot be used.
    """
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("The same again: ") != password:
            raise Stop("The two differ: nothing was changed.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    keep(file, name, password)
