"""Secrets from the environment: long enough, and no defaults."""

from __future__ import annotations

from collections.abc import Mapping

from rasa.shared.exceptions import RasaException

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
