"""Answers to the check question that are lists: of items and answers, or of answers alone, in any layout."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.reading.model import Finding, Sign, Status
from blina.triage.listed import Listed, listed
from tests.unit.talk import KNOWLEDGE, Item, Talk, finding

ITEMS = tuple(item.id for item in KNOWLEDGE.policy.screening)


def headache() -> Talk:
    return Talk().say("my head hurts", finding("headache", text="my head hurts"), intent="headache")


def answer_of(talk: Talk) -> str:
    return talk.conversation.answers[-1].answer


def told(text: str, *found: tuple[str, str]) -> Talk:
    """The answer, with symptoms that the reader found present in words of it."""
    items: list[Item] = []
    for symptom, words in found:
        start = text.index(words)
        items.append(Finding(symptom, Status.PRESENT, words, start, start + len(words)))
    return headache().say(text, *items)


def present(talk: Talk) -> set[str]:
    return {id for id, status in talk.symptoms.items() if status == "present"} - {"headache"}


@pytest.mark.parametrize(
    "text",
    [
        "n n n n n n n n",
        "Q1 no Q2 no Q3 no Q4 no Q5 no Q6 no",
        "a-no b-no c-no d-no e-no f-no g-no",
        "1. No. 2. No. 3. No. 4. No. 5. No. 6. No.",
        "👎👎👎👎👎👎👎",
        "✗ ✗ ✗ ✗ ✗ ✗ ✗ nothing to tick",
        "[ ] [ ] [ ] [ ] [ ] [ ] [ ] [ ]",
        "first one no second one no third one no fourth no fifth no sixth no last one no",
        "he ticks no, no, no, no, no, no, no",
        "no x8",
        "nope x 8",
        "none, none, none, none, none, none and none, and my daughter checked the temperature, 36.4",
        "no to everything on that list touch wood",
    ],
)
def test_nothing_but_noes_is_a_no_to_all(text: str) -> None:
    talk = headache().say(text)
    assert answer_of(talk) == "no"
    assert talk.urgency == "call_today"


@pytest.mark.parametrize("text", ["1 no 2 no 3 no", "a) none b) none c) none", "F no C no B no V no"])
def test_fewer_noes_than_were_asked_for_leave_the_rest_open(text: str) -> None:
    talk = headache().say(text)
    assert talk.is_asking
    assert talk.conversation.answers == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1 no 2 yes 3 no", {"trouble_breathing"}),
        ("a) none b) none c) twice after lunch d) none", {"vomiting"}),
        ("Q1 no Q2 no Q3 no Q4 yes Q5 no Q6 no", {"confusion"}),
        ("F yes C yes B no V no", {"fever", "chills"}),
        ("f yes b no v no c no", {"fever"}),
        ("1 no 2 no 3 no 4 no 5 yes 6 no", set()),  # talking, or talking and walking?
        ("a no b no c no d no e yes a little f no", set()),
    ],
)
def test_a_yes_at_its_place_is_a_yes_and_names_what_is_certain(text: str, named: set[str]) -> None:
    talk = headache().say(text)
    assert answer_of(talk) == "yes"
    assert talk.urgency == "contact_now"
    assert present(talk) == named


def test_what_is_told_at_a_place_counts_more_than_the_place() -> None:
    talk = told("1 no 2 no 3 yes a bit wobbly 4 no", ("loss_of_balance", "wobbly"))
    assert present(talk) == {"loss_of_balance"}


@pytest.mark.parametrize("text", ["no, no, no, no, bit odd, no, no, no", "no no no no, he seems off, no no"])
def test_what_is_not_understood_among_the_noes_is_unsure(text: str) -> None:
    assert answer_of(headache().say(text)) == "unsure"


@pytest.mark.parametrize(
    "text",
    [
        "no,no,no,no,no,no,no,last one yes",
        "n n n n n n n n and yes to being cold",
        "1 no 2 no 3 no 4 no 5 no 6 no 7 no 8 no. yes to 3 in the night",
        "1 no 2 no 3 no 4 no 5 no 6 no 7 no he fell over",
        "n n n n n n n n he stares at the wall",
    ],
)
def test_a_row_of_noes_with_more_behind_it_is_no_no(text: str) -> None:
    talk = headache().say(text)
    assert answer_of(talk) != "no"
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize("text", ["n n n y n n n n", "✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓", "☐ ☐ ☐ ☑ ☐ ☐ ☐ ☐"])
def test_a_yes_in_a_row_is_a_yes(text: str) -> None:
    assert answer_of(headache().say(text)) == "yes"


def test_a_complaint_among_the_noes_is_no_no() -> None:
    talk = told("No. No. No. No. A tad light headed getting up. No.", ("dizziness", "light headed"))
    assert talk.urgency == "contact_now"


@pytest.mark.parametrize("text", ["1 no 2 dunno 3 no 4 no 5 no 6 no", "1 no 2 hard to tell 3 no"])
def test_what_is_neither_yes_nor_no_at_a_place_is_unsure(text: str) -> None:
    talk = headache().say(text)
    assert answer_of(talk) == "unsure"
    assert talk.urgency == "contact_now"


MARKS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("fever ❌ vomiting ✖️ confusion ✘", (), ("fever_or_chills", "vomiting", "confusion")),
    ("☑ fever\n☐ breathing\n☐ vomiting", ("fever_or_chills",), ("trouble_breathing", "vomiting")),
    ("[ ] fever [x] trouble breathing [ ] faint", ("trouble_breathing",), ("fever_or_chills", "fainting")),
    ("fever [ ] vomiting [x]", ("vomiting",), ("fever_or_chills",)),
    ("vomit=0\nfaint=1", ("fainting",), ("vomiting",)),
    (
        "vomiting (no), trouble talking (yes) or walking (no)",
        ("trouble_speaking",),
        ("vomiting", "trouble_walking"),
    ),
    ("Fever ..... no\nVomiting ..... x2", ("vomiting",), ("fever_or_chills",)),
    ("Fever—none. Vomiting—none.", (), ("fever_or_chills", "vomiting")),
    ("vomiting: negative / fainting: nil", (), ("vomiting", "fainting")),
    ("neg vomiting, neg fainting", (), ("vomiting", "fainting")),
    ("vomitx walkingx", (), ("vomiting", "trouble_walking")),
    ("vomitx puke✓ walkingx  ✓=yes", ("vomiting",), ("trouble_walking",)),
    ("vomiting x walking n fainting x  x=yes", ("vomiting", "fainting"), ("trouble_walking",)),
    ("vomiting x walking n fainting x", ("vomiting", "fainting"), ("trouble_walking",)),
    ("vomitno faintyes", ("fainting",), ("vomiting",)),
    ("sick no breathing no", (), ("vomiting", "trouble_breathing")),
    ("no sick no breathing", (), ("vomiting", "trouble_breathing")),
    ("Vomiting? Nah. Breathing? Yep no bother.", (), ("vomiting", "trouble_breathing")),
    ("Vomiting? No. Breathing? Some. Fainting? No.", (), ("vomiting", "fainting")),
    ("fever ok vomiting ok talking grand", (), ("fever_or_chills", "vomiting", "trouble_speaking")),
    ("walking not good, vomiting no", ("trouble_walking",), ("vomiting",)),
    ("vomiting no, breathing ok until I lie down, fainting no", (), ("vomiting", "fainting")),
    ("fever yes walking bad no vomiting", ("fever_or_chills",), ()),
    ("fever n my words come out wrong y faint n", ("trouble_speaking",), ("fever_or_chills", "fainting")),
]


@pytest.mark.parametrize(("text", "yes", "no"), MARKS, ids=[text for text, *_ in MARKS])
def test_each_item_has_the_answer_that_is_its_own(
    text: str, yes: tuple[str, ...], no: tuple[str, ...]
) -> None:
    said = listed(text, KNOWLEDGE)
    assert (set(said.yes), set(said.no)) == (set(yes), set(no))


def test_the_words_of_a_denied_item_are_no_complaint() -> None:
    talk = told("fever ❌ vomiting ❌ confusion ❌", ("fever", "fever"), ("vomiting", "vomiting"))
    assert present(talk) == set()
    assert talk.urgency == "call_today"


def test_what_is_told_behind_a_no_stays() -> None:
    talk = told("fever no, talking no its all slurred, vomiting no", ("slurred_speech", "slurred"))
    assert present(talk) == {"slurred_speech"}
    assert talk.urgency == "contact_now"


def test_a_list_takes_back_no_sign_of_an_emergency() -> None:
    text = "fever no breathing no vomiting no"
    start = text.index("breathing no")
    sign = Sign("breathing_severe", Status.PRESENT, "breathing no", start, start + 12)
    assert headache().say(text, sign).urgency == "emergency"


def test_of_fever_and_chills_only_the_one_with_a_yes_is_there() -> None:
    talk = told("chills aye, fever naw, breathing fine", ("chills", "chills"), ("fever", "fever"))
    assert present(talk) == {"chills"}
    assert talk.urgency == "contact_now"


def test_a_yes_to_what_was_not_asked_is_a_yes() -> None:
    talk = told("fever nil, vomiting nil, giddiness present", ("dizziness", "giddiness"))
    assert answer_of(talk) == "yes"
    assert talk.urgency == "contact_now"


def test_a_second_thought_in_a_list_is_a_yes() -> None:
    assert answer_of(headache().say("vomiting no wait yes, fainting no")) == "yes"


def test_a_kiss_is_no_cross() -> None:
    assert listed("fever no, vomiting no x", KNOWLEDGE).yes == ()


NAMES = {item: KNOWLEDGE.cues[f"screening_{item}"][0] for item in ITEMS}
ANSWERS = [
    ("yes", "no"),
    ("y", "n"),
    ("✓", "✗"),
    ("✅", "❌"),
    ("(yes)", "(no)"),
    ("[x]", "[ ]"),
    ("yep", "nah"),
]
BEHIND = [
    "{item} {answer}",
    "{item}: {answer}",
    "{item} - {answer}",
    "{item} ..... {answer}",
    "{item}? {answer}",
]
IN_FRONT = ["{answer} {item}", "{answer}: {item}", "{answer} - {item}"]
JOINS = ["\n", ", ", "; ", ". ", " / ", " "]


@st.composite
def lists(draw: Any) -> tuple[str, Listed]:
    items = draw(st.lists(st.sampled_from(ITEMS), min_size=2, unique=True))
    said = {item: draw(st.booleans()) for item in items}
    yes, no = draw(st.sampled_from(ANSWERS))
    layout, join = draw(st.sampled_from(BEHIND + IN_FRONT)), draw(st.sampled_from(JOINS))
    if join == " " and not layout.endswith(" {answer}"):
        join = "\n"
    rows = [layout.format(item=NAMES[item], answer=yes if said[item] else no) for item in items]
    text = join.join(rows)
    wanted = Listed(
        tuple(item for item in items if said[item]), tuple(item for item in items if not said[item])
    )
    return draw(st.sampled_from([text, text if "[" in text else text.upper()])), wanted


@given(lists())
def test_any_list_gives_back_what_was_put_in(made: tuple[str, Listed]) -> None:
    text, wanted = made
    said = listed(text, KNOWLEDGE)
    assert (set(said.yes), set(said.no)) == (set(wanted.yes), set(wanted.no))


def test_a_list_is_gone_through_once() -> None:
    calls = []
    for times in (20, 40, 80):
        seen = 0

        def count(*_: object) -> None:
            nonlocal seen
            seen += 1

        text = "fever no, my back hurts yes, none of the rest. 1 no " * times
        listed(text, KNOWLEDGE)
        sys.setprofile(count)
        try:
            listed(text, KNOWLEDGE)
        finally:
            sys.setprofile(None)
        calls.append(seen)
    assert calls[2] - calls[1] <= 2.1 * (calls[1] - calls[0])
