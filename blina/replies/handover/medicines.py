"""The medicines that a conversation speaks of, with dose and time as said, fever-hiding ones marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from blina.knowledge.base import Knowledge
from blina.reading.model import Status
from blina.replies.handover import spoken
from blina.replies.handover.model import Medicine, Quote
from blina.triage.asking import FEVER_HIDING_GROUP
from blina.triage.conversation import Conversation, Told
from blina.triage.policy import MEDICINE_SIGN

_SENTENCE = re.compile(r"[^.!?;\n]*(?:\.(?=\d)[^.!?;\n]*)*[.!?;\n]*")
_ASKS = re.compile(
    r"\s*(?:so |and |but )?(?:can|could|should|shall|may|is it ok|am i allowed)\b", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:no|not|never|without|(?:have|has|had|did|do|does)n['’]?t|cannot|can['’]?t)\b", re.IGNORECASE
)
_TOOK = re.compile(
    r"\b(?:took|taken|take|taking|takes|had|having|given|gave|swallowed|popped|used|on|after)\b",
    re.IGNORECASE,
)


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
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(
        rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in longest)})s?(?!\w)", re.IGNORECASE
    )
    for told in conversation.told:
        seen = set()
        for sentence in _SENTENCE.findall(told.text):
            matches = list(pattern.finditer(sentence))
            for number, match in enumerate(matches):
                name = match[0].lower()
                known = name if name in names else name.removesuffix("s")
                if known in seen:
                    continue
                seen.add(known)
                behind = matches[number + 1].start() if number + 1 < len(matches) else len(sentence)
                start = matches[number - 1].end() if number else 0
                around = sentence[start:behind]
                written = told.time.astimezone(zone)
                yield Medicine(
                    name=match[0],
                    hides_fever=known in hiding,
                    is_listed=names[known],
                    taken=_taken(told, sentence, sentence[: match.start()], known in hiding),
                    dose=spoken.dose(around),
                    when=spoken.since(sentence[match.end() : behind], written)
                    or spoken.since(sentence[start : match.start()], written),
                    quote=Quote(told.text, written),
                )


def _taken(told: Told, sentence: str, before: str, hides_fever: bool) -> str:
    if "?" in sentence or _ASKS.match(sentence):
        return "asked"
    read = {item.status for item in told.mentions if item.id == MEDICINE_SIGN}
    if hides_fever and Status.DENIED in read:
        return "no"
    if hides_fever and Status.PRESENT in read:
        return "yes"
    if _NOT.search(before):
        return "no"
    return "yes" if _TOOK.search(before) else "not_said"
