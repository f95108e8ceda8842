"""What stands around a number: counted once for the whole message, so that asking costs the same anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from blina.reading.values.tokens import Token, Type, names_other

RISING, FALLING = "rising", "falling"
UNDER, OVER = "under", "over"
NEAR = 4  # tokens within which a word still belongs to a number
_TOWARDS = frozenset("of in the my our a inside at is on here out for".split())
_BEFORE_AMOUNTS = frozenset("in for a an every per on of".split())
_ONWARD = frozenset(["onward", "states", "up", "down"])


def has(token: Token, *roles: str) -> bool:
    """Whether a token is in one of these groups of ``values.yml``."""
    return not token.entry.roles.isdisjoint(roles)


class _Count:
    """How many tokens between two hold something; it costs the same however far they are apart."""

    def __init__(self, holds: Iterable[bool]) -> None:
        self._before = [0, *accumulate(map(int, holds))]

    def __call__(self, after: int, before: int) -> int:
        """How many between the tokens ``after`` and ``before``, both left out."""
        return self._before[max(before, after + 1)] - self._before[after + 1]

    @property
    def total(self) -> int:
        """How many in the whole message."""
        return self._before[-1]


class Around:
    """A message's tokens, and what stands between and beside them.

    Args:
        found: the tokens.
    """

    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens = found
        known = [token.entry.roles for token in found]
        types = [token.type for token in found]
        self.strange = _Count(kind is Type.UNKNOWN for kind in types)
        self.strange_or_taken = _Count(kind in (Type.UNKNOWN, Type.TAKEN) for kind in types)
        self.joins = _Count("joins" in roles for roles in known)
        self.onward = _Count(
            token.type is Type.TIME or not _ONWARD.isdisjoint(token.entry.roles) for token in found
        )
        self.stops = _Count(kind is Type.STOP for kind in types)
        self.ranges = _Count("ranges" in roles for roles in known)
        self.heat = _Count("heat" in roles for roles in known)
        self.feelings = _Count("feelings" in roles for roles in known)
        self.others = _Count(map(names_other, found))
        self.numbers = _Count(kind is Type.NUMBER for kind in types)
        self.sentence_end = self._sentence_ends()

    def _sentence_ends(self) -> list[int]:
        """For each token, where its sentence ends."""
        ends, end = [0] * len(self.tokens), len(self.tokens)
        for at in range(len(self.tokens) - 1, -1, -1):
            if self.tokens[at].type is Type.STOP:
                end = at
            ends[at] = end
        return ends

    def bound(self, at: int) -> str:
        """The bound that stands right before a number; "hasn't gone over" is one from above."""
        for before in range(at - 1, max(-1, at - 1 - NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP, Type.UNKNOWN, Type.TAKEN) or token.entry.naming:
                return ""
            is_under = has(token, "under")
            if is_under or has(token, "over"):
                return UNDER if is_under is not self._is_negated(before) else OVER
        return ""

    def _is_negated(self, at: int) -> bool:
        for before in range(at - 1, max(-1, at - 1 - NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP) or token.entry.naming or has(token, "joins"):
                return False
            if has(token, "negations"):
                return True
        return False

    def trend(self, at: int) -> str:
        """Which way it moves: said right before the number, or right behind it."""
        for before in range(at - 1, max(-1, at - 1 - NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP):
                break
            if has(token, "up"):
                return RISING
            if has(token, "down"):
                return FALLING
        for behind in range(at + 1, min(len(self.tokens), at + 1 + NEAR)):
            token = self.tokens[behind]
            if token.type in (Type.NUMBER, Type.STOP, Type.UNKNOWN) or (
                token.entry.naming and not has(token, "up", "down")
            ):
                break
            if has(token, "up"):
                return RISING
            if has(token, "down"):
                return FALLING
        return ""

    def place(self, at: int) -> str:
        """Where it was taken: said right behind the number, or between the name and it."""
        for behind in range(at + 1, min(len(self.tokens), at + 1 + NEAR)):
            token = self.tokens[behind]
            if token.type in (Type.NUMBER, Type.STOP):
                break
            if token.entry.place:
                return token.entry.place
        for before in range(at - 1, max(-1, at - 1 - 2 * NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP):
                break
            if token.entry.place:
                return token.entry.place
        return ""

    def is_age(self, after: int, at: int) -> bool:
        """Such as "I'm 39": a whole number right behind somebody is their age."""
        token = self.tokens[at]
        if token.number is None or token.number.decimals or token.units:
            return False
        for before in range(at - 1, max(after, at - 3), -1):
            if has(self.tokens[before], "subjects"):
                return True
            if self.tokens[before].text not in ("now", "only", "just", "nearly", "almost", "about"):
                return False
        return False

    def is_other_heat(self, name: int, at: int) -> bool:
        """Whether the temperature is that of a room, the weather or an oven: named right beside it."""
        if name > 0 and has(self.tokens[name - 1], "heat"):
            return True
        return self._leads_to_heat(name + 1, at) or self._leads_to_heat(at + 1, self.sentence_end[at])

    def is_of_other_heat(self, after: int, at: int) -> bool:
        """Such as "the oven was at 36": something else that is hot is what the number is said of."""
        for before in range(at - 1, max(after, at - 2 * NEAR), -1):
            if has(self.tokens[before], "heat"):
                return True
            if self.tokens[before].type is not Type.WORDS or has(self.tokens[before], "joins", "states"):
                return False
            if self.tokens[before].text in ("before", "after"):
                return False
        return False

    def _leads_to_heat(self, first: int, end: int) -> bool:
        """Whether "of the water", "outside" or the like starts here."""
        for at in range(first, min(end, first + NEAR)):
            if has(self.tokens[at], "heat"):
                return True
            if self.tokens[at].text not in _TOWARDS:
                return False
        return False

    def is_reference(self, at: int, sentence_start: int) -> bool:
        """Whether a number is what should be ("the target is under 38"), not what is."""
        for before in range(at - 1, max(sentence_start, at - 2 * NEAR) - 1, -1):
            if has(self.tokens[before], "ranges"):
                return True
            if has(self.tokens[before], "joins"):
                return False
        return False

    def is_amount(self, at: int) -> bool:
        """Such as "one in 40", "for 38", "a 39": a whole number that no reading is written behind."""
        token = self.tokens[at]
        if at == 0 or token.number is None or token.number.decimals or token.units:
            return False
        return self.tokens[at - 1].text in _BEFORE_AMOUNTS

    def goes_on_well(self, at: int) -> bool:
        """Whether what stands behind a number does not look like the thing that is counted."""
        behind = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if behind is None or behind.type in (Type.STOP, Type.TIME, Type.TAKEN, Type.WORDS):
            return True
        return behind.type is Type.NUMBER or behind.text.endswith("ing")

    def ends_well(self, at: int) -> bool:
        """Whether a number ends what is said: more than `_goes_on_well`, for the faintest readings."""
        behind = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if behind is None or behind.type in (Type.STOP, Type.TIME):
            return True
        if behind.text in ("before", "after", "when", "while", "with"):
            return True
        sure = ("joins", "onward", "states", "up", "down", "under")
        return has(behind, *sure) or bool(behind.entry.naming or behind.entry.place)
