"""What becomes of a patient's text in a channel, before the assistant gets it."""

from __future__ import annotations

from reading.text import MAX_CHARACTERS

_KEPT_CHARACTERS = MAX_CHARACTERS + 1  # one more than is read: the reader can tell that a message was cut


def whole(text: str) -> str:
    """A text with question marks for halves of surrogate pairs: those are no characters and cannot be stored.

    Args:
        text: as it was decoded from JSON.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def cut(text: str) -> str:
    """The start of a text, as long as anything looks at it.

    Args:
        text: of any length.
    """
    return text[:_KEPT_CHARACTERS]
