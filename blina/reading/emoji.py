"""Pictures in a message, with the words that they stand for written behind them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_JOINED = "[\u200d\ufe0f\U0001f3fb-\U0001f3ff]?[\U0001f4a0-\U0001f4ff\ufe0f]?"  # "😵‍💫", skin tones


class Emoji:
    """Writes words behind pictures.

    Args:
        entries: ``picture=words``, from ``lexicon/emoji.yml``.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self._words: Mapping[str, str] = dict(entry.split("=", 1) for entry in entries)
        self._known = re.compile(f"([{''.join(map(re.escape, self._words))}])({_JOINED})")

    def spelled_out(self, text: str) -> str:
        """The message with words behind each picture that is known.

        Args:
            text: from `blina.reading.text.sanitised`.

        Returns:
            The same text where there is no such picture. Said once, however often it is repeated.
        """
        said: set[str] = set()

        def behind(picture: re.Match[str]) -> str:
            words = self._words[picture[1]]
            if words in said:
                return picture[0]
            said.add(words)
            return f"{picture[0]} ({words}) "

        return self._known.sub(behind, text)
