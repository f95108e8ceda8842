"""Present, denied, past, uncertain or not the patient's: what is said about each match.

The cues are data (``knowledge/lexicon/assertion.yml``); this module knows how far each reaches.
In doubt a symptom stays present: a missed warning costs more than a question too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from reading import reach
from reading.model import Status
from reading.patterns import Match, PatternSet
from reading.tokens import Token, Tokeniser


@dataclass(frozen=True)
class Cues:
    """The cues found in one message.

    Args:
        matches: category to its matches.
        ends: positions where a scope ends ("but", "just").
        stops: how many marks that end a clause stand before each token, and before the message's end.
    """

    matches: Mapping[str, tuple[Match, ...]]
    ends: frozenset[int]
    stops: tuple[int, ...]

    def without(self, positions: frozenset[int]) -> Cues:
        """The cues that share no word with some positions."""
        left = {
            category: tuple(cue for cue in found if positions.isdisjoint(cue.tokens))
            for category, found in self.matches.items()
        }
        return Cues(left, self.ends - positions, self.stops)

    def stops_between(self, first: int, last: int) -> int:
        """How many marks that end a clause stand from one position to before another."""
        return self.stops[last] - self.stops[first]


class Asserter:
    """Says what a message claims about each match.

    Args:
        tokeniser: the reader's tokeniser.
        groups: the lexicon's word groups.
        cues: category to phrases, from ``assertion.yml``.
    """

    def __init__(
        self, tokeniser: Tokeniser, groups: Mapping[str, Sequence[str]], cues: Mapping[str, Sequence[str]]
    ) -> None:
        self._patterns = PatternSet(tokeniser, groups)
        for category in (*reach.BEFORE, *reach.AFTER, "not_a_denial", "ends_scope"):
            for phrase in cues[category]:
                self._patterns.add(category, phrase)

    def words(self) -> set[str]:
        """Every word of the cues, for the speller."""
        return self._patterns.words()

    def cues(self, tokens: Sequence[Token], claimed: frozenset[int]) -> Cues:
        """Find the cues of a message.

        Args:
            tokens: the message.
            claimed: positions that belong to a symptom's own words ("can't" in "can't breathe").

        Returns:
            The cues that are left.
        """
        found: dict[str, list[Match]] = {}
        for match in self._patterns.find(tokens):
            found.setdefault(match.label, []).append(match)
        excused = {at for match in found.get("not_a_denial", ()) for at in match.tokens}
        matches = {
            category: tuple(
                match
                for match in found.get(category, ())
                if (category in reach.SHARING or not claimed.intersection(match.tokens))
                and (category == "returned" or not excused.issuperset(match.tokens))
            )
            for category in (*reach.BEFORE, *reach.AFTER)
        }
        # "Hasn't come back" and "never had it again" are no return.
        matches["returned"] = tuple(
            cue
            for cue in matches["returned"]
            if not any(set(cue.tokens) < set(over.tokens) for over in matches["past_later"])
        )
        ends = frozenset(match.start for match in found.get("ends_scope", ()))
        stops = tuple(accumulate((token.is_stop for token in tokens), initial=0))
        return Cues(matches, ends - claimed, stops)

    def status(self, tokens: Sequence[Token], match: Match, cues: Cues, others: Sequence[Match]) -> Status:
        """What the message says about one match.

        Args:
            tokens: the message.
            match: the symptom's words.
            cues: from :meth:`cues`.
            others: all symptom matches of the message (a denial runs on through a list of them).

        Returns:
            The status; ``PRESENT`` when nothing speaks against it.
        """
        covered = frozenset(at for other in others for at in other.tokens)
        before = {
            category
            for category in reach.BEFORE
            for cue in cues.matches[category]
            if _stands_before(cue, match) and self._reaches(tokens, category, cue, match, cues, covered)
        }
        after = {
            category
            for category in reach.AFTER
            for cue in cues.matches[category]
            if cue.start >= match.end
            and cues.stops_between(match.end, cue.start) <= 1
            and _follows(tokens, match, cue, category)
        }
        if before == {"question"} and "owned_after" in after:
            return Status.PRESENT
        if before.intersection(reach.NOT_REPORTED) or after.intersection({"question_after", "rated_after"}):
            return Status.NOT_REPORTED
        if "judged_after" in after and _is_asked(tokens, match):
            return Status.NOT_REPORTED
        if before.intersection({"denied_before", "denied_right_before"}) or _denied_inside(
            tokens, match, cues
        ):
            return Status.DENIED
        if "returned" in after:
            return Status.PRESENT
        if "denied_after" in after:
            return Status.DENIED
        if before.intersection({"past_before", "past_right_before"}) or after.intersection(
            {"past_after", "past_later"}
        ):
            return Status.PAST
        if "uncertain_before" in before or "uncertain_after" in after:
            return Status.UNCERTAIN
        return Status.PRESENT

    @staticmethod
    def _reaches(
        tokens: Sequence[Token],
        category: str,
        cue: Match,
        match: Match,
        cues: Cues,
        covered: frozenset[int],
    ) -> bool:
        between = range(cue.end, match.start)
        if between and cues.stops_between(cue.end, match.start):
            crossed = reach.QUOTE_MARKS.get(category)
            if not crossed or any(tokens[at].is_stop and tokens[at].norm not in crossed for at in between):
                return False
        if category == "denied_before":
            return _denial_reaches(tokens, cue, match, cues.ends, covered)
        if category in reach.NOT_BEYOND_COMMA and any(tokens[at].is_comma for at in between):
            return False
        words = [at for at in between if tokens[at].is_word]
        if len(words) > reach.REACH.get(category, 40):
            return False
        stoppers = reach.MINE if category == "other_person" else reach.SUBJECTS
        for at in words:
            if tokens[at].norm in stoppers and at > cue.end and tokens[at - 1].norm not in reach.OPEN_VERBS:
                return False
            if at in cues.ends and category not in ("question", "leaflet"):
                return False
        first = tokens[min(cue.end, match.start)]
        return not (category in ("question", "fear", "leaflet") and first.norm in reach.OWN)


def _stands_before(cue: Match, match: Match) -> bool:
    """Cues of what is not reported may share words with the symptom: "if someone has a fit"."""
    return cue.end <= match.start or (cue.label in reach.SHARING and cue.start < match.start)


def _is_asked(tokens: Sequence[Token], match: Match) -> bool:
    """A question in general: "is headache normal?"; "is my headache normal?" reports one."""
    return match.start > 0 and tokens[match.start - 1].norm in {"is", "are"}


def _denied_inside(tokens: Sequence[Token], match: Match, cues: Cues) -> bool:
    """Whether a denial stands between a symptom's words: "my head does not hurt", "lips aren't blue"."""
    for cue in cues.matches["denied_before"]:
        following = next((at for at in match.tokens if at >= cue.end), None)
        if cue.start <= match.start or following is None or set(cue.tokens) & set(match.tokens):
            continue
        between = [tokens[at].norm for at in range(cue.end, following)]
        if len(between) <= reach.INSIDE_REACH and not reach.SUBJECTS.intersection(between):
            return True
    return False


def _denial_reaches(
    tokens: Sequence[Token], cue: Match, match: Match, ends: frozenset[int], covered: frozenset[int]
) -> bool:
    """Whether a denial in front still holds: through "or", through a list, not past a new statement."""
    words_left = reach.DENIAL_REACH
    for at in range(cue.end, match.start):
        token = tokens[at]
        if at in ends:
            return False
        if at in covered or token.norm in {"or", "nor", "any"}:
            words_left = reach.DENIAL_REACH
            continue
        if token.is_comma:
            if not _list_goes_on(tokens, cue.end, at, ends):
                return False
            continue
        if not token.is_word:
            continue
        if token.norm == "and" and not _and_goes_on(tokens, cue, at, covered):
            return False
        if token.norm in reach.SUBJECTS and at > cue.end and tokens[at - 1].norm not in reach.OPEN_VERBS:
            return False
        words_left -= 1
        if words_left < 0:
            return False
    return True


def _list_goes_on(tokens: Sequence[Token], start: int, comma: int, ends: frozenset[int]) -> bool:
    """Whether a comma only separates denied items: "no fever, chills or rash"; "no fever, rash, cough"."""
    if tokens[comma].norm == "/":
        return True
    rest: list[Token] = []
    for at in range(comma + 1, len(tokens)):
        if tokens[at].is_stop or at in ends or tokens[at].norm in reach.SUBJECTS:
            break
        rest.append(tokens[at])
    if any(token.norm in {"or", "nor"} for token in rest):
        return True
    commas_before = sum(token.is_comma for token in tokens[start:comma])
    items = list(_items(rest))
    plain = all(len(item) <= 2 and not item[-1].norm.endswith(("ed", "ing", "y")) for item in items)
    return plain and len(items) + commas_before >= 2


def _and_goes_on(tokens: Sequence[Token], cue: Match, at: int, covered: frozenset[int]) -> bool:
    """Whether both sides are denied: "haven't had nausea and vomiting", not "no fever and a bad headache"."""
    if at + 1 >= len(tokens) or tokens[at + 1].norm in reach.SUBJECTS:
        return False
    return tokens[cue.end - 1].norm != "no" and at + 1 in covered


def _sentence_before(tokens: Sequence[Token], at: int) -> Iterator[Token]:
    for token in reversed(tokens[:at]):
        if token.is_stop:
            return
        yield token


def _items(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    item: list[Token] = []
    for token in tokens:
        if token.is_comma or token.norm == "and":
            if item:
                yield item
            item = []
        elif token.is_word:
            item.append(token)
    if item:
        yield item


def _follows(tokens: Sequence[Token], match: Match, cue: Match, category: str) -> bool:
    """Whether a cue behind the match speaks of it: close by, in the same statement ("fever: none" counts)."""
    far = reach.FAR.get(category)
    if tokens[cue.end - 1].norm == "ago" and _tells_onset(tokens, cue):
        return False
    words = 0
    for at in range(match.end, cue.start):
        token = tokens[at]
        if token.is_stop:
            if at != match.end or token.norm not in reach.ANSWER_MARKS.get(category, ""):
                return False
        elif far is None and (
            token.is_comma or token.norm in reach.NEW_STATEMENT or _starts_statement(tokens, at)
        ):
            return False
        elif token.is_word:
            words += 1
    if category == "denied_after" and len(cue.tokens) == 1:
        # A bare "no" behind the symptom is an answer only at the end: "fever: no", not "fever no appetite".
        ends_here = cue.end >= len(tokens) or not tokens[cue.end].is_word
        return words == 0 and ends_here
    return words <= (far or reach.AFTER_REACH)


def _starts_statement(tokens: Sequence[Token], at: int) -> bool:
    """A new subject, but not "my" in "the swelling in my ankles"."""
    return tokens[at].norm in reach.NEW_SUBJECTS and tokens[at - 1].norm not in reach.PREPOSITIONS


def _tells_onset(tokens: Sequence[Token], cue: Match) -> bool:
    """An onset: "it started two months ago" says since when, not that it is over."""
    return any(token.keys & reach.ONSET for token in _sentence_before(tokens, cue.start))
