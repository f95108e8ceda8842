"""Answers that go through the list of the check question: "fever no, vomiting yes", "none except my eyes"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Urgency
from blina.reading.judgement import LEARNED
from blina.reading.model import REPORTED, Finding, Reading, Sign, Status
from blina.triage import cues
from blina.triage.list_pieces import COMMA, DASH, ITEM, LINE, REST, SPACE, YESES, Kind, Piece, pieces

_NOES = frozenset({Kind.NO, Kind.NOT, Kind.FINE})
_IN_FRONT = frozenset({Kind.YES, Kind.NO, Kind.NOT})  # what may stand before its item
_MOST_BETWEEN = 6  # other words between an item and its yes
_FEWEST = 2  # answers of a list


@dataclass(frozen=True)
class Listed:
    """What is said of the items one by one.

    Args:
        yes: items that are there.
        no: items that are not.
        rest: what is said of all the others.
        another: whether something that is none of the items has a yes.
    """

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    rest: bool | None = None
    another: bool = False


@dataclass(frozen=True)
class Answered:
    """Some items of a list and what is said of them.

    Args:
        items: pieces that name them.
        yes: None where it is not clear what the answer means.
        start: first character of items and answer.
        end: one past the last.
        alone: whether nothing else stands behind it.
    """

    items: tuple[Piece, ...]
    yes: bool | None
    start: int
    end: int
    alone: bool


def items_in(text: str, knowledge: Knowledge) -> list[str]:
    """The items of the check question that the words name, in the question's order.

    Args:
        text: a part of a message.
        knowledge: holds the words for each item.
    """
    kinds = [ITEM + item for item in knowledge.wording["screening_chip"]]
    return [kind.removeprefix(ITEM) for kind in cues.which(text, kinds, knowledge)]


def names_only_items(text: str, knowledge: Knowledge) -> bool:
    """Whether the message is nothing but names of items ("the walking and my eyes")."""
    items = items_in(text, knowledge)
    return bool(items) and cues.consists_of(
        text, ("answer_rest", *(ITEM + item for item in items)), knowledge
    )


def listed(text: str, knowledge: Knowledge) -> Listed:
    """What a list of items says, each with a yes or a no before or behind it.

    Args:
        text: the message.
        knowledge: holds the words for each item.
    """
    said: dict[str, bool] = {}
    all_pieces = pieces(text, knowledge)
    if _says_no_of_the_rest(all_pieces):
        return Listed(rest=False)
    answers = answered(all_pieces, knowledge)
    for answer in answers:
        if answer.yes is not None:
            said |= {piece.item: said.get(piece.item, False) or answer.yes for piece in answer.items}
    rest = said.pop(REST, None)
    return Listed(
        tuple(item for item, yes in said.items() if yes),
        tuple(item for item, yes in said.items() if not yes),
        rest,
        bool(answers) and _says_yes_of_another(all_pieces, answers),
    )


def _says_no_of_the_rest(all_pieces: Sequence[Piece]) -> bool:
    """Whether it is nothing but "and the others no", "rest fine", after some of them."""
    told = [piece for piece in all_pieces if piece.kind is not Kind.BETWEEN]
    return len(told) == 2 and told[0].item == REST and told[1].kind in _NOES


def _says_yes_of_another(all_pieces: Sequence[Piece], answers: Sequence[Answered]) -> bool:
    """Whether a yes stands behind something that the question does not name ("giddiness present")."""
    starts = [answer.start for answer in answers]
    for before, piece in pairwise(all_pieces):
        if piece.kind is Kind.YES and before.kind is Kind.OTHER and piece.apart < COMMA:
            at = bisect_right(starts, piece.start) - 1
            if at < 0 or answers[at].end <= piece.start:
                return True
    return False


def settled(reading: Reading, all_pieces: Sequence[Piece], knowledge: Knowledge) -> Reading:
    """What was read in an answer to the check question, with what its list says of each item.

    Where the list says yes or no, its words are no complaint of their own: "fever ❌" has no fever. What else
    is told behind an answer stays as it was read.

    Args:
        reading: of the message.
        all_pieces: of the message.
        knowledge: holds the words for each item.
    """
    symptoms = {item.id: (item.symptom, *item.also) for item in knowledge.policy.screening}
    kept_signs = emergencies(knowledge)
    findings, signs = list(reading.findings), reading.signs
    for answer in answered(all_pieces, knowledge):
        for piece in answer.items:
            if answer.yes is not None and piece.item in symptoms:
                findings = _with_answer(findings, answer, piece, symptoms[piece.item])
            if answer.yes is False:
                signs = tuple(
                    replace(sign, status=Status.DENIED)
                    if sign.id not in kept_signs and _covers(sign, answer, piece)
                    else sign
                    for sign in signs
                )
    reported = {item.symptom for item in findings if item.status in REPORTED}
    before = {item.symptom for item in reading.findings if item.status in REPORTED}
    kept = tuple(item for item in reading.disagreements if item.subject not in before - reported)
    return replace(reading, findings=tuple(findings), signs=signs, disagreements=kept)


def _with_answer(
    findings: list[Finding], answer: Answered, piece: Piece, symptoms: Sequence[str]
) -> list[Finding]:
    """The findings with what is answered for one item."""
    status = Status.PRESENT if answer.yes else Status.DENIED
    named = [item for item in findings if item.symptom in symptoms and _is_of(item, answer, piece)]
    if not named:
        known = {item.symptom for item in findings if item.status is status or item.status in REPORTED}
        if known.isdisjoint(symptoms):
            findings = [*findings, Finding(symptoms[0], status, piece.text, piece.start, piece.end)]
        return findings
    return [replace(item, status=status) if item in named else item for item in findings]


def emergencies(knowledge: Knowledge) -> frozenset[str]:
    """Signs of an emergency: what a list makes of its words takes none of them back.

    Args:
        knowledge: holds the rules.
    """
    rules = (rule for rule in knowledge.policy.rules if rule.urgency is Urgency.EMERGENCY)
    return frozenset(term for rule in rules for all_of in rule.any_of for term in all_of)


def _covers(sign: Sign, answer: Answered, piece: Piece) -> bool:
    """Whether an item's words and its answer are all that a sign rests on ("faint n")."""
    return answer.start <= sign.start < piece.end and piece.start < sign.end <= answer.end


def _is_of(item: Finding, answer: Answered, piece: Piece) -> bool:
    """Whether a finding rests on the words of the list and on nothing that is told beside it."""
    if item.source != LEARNED or answer.alone:
        return item.start < piece.end and piece.start < item.end
    return answer.start <= item.start and item.end <= answer.end


def answered(all_pieces: Sequence[Piece], knowledge: Knowledge) -> list[Answered]:
    """The answers of a list, each with its items; none where there are not two of them.

    Args:
        all_pieces: of the message.
        knowledge: holds the words for items and answers.
    """
    found = list(_bound(all_pieces, frozenset(knowledge.cues["list_abilities"])))
    marks = sum(piece.kind in (Kind.YES, Kind.NO) for piece in all_pieces)
    return found if len(found) >= _FEWEST or marks >= _FEWEST else []


@dataclass(frozen=True)
class _Part:
    """Items that share an answer, or an answer, with what stands between it and the part before."""

    pieces: tuple[Piece, ...]
    at: int  # of the last piece among all
    apart: int
    others: int

    @property
    def is_item(self) -> bool:
        return self.pieces[0].kind is Kind.ITEM


def _bound(all_pieces: Sequence[Piece], abilities: frozenset[str]) -> Iterator[Answered]:
    parts = _parts(all_pieces)
    behind = _comes_behind(parts)
    answers: dict[int, list[_Part]] = {}  # by the part with the items
    owner: dict[int, int] = {}
    for at, part in enumerate(parts):
        if part.is_item:
            continue
        of = _of(parts, at, behind)
        if of == at - 1 and of in answers and not behind:
            continue  # "no fainting no nothing": it has its answer in front
        if of is None and at and at - 1 in owner and not part.others and part.apart < LINE:
            of = owner[at - 1]  # "yep, no bother"
        if of is not None:
            owner[at] = of
            answers.setdefault(of, []).append(part)
    for of, marks in sorted(answers.items()):
        yield from _answers(all_pieces, parts, of, marks, abilities)


def _parts(all_pieces: Sequence[Piece]) -> list[_Part]:
    parts: list[_Part] = []
    apart = others = 0
    for at, piece in enumerate(all_pieces):
        apart = max(apart, piece.apart)
        if piece.kind is not Kind.ITEM and not piece.is_mark:
            others += 1
            continue
        last = parts[-1] if parts else None
        shares = piece.joined or piece.apart <= SPACE
        if last and last.is_item and piece.kind is Kind.ITEM and not others and apart < LINE and shares:
            parts[-1] = replace(last, pieces=(*last.pieces, piece), at=at)
        else:
            parts.append(_Part((piece,), at, apart, others))
        apart = others = 0
    return parts


def _left(parts: Sequence[_Part], at: int) -> bool:
    """Whether the answer may belong to the items before it."""
    part = parts[at]
    if not at or not parts[at - 1].is_item or part.pieces[0].kind is Kind.NOT:
        return False
    return not part.others or (part.apart < COMMA and part.others <= _MOST_BETWEEN)


def _right(parts: Sequence[_Part], at: int) -> bool:
    """Whether the answer may belong to the items behind it."""
    following = parts[at + 1] if at + 1 < len(parts) else None
    if following is None or not following.is_item or parts[at].pieces[0].kind not in _IN_FRONT:
        return False
    return not following.others and following.apart <= DASH


def _comes_behind(parts: Sequence[_Part]) -> bool:
    """Whether the answers of a list come behind their items: by most of those that leave no doubt."""
    votes = 0
    for at, part in enumerate(parts):
        if not part.is_item:
            left, right = _left(parts, at), _right(parts, at)
            if left and right and part.apart != parts[at + 1].apart:
                left, right = part.apart < parts[at + 1].apart, part.apart > parts[at + 1].apart
            votes += left - right
    return votes > 0 or (not votes and bool(parts) and parts[0].is_item)


def _of(parts: Sequence[_Part], at: int, behind: bool) -> int | None:
    """The place of the items that an answer belongs to."""
    left, right = _left(parts, at), _right(parts, at)
    if left and right:
        before, after = parts[at].apart, parts[at + 1].apart
        left = before < COMMA or before <= after if behind else before < after
        return at - 1 if left else at + 1
    return at - 1 if left else at + 1 if right else None


def _answers(
    all_pieces: Sequence[Piece],
    parts: Sequence[_Part],
    of: int,
    marks: Sequence[_Part],
    abilities: frozenset[str],
) -> Iterator[Answered]:
    items = parts[of].pieces
    ends = [parts[of].at, *(part.at for part in marks)]
    is_behind = max(ends) != parts[of].at
    yes = _verdict([part.pieces[0].kind for part in marks], {item.text for item in items} <= abilities)
    is_far = is_behind and bool(marks[0].others)
    if yes is False and (is_far or _is_taken_back(all_pieces, max(ends), is_behind)):
        yes = None
    after = all_pieces[max(ends) + 1] if max(ends) + 1 < len(all_pieces) else None
    alone = after is None or after.apart >= COMMA or after.kind is Kind.ITEM or after.is_mark
    start = min(items[0].start, marks[0].pieces[0].start)
    end = max(items[-1].end, marks[-1].pieces[0].end)
    yield Answered(items if yes else _sharing(items), yes, start, end, alone)


def _sharing(items: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Those of some items that surely share a no: of "fever chills no" only the chills."""
    return items[max((at for at, item in enumerate(items) if not item.joined), default=0) :]


def _verdict(kinds: Sequence[Kind], is_ability: bool) -> bool | None:
    """What some answers to one item say together; "breathing? yes, fine" is a no."""
    noes, yeses = [kind in _NOES for kind in kinds], [kind in YESES for kind in kinds]
    if any(yeses):
        return not (is_ability and yeses == [True] + [False] * (len(kinds) - 1) and len(kinds) > 1)
    return False if all(noes) else None


def _is_taken_back(all_pieces: Sequence[Piece], last: int, is_behind: bool) -> bool:
    """Whether what follows takes a no back in part ("ok until I lie down") or goes on with it."""
    after = all_pieces[last + 1] if last + 1 < len(all_pieces) else None
    if after is None or after.apart >= LINE:
        return False
    if after.kind is Kind.TURN or (after.kind is Kind.BUT and is_behind):
        return True
    goes_on = after.kind is Kind.OTHER and after.apart == SPACE and is_behind and not after.text.isdigit()
    is_glued = last > 0 and all_pieces[last - 1].end == all_pieces[last].start
    return goes_on and all_pieces[last].text[-1].isalpha() and not is_glued
