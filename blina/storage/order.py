"""Makes one of two parts of a conversation that were kept without knowing of each other."""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Container, Iterable, Iterator, Sequence

from rasa.shared.core.events import SessionStarted, SlotSet, UserUtteranceReverted, UserUttered

from blina.storage.conversations import Row
from blina.triage.turn import MEMORY

_MESSAGE, _TAKES_BACK, _BEGINS = (
    kind.type_name for kind in (UserUttered, UserUtteranceReverted, SessionStarted)
)


def together(theirs: Sequence[Row], ours: Sequence[Row]) -> list[Row]:
    """Both parts in the order in which the patient wrote.

    Each part keeps its own order. What was remembered in one of them without knowing of the other is left
    out, so that the messages since are read again with the next one. A message that is in both was sent again
    by somebody who got no answer: it stays once.

    Args:
        theirs: what is in the database.
        ours: what was made without knowing of it.
    """
    turns = heapq.merge(
        ((turn, False) for turn in _turns(theirs)),
        ((turn, True) for turn in _turns(ours)),
        key=lambda turn: _moment(turn[0]),
    )
    rows: list[Row] = []
    known: set[str] = set()
    parts: set[bool] = set()
    for turn, is_ours in turns:
        names = message_names(turn)
        if known & names and not _takes_back(turn):  # an edited message has the name of the one before
            continue
        known |= names
        parts.add(is_ours)
        rows += turn if len(parts) == 1 else without_memory(turn)
    begins = next((row for row in rows if row.type_name == _BEGINS), None)
    return [row for row in rows if row.type_name != _BEGINS or row is begins]  # a second one would forget all


def without_memory(rows: Iterable[Row]) -> list[Row]:
    """Some rows without what was remembered with them."""
    return [row for row in rows if (row.type_name, row.action_name) != (SlotSet.type_name, MEMORY)]


def without_repeated(rows: Sequence[Row], names: Container[str]) -> list[Row]:
    """Some rows without the turns whose message is kept already.

    Args:
        rows: of one conversation.
        names: of the messages that are kept.
    """
    turns = (turn for turn in _turns(rows) if not any(name in names for name in message_names(turn)))
    return [row for turn in turns for row in turn]


def message_names(rows: Iterable[Row]) -> set[str]:
    """What channels call the patient's messages among some rows."""
    found = (json.loads(row.data).get("message_id") for row in rows if row.type_name == _MESSAGE)
    return {name for name in found if name}


def _turns(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows of each message with what followed it; what comes before the first belongs to that."""
    turn: list[Row] = []
    for row in rows:
        if row.type_name == _MESSAGE and any(before.type_name == _MESSAGE for before in turn):
            yield turn
            turn = []
        turn.append(row)
    if turn:
        yield turn


def _moment(turn: Sequence[Row]) -> float:
    """When a turn was, to put it in order; taking a message back is about what stood before both parts."""
    if _takes_back(turn):
        return -math.inf
    return next((row for row in turn if row.type_name == _MESSAGE), turn[0]).timestamp


def _takes_back(turn: Iterable[Row]) -> bool:
    return any(row.type_name == _TAKES_BACK for row in turn)
