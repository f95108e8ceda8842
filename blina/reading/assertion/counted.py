"""What is counted once for a whole message: to look at one match then takes no longer in a long one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from blina.reading.assertion import scopes
from blina.reading.lexicon.tokens import Token

_FEWEST_ITEMS = 2
_MOST_WORDS_OF_ITEM = 2
_NO_PLAIN_ITEM = ("ed", "ing", "y")


class Count:
    """How often something stands between two positions.

    Args:
        marked: for each token whether it is one.
    """

    def __init__(self, marked: Sequence[bool]) -> None:
        self._before = list(accumulate(marked, initial=0))

    def between(self, first: int, last: int) -> int:
        """How many there are from one position to before another."""
        return self._before[last] - self._before[first]


@dataclass(frozen=True)
class Rest:
    """What follows a comma, up to the end of the statement.

    Args:
        has_or: an "or" or "nor" is in it.
        is_plain: its items are a word or two each, and none reads like a statement ("feeling poorly").
        items: how many there are.
    """

    has_or: bool
    is_plain: bool
    items: int


class Counts:
    """Counted in one message.

    Args:
        tokens: the message.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        def count(is_one: Callable[[Token], bool]) -> Count:
            return Count([is_one(token) for token in tokens])

        self._tokens = tokens
        self.stops = count(lambda token: token.is_stop)
        self.commas = count(lambda token: token.is_comma)
        self.words = count(lambda token: token.is_word)
        self.words_of_statements = count(lambda token: token.is_word and not token.is_stop)
        self.noes = count(lambda token: token.norm == "no")
        self.joins = count(lambda token: token.norm in {"or", "nor", "and"} or not token.is_word)
        self.onsets = count(lambda token: bool(token.keys & scopes.ONSET))
        self._subjects = Count(self._new_subjects(scopes.SUBJECTS))
        self._mine = Count(self._new_subjects(scopes.MINE))
        last_stops = accumulate(
            (at + 1 if token.is_stop else 0 for at, token in enumerate(tokens)), max, initial=0
        )
        self._sentences = list(last_stops)

    def sentence_start(self, at: int) -> int:
        """Where the sentence begins that a position stands in."""
        return self._sentences[at]

    def new_subjects(self, first: int, last: int, mine: bool = False) -> int:
        """How many new subjects stand between, but for one right at the first position.

        Args:
            first: position.
            last: position.
            mine: count the patient only.
        """
        if first + 1 >= last:
            return 0
        return (self._mine if mine else self._subjects).between(first + 1, last)

    def rests(self, ends: frozenset[int]) -> dict[int, Rest]:
        """What follows each comma.

        Args:
            ends: positions where a scope ends.
        """
        return self._rests(ends, 0, len(self._tokens))

    def rests_without(
        self, rests: Mapping[int, Rest], ends: frozenset[int], positions: frozenset[int]
    ) -> dict[int, Rest]:
        """What follows each comma when a scope no longer ends at some positions.

        Args:
            rests: before.
            ends: those that are left.
            positions: where one ended, or did not.
        """
        first, last = min(positions), max(positions) + 1
        while first > 0 and not self._ends_rest(first - 1, ends):
            first -= 1
        while last < len(self._tokens) and not self._ends_rest(last, ends):
            last += 1
        return {**rests, **self._rests(ends, max(0, first - 1), last)}

    def _ends_rest(self, at: int, ends: frozenset[int]) -> bool:
        token = self._tokens[at]
        return token.is_stop or at in ends or token.norm in scopes.SUBJECTS

    def _rests(self, ends: frozenset[int], first: int, last: int) -> dict[int, Rest]:
        """Those of the commas between; what follows the last position begins anew."""
        rests = {}
        has_or, is_plain, items, size, final = False, True, 0, 0, ""
        for at in reversed(range(first, last)):
            token = self._tokens[at]
            if token.is_comma:
                rests[at] = Rest(has_or, is_plain and _is_plain(size, final), items + bool(size))
            if self._ends_rest(at, ends):
                has_or, is_plain, items, size = False, True, 0, 0
                continue
            has_or = has_or or token.norm in {"or", "nor"}
            if token.is_comma or token.norm == "and":
                is_plain, items, size = is_plain and _is_plain(size, final), items + bool(size), 0
            elif token.is_word:
                final = final if size else token.norm
                size += 1
        return rests

    def _new_subjects(self, subjects: frozenset[str]) -> list[bool]:
        before = [""] + [token.norm for token in self._tokens]
        return [
            token.norm in subjects and word not in scopes.OPEN_VERBS
            for token, word in zip(self._tokens, before, strict=False)
        ]


def _is_plain(size: int, last: str) -> bool:
    return size <= _MOST_WORDS_OF_ITEM and not (size and last.endswith(_NO_PLAIN_ITEM))


def goes_on(rest: Rest, commas_before: int) -> bool:
    """Whether a comma only separates items of a list: "no fever, chills or rash"; "no fever, rash, cough".

    Args:
        rest: what follows it.
        commas_before: between the cue and this comma.
    """
    return rest.has_or or (rest.is_plain and rest.items + commas_before >= _FEWEST_ITEMS)
