"""Whatever comes in, each parser takes it or refuses it in its own way: seconds of made-up input for each.

Parsers with such a test elsewhere are not here: bodies, tokens, settings, heads of requests, the reader.
"""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import corpus
from benchmarks.fuzz.targets import TARGETS
from blina.channels.messaging import split_text
from blina.channels.web.frames import EVENTS, Line, Malformed, event_of
from blina.http_server import origins
from blina.http_server.addresses import from_this_machine, is_loopback, network_of
from blina.http_server.body import unambiguous
from blina.reading.text import MAX_CHARACTERS, clean, sanitised
from blina.server import endpoints
from blina.stop import Stop

quickly = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

FRAME_PARTS = [
    "4",
    "42",
    "40",
    "5",
    "12",
    "[",
    "]",
    "{",
    "}",
    '"join"',
    '"message"',
    '"id":',
    ",",
    "null",
    "\x1e",
    "\x00",
    "é",
]
frames = st.lists(st.sampled_from(FRAME_PARTS) | st.text(max_size=3), max_size=12).map("".join)
COMMANDS = [
    "/",
    "restart",
    "inform",
    "{",
    "}",
    "@",
    "0.9",
    '"a"',
    ":",
    "[",
    "]",
    " ",
    "\n",
    "I am bleeding",
    "\u200b",
]
commands = st.lists(st.sampled_from(COMMANDS), max_size=14).map("".join)
LAYOUT = [
    "<",
    ">",
    "<b>",
    "</p",
    "br",
    "&#39;",
    "&",
    "&#x0;",
    "&lt;b&gt;",
    "> ",
    "\n",
    "\r",
    "\x00",
    "\u0430",
    "fever",
    " 39 ",
]
layouts = st.lists(st.sampled_from(LAYOUT), max_size=20).map("".join)
ADDRESSES = [
    "127.0.0.1",
    "::1",
    "[",
    "]",
    ":",
    ".",
    "%eth0",
    "localhost",
    "a.example",
    "http://",
    "null",
    ",",
    " ",
]
addresses = st.lists(st.sampled_from(ADDRESSES) | st.text(max_size=3), max_size=6).map("".join)


@quickly
@given(frames)
def test_no_frame_breaks_the_socket(text: str) -> None:
    with suppress(Malformed):
        assert event_of(text) in (None, *EVENTS)


@quickly
@given(st.binary(max_size=60) | frames.map(lambda text: text.encode("utf-8", "replace")))
def test_no_body_of_frames_breaks_the_socket(body: bytes) -> None:
    with suppress(Malformed):
        Line(SimpleNamespace(), "here").take_body(body)  # type: ignore[arg-type]


@quickly
@given(frames | st.text(max_size=30))
def test_no_text_breaks_the_reader_of_json(text: str) -> None:
    with suppress(ValueError, RecursionError):
        unambiguous(text)


@quickly
@given(commands)
def test_no_command_is_left_and_no_words_are_lost(text: str) -> None:
    read = sanitised(text)
    assert not read.lstrip().startswith("/")
    assert sanitised(read) == read
    inside = '"' in text or "@" in text  # values are not words
    assert read.count("bleeding") == text.count("bleeding") or inside


@quickly
@given(layouts)
def test_no_layout_breaks_the_guard(text: str) -> None:
    read = sanitised(text)
    assert "\x00" not in read
    assert len(clean(read)) == min(len(read), MAX_CHARACTERS)


@quickly
@given(addresses, addresses, addresses, st.sampled_from(["http", "https"]))
def test_no_header_breaks_where_a_request_comes_from(host: str, origin: str, other: str, scheme: str) -> None:
    assert is_loopback(host) in (True, False)
    assert len(network_of(host)) <= 64
    headers = {"host": host, "origin": origin, "x-forwarded-host": other, "x-forwarded-proto": other}
    request: Any = SimpleNamespace(headers=headers, ip="127.0.0.1")
    assert origins.missing(request, scheme) in (None, origins.HOST, origins.SCHEME)
    assert from_this_machine(request) in (True, False)


@quickly
@given(st.binary(max_size=60) | st.text("abc:- []{}\n'\"&*!#tracker_store", max_size=40).map(str.encode))
def test_no_endpoints_file_gives_anything_but_a_sentence(tmp_path_factory: Any, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed-endpoints.yml"
    file.write_bytes(content)
    try:
        endpoints.check(file)
    except Stop as stopped:
        assert str(stopped)  # noqa: PT017 - whether it stops depends on the content


@quickly
@given(st.text(" \n.,+0123456789ab\U0001f61f", max_size=120), st.integers(20, 60))
def test_no_text_is_lost_when_it_is_cut_for_a_provider(text: str, most: int) -> None:
    cut = split_text.parts(text, most)
    assert all(part and split_text.size(part) <= most for part in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_once_breaks_no_parser(name: str) -> None:
    """The inputs by which atheris reached new code (`python -m benchmarks.fuzz`)."""
    kept = corpus.read(name)
    assert kept
    for data in kept:
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
@quickly
@given(data=st.data())
def test_no_change_of_what_was_found_breaks_a_parser(name: str, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(corpus.read(name))) for _ in range(2))
    at, to = data.draw(st.integers(0, len(one))), data.draw(st.integers(0, len(other)))
    TARGETS[name](one[:at] + data.draw(st.binary(max_size=4)) + other[to:])
