"""The knowledge and the settings that the actions answer from, read once."""

from __future__ import annotations

from functools import lru_cache

from triage.assistant import safe_reply
from triage.knowledge import Knowledge, load_knowledge
from triage.settings import Settings, load_settings


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The validated knowledge files."""
    return load_knowledge()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Phone numbers, threshold and the name of the centre."""
    return load_settings()


def safe_answer() -> str:
    """The text with the phone numbers for when anything else has failed; never raises."""
    try:
        return safe_reply(settings(), knowledge()).text
    except Exception:
        return safe_reply(None, None).text
