"""The knowledge and the settings that the actions answer from, read once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from triage.assistant import safe_reply
from triage.knowledge import Knowledge, load_knowledge
from triage.settings import Settings, load_settings
from triage.wording import Voice

Loaded = TypeVar("Loaded")


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The validated knowledge files."""
    return load_knowledge()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Phone numbers, threshold and the name of the centre."""
    return load_settings()


def voice() -> Voice:
    """The wording with this centre's phone numbers."""
    return Voice(knowledge(), settings())


def safe_answer() -> str:
    """The text with the phone numbers for when anything else has failed; never raises."""
    return safe_reply(_if_readable(settings), _if_readable(knowledge)).text


def _if_readable(load: Callable[[], Loaded]) -> Loaded | None:
    try:
        return load()
    except Exception:  # noqa: BLE001 - whatever it is, there has to be an answer
        return None
