"""Accounts of this machine, to try the inbox without an OpenID provider; good on this machine only."""

from __future__ import annotations

import json
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from blina.stop import Stop

FILE = "team_accounts.json"  # in the folder of the conversations
LEAST_CHARACTERS = 12  # of a password
MOST_CHARACTERS = 200
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_OWNER_ONLY = 0o600


def keep(file: Path, name: str, password: str) -> None:
    """Make an account, or give it another password.

    Args:
        file: with the accounts; made if it is missing, readable by its owner only.
        name: of the account.
        password: only its hash (Argon2id) is kept.

    Raises:
        Stop: the name or the password cannot be used, or the file cannot be read.
    """
    if not _NAME.fullmatch(name):
        raise Stop("A name has 1 to 40 letters, digits, dots, dashes and underscores.")
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise Stop(f"A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters.")
    hashes = {**_hashes(file), name: _hasher().hash(password)}
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump(hashes, opened, indent=1)
    beside.replace(file)


def is_right(file: Path, name: str, password: str) -> bool:
    """Whether a password belongs to an account; takes equally long for a name that there is not.

    Args:
        file: with the accounts.
        name: of the account.
        password: as it was typed.

    Raises:
        Stop: the file cannot be read.
    """
    if len(password) > MOST_CHARACTERS:
        return False
    kept = _hashes(file).get(name)
    try:
        return _hasher().verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def _hashes(file: Path) -> dict[str, str]:
    try:
        hashes = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise Stop(f"{file} cannot be read: put it aside and make the accounts anew.") from None
    return {str(name): str(hash_) for name, hash_ in hashes.items()}


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_urlsafe())
