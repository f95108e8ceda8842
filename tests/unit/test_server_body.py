"""What programs may send to the REST channel."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.http_server.body import MAX_BYTES, MAX_CHARACTERS, BadBody, Incoming, read

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_a_right_body_is_taken() -> None:
    assert read(body(sender="anna", message="Fieber 39°")) == Incoming("anna", "Fieber 39°")


def test_other_fields_are_ignored() -> None:
    assert read(body(sender="a", message="b", metadata={"x": 1}, input_channel="web")) == Incoming("a", "b")


def test_an_empty_message_is_a_message() -> None:
    assert read(body(sender="anna", message="")) == Incoming("anna", "")


@pytest.mark.parametrize(
    ("one", "other"), [("anna", "anna "), ("anna", " anna"), ("a?", "a\ud800"), ("é", "e\u0301")]
)
def test_who_is_named_differently_is_somebody_else(one: str, other: str) -> None:
    names: set[str | None] = set()
    for sender in (one, other):
        try:
            names.add(read(body(sender=sender, message="")).sender)
        except BadBody:
            names.add(None)
    assert len(names) == 2


@pytest.mark.parametrize("character", ["e", "é", "😟"])
def test_a_message_is_as_long_as_its_characters(character: str) -> None:
    for escaped in (True, False):
        longest = {"sender": "a", "message": character * MAX_CHARACTERS}
        assert read(json.dumps(longest, ensure_ascii=escaped).encode()).message == longest["message"]
        with pytest.raises(BadBody) as refused:
            read(json.dumps({**longest, "message": "e" * (MAX_CHARACTERS + 1)}).encode())
        assert refused.value.status == 413


@pytest.mark.parametrize(
    "sent",
    [
        '{"sender": "a", "message": "b", "sender": "c"}',
        '{"sender": "a", "message": "b", "x": {"y": 1, "y": 2}}',
    ],
)
def test_a_key_that_is_there_twice_is_refused(sent: str) -> None:
    with pytest.raises(BadBody, match="twice"):
        read(sent.encode())


def test_half_a_character_cannot_pass() -> None:
    assert read(b'{"sender": "a", "message": "x\\ud800y"}').message == "x?y"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 400),
        (b"fever", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'["sender", "message"]', 400),
        (b'{"sender": "a", "message": "\xff\xfe"}', 400),
        (b"[" * 30_000, 400),
        (b'{"sender": "a", "message": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001, 400),
        (body(sender="a"), 400),
        (body(message="a"), 400),
        (body(sender=None, message="a"), 400),
        (body(sender="a", message=None), 400),
        (body(sender=5, message="a"), 400),
        (body(sender="a", message=["b"]), 400),
        (body(sender=["a"], message="b"), 400),
        (body(sender={"a": 1}, message="b"), 400),
        (body(sender="", message="b"), 400),
        (body(sender="  ", message="b"), 400),
        (body(sender="a\nb", message="b"), 400),
        (body(sender="a\x00b", message="b"), 400),
        (body(sender="a\u202eb", message="b"), 400),
        (body(sender="x" * 256, message="b"), 400),
        (b" " * (MAX_BYTES + 1), 413),
    ],
)
def test_a_wrong_body_is_refused(sent: bytes, status: int) -> None:
    with pytest.raises(BadBody) as refused:
        read(sent)
    assert refused.value.status == status
    assert refused.value.reason.endswith(".")


@given(JSON)
def test_any_json_is_taken_or_refused(value: Any) -> None:
    try:
        incoming = read(json.dumps(value).encode())
    except BadBody:
        return
    assert incoming.sender


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(sent: bytes) -> None:
    try:
        incoming = read(sent)
    except BadBody:
        return
    assert incoming.sender


def test_a_refusal_does_not_quote_the_body() -> None:
    with pytest.raises(BadBody) as refused:
        read(body(sender="anna", message=["my secret"]))
    assert "secret" not in refused.value.reason


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("I can&#39;t breathe", "I can't breathe"),
        ("38 &gt; 37 &amp; rising", "38 > 37 & rising"),
        ("it&#x27;s &apos;hot&apos;", "it's 'hot'"),
        ("hot &not cold, AT&T; R&D", "hot &not cold, AT&T; R&D"),
        ("&nothing; &#99999999;", "&nothing; &#99999999;"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_html_entities_of_a_gateway_are_the_characters_that_they_stand_for(sent: str, read_as: str) -> None:
    assert read(body(sender="anna", message=sent)).message == read_as
