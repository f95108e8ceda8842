"""Rasa's ``endpoints.yml``: looked at early, since Rasa passes over what it does not know."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import yaml

from blina.stop import Stop

STORE = "blina.rasa_adapter.tracker_store.ConversationStore"
_KNOWN = ("nlg", "nlu", "action_endpoint", "models", "tracker_store", "lock_store", "event_broker")


def check(path: Path) -> None:
    """See that conversations are kept where they can be deleted, and that nothing is misspelt.

    Args:
        path: the file.

    Raises:
        Stop: saying what is wrong and what to write.
    """
    entries = _read(path)
    for name in entries:
        if name not in _KNOWN:
            near = difflib.get_close_matches(str(name), _KNOWN, n=1)
            meant = f"did you mean {near[0]}?" if near else f"it knows {', '.join(_KNOWN)}."
            raise Stop(f"{path}: Rasa knows no '{name}'; {meant}")
    if entries.get("models") is not None:
        raise Stop("The endpoints name a server of models: only those in models/ are taken.")
    store = entries.get("tracker_store")
    kind = store.get("type") if isinstance(store, dict) else None
    if kind != STORE:
        named = f"names the tracker store '{kind}'" if kind else "names no tracker store"
        raise Stop(
            f"{path} {named}: nothing there would be deleted when patients ask for it. Write 'type: {STORE}'."
        )


def _read(path: Path) -> dict[Any, Any]:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, ValueError):
        raise Stop(f"{path} is not valid YAML.") from None
    if not isinstance(entries, dict):
        raise Stop(f"{path} must hold keys and values.")
    return entries
