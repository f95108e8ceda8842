"""Two parts of a conversation that were kept without knowing of each other become one, in order."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from blina.storage.conversations import Row
from blina.storage.order import together
from blina.triage.turn import MEMORY


def turn(text: str, moment: float, memory: bool = True) -> list[Row]:
    data = json.dumps({"text": text, "message_id": text})
    said, kept = Row("user", moment, None, None, data), Row("slot", moment + 20, None, MEMORY, text)
    return [said, Row("bot", moment + 10, None, None, f"to {text}"), *([kept] if memory else [])]


def part(name: str, moments: list[int]) -> list[Row]:
    return [row for moment in moments for row in turn(f"{name}{moment}", moment)]


def texts(rows: list[Row]) -> list[str]:
    return [json.loads(row.data)["text"] for row in rows if row.type_name == "user"]


def remembered(rows: list[Row]) -> list[str]:
    return [row.data for row in rows if row.type_name == "slot"]


MOMENTS = st.lists(st.integers(0, 50), max_size=8, unique=True)


@given(MOMENTS, MOMENTS)
def test_nothing_is_lost_and_each_part_keeps_its_order(first: list[int], second: list[int]) -> None:
    theirs, ours = part("a", first), part("b", second)
    rows = together(theirs, ours)
    for one in (theirs, ours):
        mine = texts(one)
        assert [text for text in texts(rows) if text in mine] == mine
    assert [row.data for row in rows if row.type_name == "bot"] == [f"to {text}" for text in texts(rows)]


@given(MOMENTS, MOMENTS)
def test_what_was_written_first_stands_first(first: list[int], second: list[int]) -> None:
    rows = together(part("a", sorted(first)), part("b", sorted(second)))
    moments = [row.timestamp for row in rows if row.type_name == "user"]
    assert moments == sorted(moments)


@given(MOMENTS, MOMENTS)
def test_nothing_is_remembered_that_was_made_without_all_that_stands_before(
    first: list[int], second: list[int]
) -> None:
    rows = together(part("a", first), part("b", second))
    for place, row in enumerate(rows):
        if row.type_name == "slot":
            assert {text[0] for text in texts(rows[:place])} == {row.data[0]}


def test_an_answer_stays_with_its_message_however_long_it_took() -> None:
    rows = together(turn("b", 2), turn("a", 1))  # made twenty seconds after its message
    assert [row.data for row in rows if row.type_name != "user"] == ["to a", "a", "to b"]


def test_a_message_that_is_in_both_stays_once() -> None:
    rows = together([*turn("1", 1), *turn("2", 2)], [*turn("2", 3), *turn("3", 4)])
    assert texts(rows) == ["1", "2", "3"]


def test_a_message_that_was_changed_takes_the_place_of_the_one_before_and_of_no_other() -> None:
    takes_back = Row("rewind", 5, None, None, "{}")
    ours = [takes_back, Row("slot", 5, None, MEMORY, "before 1"), *turn("1", 6)]
    rows = together(turn("2", 3), ours)
    assert rows[0] == takes_back
    assert texts(rows) == ["1", "2"]
    assert remembered(rows) == ["before 1", "1"]


def test_a_conversation_that_was_begun_twice_begins_once() -> None:
    begins = Row("session_started", 0, None, None, "{}")
    rows = together([begins, *turn("1", 1)], [begins._replace(timestamp=2), *turn("2", 2)])
    assert [row.type_name for row in rows].count("session_started") == 1
    assert rows[0] == begins
