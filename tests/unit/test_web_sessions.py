"""A conversation opens only for the browser that it was given to."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blina.channels.web.sessions import Sessions
from blina.http_server.signing_keys import LEAST_CHARACTERS, WeakKey, signing_key

KEY = b"k" * LEAST_CHARACTERS
HOUR = 3600


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_token_gives_its_conversation_back(clock: Clock) -> None:
    sessions = Sessions(KEY, HOUR, clock)
    session = sessions.new()
    assert sessions.read(sessions.token(session)) == session


def test_no_two_conversations_have_the_same_id() -> None:
    sessions = Sessions(KEY, HOUR)
    assert len({sessions.new() for _ in range(1000)}) == 1000


def test_a_token_ends_with_the_conversation(clock: Clock) -> None:
    sessions = Sessions(KEY, HOUR, clock)
    token = sessions.token("a")
    clock.now += HOUR
    assert sessions.read(token) == "a"
    clock.now += 1
    assert sessions.read(token) is None


def test_a_fresh_token_lasts_anew(clock: Clock) -> None:
    sessions = Sessions(KEY, HOUR, clock)
    first = sessions.token("a")
    clock.now += HOUR / 2
    second = sessions.token("a")
    assert first != second
    clock.now += HOUR
    assert sessions.read(second) is None or sessions.read(second) == "a"
    assert sessions.read(first) is None


def test_a_clock_that_is_set_back_ends_no_conversation(clock: Clock) -> None:
    sessions = Sessions(KEY, HOUR, clock)
    token = sessions.token("a")
    clock.now -= HOUR
    assert sessions.read(token) == "a"
    clock.now -= 1
    assert sessions.read(token) is None


def test_another_key_opens_nothing(clock: Clock) -> None:
    assert Sessions(b"x" * 32, HOUR, clock).read(Sessions(KEY, HOUR, clock).token("a")) is None


@given(
    st.one_of(
        st.text(),
        st.none(),
        st.integers(),
        st.binary(),
        st.lists(st.text()),
        st.dictionaries(st.text(), st.text()),
    )
)
def test_nothing_else_is_a_token(value: object) -> None:
    assert Sessions(KEY, HOUR).read(value) is None


@given(at=st.integers(0, 60), replacement=st.characters(codec="ascii", exclude_categories=["Cc"]))
def test_a_changed_token_is_refused(at: int, replacement: str) -> None:
    sessions = Sessions(KEY, HOUR)
    token = sessions.token(sessions.new())
    changed = token[:at] + replacement + token[at + 1 :]
    assert changed == token or sessions.read(changed) is None


def test_the_key_of_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    given = "Vr9-of the environment-4e1c6b7a80d2"
    assert signing_key("SECRET", {"SECRET": given}, file) == given.encode()
    assert not file.exists()


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret"
    key = signing_key("SECRET", {}, file)
    assert signing_key("SECRET", {"SECRET": " "}, file) == key
    assert len(key) >= LEAST_CHARACTERS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeakKey, match="SECRET must hold at least 32 characters"):
        signing_key("SECRET", {"SECRET": "password"})
    file = tmp_path / "secret"
    file.write_text("")
    with pytest.raises(WeakKey, match="secret must hold"):
        signing_key("SECRET", {}, file)
