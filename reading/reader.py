"""The symptom reader: lexicon, assertion and measurements, and the encoder for what the lexicon lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reading.assertion import Asserter, Cues
from reading.by_meaning import ClauseReader, MeaningReader
from reading.clause_reader import ALARMS, SELF_HARM
from reading.clauses import clauses
from reading.lexicon import Lexicon, Matches
from reading.measurements import measurements, pain_score
from reading.model import Finding, Measurement, Reading, Sign, Status
from reading.pairing import with_qualifiers
from reading.patterns import Match
from reading.spelling import Speller
from reading.text import MAX_CHARACTERS, clean
from reading.tokens import Token, Tokeniser
from triage.knowledge import Knowledge

_SEVERE_SCORE = 7
_LONG_AGO = "long_ago"
_MANY_TIMES = 4
_TIMES = re.compile(
    r"\b(\d{1,2}|four|five|six|seven|eight|nine|ten|twelve|dozen)\s+(?:\w+\s+){0,2}?"
    r"(?:times|stools?|poos?|poops?|motions?|trips|goes|bouts|episodes|runs|visits)\b"
)
_NOT_A_DAY = re.compile(r"\s*(?:a|per|this|last|in the last|in a)\s+(?:week|month|year)")
_SHORTEST_READABLE = 3
_MOSTLY_UNKNOWN = 0.5
_MANY_UNKNOWN = 0.3
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_DIGIT = re.compile(r"\d")


class SymptomReader:
    """Reads a patient's message.

    Args:
        knowledge: the lexicon, word groups, signs, cues and idioms.
        clause_reader: for wording that the lexicon lacks; none reads with the lexicon alone.
    """

    def __init__(self, knowledge: Knowledge, clause_reader: ClauseReader | None = None) -> None:
        cues = knowledge.cues
        shorthand = _shorthand(cues["shorthand"])
        self._tokeniser = Tokeniser(shorthand)
        self._foreign = frozenset(cues["foreign"])
        self._lexicon = Lexicon(
            self._tokeniser, knowledge.words, knowledge.lexicon, knowledge.signs, knowledge.idioms
        )
        self._asserter = Asserter(self._tokeniser, knowledge.words, cues)
        self._says_how = frozenset(id for id, sign in knowledge.signs.items() if sign.says_how)
        self._implied = {id: sign.implies for id, sign in knowledge.signs.items() if sign.implies}
        self._speller = Speller({*self._lexicon.words(), *self._asserter.words(), *shorthand})
        self._by_meaning = MeaningReader(self._asserter, clause_reader) if clause_reader else None

    def read(self, text: str) -> Reading:
        """Everything a message says about symptoms.

        Args:
            text: the patient's message; past 5,000 characters it is not read, and the reading says so.

        Returns:
            The reading; positions are those of ``text``.
        """
        cleaned = clean(text)
        tokens = self._tokeniser.tokens(cleaned, self._speller.mend)
        language = self._language(cleaned)
        matches = self._lexicon.find(tokens)
        claimed = frozenset(
            at for match in (*matches.symptoms, *_failings(tokens, matches)) for at in match.tokens
        )
        cues = self._asserter.cues(tokens, claimed)
        signs = self._signs(cleaned, tokens, matches, cues)
        findings = self._findings(cleaned, tokens, matches, cues, signs)
        measured = measurements(cleaned)
        values = [m for m in measured if not self._only_mentioned(tokens, m, cues)]
        suspicion = 0.0
        if language == "english" and self._by_meaning is not None:
            explained = self._explained(tokens, matches, measured)
            more, suspicion = self._by_meaning.findings(cleaned, tokens, matches, cues, explained)
            for found in more:
                if found.symptom in ALARMS:
                    signs.append(Sign(found.symptom, found.status, found.text, found.start, found.end))
                else:
                    findings.append(found)
        paired = with_qualifiers(findings, signs, cleaned)
        return Reading(
            text=text[:MAX_CHARACTERS],
            findings=tuple(sorted(_once(paired), key=lambda f: (f.start, f.end))),
            signs=tuple(signs),
            measurements=tuple(values),
            truncated=len(text) > MAX_CHARACTERS,
            language=language,
            suspicion=suspicion,
        )

    def is_ordinary_word(self, word: str) -> bool:
        """Whether a lower-case word is everyday English or one of the lexicon's."""
        return self._speller.knows(word)

    def _findings(
        self, text: str, tokens: Sequence[Token], matches: Matches, cues: Cues, signs: Sequence[Sign]
    ) -> list[Finding]:
        findings = []
        pieces = clauses(tokens)
        for match in matches.symptoms:
            status = self._asserter.status(tokens, match, cues, matches.symptoms)
            start, end = tokens[match.start].start, tokens[match.end - 1].end
            findings.append(
                Finding(
                    symptom=match.label,
                    status=status,
                    text=_words_around(text, tokens, pieces, match),
                    start=start,
                    end=end,
                )
            )
        for sign in signs:
            implied = self._implied.get(sign.id)
            if implied and not any(f.symptom == implied and f.status is sign.status for f in findings):
                findings.append(Finding(implied, sign.status, sign.text, sign.start, sign.end))
        return findings

    def _signs(self, text: str, tokens: Sequence[Token], matches: Matches, cues: Cues) -> list[Sign]:
        signs = []
        for match in matches.signs:
            # A sign's own negation ("can't keep anything down") is no denial of it.
            own = cues.without(frozenset(match.tokens))
            status = self._asserter.status(tokens, match, own, matches.symptoms)
            if match.label == _LONG_AGO or (match.label == SELF_HARM and status is Status.NOT_REPORTED):
                status = Status.PRESENT  # the first is a time, and asking about the second calls for help
            start, end = tokens[match.start].start, tokens[match.end - 1].end
            signs.append(Sign(match.label, status, text[start:end], start, end))
        score = pain_score(text)
        if score is not None and score >= _SEVERE_SCORE and not any(sign.id == "severe" for sign in signs):
            signs.append(Sign("severe", Status.PRESENT, f"{score}/10", 0, len(text)))
        count = _many_times(text)
        if count is not None and not any(sign.id == "four_or_more_a_day" for sign in signs):
            signs.append(Sign("four_or_more_a_day", Status.PRESENT, text[slice(*count)], *count))
        return signs

    def _explained(
        self, tokens: Sequence[Token], matches: Matches, measured: Sequence[Measurement]
    ) -> frozenset[int]:
        """Tokens that need no second reader; "for two days" beside strange words is none of them."""
        own = [sign for sign in matches.signs if sign.label not in self._says_how]
        explained = matches.hidden | {at for match in (*matches.symptoms, *own) for at in match.tokens}
        return explained.union(*(_positions(tokens, value) for value in measured))

    def _only_mentioned(self, tokens: Sequence[Token], value: Measurement, cues: Cues) -> bool:
        """Whether a value is only talked about: "what if it goes over 38?"."""
        at = _positions(tokens, value)
        if not at:
            return False
        match = Match(value.kind, tuple(at))
        status = self._asserter.status(tokens, match, cues, ())
        return status in (Status.NOT_REPORTED, Status.PAST)

    def _language(self, text: str) -> str:
        """English, another language, or none at all; typing errors alone make no other language."""
        words = _WORDS.findall(text.lower())
        if not words:
            return "english" if _DIGIT.search(text) else "none"
        unknown = sum(not self._speller.knows(word) for word in words)
        foreign = sum(word in self._foreign for word in words)
        if len(words) >= _SHORTEST_READABLE and foreign and unknown / len(words) >= _MANY_UNKNOWN:
            return "other"
        unmended = sum(not any(map(self._speller.knows, self._speller.mend(word))) for word in words)
        return (
            "other"
            if len(words) >= _SHORTEST_READABLE and unmended / len(words) > _MOSTLY_UNKNOWN
            else "english"
        )


def _positions(tokens: Sequence[Token], value: Measurement) -> list[int]:
    """The tokens that a value was read from."""
    return [at for at, token in enumerate(tokens) if token.start < value.end and token.end > value.start]


def _failings(tokens: Sequence[Token], matches: Matches) -> list[Match]:
    """Signs with a negation of their own ("not drinking much"), which denies nothing beside them."""
    return [
        m for m in matches.signs if len(m.tokens) > 1 and any(tokens[at].norm == "not" for at in m.tokens)
    ]


def _shorthand(entries: Sequence[str]) -> dict[str, str]:
    pairs = (entry.split("=", 1) for entry in entries)
    return {short.strip(): long.strip() for short, long in pairs}


def _words_around(text: str, tokens: Sequence[Token], pieces: Sequence[range], match: Match) -> str:
    """The patient's own words: the clause that the match stands in."""
    piece = next((piece for piece in pieces if match.start in piece), range(match.start, match.end))
    first, last = min(piece[0], match.start), max(piece[-1], match.end - 1)
    return text[tokens[first].start : tokens[last].end].strip()


def _many_times(text: str) -> tuple[int, int] | None:
    lowered = text.lower()
    for match in _TIMES.finditer(lowered):
        if match[1].isdigit() and int(match[1]) < _MANY_TIMES:
            continue
        if not _NOT_A_DAY.match(lowered[match.end() :]):
            return match.span()
    return None


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """One finding a symptom and status.

    What is present is not also denied, past or uncertain elsewhere; what may be there is not also only
    spoken of.
    """
    kept: dict[tuple[str, Status], Finding] = {}
    for finding in findings:
        kept.setdefault((finding.symptom, finding.status), finding)
    present = {symptom for symptom, status in kept if status is Status.PRESENT}
    maybe = {symptom for symptom, status in kept if status is Status.UNCERTAIN}
    return [
        finding
        for (symptom, status), finding in kept.items()
        if status is Status.PRESENT
        or (symptom not in present and not (symptom in maybe and status is Status.NOT_REPORTED))
    ]
