"""Nurses sign in at a real OpenID provider; what is forged, late or told twice lets nobody in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from blina.channels.team.provider import Provider, Refused, Unreachable
from blina.channels.team.records import FILE
from scripts import services
from tests.server.running import free_port
from tests.server.team import ADA, CLIENT, CLIENT_SECRET, EVE, Nurse, OpenIdProvider, Team, by_provider

pytestmark = pytest.mark.server

Claims = dict[str, Any]


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    running = OpenIdProvider()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, provider: OpenIdProvider) -> Iterator[Team]:
    port = free_port()
    running = Team(tmp_path_factory.mktemp("team"), port, **by_provider(provider.issuer, port))
    yield running
    running.close()


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory, provider: OpenIdProvider) -> Iterator[list[Team]]:
    """Two replicas, which nurses reach by the address of the first."""
    port = free_port()
    with services.postgres() as server:
        shared = {**by_provider(provider.issuer, port), "DATABASE_URL": server.url}
        running = [Team(tmp_path_factory.mktemp("replica"), at, **shared) for at in (port, 0)]
        yield running
        for one in running:
            one.close()


# --- at replicas that share a database


def test_a_sign_in_goes_on_at_whichever_replica_the_browser_reaches(replicas: list[Team]) -> None:
    one, other = replicas
    nurse = Nurse(one.url)
    back = nurse.at_the_provider(nurse.begin(), "1")
    nurse.url = other.url
    assert nurse.get(back).status_code == 303
    assert nurse.is_in()
    nurse.url = one.url
    assert nurse.is_in()


def test_of_two_nurses_at_two_replicas_who_take_an_alert_at_once_one_gets_it(replicas: list[Team]) -> None:
    one, other = replicas
    nurses = [Nurse(one.url), Nurse(one.url)]
    for nurse, subject in zip(nurses, ("1", "2"), strict=True):
        assert nurse.sign_in(subject).status_code == 303
    nurses[1].url = other.url
    alert = one.raised()
    assert [found["id"] for found in nurses[1].get("/team/alerts").json()["open"]] == [alert.id]
    with ThreadPoolExecutor() as threads:
        taken = [
            threads.submit(nurse.post, f"/team/alerts/{alert.id}/take", Origin=one.url) for nurse in nurses
        ]
        answers = [one.result() for one in taken]
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    (loser,) = (answer for answer in answers if answer.status_code == 409)
    seen = other.alerts.alert(alert.id)
    assert seen
    assert loser.json()["person"] == seen.taken_by
    acts = [act for _, act in other.acts()]  # one log, which is whole
    assert acts.count("takes") == 2
    assert acts.count("was_too_late") == 1


# --- at a real provider


@pytest.mark.parametrize(("subject", "who"), [("1", ADA), ("2", "ben (2)")], ids=["by address", "by group"])
def test_who_may_is_let_in_and_out_again(team: Team, subject: str, who: str) -> None:
    nurse = Nurse(team.url)
    answer = nurse.sign_in(subject)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/team")
    assert f"Signed in as {who}" in nurse.get("/team").text
    assert nurse.is_in()
    nurse.http.post(f"{team.url}/team/sign-out", data={"token": nurse.token()}, headers={"Origin": team.url})
    assert not nurse.is_in()
    assert team.acts()[-2:] == [(who, "signed_in"), (who, "signed_out")]


@pytest.mark.parametrize("subject", ["3", "4"], ids=["not listed", "address not confirmed"])
def test_who_may_not_is_told_so_and_written_down(team: Team, subject: str) -> None:
    nurse = Nurse(team.url)
    answer = nurse.sign_in(subject)
    assert answer.status_code == 403
    assert "may not open this page" in answer.text
    assert not nurse.is_in()
    assert team.acts()[-1] == ({"3": EVE, "4": "4"}[subject], "not_let_in")


def test_the_cookie_is_for_the_server_alone(team: Team) -> None:
    nurse = Nurse(team.url)
    cookie = nurse.sign_in("1").headers["Set-Cookie"].split(",")[0]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/team"):
        assert part in cookie
    assert "Secure" not in cookie  # this machine, without TLS


def test_an_answer_of_the_provider_is_good_once(team: Team) -> None:
    nurse = Nurse(team.url)
    back = nurse.at_the_provider(nurse.begin(), "1")
    assert nurse.get(back).status_code == 303
    again = nurse.get(back)
    assert again.status_code == 400
    assert "begin again" in again.text


def test_an_answer_of_the_provider_is_good_in_the_same_browser_only(team: Team) -> None:
    victim, attacker = Nurse(team.url), Nurse(team.url)
    back = attacker.at_the_provider(attacker.begin(), "1")
    victim.begin()
    assert victim.get(back).status_code == 400
    assert not victim.is_in()


@pytest.mark.parametrize("query", ["", "?code=x", "?state=forged&code=x", "?error=access_denied&state=x"])
def test_an_answer_that_nobody_asked_for_is_refused(team: Team, query: str) -> None:
    nurse = Nurse(team.url)
    nurse.begin()
    assert nurse.get(f"/team/signed-in{query}").status_code == 400
    assert not nurse.is_in()


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "x" * 5000, "ä.ö"])
def test_a_forged_cookie_is_nobodys(team: Team, cookie: str) -> None:
    assert (
        Nurse(team.url)
        .get("/team/alerts", Cookie=f"blina_team={cookie}".encode().decode("latin-1"))
        .status_code
        == 401
    )


def test_a_session_outlives_a_restart_and_ends_in_time(team: Team) -> None:
    nurse = Nurse(team.url)
    nurse.sign_in("1")
    team.stop()
    team.start()
    assert nurse.is_in()
    with sqlite3.connect(team.folder / FILE) as connection:
        connection.execute("UPDATE sessions SET active = active - 31 * 60")
    assert not nurse.is_in()


def test_only_what_a_nurse_does_keeps_a_session_alive(team: Team) -> None:
    nurse = Nurse(team.url)
    nurse.sign_in("1")
    with sqlite3.connect(team.folder / FILE) as connection:
        connection.execute("UPDATE sessions SET active = active - 20 * 60")
    assert int(nurse.get("/team/alerts").headers["Blina-Seconds"]) <= 600
    assert int(nurse.get("/team/alerts", **{"Blina-Active": "1"}).headers["Blina-Seconds"]) > 1700


@pytest.mark.parametrize(
    "headers",
    [
        {"Blina-Token": ""},
        {"Blina-Token": "forged"},
        {"Origin": ""},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_change_that_no_page_of_ours_asked_for_is_refused(team: Team, headers: dict[str, str]) -> None:
    alert = team.raised()
    nurse = Nurse(team.url)
    nurse.sign_in("1")
    path = f"/team/alerts/{alert.id}/take"
    assert nurse.post(path, None, **headers).status_code == 403
    assert Nurse(team.url).http.post(f"{team.url}{path}", json={}).status_code == 401
    assert nurse.post(path).status_code == 204
    assert team.acts()[-2:] == [(ADA, "signed_in"), (ADA, "takes")]


def test_a_local_account_opens_nothing_where_others_are_served(team: Team) -> None:
    answer = Nurse(team.url).http.post(f"{team.url}/team/local", headers={"Origin": team.url})
    assert answer.status_code in (404, 405)


# --- at a provider that lies


class Liar(ThreadingHTTPServer):
    """A provider that says in the ID token what a test wants."""

    def __init__(self) -> None:
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send(
                    liar.metadata
                    if "well-known" in self.path
                    else {"keys": [liar.key.as_dict(private=False)]}
                )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                liar.asked.append((dict(urllib.parse.parse_qsl(body)), self.headers.get("Authorization", "")))
                self.send({"access_token": "x", "token_type": "Bearer", **liar.token})

            def send(self, content: Any) -> None:
                sent = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.metadata: Claims = {}
        self.token: dict[str, str] = {}
        self.asked: list[tuple[dict[str, str], str]] = []
        self.be_honest()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def be_honest(self) -> None:
        """Say of itself what is true."""
        self.metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def signed(self, claims: Claims, key: Any = None, alg: str = "RS256") -> str:
        """An ID token."""
        return jwt.encode(
            {"alg": alg, "kid": "1"}, claims, key or self.key, registry=JWSRegistry(algorithms=[alg])
        )


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    running = Liar()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="module")
def misled(tmp_path_factory: pytest.TempPathFactory, liar: Liar) -> Iterator[Team]:
    port = free_port()
    running = Team(tmp_path_factory.mktemp("misled"), port, **by_provider(liar.issuer, port))
    yield running
    running.close()


def begun(team: Team) -> tuple[Nurse, dict[str, str]]:
    """A nurse on the way, and what the provider was asked."""
    nurse = Nurse(team.url)
    return nurse, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(nurse.begin()).query))


def right(liar: Liar, asked: dict[str, str]) -> Claims:
    now = int(time.time())
    return {
        "iss": liar.issuer,
        "aud": CLIENT,
        "sub": "1",
        "nonce": asked["nonce"],
        "iat": now,
        "exp": now + 300,
        "email": ADA,
        "email_verified": True,
    }


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def parts(header: Claims, claims: Claims) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))


def with_public_key(key: RSAKey, claims: Claims) -> str:
    signed = parts({"alg": "HS256", "kid": "1"}, claims)
    return f"{signed}.{encoded(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"


def test_the_flow_has_pkce_a_state_a_nonce_and_the_clients_secret(misled: Team, liar: Liar) -> None:
    nurse, asked = begun(misled)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{misled.url}/team/signed-in"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 20
    liar.token = {"id_token": liar.signed(right(liar, asked))}
    assert nurse.get(f"/team/signed-in?state={asked['state']}&code=c").status_code == 303
    redeemed, authorization = liar.asked[-1]
    verifier = hashlib.sha256(redeemed["code_verifier"].encode()).digest()
    assert encoded(verifier) == asked["code_challenge"]
    shown = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    assert urllib.parse.unquote(shown) == f"{CLIENT}:{CLIENT_SECRET}"


LIES: dict[str, Callable[[Liar, Claims], str]] = {
    "another nonce": lambda liar, claims: liar.signed({**claims, "nonce": "of another sign-in"}),
    "no nonce": lambda liar, claims: liar.signed({**claims, "nonce": None}),
    "another audience": lambda liar, claims: liar.signed({**claims, "aud": "another", "azp": CLIENT}),
    "audiences without an authorized party": lambda liar, claims: liar.signed(
        {**claims, "aud": [CLIENT, "another"]}
    ),
    "another issuer": lambda liar, claims: liar.signed({**claims, "iss": "https://elsewhere.example"}),
    "over": lambda liar, claims: liar.signed({**claims, "exp": int(time.time()) - 120}),
    "of the future": lambda liar, claims: liar.signed({**claims, "iat": int(time.time()) + 600}),
    "another key": lambda liar, claims: liar.signed(claims, RSAKey.generate_key(2048, {"kid": "1"})),
    "signed with the public key as a secret": lambda liar, claims: with_public_key(liar.key, claims),
    "not signed": lambda _, claims: f"{parts({'alg': 'none'}, claims)}.",
    "no subject": lambda liar, claims: liar.signed({name: claims[name] for name in claims if name != "sub"}),
    "no token": lambda _, __: "",
    "nonsense": lambda _, __: "a.b.c",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_forged_id_token_lets_nobody_in(
    misled: Team, liar: Liar, lie: Callable[[Liar, Claims], str]
) -> None:
    nurse, asked = begun(misled)
    liar.token = {"id_token": lie(liar, right(liar, asked))}
    answer = nurse.get(f"/team/signed-in?state={asked['state']}&code=c")
    assert answer.status_code == 403
    assert "The sign-in did not work" in answer.text
    assert not nurse.is_in()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    ],
    ids=["another issuer", "an address without TLS", "no signature"],
)
async def test_a_provider_that_is_not_what_the_settings_say_is_not_asked(liar: Liar, change: Claims) -> None:
    provider = Provider(liar.issuer, CLIENT, CLIENT_SECRET, "http://127.0.0.1/team/signed-in")
    liar.metadata |= change
    try:
        with pytest.raises(Refused):
            await provider.begin()
    finally:
        liar.be_honest()
    assert (await provider.begin()).url.startswith(liar.issuer)


async def test_a_provider_that_does_not_answer_is_no_refusal() -> None:
    provider = Provider(f"http://127.0.0.1:{free_port()}", CLIENT, None, "http://127.0.0.1/team/signed-in")
    with pytest.raises(Unreachable):
        await provider.begin()
