"""What stands around a number: counted once for the whole message, so that asking costs the same anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from blina.reading.values.tokens import Token, Type, names_other

RISING, FALLING = "rising", "falling"
UNDER, OVER, AT_MOST, AT_LEAST = "under", "over", "at_most", "at_least"
_OPPOSITE = {UNDER: OVER, OVER: UNDER, AT_MOST: OVER, AT_LEAST: UNDER}
_LARGEST_STEP = 30  # a number that is no reading, right behind which way it moved
_PENCE = 2  # digits behind the point of a price
IT_IS = frozenset(["its", "it is", "it was", "is", "it", "was"])
NEAR = 4  # tokens within which a word still belongs to a number
_TOWARDS = frozenset("of in the my our a inside at is on here out for".split())
_BEFORE_AMOUNTS = frozenset("in for a an every per on of".split())
_BEFORE_AGE = frozenset("now only just nearly almost about in".split())
_DENIED_WITH = frozenset("a an any the of had have has got been be at it is was my yet even".split())
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
        """The bound right before a number, or behind it ("hasn't gone over" is one from above)."""
        for before in range(at - 1, max(-1, at - 1 - NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP, Type.UNKNOWN, Type.TAKEN) or token.entry.naming:
                break
            if has(token, "onward") and self._is_arrow(before):
                break
            bound = next((bound for bound in _OPPOSITE if has(token, bound)), None)
            if bound is not None:
                turned = self._is_negated(before) and not self._is_first_time(at)
                return _OPPOSITE[bound] if turned else bound
        return self._bound_behind(at)

    def _is_arrow(self, at: int) -> bool:
        """Whether a mark stands behind a reading, as in "37.0 at noon > 37.8"."""
        for before in range(at - 1, max(-1, at - 1 - 2 * NEAR), -1):
            token = self.tokens[before]
            if token.type is Type.NUMBER:
                return True
            if token.type is Type.STOP or token.entry.naming:
                return False
        return False

    def _bound_behind(self, at: int) -> str:
        """Such as "38 or more", "39+", "37.5 or below"."""
        first, second = (self.tokens[at + step] if at + step < len(self.tokens) else None for step in (1, 2))
        if first is None:
            return ""
        if first.text == "+" and first.start == self.tokens[at].end:
            return AT_LEAST
        if first.text != "or" or second is None:
            return ""
        if has(second, "over", "up") or second.text == "more":
            return AT_LEAST
        return AT_MOST if has(second, "under", "down") or second.text == "less" else ""

    def _is_negated(self, at: int) -> bool:
        """Whether a bound is turned round: "hasn't gone over", "no fever over"."""
        for before in range(at - 1, max(-1, at - 1 - NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP) or has(token, "joins"):
                return False
            if token.entry.naming:
                return self._is_name_denied(before)
            if has(token, "negations"):
                return True
        return False

    def _is_name_denied(self, name: int) -> bool:
        """Such as "no temp", "never had a temp"."""
        for before in range(name - 1, max(-1, name - 1 - NEAR), -1):
            if has(self.tokens[before], "negations"):
                return True
            if self.tokens[before].text not in _DENIED_WITH:
                return False
        return False

    def _is_first_time(self, at: int) -> bool:
        """Such as "never had a temp over 38 before": now it is."""
        behind = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return behind is not None and behind.text.startswith(("before", "until", "till", "til "))

    def is_denied(self, at: int) -> bool:
        """Such as "not 38", "I don't have a temp of 38": what it is not; "no, 37" is an answer."""
        is_named, link = False, ""
        for before in range(at - 1, max(-1, at - 1 - 2 * NEAR), -1):
            token = self.tokens[before]
            if has(token, "negations"):
                return token.text not in ("no", "never", "without") or is_named
            if token.entry.naming and not is_named and link == "of":
                is_named = True
            elif token.text in _DENIED_WITH and not token.entry.naming:
                link = token.text
            else:
                return False
        return False

    def is_now(self, at: int) -> bool:
        """Such as "now 95", "now it's 95": what it is after all that was said between."""
        before = at - 1
        while before > 0 and self.tokens[before].text in (*IT_IS, "at", "up to", "down to"):
            before -= 1
        return before >= 0 and self.tokens[before].text.endswith("now") and at - before <= NEAR

    def is_habit(self, at: int) -> bool:
        """Such as "normally 60", "my usual is 36.2": what it is at other times."""
        for before in range(at - 1, max(-1, at - 1 - 2 * NEAR), -1):
            token = self.tokens[before]
            if token.type in (Type.NUMBER, Type.STOP, Type.TAKEN, Type.TIME) or has(token, "joins"):
                return False
            if has(token, "habits"):
                return True
        return False

    def is_step(self, at: int) -> bool:
        """Such as "up by 1.2": by how much it moved."""
        return at > 0 and self.tokens[at - 1].text == "by"

    def is_moved_by(self, at: int) -> bool:
        """Such as "up 2 degrees", "down 3 to 91", "1 degree higher": by how much it moved."""
        number = self.tokens[at].number
        if number is None or number.value > _LARGEST_STEP:
            return False
        behind = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if behind is not None and has(behind, "up", "down", "over", "under"):
            return True
        before = self.tokens[at - 1] if at else None
        return before is not None and has(before, "up", "down") and not before.text.endswith("to")

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
        for before in range(at - 1, max(after, at - 4), -1):
            if has(self.tokens[before], "subjects"):
                return True
            is_part = has(self.tokens[before], "low_part", "middle_part", "high_part")
            if not is_part and self.tokens[before].text not in _BEFORE_AGE:
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
        is_said_of_it = False
        for before in range(at - 1, max(sentence_start, at - 2 * NEAR) - 1, -1):
            token = self.tokens[before]
            if has(token, "ranges"):
                return True
            if has(token, "joins") or (token.type is Type.NUMBER and is_said_of_it):
                return False
            is_said_of_it = is_said_of_it or token.text in IT_IS or bool(token.entry.naming)
        return False

    def is_price(self, at: int) -> bool:
        """Such as "a thermometer for 39.99"."""
        token = self.tokens[at]
        is_behind_for = at > 0 and self.tokens[at - 1].text == "for" and not token.units
        return is_behind_for and token.number is not None and token.number.decimals == _PENCE

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
