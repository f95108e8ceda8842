"""Secrets from the environment: long enough, and no defaults; and the key of our own where there is none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from rasa.shared.exceptions import RasaException

KEY_FILE = Path(__file__).resolve().parents[2] / "var" / "session_secret"
LEAST_CHARACTERS = 32
_LEAST_DIFFERENT = 8


class WeakKey(RasaException, ValueError):
    """A secret could be guessed; the text names where it is and quotes nothing of it."""


def from_environment(variable: str, environ: Mapping[str, str]) -> bytes | None:
    """A secret that the operator set.

    Args:
        variable: name of the environment variable.
        environ: the environment.

    Returns:
        None when it is not set or empty.

    Raises:
        WeakKey: naming the variable.
    """
    given = environ.get(variable, "").strip()
    return strong(given, variable) if given else None


def strong(key: str, place: str) -> bytes:
    """A secret as bytes.

    Args:
        key: the secret.
        place: where it was found, for the error.

    Raises:
        WeakKey: it is short, or little else than one character repeated.
    """
    if len(key) < LEAST_CHARACTERS:
        raise WeakKey(f"{place} must hold at least {LEAST_CHARACTERS} characters.")
    if len(set(key)) < _LEAST_DIFFERENT:
        raise WeakKey(f"{place} must hold at least {_LEAST_DIFFERENT} different characters.")
    return key.encode("utf-8")


def signing_key(variable: str, environ: Mapping[str, str], file: Path = KEY_FILE) -> bytes:
    """The key from the environment, or one made once and kept in a file that only its owner reads.

    Args:
        variable: name of the environment variable.
        environ: the environment.
        file: where a key of our own is kept, so that a restart ends no conversation.

    Returns:
        The key.

    Raises:
        WeakKey: naming the variable or the file.
    """
    given = from_environment(variable, environ)
    if given:
        return given
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return strong(file.read_text("ascii").strip(), str(file))
    key = secrets.token_urlsafe(LEAST_CHARACTERS)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(key)
    return key.encode("ascii")
