"""The lexicon as matchers: symptoms, signs, and what only looks like them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blina.knowledge.schema import Phrases, SignWords
from blina.reading.lexicon.patterns import Match, PatternSet
from blina.reading.lexicon.tokens import Token, Tokeniser

_IDIOM = "idiom"
_SYMPTOM, _SIGN, _NOT_SYMPTOM, _NOT_SIGN = "symptom:", "sign:", "not symptom:", "not sign:"
_NEVER = "never:"


@dataclass(frozen=True)
class Matches:
    """What the lexicon found in one message.

    Args:
        symptoms: label is a symptom id; the more specific of two nested matches is kept.
        signs: label is a sign id.
        never: words that no reading may take for the symptom or sign of the label.
    """

    symptoms: tuple[Match, ...]
    signs: tuple[Match, ...]
    never: tuple[Match, ...] = ()


class Lexicon:
    """Finds symptoms and signs by the phrases of ``lexicon/``.

    Args:
        tokeniser: the reader's.
        groups: word groups.
        symptoms: phrases by symptom id.
        signs: phrases by sign id.
        idioms: phrases that use symptom words and report nothing.
    """

    def __init__(
        self,
        tokeniser: Tokeniser,
        groups: Mapping[str, Sequence[str]],
        symptoms: Mapping[str, Phrases],
        signs: Mapping[str, SignWords],
        idioms: Iterable[str],
    ) -> None:
        self._patterns = PatternSet(tokeniser, groups)
        for id, words in symptoms.items():
            self._add(_SYMPTOM + id, words.phrases)
            self._add(_NOT_SYMPTOM + id, (*words.excluded, *words.never))
            self._add(_NEVER + id, words.never)
        for id, sign in signs.items():
            self._add(_SIGN + id, sign.phrases)
            self._add(_NOT_SIGN + id, (*sign.excluded, *sign.never))
            self._add(_NEVER + id, sign.never)
        self._add(_IDIOM, idioms)

    def words(self) -> set[str]:
        """Every word that the lexicon asks for, for the speller."""
        return self._patterns.words()

    def find(self, tokens: Sequence[Token]) -> Matches:
        """Everything the lexicon knows in a message.

        Args:
            tokens: the message.

        Returns:
            Matches in the order of the text.
        """
        found = self._found(tokens)
        idioms = [match for match in found if match.label == _IDIOM]
        symptoms = _visible(found, _SYMPTOM, _NOT_SYMPTOM, idioms)
        signs = _visible(found, _SIGN, _NOT_SIGN, idioms)
        never = [
            Match(match.label.removeprefix(_NEVER), match.tokens)
            for match in found
            if match.label.startswith(_NEVER)
        ]
        return Matches(tuple(_most_specific(symptoms)), tuple(_shortest(signs)), tuple(never))

    def _found(self, tokens: Sequence[Token]) -> list[Match]:
        """The matches, across lines that are only broken."""
        places = [at for at, token in enumerate(tokens) if not token.only_breaks]
        if len(places) == len(tokens):
            return self._patterns.find(tokens)
        matches = self._patterns.find([tokens[at] for at in places])
        return [Match(match.label, tuple(places[at] for at in match.tokens)) for match in matches]

    def _add(self, label: str, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            self._patterns.add(label, phrase)


def _visible(found: Sequence[Match], prefix: str, excluding: str, idioms: Sequence[Match]) -> list[Match]:
    """Matches of one kind that no idiom and no look-alike of their own label covers."""
    kept = []
    ends = _farthest_ends(idioms)
    look_alikes = _ByPlace(match for match in found if match.label.startswith(excluding))
    for match in found:
        if not match.label.startswith(prefix):
            continue
        id = match.label.removeprefix(prefix)
        in_idiom = match.end <= ends.get(match.start, 0)
        if not in_idiom and not any(
            other.label == excluding + id and _mostly_covers(other, match)
            for other in look_alikes.touching(match)
        ):
            kept.append(Match(id, match.tokens))
    return kept


def _mostly_covers(look_alike: Match, match: Match) -> bool:
    """A look-alike as long as the match, sharing more than half its words, is the better explanation."""
    shared = set(match.tokens) & set(look_alike.tokens)
    return len(match.tokens) <= len(look_alike.tokens) and len(shared) * 2 > len(match.tokens)


def _shortest(matches: Sequence[Match]) -> list[Match]:
    """One match a label and place: the tightest of overlapping ones with the same label."""
    kept: list[Match] = []
    taken: dict[str, set[int]] = defaultdict(set)
    for match in sorted(matches, key=lambda m: (m.end - m.start - len(m.tokens), m.end - m.start, m.start)):
        if taken[match.label].isdisjoint(match.tokens):
            taken[match.label].update(match.tokens)
            kept.append(match)
    return sorted(kept, key=lambda m: (m.start, m.end))


def _most_specific(matches: Sequence[Match]) -> list[Match]:
    """Of nested matches of different symptoms the one with more words; of equal ones all."""
    kept = []
    places = _ByPlace(matches)
    for match in matches:
        words = set(match.tokens)
        if not any(
            words < set(other.tokens) and other.label != match.label for other in places.touching(match)
        ):
            kept.append(match)
    return _shortest(kept)


class _ByPlace:
    """Matches by the words that they take, so that each is compared with those around it only.

    Args:
        matches: any number.
    """

    def __init__(self, matches: Iterable[Match]) -> None:
        self._at: dict[int, list[Match]] = defaultdict(list)
        for match in matches:
            for at in match.tokens:
                self._at[at].append(match)

    def touching(self, match: Match) -> list[Match]:
        """Those that share a word with a match; some more than once."""
        return [other for at in match.tokens for other in self._at.get(at, ())]


def _farthest_ends(idioms: Sequence[Match]) -> dict[int, int]:
    """For each position inside an idiom the farthest end of one that began there or before."""
    ends: dict[int, int] = {}
    for idiom in idioms:
        for at in range(idiom.start, idiom.end):
            ends[at] = max(ends.get(at, 0), idiom.end)
    return ends
