"""What the lexicon leaves over, read by meaning: clauses, and sentences whose clauses raise a suspicion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reading.assertion import Asserter, Cues
from reading.clause_reader import SELF_HARM, Guess
from reading.clauses import clauses, sentences
from reading.lexicon import Matches
from reading.model import Finding, Status
from reading.patterns import Match
from reading.tokens import Token

_FEWEST_WORDS = 2
_MOST_TOKENS = 40  # of a sentence: in a longer one, one symptom is too small a part
_SUSPICION = 0.25  # from here on, what all urgent symptoms of a clause add up to is worth a second look
# A piece of these alone ("why am I") is about nothing.
_EMPTY = frozenset(
    "i you he she it we they me my your his her its our their this that there a an the and or but so"
    " as of to in on at for with am is are was were be been do does did have has had"
    " why what how when where who".split()
)
_ABILITY = frozenset("can could will would".split())
_HAVING = frozenset("have feel get seem look suffer".split())


class ClauseReader(Protocol):
    """Reads symptoms out of words that no lexicon has."""

    def read(self, clauses: Sequence[str]) -> list[Guess]:
        """One guess a clause."""

    def read_sentences(self, sentences: Sequence[str]) -> list[Guess]:
        """One guess a sentence."""


class MeaningReader:
    """Finds symptoms where the lexicon found none.

    Args:
        asserter: tells what is said of a finding.
        clause_reader: guesses what a piece of text is about.
    """

    def __init__(self, asserter: Asserter, clause_reader: ClauseReader) -> None:
        self._asserter = asserter
        self._clause_reader = clause_reader

    def findings(
        self, text: str, tokens: Sequence[Token], matches: Matches, cues: Cues, explained: frozenset[int]
    ) -> tuple[list[Finding], float]:
        """Findings of clauses, then of sentences, and how much is left that may be urgent.

        Args:
            text: the message.
            tokens: its tokens.
            matches: what the lexicon found.
            cues: of denial, past and so on.
            explained: positions of tokens that need no second reader.

        Returns:
            Findings with ``source`` "encoder"; and of the pieces without one, the highest probability of an
            urgent symptom.
        """
        left = [
            piece
            for piece in clauses(tokens)
            if not explained.intersection(piece) and _has_words(tokens, piece)
        ]
        guesses = self._clause_reader.read([_words(text, tokens, piece) for piece in left]) if left else []
        findings: list[Finding] = []
        suspicious: list[range] = []
        heard: list[range] = []
        suspicion = 0.0
        for piece, guess in zip(left, guesses, strict=True):
            if guess.symptom is not None:
                heard.append(piece)
                findings.append(self._finding(text, tokens, matches, cues, piece, guess))
                continue
            suspicion = max(suspicion, guess.urgent)
            if guess.urgent >= _SUSPICION:
                suspicious.append(piece)
        known = {at for match in matches.symptoms for at in match.tokens}
        whole = [
            sentence
            for sentence in sentences(tokens)
            if len(sentence) <= _MOST_TOKENS
            and any(_inside(piece, sentence) and piece != sentence for piece in suspicious)
            and not any(_inside(piece, sentence) for piece in heard)
            and not known.intersection(sentence)
        ]
        if not whole:
            return findings, suspicion
        read = self._clause_reader.read_sentences([_words(text, tokens, piece) for piece in whole])
        for sentence, guess in zip(whole, read, strict=True):
            if guess.symptom is not None:
                findings.append(self._finding(text, tokens, matches, cues, sentence, guess))
            else:
                suspicion = max(suspicion, guess.urgent)
        return findings, suspicion

    def _finding(
        self,
        text: str,
        tokens: Sequence[Token],
        matches: Matches,
        cues: Cues,
        piece: range,
        guess: Guess,
    ) -> Finding:
        symptom = str(guess.symptom)
        status = self._asserter.status(tokens, Match(symptom, tuple(piece)), cues, matches.symptoms)
        if symptom == SELF_HARM:
            status = Status.PRESENT  # whatever stands around it, this is never talked away
        elif status is Status.PRESENT and _speaks_otherwise(tokens, piece, cues):
            status = Status.NOT_REPORTED
        return Finding(
            symptom,
            status,
            _words(text, tokens, piece),
            tokens[piece[0]].start,
            tokens[piece[-1]].end,
            source="encoder",
            confidence=round(guess.probability, 3),
        )


def _has_words(tokens: Sequence[Token], piece: range) -> bool:
    words = [tokens[at].norm for at in piece if tokens[at].is_word]
    return len(words) >= _FEWEST_WORDS and not _EMPTY.issuperset(words)


def _words(text: str, tokens: Sequence[Token], piece: range) -> str:
    return text[tokens[piece[0]].start : tokens[piece[-1]].end]


def _inside(piece: range, sentence: range) -> bool:
    return sentence[0] <= piece[0] and piece[-1] <= sentence[-1]


def _speaks_otherwise(tokens: Sequence[Token], piece: range, cues: Cues) -> bool:
    """A clause with a denial, a question or an "all well" in it reports nothing for sure."""
    inside = {
        category: [cue for cue in found if piece[0] <= cue.start and cue.end <= piece[-1] + 1]
        for category, found in cues.matches.items()
    }
    if any(inside[category] for category in ("hypothetical", "fear", "question", "leaflet", "other_person")):
        return True
    negations = [cue for cue in inside["denied_before"] if not _negates_ability(tokens, cue)]
    able = len(negations) == len(inside["denied_before"])
    return bool(negations) or bool(inside["well"] and able)


def _negates_ability(tokens: Sequence[Token], cue: Match) -> bool:
    """Something fails ("the air doesn't go in", "can't name a pencil"): a complaint, no denial."""
    if tokens[cue.start].norm != "not" or cue.start == 0:
        return False
    auxiliary = tokens[cue.start - 1].norm
    after = tokens[cue.start + 1].norm if cue.start + 1 < len(tokens) else ""
    return auxiliary in _ABILITY or (auxiliary in {"do", "does", "did"} and after not in _HAVING)
