"""Answers by their place: "1 no 2 no 3 yes", "no, no, no, no", "F no C yes", in the order of the question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, takewhile

from blina.knowledge.base import Knowledge
from blina.reading.judgement import LEARNED
from blina.reading.model import REPORTED, Finding, Reading, Sign, Status
from blina.triage import cues
from blina.triage.list_pieces import COMMA, DASH, ITEM, LINE, YESES, Kind, Piece
from blina.triage.listed import answered, emergencies

_BESIDE = ("answer_rest", "list_rest", "list_between", "plain_words")  # words that change no row of noes
_FEWEST = 3  # places of a list
_TAKEN_TOGETHER = 2  # so many places fewer are a whole list: talking, walking and seeing are often one
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_SHORT = "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split()
_LAST = "last"
_PLACE = re.compile(
    r"(?<![\w.,'])(?:(?:q|question|number)\s?)?"
    rf"(?P<label>\d{{1,2}}|[a-j]|{'|'.join((*_ORDINALS, *_SHORT, _LAST))})(?:\sone)?"
    r"(?![\w'])(?P<marks>\s*[.):=\-–—]*\s*)(?!\d)",
    re.IGNORECASE,
)
_NOES = frozenset({Kind.NO, Kind.FINE})


@dataclass(frozen=True)
class Place:
    """One answer.

    Args:
        yes: None where it is neither a yes nor a no.
        start: first character of what is said there.
        end: one past the last.
        item: of the check question, where it is certain.
        symptom: what a yes reports; empty where that is not certain.
    """

    yes: bool | None
    start: int
    end: int
    item: str = ""
    symptom: str = ""


@dataclass(frozen=True)
class Places:
    """What a list says by the places of its answers.

    Args:
        said: one answer after another.
        named: whether the places are named by numbers, letters or initials.
        whole: whether they are as many as what was asked, or nearly.
        bare: whether nothing is said beside or behind them.
    """

    said: tuple[Place, ...]
    named: bool
    whole: bool
    bare: bool


def places(text: str, found: Sequence[Piece], items: Sequence[str], knowledge: Knowledge) -> Places | None:
    """The answers of a list that names no items, or None where it is no such list.

    Args:
        text: the message.
        found: its pieces.
        items: what the question asked about, in its order.
        knowledge: holds the words for answers.
    """
    said, named = _labelled(text, found, items, knowledge), True
    if not said and not answered(found, knowledge):
        said = _initials(found, items, knowledge)
        if not said:
            said, named = _counted(found, knowledge), False
    if len(said) < _FEWEST:
        return None
    behind = [piece for piece in found if piece.start >= said[0].start]
    if any(piece.kind in YESES for piece in behind) and not any(place.yes for place in said):
        said.append(Place(True, behind[0].start, behind[-1].end))  # "no, no, no, the last one yes"
    beside = " ".join(
        piece.text
        for piece in behind
        if not (piece.is_mark or piece.text.isdigit() or (named and _is_label(piece)))
    )
    bare = not beside or cues.consists_of(beside, _BESIDE, knowledge)
    return Places(tuple(said), named, len(said) >= len(items) - _TAKEN_TOGETHER, bare)


def settled(
    reading: Reading, text: str, found: Sequence[Piece], items: Sequence[str], knowledge: Knowledge
) -> Reading:
    """What was read in an answer to the check question, with what a yes at a certain place reports.

    Nothing but noes reports nothing: what only the learned reader heard in them is a guess.

    Args:
        reading: of the message.
        text: the message.
        found: its pieces.
        items: what the question asked about, in its order.
        knowledge: holds the words for answers.
    """
    row = places(text, found, items, knowledge)
    if row is None:
        return reading
    findings, signs = list(reading.findings), reading.signs
    if row.whole and not row.named and all(place.yes is False for place in row.said):
        asked = {symptom for item in knowledge.policy.screening for symptom in (item.symptom, *item.also)}
        if row.bare:
            findings = [item for item in findings if item.source != LEARNED or item.symptom not in asked]
        kept, whole = emergencies(knowledge), replace(row.said[0], end=row.said[-1].end)
        signs = tuple(sign for sign in signs if sign.id in kept or not _is_at(whole, sign))
    for place in row.said:
        if place.yes and place.symptom and not _is_told(place, findings):
            words = text[place.start : place.end].strip()
            findings.append(Finding(place.symptom, Status.PRESENT, words, place.start, place.end))
    return replace(reading, findings=tuple(findings), signs=signs)


def _is_at(place: Place, item: Finding | Sign) -> bool:
    return item.start < place.end and place.start < item.end


def _is_told(place: Place, findings: Sequence[Finding]) -> bool:
    """Whether something is reported at the place itself ("5. yes, wobbly")."""
    return any(item.status in REPORTED and _is_at(place, item) for item in findings)


def _is_label(piece: Piece) -> bool:
    named = (*_ORDINALS, *_SHORT, _LAST, "question", "number")
    return len(piece.text) == 1 or piece.text.lstrip("q").isdigit() or piece.text in named


def _labelled(text: str, found: Sequence[Piece], items: Sequence[str], knowledge: Knowledge) -> list[Place]:
    """The answers behind numbers, letters or "first one", which count from the first on."""
    labels = list(_labels(text, found))
    if len(labels) < _FEWEST:
        return []
    said, at, named = [], 0, 0
    certain = len(items) if len(labels) == len(items) else _certain(items, knowledge)
    for (label, number), following in zip(labels, [*labels[1:], None], strict=True):
        end = following[0].start() if following else len(text)
        while at < len(found) and found[at].start < label.end():
            at += 1
        here = []
        while at < len(found) and found[at].start < end:
            here.append(found[at])
            at += 1
        named += bool(here) and here[0].kind is Kind.ITEM
        item = items[number] if number < certain else items[-1] if number < 0 else ""
        said.append(Place(_answer(here, knowledge), label.end(), end, item, _symptom(item, knowledge)))
    return [] if 2 * named > len(said) else said


def _labels(text: str, found: Sequence[Piece]) -> Iterator[tuple[re.Match[str], int]]:
    marks = {piece.start for piece in found if piece.is_mark}
    expected = 0
    for match in _PLACE.finditer(text):
        label = match["label"].lower()
        is_last = label == _LAST and expected >= _FEWEST - 1
        names = (str(expected + 1), "abcdefghij"[expected : expected + 1])
        is_next = label in (*names, *(row[expected] for row in (_ORDINALS, _SHORT) if expected < len(row)))
        if (is_last or is_next) and (match["marks"].strip() or match.end() in marks):
            yield match, -1 if is_last else expected
            expected += 1


def _certain(items: Sequence[str], knowledge: Knowledge) -> int:
    """How many places at the start surely belong to their items: "trouble talking or walking" may be one."""
    titles = [knowledge.wording["screening_chip"][item].split()[0] for item in items]
    return next((at for at in range(len(titles) - 1) if titles[at] == titles[at + 1]), len(items))


def _symptom(item: str, knowledge: Knowledge) -> str:
    return next((entry.symptom for entry in knowledge.policy.screening if entry.id == item), "")


def _answer(here: Sequence[Piece], knowledge: Knowledge) -> bool | None:
    """What is said at one place; a number or a description is neither a yes nor a no."""
    if any(piece.kind in YESES for piece in here):
        return True
    if not here or here[0].kind not in _NOES:
        return None
    behind = takewhile(lambda piece: piece.apart < LINE, here[1:])
    words = " ".join(piece.text for piece in behind if piece.kind not in _NOES)
    return None if words and not cues.consists_of(words, ("answer_rest", "list_rest"), knowledge) else False


def _initials(found: Sequence[Piece], items: Sequence[str], knowledge: Knowledge) -> list[Place]:
    """The answers behind the initials of what was asked, which keep its order ("F no C yes B no")."""
    said, first = [], 0
    for letter, mark in pairwise(found):
        if len(letter.text) != 1 or letter.kind is not Kind.OTHER or not mark.is_mark or mark.apart > DASH:
            continue
        at = next((at for at in range(first, len(items)) if _begins(letter.text, items[at], knowledge)), None)
        item, symptom = "", ""
        if at is not None:
            first, item = at, items[at]
            entry = next(entry for entry in knowledge.policy.screening if entry.id == item)
            own = [one for one in (entry.symptom, *entry.also) if one.startswith(letter.text)]
            symptom = own[0] if own else entry.symptom
        said.append(Place(_answer([mark], knowledge), letter.start, mark.end, item, symptom))
    return said if len(said) >= _FEWEST else []


def _begins(letter: str, item: str, knowledge: Knowledge) -> bool:
    """Whether an item begins with a letter, in the question or as people call it."""
    words = knowledge.wording["screening_chip"][item].lower().split()
    return any(word.startswith(letter) for word in (*words, *knowledge.cues[ITEM + item]))


def _counted(found: Sequence[Piece], knowledge: Knowledge) -> list[Place]:
    """A row of bare answers, and what stands among them and is none ("No. No. A bit dizzy. No.")."""
    number, numbers = 0, []
    for piece in found:
        number += piece.apart >= COMMA
        numbers.append(number)
    said: list[Place] = []
    for _, group in groupby(zip(numbers, found, strict=True), key=lambda pair: pair[0]):
        here = [piece for _, piece in group]
        marks = [piece for piece in here if piece.kind in _NOES | YESES]
        words = " ".join(piece.text for piece in here if piece.kind not in _NOES | YESES)
        is_bare = not words or cues.consists_of(words, ("answer_rest", "list_rest"), knowledge)
        if marks and (is_bare or not said):  # "he says no, no, no"
            said += [Place(_answer([piece], knowledge), piece.start, piece.end) for piece in marks]
        elif not is_bare:
            said.append(Place(None, here[0].start, here[-1].end))
    first = next((at for at, place in enumerate(said) if place.yes is not None), 0)
    last = next((at for at in range(len(said) - 1, -1, -1) if said[at].yes is not None), -1)
    row = said[first : last + 1]
    return row if sum(place.yes is not None for place in row) >= _FEWEST else []
