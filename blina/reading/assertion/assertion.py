"""Present, denied, past, uncertain or not the patient's: what is said about each match.

The cues are data (``lexicon/assertion.yml``); this module knows how far each reaches.
In doubt a symptom stays present: a missed warning costs more than a question too many.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from blina.reading.assertion import scopes
from blina.reading.assertion.counted import Counts, Rest, goes_on
from blina.reading.lexicon.patterns import Match, PatternSet
from blina.reading.lexicon.tokens import Token, Tokeniser
from blina.reading.model import Status

_MOST_BETWEEN = 16  # tokens from a word for "over" to what undoes it, or to the symptom in front of it


@dataclass(frozen=True)
class Cues:
    """The cues found in one message.

    Args:
        matches: category to its matches.
        ends: positions where a scope ends ("but", "just").
        openings: the same with those inside a symptom's own words ("bar a temp").
        undone: words for "over" that something undoes ("almost gone").
        counts: of the message.
        rests: what follows each comma.
        hidden: positions whose cues do not count.
    """

    matches: Mapping[str, tuple[Match, ...]]
    ends: frozenset[int]
    openings: frozenset[int]
    undone: tuple[Match, ...]
    counts: Counts
    rests: Mapping[int, Rest]
    hidden: frozenset[int] = frozenset()

    def near(self, category: str, match: Match) -> Sequence[Match]:
        """The cues of a category that are close enough to speak of a match."""
        near = _near(self.matches[category], match, scopes.FARTHEST)
        return [cue for cue in near if self.hidden.isdisjoint(cue.tokens)] if self.hidden else near

    def without(self, positions: frozenset[int]) -> Cues:
        """The cues that share no word with some positions."""
        hidden = self.hidden | positions
        if self.ends.isdisjoint(positions):
            return replace(self, hidden=hidden)
        ends = self.ends - positions
        return replace(
            self, ends=ends, rests=self.counts.rests_without(self.rests, ends, positions), hidden=hidden
        )


def _start(cue: Match) -> int:
    return cue.start


def _near(cues: Sequence[Match], match: Match, reach: int) -> Sequence[Match]:
    """Those of some cues, in the order of the text, that start at most so many tokens from a match."""
    first = bisect_left(cues, match.start - reach, key=_start)
    return cues[first : bisect_right(cues, match.end + reach, key=_start)]


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
        for category in (*scopes.BEFORE, *scopes.AFTER, *scopes.NOT_OVER, "not_a_denial", "ends_scope"):
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
                if (category in scopes.SHARING or not claimed.intersection(match.tokens))
                and (category == "returned" or not excused.issuperset(match.tokens))
            )
            for category in (*scopes.BEFORE, *scopes.AFTER)
        }
        # "Hasn't come back" and "never had it again" are no return.
        matches["returned"] = tuple(
            cue
            for cue in matches["returned"]
            if not any(
                set(cue.tokens) < set(over.tokens)
                for over in _near(matches["past_later"], cue, scopes.FARTHEST)
            )
        )
        unfinished = sorted(
            (cue for category in scopes.NOT_OVER for cue in found.get(category, ())), key=_start
        )
        undone: list[Match] = []
        for category in scopes.OVER:
            still = {
                over: None
                for over in matches[category]
                if any(_is_not_over(tokens, cue, over) for cue in _near(unfinished, over, _MOST_BETWEEN))
            }
            undone += still
            matches[category] = tuple(over for over in matches[category] if over not in still)
        ends = frozenset(match.start for match in found.get("ends_scope", ()))
        counts = Counts(tokens)
        left = ends - claimed
        return Cues(matches, left, ends, tuple(sorted(undone, key=_start)), counts, counts.rests(left))

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
        covered = _covered(match, others)
        before = {
            category
            for category in scopes.BEFORE
            if any(
                _stands_before(cue, match) and self._reaches(tokens, category, cue, match, cues, covered)
                for cue in reversed(cues.near(category, match))
            )
        }
        after = {
            category
            for category in scopes.AFTER
            if any(
                cue.start >= match.end
                and cues.counts.stops.between(match.end, cue.start) <= 1
                and _follows(tokens, match, cue, category, cues.counts)
                for cue in cues.near(category, match)
            )
        }
        if "there_now" in after or (before == {"question"} and "owned_after" in after):
            return Status.PRESENT
        if before.intersection(scopes.NOT_REPORTED) or after.intersection({"question_after", "rated_after"}):
            return Status.NOT_REPORTED
        if "judged_after" in after and _is_asked(tokens, match):
            return Status.NOT_REPORTED
        if before.intersection(scopes.DENIED) or _denied_inside(tokens, match, cues):
            return Status.PRESENT if "excepted_after" in after else Status.DENIED
        if "returned" in after:
            return Status.PRESENT
        if after.intersection(scopes.DENIED_AFTER):
            return Status.DENIED
        if before.intersection({"past_before", "past_right_before"}) or after.intersection(
            {"past_after", "past_later"}
        ):
            return Status.PAST
        if "uncertain_before" in before or "uncertain_after" in after:
            return Status.UNCERTAIN
        return Status.PRESENT

    @staticmethod
    def is_plainly_there(tokens: Sequence[Token], match: Match, cues: Cues, others: Sequence[Match]) -> bool:
        """Whether the build of the sentence says that a match is there, whatever else it reminds of.

        "It should have gone by now", "not before, but now I do", "no, he is confused", "nothing bar a temp"
        are full of words for what is over or denied; their order alone says the opposite.

        Args:
            tokens: the message.
            match: a symptom that is present.
            cues: from :meth:`cues`.
            others: all symptom matches of the message.
        """
        if match.start in cues.openings:
            return True
        covered = _covered(match, others)
        there_now = any(
            cue.start >= match.end
            and cues.counts.stops.between(match.end, cue.start) <= 1
            and _follows(tokens, match, cue, cue.label, cues.counts)
            for category in ("there_now", "excepted_after")
            for cue in cues.near(category, match)
        )
        not_over = any(
            over.start >= match.end and _follows(tokens, match, over, over.label, cues.counts)
            for over in _near(cues.undone, match, _MOST_BETWEEN)
        )
        answered = any(
            cue.end < match.start
            and match.start - cue.end <= scopes.DENIAL_REACH
            and tokens[cue.end - 1].norm == "no"
            and _answers_or_ends(tokens, cue, match, cues.counts, covered)
            for cue in cues.near("denied_before", match)
        )
        return there_now or not_over or answered

    @staticmethod
    def _reaches(
        tokens: Sequence[Token],
        category: str,
        cue: Match,
        match: Match,
        cues: Cues,
        covered: frozenset[int],
    ) -> bool:
        if match.start in cues.openings and category in scopes.DENIED:
            return False
        between = range(cue.end, match.start)
        counts = cues.counts
        if between and counts.stops.between(cue.end, match.start):
            crossed = scopes.QUOTE_MARKS.get(category)
            if not crossed or any(tokens[at].is_stop and tokens[at].norm not in crossed for at in between):
                return False
        if category == "denied_before":
            return _denial_reaches(tokens, cue, match, cues, covered)
        if between:
            if category in scopes.NOT_BEYOND_COMMA and counts.commas.between(cue.end, match.start):
                return False
            if counts.words.between(cue.end, match.start) > scopes.REACH.get(category, 40):
                return False
            if counts.new_subjects(cue.end, match.start, mine=category == "other_person"):
                return False
            if category not in ("question", "leaflet") and not cues.ends.isdisjoint(between):
                return False
        first = tokens[min(cue.end, match.start)].norm
        if category == "fear":
            return first not in scopes.FEARED_AS_THERE
        return not (category in ("question", "leaflet") and first in scopes.OWN)


def _is_not_over(tokens: Sequence[Token], cue: Match, over: Match) -> bool:
    """Whether a cue undoes a word for "over": "almost gone", "should have stopped", "gone? No"."""
    first, last = (cue, over) if cue.label == "not_over_before" else (over, cue)
    if last.end <= first.start or (last is cue and cue.start < over.end):
        return False
    between = tokens[first.end : last.start]
    if sum(token.is_word for token in between) > scopes.NOT_OVER_REACH[cue.label]:
        return False
    asked = bool(between) and between[-1].norm == "?"
    if last is cue and len(cue.tokens) == 1:
        return asked  # "gone? No", but "gone, no chills" is over
    return asked or not any(token.is_stop for token in between)


def _covered(match: Match, others: Sequence[Match]) -> frozenset[int]:
    """The words of the symptoms around a match."""
    first = bisect_left(others, match.start - scopes.FARTHEST, key=_start)
    last = bisect_right(others, match.start + scopes.FARTHEST, key=_start)
    return frozenset(at for other in others[first:last] for at in other.tokens)


def _stands_before(cue: Match, match: Match) -> bool:
    """Cues of what is not reported may share words with the symptom: "if someone has a fit"."""
    return cue.end <= match.start or (cue.label in scopes.SHARING and cue.start < match.start)


def _is_asked(tokens: Sequence[Token], match: Match) -> bool:
    """A question in general: "is headache normal?"; "is my headache normal?" reports one."""
    return match.start > 0 and tokens[match.start - 1].norm in {"is", "are"}


def _denied_inside(tokens: Sequence[Token], match: Match, cues: Cues) -> bool:
    """Whether a denial stands between a symptom's words: "my head does not hurt", "lips aren't blue"."""
    for cue in cues.near("denied_before", match):
        following = next((at for at in match.tokens if at >= cue.end), None)
        if cue.start <= match.start or following is None or set(cue.tokens) & set(match.tokens):
            continue
        between = [tokens[at].norm for at in range(cue.end, following)]
        if len(between) <= scopes.INSIDE_REACH and not scopes.SUBJECTS.intersection(between):
            return True
    return False


def _denial_reaches(
    tokens: Sequence[Token], cue: Match, match: Match, cues: Cues, covered: frozenset[int]
) -> bool:
    """Whether a denial in front still holds: through "or", through a list, not past a new statement."""
    words_left = scopes.DENIAL_REACH
    if tokens[cue.end - 1].norm == "no" and _answers_or_ends(tokens, cue, match, cues.counts, covered):
        return False
    for at in range(cue.end, match.start):
        token = tokens[at]
        if at in cues.ends:
            return False
        if at in covered or token.norm in {"or", "nor", "any"}:
            words_left = scopes.DENIAL_REACH
            continue
        if token.is_comma:
            is_list = token.norm == "/" or goes_on(cues.rests[at], cues.counts.commas.between(cue.end, at))
            if not is_list:
                return False
            continue
        if not token.is_word:
            continue
        if token.norm == "and" and not _and_goes_on(tokens, cue, at, covered):
            return False
        if token.norm in scopes.SUBJECTS and at > cue.end and tokens[at - 1].norm not in scopes.OPEN_VERBS:
            return False
        words_left -= 1
        if words_left < 0:
            return False
    return True


def _answers_or_ends(
    tokens: Sequence[Token], cue: Match, match: Match, counts: Counts, covered: frozenset[int]
) -> bool:
    """Whether a "no" does not speak of the match.

    It is an answer before a new statement ("no I am confused"), and where each item of a list has a "no" of
    its own, an item without one is there ("no fever no rash headache").
    """
    if tokens[min(cue.end, len(tokens) - 1)].norm in scopes.SUBJECTS:
        return True
    if cue.end >= match.start or counts.joins.between(cue.end, match.start):
        return False
    repeated = counts.noes.between(cue.end, match.start) or counts.noes.between(
        counts.sentence_start(cue.start), cue.start
    )
    return bool(repeated) and not covered.isdisjoint(range(cue.end, match.start))


def _and_goes_on(tokens: Sequence[Token], cue: Match, at: int, covered: frozenset[int]) -> bool:
    """Whether both sides are denied: "haven't had nausea and vomiting", not "no fever and a bad headache"."""
    if at + 1 >= len(tokens) or tokens[at + 1].norm in scopes.SUBJECTS:
        return False
    return tokens[cue.end - 1].norm != "no" and at + 1 in covered


def _follows(tokens: Sequence[Token], match: Match, cue: Match, category: str, counts: Counts) -> bool:
    """Whether a cue behind the match speaks of it: close by, in the same statement ("fever: none" counts)."""
    far = scopes.FAR.get(category)
    words = counts.words_of_statements.between(match.end, cue.start)
    if words > (far or scopes.AFTER_REACH):
        return False
    if category == "there_now" and not _is_statement(tokens, cue):
        return False
    if tokens[cue.end - 1].norm == "ago" and _tells_onset(cue, counts):
        return False
    for at in range(match.end, cue.start):
        token = tokens[at]
        if token.is_stop:
            if at != match.end or token.norm not in scopes.ANSWER_MARKS.get(category, ""):
                return False
        elif far is None and (
            token.is_comma or token.norm in scopes.NEW_STATEMENT or _starts_statement(tokens, at)
        ):
            return False
    if category == "denied_at_end" or (category == "denied_after" and len(cue.tokens) == 1):
        # A bare "no" behind the symptom is an answer only at the end: "fever: no", not "fever no appetite".
        ends_here = cue.end >= len(tokens) or not tokens[cue.end].is_word
        asked = match.end < cue.start and tokens[match.end].norm == "?"
        return words == 0 and (ends_here or (asked and _asks_again(tokens, cue.end)))
    return True


def _asks_again(tokens: Sequence[Token], at: int) -> bool:
    """Whether the next question starts here: "a rash? no have I got a fever? yes"."""
    verb, subject = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    return verb.norm in scopes.ASKING_VERBS and subject is not None and subject.norm in scopes.SUBJECTS


def _is_statement(tokens: Sequence[Token], cue: Match) -> bool:
    """Whether a cue is a statement of its own to its end: ", do now", not "what to do now" or "I am fine"."""
    if cue.end < len(tokens) and tokens[cue.end].is_word:
        return False
    before = tokens[cue.start - 1]
    opens = not before.is_word or before.norm in scopes.OPENS_STATEMENT
    return opens or len(cue.tokens) > 2


def _starts_statement(tokens: Sequence[Token], at: int) -> bool:
    """A new subject, but not "my" in "the swelling in my ankles"."""
    return tokens[at].norm in scopes.NEW_SUBJECTS and tokens[at - 1].norm not in scopes.PREPOSITIONS


def _tells_onset(cue: Match, counts: Counts) -> bool:
    """An onset: "it started two months ago" says since when, not that it is over."""
    return counts.onsets.between(counts.sentence_start(cue.start), cue.start) > 0
