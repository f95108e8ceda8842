"""The symptom reader: lexicon, cues and measurements, the learned reader, and one judgement of both."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from blina.knowledge import Knowledge
from blina.knowledge.references import UNLISTED
from blina.knowledge.vocabulary import Urgency
from blina.reading.assertion.assertion import Asserter, Cues
from blina.reading.assertion.listed import Listed, listed
from blina.reading.assertion.qualifiers import with_qualifiers
from blina.reading.clauses import clauses
from blina.reading.doubt import Doubt
from blina.reading.judgement import Costs, Judge, Judged
from blina.reading.learned.reader import LearnedReader, Model, Opinion
from blina.reading.lexicon.lexicon import Lexicon, Matches
from blina.reading.lexicon.patterns import Match
from blina.reading.lexicon.spelling import Speller
from blina.reading.lexicon.tokens import Token, Tokeniser
from blina.reading.measurements import pain_score
from blina.reading.model import Finding, Measurement, Reading, Sign, Status
from blina.reading.text import MAX_CHARACTERS, clean
from blina.reading.values.grammar import ValueReader
from blina.reading.values.times import words_moment

_LONG_AGO = "long_ago"
_SELF_HARM = "self_harm"
_TOOK_MEDICINE = "took_fever_medicine"
_TIMES = re.compile(
    r"\b(\d{1,2}|four|five|six|seven|eight|nine|ten|twelve|dozen)\s+(?:\w+\s+){0,2}?"
    r"(?:times|stools?|poos?|poops?|motions?|trips|goes|bouts|episodes|runs|visits)\b"
)
_X_TIMES = re.compile(r"(?<![\w.])x ?(\d{1,2})\b")  # "loose stools x6"
_NOT_A_DAY = re.compile(r"\s*(?:a|per|this|last|in the last|in a)\s+(?:week|month|year)")
_SHORTEST_READABLE = 3
_MOST_LOOKED_AT_AGAIN = 5  # numbers of a message
_MOSTLY_UNKNOWN = 0.5
_MANY_UNKNOWN = 0.3
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_DIGIT = re.compile(r"\d")
_OWN_CLAUSE = re.compile(
    r"(?:(?:and|but|so|now|also|today)\s+)*i(?:['’]?(?:m|ve)|\s+(?:have|am|feel|got|get|cant))\b", re.I
)


class SymptomReader:
    """Reads a patient's message.

    Args:
        knowledge: the lexicon, word groups, signs, cues and idioms.
        model: the learned model; none reads with the lexicon alone.
    """

    def __init__(self, knowledge: Knowledge, model: Model | None = None) -> None:
        cues = knowledge.cues
        shorthand = _shorthand(cues["shorthand"])
        self._tokeniser = Tokeniser(shorthand)
        self._shorthand = frozenset(shorthand)
        self._foreign = frozenset(cues["foreign"])
        self._lexicon = Lexicon(
            self._tokeniser, knowledge.words, knowledge.lexicon, knowledge.signs, knowledge.idioms
        )
        self._asserter = Asserter(self._tokeniser, knowledge.words, cues)
        self._kept_signs = frozenset(
            id for id, sign in knowledge.signs.items() if sign.says_how or sign.is_sure
        )
        self._implied = {id: sign.implies for id, sign in knowledge.signs.items() if sign.implies}
        self._values = ValueReader(knowledge.values)
        self._speller = Speller({*self._lexicon.words(), *self._asserter.words(), *shorthand})
        self._learned = LearnedReader(model) if model else None
        self._doubt = Doubt(cues)
        turns = "|".join(map(re.escape, cues["turns"]))
        self._turn = re.compile(rf"(?<!\w)(?:{turns})(?!\w)")
        self._numbers = knowledge.policy.numbers
        self._symptoms = frozenset(knowledge.symptoms)
        self._means = knowledge.policy.means
        self._judge = _judge(knowledge, self._learned, self._kept_signs)

    def read(self, text: str, asked: str = "") -> Reading:
        """Everything a message says about symptoms.

        Args:
            text: the patient's message; past 5,000 characters it is not read, and the reading says so.
            asked: the question that it answers, or empty.

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
        answers = listed(tokens, matches.symptoms)
        findings = self._findings(cleaned, tokens, matches, cues, answers)
        findings += self._implications(signs, findings)
        measured = self._values.read(cleaned)
        values = self._told(tokens, measured, cues)
        judged, act, sure = Judged(findings, signs, (), 0.0), "", 0.0
        is_whole = len(text) <= MAX_CHARACTERS
        if language == "english" and self._learned is not None and self._can_be_heard(cleaned):
            opinions, act, sure = self._learned.opinions(cleaned, asked)
            is_whole = is_whole and self._learned.hears_all(cleaned, asked)
            opinions = _without(opinions, matches.never, tokens)
            around = _clauses_around(cleaned, tokens, opinions)
            told = frozenset(self._means[value.kind] for value in measured if value.kind in self._means)
            turns = self._turn.search(cleaned.lower()) is not None
            kept = self._garbled(cleaned, findings, signs)
            kept |= self._plain(tokens, matches, cues, findings, answers)
            spans = {
                *((item.start, item.end) for item in findings),
                *((sign.start, sign.end) for sign in signs),
            }
            doubted = self._doubt.doubted(cleaned, spans)
            kept |= _of_the_writer(cleaned, tokens, matches)
            judged = self._judge.weigh(
                cleaned,
                findings,
                signs,
                opinions,
                around,
                told,
                turns=turns,
                kept=kept,
                doubted=doubted,
            )
            named = {sign.id for sign in signs}
            # who is asleep can be woken, and may be confused all the same
            implying = [s for s in judged.signs if s.id in named or s.status is not Status.DENIED]
            findings = [*judged.findings, *self._implications(implying, judged.findings)]
            signs = judged.signs
        findings = [self._as_this_drug_lists_it(finding) for finding in findings]
        paired = with_qualifiers(findings, signs, cleaned)
        return Reading(
            text=text[:MAX_CHARACTERS],
            findings=tuple(sorted(_once(paired), key=lambda f: (f.start, f.end))),
            signs=tuple(signs),
            measurements=tuple(values),
            truncated=not is_whole,
            language=language,
            suspicion=round(judged.suspicion, 3),
            disagreements=judged.disagreements,
            act=act,
            act_confidence=round(sure, 3),
        )

    def is_ordinary_word(self, word: str) -> bool:
        """Whether a lower-case word is everyday English or one of the lexicon's."""
        return self._speller.knows(word)

    def _findings(
        self, text: str, tokens: Sequence[Token], matches: Matches, cues: Cues, answers: Listed
    ) -> list[Finding]:
        findings = []
        pieces = clauses(tokens)
        cues = cues.without(answers.answers)
        for match in matches.symptoms:
            status = answers.statuses.get(match) or self._asserter.status(
                tokens, match, cues, matches.symptoms
            )
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
        return findings

    def _as_this_drug_lists_it(self, finding: Finding) -> Finding:
        """Another drug's side effect is a complaint that no list names.

        It is judged under its own name before: the learned reader hears no unknown complaint in it.
        """
        return finding if finding.symptom in self._symptoms else replace(finding, symptom=UNLISTED)

    def _implications(self, signs: Sequence[Sign], findings: Sequence[Finding]) -> list[Finding]:
        """The symptoms that signs report by themselves, where no finding does."""
        found = {(finding.symptom, finding.status) for finding in findings}
        return [
            Finding(self._implied[sign.id], sign.status, sign.text, sign.start, sign.end)
            for sign in signs
            if sign.id in self._implied and (self._implied[sign.id], sign.status) not in found
        ]

    def _signs(self, text: str, tokens: Sequence[Token], matches: Matches, cues: Cues) -> list[Sign]:
        signs = []
        pieces = clauses(tokens)
        for match in matches.signs:
            # A sign's own negation ("can't keep anything down") is no denial of it.
            own = cues.without(frozenset(match.tokens))
            status = self._asserter.status(tokens, match, own, matches.symptoms)
            if match.label == _LONG_AGO or (match.label == _SELF_HARM and status is Status.NOT_REPORTED):
                status = Status.PRESENT  # the first is a time, and asking about the second calls for help
            start, end = tokens[match.start].start, tokens[match.end - 1].end
            words = text[start:end]
            if match.label == _TOOK_MEDICINE:  # with its dose and time
                words = _words_around(text, tokens, pieces, match)
            signs.append(Sign(match.label, status, words, start, end))
        score = pain_score(text)
        if (
            score is not None
            and score >= self._numbers.severe_from
            and not any(sign.id == "severe" for sign in signs)
        ):
            signs.append(Sign("severe", Status.PRESENT, f"{score}/10", 0, len(text)))
        count = _many_times(text, self._numbers.many_a_day)
        if count is not None and not any(sign.id == "four_or_more_a_day" for sign in signs):
            signs.append(Sign("four_or_more_a_day", Status.PRESENT, text[slice(*count)], *count))
        return signs

    def _told(
        self, tokens: Sequence[Token], measured: Sequence[Measurement], cues: Cues
    ) -> list[Measurement]:
        """The values that are the patient's, not those that are only talked about ("if it is over 38")."""
        told = []
        looked_again = 0
        for value in measured:
            at = _positions(tokens, value)
            status = self._asserter.status(tokens, Match(value.kind, tuple(at)), cues, ()) if at else None
            if status is Status.NOT_REPORTED and looked_again < _MOST_LOOKED_AT_AGAIN:
                # "his temp is 38.7 is it bad": what is asked behind a number takes nothing from it
                looked_again += 1
                up_to = tokens[: at[-1] + 1]
                before = self._asserter.cues(up_to, frozenset())
                status = self._asserter.status(up_to, Match(value.kind, tuple(at)), before, ())
            if status is Status.NOT_REPORTED:
                continue
            moment = words_moment(value.when) if value.when else None
            if moment is not None and moment.is_long_ago:
                continue
            told.append(replace(value, status=Status.PAST) if status is Status.PAST else value)
        return told

    def _garbled(
        self, text: str, findings: Sequence[Finding], signs: Sequence[Sign]
    ) -> frozenset[tuple[int, int]]:
        """Where words stand that the lexicon only knows because they were mended."""
        items: list[Finding | Sign] = [*findings, *signs]
        spans = {(item.start, item.end) for item in items}
        return frozenset(
            span for span in spans if not all(map(self._is_plain, _WORDS.findall(text[slice(*span)].lower())))
        )

    def _plain(
        self,
        tokens: Sequence[Token],
        matches: Matches,
        cues: Cues,
        findings: Sequence[Finding],
        answers: Listed,
    ) -> frozenset[tuple[int, int]]:
        """Where words stand that the build of the sentence alone settles: in a list, "almost gone"."""
        there = {(item.start, item.end) for item in findings if item.status is Status.PRESENT}
        spans = {match: (tokens[match.start].start, tokens[match.end - 1].end) for match in matches.symptoms}
        return frozenset(
            span
            for match, span in spans.items()
            if match in answers.statuses
            or (span in there and self._asserter.is_plainly_there(tokens, match, cues, matches.symptoms))
        )

    def _can_be_heard(self, text: str) -> bool:
        """Whether most words are words: the learned reader takes a guess at any nonsense."""
        words = _WORDS.findall(text.lower())
        return self._speller.hopeless(words) < _MANY_UNKNOWN * max(_SHORTEST_READABLE, len(words))

    def _is_plain(self, word: str) -> bool:
        return word not in self._shorthand and self._speller.knows(word)

    def _language(self, text: str) -> str:
        """English, another language, or none at all; typing errors alone make no other language."""
        words = _WORDS.findall(text.lower())
        if not words:
            return "english" if _DIGIT.search(text) else "none"
        unknown = self._speller.unknown(words)
        foreign = sum(word in self._foreign for word in words)
        if len(words) >= _SHORTEST_READABLE and foreign and unknown / len(words) >= _MANY_UNKNOWN:
            return "other"
        if len(words) < _SHORTEST_READABLE:
            return "english"
        return "other" if self._speller.hopeless(words) / len(words) > _MOSTLY_UNKNOWN else "english"


def _judge(knowledge: Knowledge, learned: LearnedReader | None, describing: frozenset[str]) -> Judge:
    """What weighs the readings, with the costs of the policy for each label that the learned reader knows."""
    symptoms = frozenset({*knowledge.symptoms, *knowledge.lexicon, UNLISTED})
    labels = learned.labels & (symptoms | frozenset(knowledge.signs)) if learned else frozenset()
    urgent = {id for id, symptom in knowledge.symptoms.items() if symptom.urgency >= Urgency.CONTACT_NOW}
    for rule in knowledge.policy.rules:
        if rule.urgency is not None and rule.urgency >= Urgency.CONTACT_NOW:
            urgent |= {term for group in rule.any_of for term in group}
    reading = knowledge.policy.reading
    costs = {label: reading.of(label, knowledge.symptoms) for label in labels}
    # another drug's side effects: as sure as a complaint must be that needs the same advice
    as_complaint = reading.group(knowledge.policy.unlisted.urgency.value)
    costs |= dict.fromkeys(labels & symptoms - {*knowledge.symptoms, UNLISTED}, as_complaint)
    valued = frozenset(knowledge.policy.means.values())
    telling = frozenset({knowledge.policy.roles.fever})
    weighed = Costs(costs, frozenset(urgent & labels), valued, telling, reading.gives_way, reading.in_doubt)
    return Judge(weighed, symptoms, describing)


def _without(
    opinions: Mapping[str, Opinion], never: Sequence[Match], tokens: Sequence[Token]
) -> dict[str, Opinion]:
    """The opinions but those that rest on words which the lexicon says are never that."""
    spans = [(match.label, tokens[match.start].start, tokens[match.end - 1].end) for match in never]
    return {
        label: opinion
        for label, opinion in opinions.items()
        if not any(id == label and start < opinion.end and opinion.start < end for id, start, end in spans)
    }


def _of_the_writer(text: str, tokens: Sequence[Token], matches: Matches) -> frozenset[tuple[int, int]]:
    """Where words stand that the writer says of themselves, behind the same of somebody else.

    The learned reader has one opinion for all of "my mum had a stroke, i have a droopy eye".
    """
    pieces = clauses(tokens)
    said: dict[str, list[tuple[Match, bool]]] = {}
    for match in sorted((*matches.symptoms, *matches.signs), key=lambda match: match.start):
        is_own = _OWN_CLAUSE.match(_words_around(text, tokens, pieces, match)) is not None
        said.setdefault(match.label, []).append((match, is_own))
    return frozenset(
        (tokens[match.start].start, tokens[match.end - 1].end)
        for mentions in said.values()
        if not mentions[0][1]
        for match, is_own in mentions[1:]
        if is_own
    )


def _clauses_around(text: str, tokens: Sequence[Token], opinions: Mapping[str, Opinion]) -> dict[str, str]:
    """For each label the patient's words around those that its opinion rests on."""
    pieces = clauses(tokens)
    starts = [tokens[piece[0]].start for piece in pieces]
    ends = [tokens[piece[-1]].end for piece in pieces]
    around = {}
    for label, opinion in opinions.items():
        first, last = bisect_right(ends, opinion.start), bisect_left(starts, opinion.end)
        if first < last:
            around[label] = text[starts[first] : ends[last - 1]].strip()
    return around


def _positions(tokens: Sequence[Token], value: Measurement) -> list[int]:
    """The tokens that a value was read from."""
    first = bisect_right(tokens, value.start, key=lambda token: token.end)
    last = bisect_left(tokens, value.end, key=lambda token: token.start)
    return list(range(first, last))


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
    at = bisect_right(pieces, match.start, key=lambda piece: piece.start) - 1
    found = at >= 0 and match.start in pieces[at]
    piece = pieces[at] if found else range(match.start, match.end)
    first, last = min(piece[0], match.start), max(piece[-1], match.end - 1)
    return text[tokens[first].start : tokens[last].end].strip()


def _many_times(text: str, many: int) -> tuple[int, int] | None:
    lowered = text.lower()
    repeated = next((match for match in _X_TIMES.finditer(lowered) if int(match[1]) >= many), None)
    if repeated:
        return repeated.span()
    for match in _TIMES.finditer(lowered):
        if match[1].isdigit() and int(match[1]) < many:
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
