"""What a complaint gets in the way of ("can't sleep for the pain"): only where the words say that it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from blina.reading.model import REPORTED
from blina.replies.handover.history import History, plain
from blina.replies.handover.model import Quote, Stopped
from blina.triage import cues
from blina.triage.conversation import Mention, Told

_CLAUSE = re.compile(r"(?:[^,.;!?\n]|[.,](?=\d))+[,.;!?\n]*")
_TURNS = re.compile(r"\b(?:but|then)\b", re.IGNORECASE)
_JOINS = re.compile(r"^(?:and|but|then|so|because) ")
_CUE = "stops_"
_NAMES = "stops_name"  # of the wording


@dataclass(frozen=True)
class Interference:
    """Looks up what was said of it.

    Args:
        history: what was said.
    """

    history: History

    def of(self, id: str, words: str | None = None) -> tuple[Stopped, ...]:
        """What one complaint gets in the way of, each kind of doing once, as said first.

        Args:
            id: of the symptom or sign.
            words: its own words, where no list names it and others have the same id.
        """
        found: dict[str, Stopped] = {}
        for mention, stopped in self._said:
            same = words is None or words.startswith(plain(mention.text))
            if mention.id == id and same:
                found.setdefault(stopped.id, stopped)
        return tuple(found.values())

    @cached_property
    def _said(self) -> tuple[tuple[Mention, Stopped], ...]:
        return tuple(
            (mention, replace(stopped, is_itself=mention.id == self._itself(stopped)))
            for told in self.history.conversation.told
            for clause in _clauses(told.text)
            for stopped in self._stopped(clause, told)
            for mention in self._why(clause, told, self._itself(stopped))
        )

    def _itself(self, stopped: Stopped) -> str | None:
        """The symptom that it is not to do so: insomnia for sleep."""
        return self.history.voice.knowledge.policy.roles.stopped.get(stopped.id)

    def _stopped(self, clause: str, told: Told) -> Iterator[Stopped]:
        knowledge = self.history.voice.knowledge
        if "?" in clause or cues.says(clause, f"{_CUE}not", knowledge):
            return
        for id, label in knowledge.wording[_NAMES].items():
            parts = cues.around(clause, f"{_CUE}{id}", knowledge)
            places = ("in_front", "in_it", "behind")
            if parts and any(
                cues.says(part, f"{_CUE}{place}", knowledge)
                for part, place in zip(parts, places, strict=True)
            ):
                yield Stopped(id, label, Quote(clause.strip(" ,.;!"), self.history.local(told.time)))

    def _why(self, clause: str, told: Told, itself: str | None) -> list[Mention]:
        """The complaints that the clause names; the only one that was there where the message names none."""
        named = self._named(told)
        if not named:
            return self._only_one(told)
        words = cues.plain(clause)
        said = [(mention, _JOINS.sub("", plain(mention.text))) for mention in named]
        beside = [mention for mention, own in said if own in words or words in own]
        return [mention for mention in beside if mention.id != itself] or beside

    def _only_one(self, told: Told) -> list[Mention]:
        before = self.history.reported_before(told.turn)
        if len(before) != 1:
            return []
        return [
            mention
            for earlier in self.history.conversation.told
            if earlier.turn < told.turn
            for mention in self._named(earlier)
        ][-1:]

    def _named(self, told: Told) -> list[Mention]:
        return [
            mention
            for mention in self.history.complained(told)
            if mention.status in REPORTED and mention.text
        ]


def _clauses(text: str) -> Iterator[str]:
    for part in _CLAUSE.findall(text):
        yield from _TURNS.split(part)
