"""Lists of symptoms with a yes or a no behind each: "chills N, rash Y", "headache (no) dizziness (yes)"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blina.reading.lexicon.patterns import Match
from blina.reading.lexicon.tokens import Token
from blina.reading.model import Status

_YES = frozenset("=yes =y =yep =yeah =yup =aye =present =pos =positive =true =tick =ticked".split())
_NO = frozenset("=no =n =none =nil =nope =nah =neg =negative =absent =false =cross =crossed".split())
_HOW = frozenset(
    "=mild =moderate =slight =some =bad =severe =high =strong =worse =often =constant =lots".split()
)
_MOST_MARKS = 3  # "...", " - ", ": ("
_FEWEST = 2
_PARTS = frozenset(",.;!?")


@dataclass(frozen=True)
class Listed:
    """What a list says.

    Args:
        statuses: of each match that has an answer behind it.
        answers: positions of the answers, which say nothing of anything else.
    """

    statuses: Mapping[Match, Status]
    answers: frozenset[int]


def listed(tokens: Sequence[Token], matches: Sequence[Match]) -> Listed:
    """The answers behind the symptoms of a message.

    Args:
        tokens: the message.
        matches: its symptoms.

    Returns:
        Empty unless at least two symptoms have an answer of their own, and all where it is a bare letter:
        "fever no appetite" and "headache n chills n fever" are no lists.
    """
    own = {at for match in matches for at in match.tokens}
    starts = {match.start for match in matches}
    answered: dict[Match, int] = {}
    for match in matches:
        at = _behind(tokens, match.end)
        if at is None or at in own or not tokens[at].keys & (_YES | _NO | _HOW):
            continue
        following = _behind(tokens, at + 1)
        if tokens[at].keys & _HOW and following is not None and tokens[at + 1].is_word:
            continue  # "fever bad cough" may be a bad cough
        another = following in starts and not _parted(tokens[match.end : at])
        if following is None or not tokens[at + 1].is_word or another:
            answered[match] = at
    bare = any(tokens[at].end - tokens[at].start == 1 and at == match.end for match, at in answered.items())
    if len(set(answered.values())) < _FEWEST or (bare and len(answered) < len(matches)):
        return Listed({}, frozenset())
    statuses = {
        match: Status.DENIED if tokens[at].keys & _NO else Status.PRESENT for match, at in answered.items()
    }
    return Listed(statuses, frozenset(answered.values()))


def _parted(marks: Sequence[Token]) -> bool:
    """Whether a sentence or a clause ends there: "cough, no fever" denies what follows."""
    return any(mark.norm in _PARTS for mark in marks)


def _behind(tokens: Sequence[Token], first: int) -> int | None:
    """The next word from a position on, behind a few marks at most."""
    for at in range(first, min(first + _MOST_MARKS + 1, len(tokens))):
        if tokens[at].is_word:
            return at
    return None
