"""The environment variables that ``credentials.yml`` names: looked at before anything slow is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from blina.stop import Stop

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def check(path: Path, environ: Mapping[str, str]) -> None:
    """See that every variable is set to something.

    Args:
        path: the file.
        environ: the environment.

    Raises:
        Stop: naming the first variable that is missing or empty, or saying that there is no such file.
    """
    try:
        channels = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, ValueError):
        raise Stop(f"{path} is not valid YAML.") from None
    for channel, name, variable in _variables(channels):
        if not environ.get(variable, "").strip():
            state = "empty" if variable in environ else "not set"
            raise Stop(
                f"The environment variable {variable} is {state}: {path} needs it ({channel}: {name})."
            )


def require(path: Path, channel: str, why: str) -> None:
    """See that a channel is opened that the settings need.

    Args:
        path: the file, which `check` has read.
        channel: its class, with the module.
        why: the setting that needs it.

    Raises:
        Stop: it is not in the file.
    """
    if channel not in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}):
        raise Stop(f"{why} needs the line `{channel}:` in {path}.")


def _variables(channels: Any) -> Iterator[tuple[str, str, str]]:
    """Channel, field and variable of every place that names one."""
    for channel, fields in channels.items() if isinstance(channels, dict) else ():
        for name, value in fields.items() if isinstance(fields, dict) else ():
            for variable in _VARIABLE.findall(str(value)):
                yield str(channel), str(name), variable
