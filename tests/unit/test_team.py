"""Who may open the nurses' page, for how long, and what it shows."""

from __future__ import annotations

import io
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sanic.response import empty

from blina.alerts.model import Alert, HandedOver, Kind, NewAlert, State
from blina.channels.team import accounts, inbox, setup
from blina.channels.team import begun as begun_sign_ins
from blina.channels.team.begun import Begun, BegunSignIns
from blina.channels.team.channel import TeamChannel
from blina.channels.team.cookies import Cookie
from blina.channels.team.entrance import TOKEN, Entrance
from blina.channels.team.pages import HEADERS, Pages, Ways
from blina.channels.team.people import Allowed, confirmed_email, name_of
from blina.channels.team.records import Act, Fails, Records
from blina.channels.team.sessions import Session, Sessions
from blina.channels.web.page import FOLDER, load
from blina.knowledge import load_knowledge
from blina.knowledge.settings import Settings, load_settings
from blina.server import team
from blina.stop import Stop
from blina.storage.audit import AuditLog

KNOWLEDGE = load_knowledge()
KEY = b"a key of the tests"
ADA = "ada@ward.example"
BY_PROVIDER = {
    "ALERTS": "true",
    "TEAM_INBOX": "true",
    "TEAM_URL": "https://blina.example.org",
    "TEAM_ISSUER": "https://login.example.org/realms/hospital",
    "TEAM_CLIENT_ID": "blina",
    "TEAM_EMAILS": ADA,
}
SCRIPTS = "".join(path.read_text("utf-8") for path in sorted((FOLDER / "team").glob("*.js")))
PAGES = "".join(path.read_text("utf-8") for path in sorted((FOLDER / "team").glob("*.html")))


def settings(**values: str) -> Settings:
    return load_settings(environ={f"BLINA_{name}": value for name, value in values.items()})


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


# --- who may


NURSES = Allowed("groups", frozenset({"nurses"}), frozenset({ADA}))


@pytest.mark.parametrize(
    ("claims", "is_let_in"),
    [
        ({"email": ADA, "email_verified": True}, True),
        ({"email": "ADA@Ward.Example", "email_verified": True}, True),
        ({"email": ADA, "email_verified": "true"}, False),
        ({"email": ADA}, False),
        ({"email": f"{ADA}.evil.example", "email_verified": True}, False),
        ({"groups": ["doctors", "nurses"]}, True),
        ({"groups": "nurses"}, True),
        ({"groups": "nurses-of-another-hospital"}, False),
        ({"groups": [["nurses"]]}, False),
        ({"groups": None}, False),
        ({}, False),
    ],
)
def test_who_is_let_in(claims: dict[str, Any], is_let_in: bool) -> None:
    assert NURSES.lets_in({"sub": "1", **claims}) is is_let_in


def test_without_a_claim_only_addresses_count() -> None:
    assert not Allowed(None, frozenset({"nurses"}), frozenset()).lets_in({"sub": "1", "groups": "nurses"})
    assert Allowed(None, frozenset({"nurses"}), frozenset()).is_nobody


def test_two_people_never_have_one_name() -> None:
    assert name_of({"sub": "1", "email": ADA, "email_verified": True}) == ADA
    assert name_of({"sub": "1", "email": ADA}) == "1"
    assert name_of({"sub": "1", "preferred_username": ADA}) == f"{ADA} (1)"
    assert name_of({"sub": "a\nb", "name": "x" * 500}).isprintable()
    assert confirmed_email({"email": 7, "email_verified": True}) is None


# --- settings that do not fit together stop the start


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ALERTS": "false"}, "team_inbox shows alerts, and alerts is off: turn both on, or both off."),
        (
            {"TEAM_ISSUER": ""},
            "team_inbox is on and nobody can sign in: set team_issuer, or team_local_accounts to try it.",
        ),
        ({"TEAM_CLIENT_ID": ""}, "team_issuer is set and team_client_id is not: see docs/team.md."),
        ({"TEAM_URL": ""}, "team_issuer is set and team_url is not: see docs/team.md."),
        (
            {"TEAM_EMAILS": ""},
            "team_issuer is set and nobody is let in: set team_emails, or team_claim and team_claim_values.",
        ),
        (
            {"TEAM_URL": "http://blina.example.org"},
            "team_url must begin with https://, unless it is of this machine.",
        ),
        (
            {"TEAM_ISSUER": "http://login.example.org"},
            "team_issuer must begin with https://, unless it is of this machine.",
        ),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(Stop) as stopped:
        setup.check(settings(**{**BY_PROVIDER, **change}))
    assert str(stopped.value) == sentence


def test_settings_that_fit_are_taken() -> None:
    setup.check(settings(**BY_PROVIDER))
    setup.check(settings(ALERTS="true", TEAM_INBOX="true", TEAM_LOCAL_ACCOUNTS="true"))


async def test_off_there_is_no_address() -> None:
    async def nobody(_: object) -> None:
        pass

    blueprint = TeamChannel().blueprint(nobody)
    assert not blueprint._future_routes


# --- sessions


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(place: str, clock: Clock) -> Iterator[Sessions]:
    opened = Sessions(place, KEY, idle=1800, longest=36_000, clock=clock)
    yield opened
    opened.close()


def test_a_session_ends_after_a_time_without_anything_done(sessions: Sessions, clock: Clock) -> None:
    cookie = sessions.begin(ADA)
    clock.now += 1700
    looked = sessions.find(cookie, is_active=False)
    assert looked is not None
    assert (looked.who, looked.seconds) == (ADA, 100)
    done = sessions.find(cookie, is_active=True)
    assert done is not None
    assert done.seconds == 1800
    clock.now += 1801
    assert sessions.find(cookie, is_active=True) is None


def test_a_session_ends_after_its_whole_time_whatever_is_done(sessions: Sessions, clock: Clock) -> None:
    cookie = sessions.begin(ADA)
    for _ in range(23):
        clock.now += 1500
        found = sessions.find(cookie, is_active=True)
        assert found is not None
    assert found
    assert found.is_last
    clock.now += 1500
    assert sessions.find(cookie, is_active=True) is None


def test_a_session_that_was_ended_is_nobodys(sessions: Sessions) -> None:
    cookie, other = sessions.begin(ADA), sessions.begin("ben")
    found = sessions.find(cookie, is_active=False)
    assert found is not None
    sessions.end(found.id)
    assert sessions.find(cookie, is_active=False) is None
    assert sessions.find(other, is_active=False) is not None


@pytest.mark.parametrize("change", ["", "x", ".", "x.y", None, 7, "ä.ö", "x" * 500])
def test_what_was_not_signed_here_is_nobodys(sessions: Sessions, change: object) -> None:
    sessions.begin(ADA)
    assert sessions.find(change, is_active=False) is None


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    file = str(tmp_path / "team.db")
    cookie = Sessions(file, KEY, 1800, 36_000).begin(ADA)
    assert Sessions(file, KEY, 1800, 36_000).find(cookie, False) is not None
    assert Sessions(file, b"another key", 1800, 36_000).find(cookie, False) is None


def test_the_file_holds_no_cookie(tmp_path: Path) -> None:
    cookie = Sessions(str(tmp_path / "team.db"), KEY, 1800, 36_000).begin(ADA)
    assert cookie.partition(".")[0].encode() not in (tmp_path / "team.db").read_bytes()


async def test_a_file_that_cannot_be_used_is_said_and_written_again_once_it_can(tmp_path: Path) -> None:
    folder = tmp_path / "team.db"
    folder.mkdir()
    records = Records(str(folder), KEY, settings())
    try:
        with pytest.raises(Fails):
            await records.note(ADA, Act.LOOKED)
        folder.rmdir()
        await records.note(ADA, Act.LOOKED)
    finally:
        records.close()


# --- sign-ins that have begun


def test_a_sign_in_is_finished_once_in_time_and_in_its_browser(place: str, clock: Clock) -> None:
    waiting = BegunSignIns(place, clock)
    first, second, third = (Begun("https://x", state, "nonce", "verifier") for state in ("a", "b", "c"))
    browser = waiting.keep(first)
    assert waiting.take("a", "another browser") is None
    assert waiting.take("b", browser) is None
    assert waiting.take("a", browser) == first
    assert waiting.take("a", browser) is None
    late = waiting.keep(second)
    clock.now += 601
    assert waiting.take("b", late) is None
    assert waiting.take(None, waiting.keep(third)) is None
    waiting.close()


def test_a_sign_in_that_began_at_one_replica_is_finished_at_another(shared: str) -> None:
    one, other = BegunSignIns(shared), BegunSignIns(shared)
    begun = Begun("https://x", "a", "nonce", "verifier")
    browser = one.keep(begun)
    assert other.take("a", browser) == begun
    assert one.take("a", browser) is None
    for waiting in (one, other):
        waiting.close()


def test_of_more_sign_ins_than_anybody_begins_the_oldest_go(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begun_sign_ins, "_MOST", 3)
    waiting = BegunSignIns(":memory:", clock)
    browsers = []
    for state in "abcd":
        clock.now += 1
        browsers.append(waiting.keep(Begun("https://x", state, "nonce", "verifier")))
    assert waiting.take("a", browsers[0]) is None
    assert all(map(waiting.take, "bcd", browsers[1:]))


def test_a_nurse_who_signed_in_at_one_replica_is_known_at_another(shared: str) -> None:
    one, other = (Sessions(shared, KEY, 1800, 36_000) for _ in range(2))
    cookie = one.begin(ADA)
    found = other.find(cookie, is_active=True)
    assert found
    assert found.who == ADA
    other.end(found.id)
    assert one.find(cookie, is_active=False) is None
    for sessions in (one, other):
        sessions.close()


# --- accounts of this machine


def test_an_account_is_kept_as_a_hash_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "team_accounts.json"
    accounts.keep(file, "ada", "correct horse battery")
    assert "correct" not in file.read_text()
    assert "$argon2id$" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert accounts.is_right(file, "ada", "correct horse battery")
    assert not accounts.is_right(file, "ada", "correct horse batterY")
    assert not accounts.is_right(file, "ben", "correct horse battery")
    assert not accounts.is_right(tmp_path / "none.json", "ada", "correct horse battery")
    assert not accounts.is_right(file, "ada", "x" * 201)


@pytest.mark.parametrize(
    ("name", "password"), [("", "x" * 12), ("a b", "x" * 12), ("ada", "short"), ("ada", "x" * 201)]
)
def test_a_name_or_password_that_cannot_be_used_is_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(Stop):
        accounts.keep(tmp_path / "team_accounts.json", name, password)


def test_accounts_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "team_accounts.json"
    file.write_text("{")
    with pytest.raises(Stop, match="put it aside and make the accounts anew"):
        accounts.is_right(file, "ada", "correct horse battery")


# --- what an operator does


def test_the_audit_log_is_printed_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINA_SESSION_SECRET", "of this test, and long enough for a key")
    file = tmp_path / "team.db"
    with pytest.raises(Stop, match="There is no audit log"):
        team.audit(str(file))
    log = AuditLog(str(file), b"of this test, and long enough for a key")
    log.add("2026-11-28T15:00:00.000+00:00", ADA, Act.LOOKED.value, "alert 1")
    log.add("2026-11-28T15:01:00.000+00:00", ADA, Act.SIGNED_OUT.value)
    assert team.audit(str(file)).splitlines() == [
        f"1 2026-11-28T15:00:00.000+00:00 {ADA} looked alert 1",
        f"2 2026-11-28T15:01:00.000+00:00 {ADA} signed_out",
        "2 entries, none changed and none missing.",
    ]
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER audit_is_not_changed")
        connection.execute("UPDATE audit SET who = 'ben' WHERE number = 1")
    with pytest.raises(Stop, match="Entry 1 was changed"):
        team.audit(str(file))


def test_an_account_is_made_from_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / team.ACCOUNTS
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))
    team.account(file, "ada")
    assert accounts.is_right(file, "ada", "correct horse battery")


# --- what is shown


ALERT = Alert(
    **vars(
        NewAlert(
            key="1",
            conversation="3f9a1c77aa",
            time=datetime(2026, 11, 28, 15, 0, tzinfo=timezone.utc),
            centre="St. Anna",
            urgency="contact_now",
            rule="crs.single",
            kind=Kind.ADVICE,
            hand_over=HandedOver(
                "I have chills", '<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>', "{}"
            ),
        )
    )
)


def test_the_list_names_the_rule_in_plain_words_and_no_word_of_a_patient() -> None:
    closed = replace(ALERT, state=State.CLOSED, note="Called.", closed_by="ben", closed_at=ALERT.time)
    shown = inbox.shown([replace(ALERT, taken_by=ADA)], [closed], ADA, KNOWLEDGE)
    assert "chills" not in str(shown)
    assert shown["open"][0]["reason"] == "This can be the start of a reaction that gets worse fast."
    assert shown["open"][0]["mine"]
    assert shown["open"][0]["conversation"] == "3f9a1c"
    assert shown["closed"][0]["note"] == "Called."


def test_every_rule_has_words_and_none_has_a_gap() -> None:
    texts = [inbox.reason(rule.id, KNOWLEDGE) for rule in KNOWLEDGE.policy.rules]
    assert not [text for text in texts if "{" in text]
    assert inbox.reason("a rule of an older version", KNOWLEDGE) == "a rule of an older version"


def test_a_hand_over_is_text_and_a_drawing_that_the_page_builds() -> None:
    assert ALERT.hand_over is not None
    assert inbox.hand_over(ALERT.hand_over) == {
        "text": "I have chills",
        "chart": ["svg", {}, [["text", {}, ["x"]]]],
    }
    assert inbox.hand_over(HandedOver("", "", ""))["chart"] is None


# --- the pages


def pages(**values: str) -> Pages:
    return Pages(KNOWLEDGE, settings(**values))


def session(who: str = ADA) -> Session:
    return Session("id", who, "token", 1800, False)


def test_nothing_that_somebody_is_called_becomes_html() -> None:
    page = pages(CENTRE_NAME="</script><b>A & B</b>")
    for answer in (
        page.inbox(session("</script><b>")),
        page.sign_in(Ways(True, True), 403, "not_listed", person="<b>"),
    ):
        text = (answer.body or b"").decode()
        assert "<b>" not in text
        assert "{{" not in text


def test_the_pages_run_no_inline_script_and_are_shown_in_no_frame() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"):
        assert part in policy
    assert pages().inbox(session()).headers["Cache-Control"] == "no-store"
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*(?:src=|application/json))", PAGES)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|DOMParser", SCRIPTS
    )


def test_the_pages_use_the_words_that_there_are_and_all_of_them() -> None:
    words = set(KNOWLEDGE.wording["team"])
    code = "".join(path.read_text("utf-8") for path in Path(inbox.__file__).parent.glob("*.py"))
    used = set(re.findall(r"\bwords\.(\w+)|\{\{(\w+)\}\}", SCRIPTS + PAGES))
    named = {one for pair in used for one in pair if one}
    made = {word for word in words if word.startswith(("urgency_", "kind_"))}
    acts = set(re.findall(r'"(\w+)"', SCRIPTS + code)) & words
    filled_in = {"told", "provider", "local", "tells", "config", "token", "centre"}
    assert named - words - filled_in == set()
    assert words - named - made - acts == set()


def test_the_patients_page_has_nothing_of_it() -> None:
    assert not [path for path in load(KNOWLEDGE, settings()) if path.startswith("team")]
    assert set(pages().files) == {
        "card.js",
        "dom.js",
        "icon.svg",
        "say.js",
        "style.css",
        "team.css",
        "team.js",
    }


@pytest.mark.parametrize("is_secure", [True, False])
def test_over_tls_a_cookie_never_travels_without(is_secure: bool) -> None:
    answer = empty()
    Cookie("blina_team", is_secure, 60).set(answer, "value")
    (cookie,) = [str(value) for name, value in answer.headers.items() if name.lower() == "set-cookie"]
    assert cookie.startswith("__Secure-blina_team=value;") is is_secure
    assert ("Secure" in cookie.split("; ")) is is_secure
    assert {"Path=/team", "HttpOnly", "SameSite=Lax", "Max-Age=60"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("origin", "is_taken"),
    [
        ("http://127.0.0.1:5005", True),
        ("https://127.0.0.1:5005", True),
        ("http://[", False),
        ("http://elsewhere:5005", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_change_is_taken_from_a_page_of_this_server_only(origin: str, is_taken: bool) -> None:
    records: Any = None
    entrance = Entrance(pages(), records, None, Path(), settings())
    request: Any = SimpleNamespace(
        headers={"origin": origin, "host": "127.0.0.1:5005", TOKEN: session().token}, form={}
    )
    assert entrance.may_change(request, session()) is is_taken


def test_where_the_inbox_is_off_nothing_that_signs_people_in_is_loaded() -> None:
    look = (
        "import sys, blina.channels.team.channel; "
        "assert not {'authlib', 'argon2', 'joserfc'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", look], check=True)
