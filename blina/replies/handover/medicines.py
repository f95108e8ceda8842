"""The medicines that a conversation speaks of, with dose and time as said, fever-hiding ones marked."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise

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
_COUNT = r"(?:\d{1,2}|one|two|three|four|half a|a couple of)"


@dataclass(frozen=True)
class _Named:
    """A medicine's name in a sentence, and the words that are about it and no other one.

    Args:
        name: as it was written.
        known: as the knowledge files write it.
        before: from the end of what is said of the one before.
        behind: to where the next one begins.
        is_listed_on: whether nothing but "and" stands between it and the next one.
    """

    name: str
    known: str
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
            named = _named(sentence, pattern, names)
            times = _times(named, written)
            taken = list(_taken(told, sentence, named, hiding))
            for one, when, is_taken in zip(named, times, taken, strict=True):
                if one.known in seen:
                    continue
                seen.add(one.known)
                yield Medicine(
                    name=one.name,
                    hides_fever=one.known in hiding,
                    is_listed=names[one.known],
                    taken=is_taken,
                    dose=_dose(one),
                    when=when,
                    quote=Quote(told.text, written),
                )


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    written = (re.escape(name).replace(r"\ ", r"[\s-]") for name in longest)
    return re.compile(rf"(?<!\w)(?:{'|'.join(written)})s?(?!\w)", re.IGNORECASE)


def _named(sentence: str, pattern: re.Pattern[str], names: Container[str]) -> list[_Named]:
    matches = list(pattern.finditer(sentence))
    cuts = [0, *(_cut(sentence, a.end(), b.start()) for a, b in pairwise(matches)), len(sentence)]
    found = []
    for number, match in enumerate(matches):
        name = re.sub(r"[\s-]+", " ", match[0].lower())
        following = matches[number + 1].start() if number + 1 < len(matches) else None
        found.append(
            _Named(
                name=match[0],
                known=name if name in names else name.removesuffix("s"),
                before=sentence[cuts[number] : match.start()],
                behind=sentence[match.end() : cuts[number + 1]],
                is_listed_on=following is not None
                and _LISTED.fullmatch(sentence[match.end() : following]) is not None,
            )
        )
    return found


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
    return counted[0] if counted else spoken.dose(one.behind) or spoken.dose(one.before)


def _times(named: Sequence[_Named], written: datetime) -> list[Said | None]:
    """When each was taken; "paracetamol and ibuprofen at 6" is a time of both."""
    found: list[Said | None] = []
    for one in reversed(named):
        own = spoken.since(one.behind, written) or spoken.since(one.before, written)
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
