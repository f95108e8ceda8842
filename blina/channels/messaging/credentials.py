"""The fields that a channel has in ``credentials.yml``, checked before anything starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.shared.exceptions import RasaException

from blina.http_server.addresses import is_loopback

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


class CredentialsError(RasaException):
    """A channel cannot be opened; one line says which field is wrong and what to do."""


def checked(
    channel: str, given: Mapping[str, Any] | None, needed: Mapping[str, str], defaults: Mapping[str, str]
) -> dict[str, str]:
    """The fields of a channel.

    Args:
        channel: the class's path, as in ``credentials.yml``.
        given: the fields there.
        needed: fields that must be given, each with the environment variable that usually holds it.
        defaults: fields that may be left out. A field whose name ends with ``_url`` holds an address.

    Returns:
        All fields.

    Raises:
        CredentialsError: when one is missing, empty, unknown, or no safe address.
    """
    fields = {name: value for name, value in (given or {}).items() if value is not None}
    unknown = sorted(set(fields) - {*needed, *defaults})
    if unknown:
        known = ", ".join([*needed, *defaults])
        raise CredentialsError(f"{channel} has no field '{unknown[0]}' in credentials.yml, only: {known}.")
    values = {**defaults, **{name: str(value).strip() for name, value in fields.items()}}
    for name, variable in needed.items():
        if not values.get(name):
            remedy = f"set the environment variable {variable} and write '{name}: ${{{variable}}}'"
            raise CredentialsError(f"{channel} needs '{name}' in credentials.yml: {remedy}.")
    for name, value in values.items():
        # the value itself may be a secret and is not shown
        if not _PRINTABLE.fullmatch(value) or "${" in value:
            raise CredentialsError(
                f"{channel}: '{name}' in credentials.yml must be one word without spaces; "
                "an environment variable stands there without quotes."
            )
        if name.endswith("_url"):
            values[name] = _address(channel, name, value)
    return values


def _address(channel: str, name: str, value: str) -> str:
    """The address without a slash at its end; https, except on this machine."""
    try:
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    except ValueError:
        safe = False
    if not safe or not parts.hostname or parts.query or parts.fragment:
        raise CredentialsError(
            f"{channel}: '{name}' in credentials.yml must be an address such as https://blina.example.org."
        )
    return value.rstrip("/")
