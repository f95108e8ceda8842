"""What is kept of a storm's messages, against what was acknowledged."""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate

import psycopg2

from benchmarks.scaling.storm import Seen

_MARK = re.compile(r"wrote number (\d+) of (\S+)")
_SECONDS = 60.0  # until all that was acknowledged is kept
_MESSAGES = "SELECT sender_id, data FROM events WHERE type_name = 'user' ORDER BY id"

Kept = dict[str, list[tuple[str, int]]]  # by conversation, in order: whose message and which


@dataclass
class Flaws:
    """What is wrong with what is kept; patients by name.

    Args:
        lost: an acknowledged message is missing.
        mixed: stands in a conversation with somebody else.
        out_of_order: a message stands before one that was written earlier.
        twice: a message is kept more than once.
    """

    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


def flaws(url: str, seen: Seen, repeating: Collection[str]) -> Flaws:
    """Look at what is kept once all that was acknowledged is, or a minute is over.

    Args:
        url: of the database.
        seen: what the patients saw.
        repeating: patients whose programs ask again where they got no answer, so that two are right.
    """
    kept = _all(url, seen)
    found = Flaws(mixed=sorted({name for said in kept.values() for name in _strangers(said)}))
    numbers: dict[str, list[int]] = defaultdict(list)
    for said in kept.values():
        for name, number in said:
            numbers[name].append(number)
    for name, acknowledged in seen.acknowledged.items():
        if not set(range(1, len(acknowledged) + 1)) <= set(numbers[name]):
            found.lost.append(name)
        if name not in repeating and max(Counter(numbers[name]).values(), default=0) > 1:
            found.twice.append(name)
        first = list(dict.fromkeys(numbers[name]))  # a try that was given up may be read late
        if list(accumulate(first, max)) != first:
            found.out_of_order.append(name)
    return found


def _strangers(said: list[tuple[str, int]]) -> set[str]:
    names = {name for name, _ in said}
    return names if len(names) > 1 else set()


def _all(url: str, seen: Seen) -> Kept:
    end = time.monotonic() + _SECONDS
    wanted = {(name, number + 1) for name, said in seen.acknowledged.items() for number in range(len(said))}
    while True:
        kept = _stored(url)
        if wanted <= {one for said in kept.values() for one in said} or time.monotonic() > end:
            return kept
        time.sleep(0.5)


def _stored(url: str) -> Kept:
    found: Kept = defaultdict(list)
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_MESSAGES)
        for sender, data in cursor.fetchall():
            if mark := _MARK.search(json.loads(data).get("text") or ""):
                found[sender].append((mark[2], int(mark[1])))
    return found
