"""What the network should say of a message: for each label the statuses that are right.

Several may be right ("fever on Monday, none now": past and denied), and a training phrase of the intents says
of most labels only that they are not reported. So a target is a set of statuses, kept as bits.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from learning.messages import STATUSES, UNLISTED, LabelledMessage, LabelSpace

BIT = {status: 1 << at for at, status in enumerate(STATUSES)}
NONE = BIT["none"]
REPORTED = BIT["present"] | BIT["uncertain"]
ANY = (1 << len(STATUSES)) - 1
NOT_REPORTED = ANY & ~REPORTED
_PHRASE_WEIGHT = 0.5  # of what a phrase says of the labels it was not written for
_SELF_STANDING = ("self_harm", "infusion_trouble")  # intents that are signs
_UNLISTED_INTENT = "unlisted_complaint"
_JOINTS = (". ", ". ", ". ", ", ", ", ", " and ", "; ", " but ", "\n", " also ", ". Also ", " ", "... ")


@dataclass(frozen=True)
class Example:
    """A text with its targets.

    Args:
        text: the words.
        asked: the question that they answer, or empty.
        allowed: for each label the bits of the statuses that are right.
        weights: for each label how much it counts.
        either: groups of labels of which one is reported, with the bit of its status.
        act: number of the act, or -1 where it is not known.
        intent: number of the intent, or -1.
    """

    text: str
    asked: str
    allowed: tuple[int, ...]
    weights: tuple[float, ...]
    either: tuple[tuple[tuple[int, ...], int], ...] = ()
    act: int = -1
    intent: int = -1


def example(message: LabelledMessage, space: LabelSpace) -> Example:
    """The targets of a labelled message; what is present is not also denied, past or mentioned."""
    place = {label: at for at, label in enumerate(space.labels)}
    allowed = [NONE] * len(space.labels)
    either = []
    for status in ("mentioned", "past", "denied", "uncertain", "present"):
        bit = BIT[status]
        for entry in message.said.get(status, ()):
            places = tuple(place[label] for label in entry.split("/"))
            if len(places) > 1 and bit & REPORTED:
                either.append((places, bit))
                continue
            for at in places:
                keep = 0 if bit & REPORTED or allowed[at] & (NONE | REPORTED) else allowed[at]
                allowed[at] = keep | bit
    weights = (1.0,) * len(allowed)
    return Example(
        message.text, message.asked, tuple(allowed), weights, tuple(either), space.acts.index(message.act)
    )


def phrase_example(text: str, intent: str, intents: Mapping[str, int], space: LabelSpace) -> Example:
    """The targets of a training phrase: its own symptom is reported, of others little is known."""
    own = intent if intent in space.labels else UNLISTED if intent == _UNLISTED_INTENT else None
    symptom_count = space.labels.index(UNLISTED)
    allowed, weights = [], []
    for at, label in enumerate(space.labels):
        if label == own:
            allowed.append(REPORTED)
            weights.append(1.0)
            continue
        is_sign = at > symptom_count and label not in _SELF_STANDING
        unknown = is_sign or (label == UNLISTED and own is not None)
        allowed.append(NOT_REPORTED)
        weights.append(0.0 if unknown else _PHRASE_WEIGHT * (0.3 if own in _SELF_STANDING else 1))
    return Example(text, "", tuple(allowed), tuple(weights), intent=intents[intent])


def joined(first: Example, second: Example, chance: random.Random) -> Example:
    """Two messages as one: what either reports is reported."""
    if chance.random() < 0.5:
        first, second = second, first
    joint = chance.choice(_JOINTS)
    text = first.text.rstrip(" .") if joint[0] in ".,;" else first.text
    reports = 0 in (first.act, second.act)
    return Example(
        text + joint + second.text,
        first.asked or second.asked,
        tuple(map(_both, first.allowed, second.allowed)),
        tuple(map(min, first.weights, second.weights)),
        first.either + second.either,
        0 if reports else -1,
    )


def _both(one: int, other: int) -> int:
    if one == other or other == NONE:
        return one
    if one == NONE:
        return other
    if one & NONE or other & NONE:  # a phrase that only says what is not reported
        known, vague = (other, one) if one & NONE else (one, other)
        return known if known & REPORTED else known | (vague & NOT_REPORTED & ~NONE)
    reported = (one | other) & REPORTED
    return reported or one | other


def chosen(examples: Sequence[Example], chance: random.Random) -> list[tuple[int, ...]]:
    """The targets of a batch with one label chosen of each group of which either is right."""
    rows = []
    for item in examples:
        row = list(item.allowed)
        for places, bit in item.either:
            taken = chance.choice(places)
            for at in places:
                if at == taken:
                    row[at] = bit
                elif row[at] == NONE:
                    row[at] = NONE | REPORTED
        rows.append(tuple(row))
    return rows
