"""The medicines that a conversation speaks of, with dose and time as said, fever-hiding ones marked."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from difflib import get_close_matches
from itertools import pairwise
from typing import NamedTuple

from blina.knowledge.base import Knowledge
from blina.reading.model import Status
from blina.replies.handover import spoken
from blina.replies.handover.model import Medicine, Quote, Said
from blina.triage.asking import FEVER_HIDING_GROUP
from blina.triage.conversation import Conversation, Told
from blina.triage.policy import MEDICINE_SIGN

_SENTENCE = re.compile(r"[^.!?;\n]*(?:\.(?=\d)[^.!?;\n]*)*[.!?;\n]*")
_ASKS = re.compile(
    r"\s*(?:so |and |but )?(?:can|could|should|shall|may|is it ok|am i allowed)\b", re.IGNORECASE
)
# Not done yet: what follows may never be taken.
_PLANS = re.compile(
    r"\b(?:should|shall|might|may|could|would|will|i['’]ll|going to|gonna|want to|wanted to|thinking of|"
    r"need to|told (?:me|us|him|her) to|said to|allowed to|if)\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:no|not|never|without|(?:have|has|had|did|do|does)n['’]?t|cannot|can['’]?t)\b", re.IGNORECASE
)
# Right before the name: "did not take any of my".
_NOT_THIS = re.compile(
    r"\b(?:no|none|not|never|without|(?:have|has|had|did|do|does|could|is|was)n['’]?t|cannot|can['’]?t|"
    r"forgot|skipped|missed|stopped|ran out of)\s+(?:(?:to|yet|be|been|take|taken|taking|have|had|having|"
    r"give|given|giving|use|used|on|of|any|my|his|her|the|our|a|more|him|them|me)\s+)*$",
    re.IGNORECASE,
)
_TOOK = re.compile(
    r"\b(?:took|taken|take|taking|takes|had|having|given|gave|swallowed|popped|used|on|after)\b",
    re.IGNORECASE,
)
_CUT = re.compile(r",|\b(?:and|but|then|plus|so)\b", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:,|and|&|\+|or|plus|,\s*and)\s*(?:some|my|a|his|her)?\s*", re.IGNORECASE)
# An amount right beside a name says that the name is of something taken, also where no list has it. Of more
# than this nobody takes a medicine: "200 ml water".
_MOST = {"mg": 5000, "mcg": 5000, "µg": 5000, "g": 5, "ml": 50, "units": 300, "iu": 100_000}
_UNIT = {"microgram": "mcg", "milligram": "mg", "gram": "g", "unit": "units"}
_AMOUNT = (
    r"(?P<number>\d+(?:[.,]\d+)?)\s?(?P<unit>mg|mcg|µg|micrograms?|milligrams?|grams?|g|ml|units?|iu)\b"
    r"(?!\s*/|\s+per\b)"
)
_FORM = r"(?:tablets?|tabs?|capsules?|caps|pills?|syrup|drops|injections?|patch|patches)"
_NAME = r"[^\W\d_][^\W_]*(?:-[^\W_]+)*"
_BESIDE_AMOUNT = (
    re.compile(rf"\b(?P<name>{_NAME})(?:\s+{_FORM})?\s+(?:\d\s*x\s*)?{_AMOUNT}", re.IGNORECASE),
    re.compile(
        rf"{_AMOUNT}\s+(?:{_FORM}\s+)?(?:of\s+)?(?:(?:my|his|her|the)\s+)?(?P<name>{_NAME})", re.IGNORECASE
    ),
)
_SHORTEST_NAME = 4
_SPEAKS_OF_TAKING = re.compile(
    r"\b(?:missed|skipped|forgot|stopped|started|prescribed|doses?|swallow)\b", re.IGNORECASE
)
_NEAR_ENOUGH = 0.8  # a misspelt name, where the reader saw that one is there
_TAKES = r"(?:also |just |has |had |have |is |was )*(?:took|takes|taken|taking|on|had|swallowed|used|uses)\b"
_BARE_DOSE = re.compile(r"\s+(\d{3,4})\b(?!\s*(?:[.:°%]|am\b|pm\b|h\b))", re.IGNORECASE)  # "ibuprofen 400"
_COUNT = r"(?:\d{1,2}|one|two|three|four|half a|a couple of)"


@dataclass(frozen=True)
class _Named:
    """A medicine's name in a sentence, and the words that are about it and no other one.

    Args:
        name: as it was written.
        known: as the knowledge files write it; None where no list has it.
        before: from the end of what is said of the one before.
        behind: to where the next one begins.
        is_listed_on: whether nothing but "and" stands between it and the next one.
    """

    name: str
    known: str | None
    before: str
    behind: str
    is_listed_on: bool


def medicines(conversation: Conversation, knowledge: Knowledge, zone: tzinfo | None) -> Iterator[Medicine]:
    """Each medicine of each message, in the order of the messages.

    Args:
        conversation: with the messages in whole words.
        knowledge: the medicines that hide a fever, and those that the leaflet lists.
        zone: the time zone of the patient.
    """
    hiding = frozenset(knowledge.words[FEVER_HIDING_GROUP])
    names = {name.lower(): False for name in hiding}
    for medicine in knowledge.medicines.values():
        names.update((name.lower(), True) for name in (medicine.name, *medicine.also))
    pattern = _pattern(names)
    for told in conversation.told:
        written = told.time.astimezone(zone)
        seen = set()
        for sentence in _SENTENCE.findall(told.text):
            if is_of_another(sentence, conversation.who, knowledge):
                continue
            found = list(_found(sentence, pattern, names))
            if not found and any(item.id == MEDICINE_SIGN for item in told.mentions):
                found = _misspelt(sentence, hiding)
            found += _unknown(sentence, found, knowledge)
            named = _named(sentence, sorted(found))
            times = _times(named, written)
            taken = list(_taken(told, sentence, named, hiding))
            for one, when, is_taken in zip(named, times, taken, strict=True):
                if (one.known or one.name.lower()) in seen:
                    continue
                seen.add(one.known or one.name.lower())
                yield Medicine(
                    name=one.name,
                    hides_fever=one.known in hiding,
                    is_listed=names.get(one.known or "", False),
                    is_known=one.known is not None,
                    taken=is_taken,
                    dose=_dose(one),
                    when=when,
                    quote=Quote(told.text, written),
                )


def is_of_another(text: str, who: str | None, knowledge: Knowledge) -> bool:
    """Whether somebody else took it: "my wife took two", unless the wife is the patient.

    Args:
        text: the patient's or the carer's words.
        who: whom a carer writes for, None for the patient.
        knowledge: the relations of ``lexicon/conversation.yml``.
    """
    relations = {*knowledge.cues["carer_of"], *knowledge.cues["other_people"]} - {who}
    names = "|".join(re.escape(name) for name in sorted(relations, key=len, reverse=True))
    return re.search(rf"\b(?:my|our|the) (?:{names}) {_TAKES}", text, re.IGNORECASE) is not None


class _Found(NamedTuple):
    """Where in a sentence a name stands, and as what the knowledge files know it."""

    start: int
    end: int
    known: str | None


def _found(sentence: str, pattern: re.Pattern[str], names: Container[str]) -> Iterator[_Found]:
    for match in pattern.finditer(sentence):
        name = re.sub(r"[\s-]+", " ", match[0].lower())
        yield _Found(match.start(), match.end(), name if name in names else name.removesuffix("s"))


def _misspelt(sentence: str, hiding: Iterable[str]) -> list[_Found]:
    """The word that comes nearest to a medicine that hides a fever, where it comes near enough."""
    known = [name for name in hiding if len(name) > _SHORTEST_NAME]
    words = [
        (match, get_close_matches(match[0].lower(), known, 1, _NEAR_ENOUGH))
        for match in re.finditer(_NAME, sentence)
    ]
    return [_Found(match.start(), match.end(), near[0]) for match, near in words if near][:1]


def _unknown(sentence: str, known: Sequence[_Found], knowledge: Knowledge) -> list[_Found]:
    """Names that no list has, each with an amount right beside it: "Zofluva 20 mg", "20 mg of Zofluva"."""
    if not (_TOOK.search(sentence) or _SPEAKS_OF_TAKING.search(sentence)):
        return []
    no_names = frozenset(knowledge.cues["no_medicine_names"])
    taken = [(one.start, one.end) for one in known]
    found = []
    for pattern in _BESIDE_AMOUNT:
        for match in pattern.finditer(sentence):
            name = match["name"].lower()
            is_name = len(name) >= _SHORTEST_NAME and name not in no_names and _is_dose(match)
            if is_name and not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                found.append(_Found(match.start("name"), match.end("name"), None))
    return found


def _is_dose(match: re.Match[str]) -> bool:
    unit = match["unit"].lower()
    most = _MOST[_UNIT.get(unit.rstrip("s"), unit)]
    return float(match["number"].replace(",", ".")) <= most


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    written = (re.escape(name).replace(r"\ ", r"[\s-]") for name in longest)
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})s?(?!\w)", re.IGNORECASE)


def _named(sentence: str, found: Sequence[_Found]) -> list[_Named]:
    cuts = [0, *(_cut(sentence, a.end, b.start) for a, b in pairwise(found)), len(sentence)]
    named = []
    for number, one in enumerate(found):
        following = found[number + 1].start if number + 1 < len(found) else None
        named.append(
            _Named(
                name=sentence[one.start : one.end],
                known=one.known,
                before=sentence[cuts[number] : one.start],
                behind=sentence[one.end : cuts[number + 1]],
                is_listed_on=following is not None
                and _LISTED.fullmatch(sentence[one.end : following]) is not None,
            )
        )
    return named


def _cut(sentence: str, start: int, end: int) -> int:
    """Where, between two names, what is said of the second one begins."""
    return max((cut.start() for cut in _CUT.finditer(sentence, start, end)), default=end)


def _dose(one: _Named) -> str | None:
    """Right before the name, or behind it: "two paracetamol tablets"."""
    counted = re.search(
        rf"(?<!at )(?<!since )\b{_COUNT}\s+{re.escape(one.name)}(?:\s+(?:tablet|tab|pill|capsule)s?\b)?",
        one.before + one.name + one.behind,
        re.IGNORECASE,
    )
    if counted:
        return counted[0]
    bare = _BARE_DOSE.match(one.behind) if one.known else None
    return spoken.dose(one.behind) or spoken.dose(one.before) or (bare[1] if bare else None)


def _times(named: Sequence[_Named], written: datetime) -> list[Said | None]:
    """When each was taken; "paracetamol and ibuprofen at 6" is a time of both."""
    found: list[Said | None] = []
    for one in reversed(named):
        own = spoken.since(one.behind, written) or spoken.since(one.before, written)
        often = spoken.often(one.behind) if own is None else None
        own = Said(often) if often else own
        found.append(own or (found[-1] if one.is_listed_on else None))
    return found[::-1]


def _taken(told: Told, sentence: str, named: Sequence[_Named], hiding: Container[str]) -> Iterator[str]:
    """Whether each was taken; "neither paracetamol nor", "paracetamol or ibuprofen" say it once for both."""
    read = {item.status for item in told.mentions if item.id == MEDICINE_SIGN}
    before = None
    is_on = False
    for one in named:
        if is_on and before == "no":
            taken = "no"
        elif "?" in sentence or _ASKS.match(sentence):
            taken = "asked"
        else:
            taken = _said_taken(one, read if one.known in hiding else set())
        if (
            taken == "not_said"
            and before == "yes"
            and (is_on or (_dose(one) and not _PLANS.search(one.before)))
        ):
            taken = "yes"  # "I take this one, and 10 mg of that"
        before, is_on = taken, one.is_listed_on
        yield taken


def _said_taken(one: _Named, read: Container[Status]) -> str:
    clause = _CUT.split(one.before)[-1]
    if _NOT_THIS.search(one.before):
        return "no"
    if _PLANS.search(clause):
        return "not_said"
    if _TOOK.search(clause) and not _NOT.search(clause):
        return "yes"
    if Status.DENIED in read:
        return "no"
    if Status.PRESENT in read:
        return "yes"
    if _NOT.search(one.before):
        return "no"
    return "yes" if _TOOK.search(one.before) else "not_said"
