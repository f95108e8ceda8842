"""What becomes of a patient's text in a channel, before the assistant gets it."""

from __future__ import annotations

import html
import re
from html.entities import html5

from blina.reading.text import MAX_CHARACTERS

# With its semicolon: "hot &not cold" has none in it.
_ENTITY = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_KEPT_CHARACTERS = MAX_CHARACTERS + 1  # one more than is read: the reader can tell that a message was cut


def whole(text: str) -> str:
    """A text with question marks for halves of surrogate pairs: those are no characters and cannot be stored.

    Args:
        text: as it was decoded from JSON.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def without_entities(text: str) -> str:
    """A text with the characters that HTML entities stand for: some gateways send "38 &gt; 37 &amp; rising".

    Args:
        text: as a gateway sent it.
    """
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for; a name that is none stays ("&nothing;", of which html makes "¬hing;")."""
    if entity[1].startswith("#"):
        return html.unescape(entity[0])
    return html5.get(entity[1], entity[0])


def cut(text: str) -> str:
    """The start of a text, as long as anything looks at it.

    Args:
        text: of any length.
    """
    return text[:_KEPT_CHARACTERS]
