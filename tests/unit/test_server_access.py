"""Where a request comes from decides what it may reach, and nobody is counted as somebody else."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core import run
from rasa.core.channels import CmdlineInput
from sanic import Sanic

from blina.assistant import settings
from blina.http_server import access, addresses, origins
from blina.http_server.addresses import address_of, from_this_machine, is_loopback, network_of
from blina.http_server.bearer_token import RestToken
from blina.http_server.rate_limit import limits_of
from blina.knowledge.settings import load_settings


def request(ip: str = "127.0.0.1", remote_addr: str = "", **headers: str) -> Any:
    return SimpleNamespace(
        ip=ip,
        remote_addr=remote_addr,
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LocalHost"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "::", "192.168.0.1", "localhost.example", "127.0.0.1.example"])
def test_every_other_name_may_be_another_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["", "127.0.0.1:5005", "localhost", "[::1]:80"])
def test_a_program_here_is_from_this_machine(host: str) -> None:
    assert from_this_machine(request(host=host))
    assert from_this_machine(request(host="localhost:1", origin="http://localhost:1"))


@pytest.mark.parametrize(
    "other",
    [
        request("192.168.0.7"),
        request(""),
        request(x_forwarded_for="127.0.0.1"),
        request(forwarded="for=127.0.0.1"),
        request(x_real_ip="127.0.0.1"),
        request(via="1.1 proxy"),
        request(host="evil.example"),
        request(host="[::1"),
        request(host="localhost", origin="http://localhost:8080"),
        request(host="localhost", origin="null"),
        request(host="localhost", origin="http://[::1"),
    ],
)
def test_everything_else_is_from_elsewhere(other: Any) -> None:
    assert not from_this_machine(other)


@pytest.mark.parametrize("secret", ["BLINA_REST_TOKEN", "BLINA_SESSION_SECRET"])
async def test_with_a_secret_a_proxy_on_this_machine_is_no_exemption(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The simplest nginx names this machine as the host and says nothing of whom it speaks for."""
    through_nginx = request(host="127.0.0.1:5005")
    assert from_this_machine(through_nginx)
    monkeypatch.setenv(secret, "a secret of the tests, long enough")
    assert not from_this_machine(through_nginx)
    limits = limits_of(load_settings(environ={"BLINA_MESSAGES_PER_MINUTE_PER_ADDRESS": "1"}))
    await limits.of_address(limits.address, through_nginx)
    assert await limits.of_address(limits.address, through_nginx)


def test_behind_a_trusted_proxy_nobody_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = settings().copy(update={"trusted_proxies": 1})
    monkeypatch.setattr(addresses, "settings", lambda: behind)
    assert not from_this_machine(request(host="127.0.0.1:5005"))


@pytest.mark.parametrize(
    ("proxies", "headers", "says"),
    [
        (0, {"x_forwarded_for": "203.0.113.9"}, access.PROXY_NOT_TRUSTED),
        (1, {}, access.PROXY_SAYS_NOTHING),
        (1, {"x_forwarded_for": "203.0.113.9"}, None),
        (0, {}, None),
    ],
)
def test_a_proxy_that_the_settings_do_not_fit_is_named_in_the_log(
    proxies: int,
    headers: dict[str, str],
    says: str | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    behind = settings().copy(update={"trusted_proxies": proxies})
    monkeypatch.setattr(addresses, "settings", lambda: behind)
    monkeypatch.setattr(access, "settings", lambda: behind)
    monkeypatch.setattr(access, "_lines", origins.Log())
    monkeypatch.setenv("BLINA_SESSION_SECRET", "a secret of the tests, long enough")
    for _ in range(5):
        asked = request(host="localhost", **headers)
        asked.path = "/chat"
        access._see_proxy(asked)
    assert [record.getMessage() for record in caplog.records] == ([says] if says else [])


@pytest.mark.parametrize(
    ("headers", "scheme", "missing"),
    [
        ({"host": "a.example"}, "http", None),
        ({"host": "a.example", "origin": "http://a.example"}, "http", None),
        ({"host": "a.example", "origin": "https://a.example"}, "http", origins.SCHEME),
        ({"host": "a.example", "origin": "https://a.example", "x-forwarded-proto": "https"}, "http", None),
        ({"host": "a.example", "origin": "https://a.example"}, "https", None),
        ({"host": "127.0.0.1:5005", "origin": "https://a.example"}, "http", origins.HOST),
        (
            {
                "host": "127.0.0.1:5005",
                "origin": "https://a.example",
                "x-forwarded-proto": "https, http",
                "x-forwarded-host": "a.example",
            },
            "http",
            None,
        ),
        ({"host": "a.example", "origin": "null"}, "http", origins.HOST),
        ({"host": "a.example", "origin": "https://b.example"}, "https", origins.HOST),
    ],
)
def test_what_a_proxy_keeps_back_is_named(headers: dict[str, str], scheme: str, missing: str | None) -> None:
    assert origins.missing(SimpleNamespace(headers=headers), scheme) == missing  # type: ignore[arg-type]


def test_the_log_says_it_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    moments = [0.0, 1.0, 59.0, 60.0, 61.0]
    lines = origins.Log(iter(moments).__next__)
    for _ in moments:
        lines.say(origins.HOST)
    assert len(caplog.records) == 2


def test_an_address_is_what_a_trusted_proxy_saw() -> None:
    assert address_of(request("10.0.0.1", remote_addr="203.0.113.9")) == "203.0.113.9"
    assert address_of(request("10.0.0.1")) == "10.0.0.1"


def test_one_household_has_one_address() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("[2001:db8:1:2:ffff::1]") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::4") != network_of("2001:db8:1:2::4")
    assert network_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert network_of("::1") == "::1"


def test_a_made_up_address_does_not_fill_the_memory() -> None:
    assert len(network_of("_" + "x" * 5000)) <= 64


async def test_this_machine_is_limited_only_when_the_settings_say_so() -> None:
    few = {"BLINA_MESSAGES_PER_MINUTE_PER_ADDRESS": "1"}
    for own, refused in (("false", False), ("true", True)):
        limits = limits_of(load_settings(environ={**few, "BLINA_LIMIT_OWN_MACHINE": own}))
        await limits.of_address(limits.address, request())
        assert bool(await limits.of_address(limits.address, request())) is refused
        await limits.of_address(limits.address, request("203.0.113.9"))
        assert await limits.of_address(limits.address, request("203.0.113.9"))


@pytest.fixture
def shell() -> Iterator[Sanic]:
    """The server of plain `rasa shell`, on which Rasa puts its own REST channel."""
    app = run.configure_app([CmdlineInput()], cors=None, enable_api=True)
    access.protect_rasas_servers()
    yield app
    Sanic._app_registry.pop(app.name)  # other tests make one of the same name


async def test_rasas_own_addresses_are_for_this_machine_only(shell: Sanic) -> None:
    assert access.refuse in shell.request_middleware
    paths = {route.path for route in shell.router.routes}
    assert {"webhooks/rest/webhook", "conversations/<conversation_id:path>/tracker", "model"} <= paths
    for route in shell.router.routes:
        for ip, status in (("203.0.113.9", 404), ("127.0.0.1", None)):
            asked = request(ip)
            asked.route, asked.app = route, shell
            answer = await access.refuse(asked)
            assert (answer.status if answer else None) == status


def test_protecting_twice_changes_nothing(shell: Sanic) -> None:
    access.protect(shell)
    assert list(shell.request_middleware).count(access.refuse) == 1
    assert list(shell.response_middleware).count(access.add_headers) == 1


async def test_an_address_over_its_limit_waits_for_its_refusal() -> None:
    started = asyncio.get_running_loop().time()
    assert (await access.slow_down(5)).status == 429
    assert asyncio.get_running_loop().time() - started >= access.PAUSE - 0.01


def test_who_is_too_fast_learns_when_to_go_on_and_whom_to_call() -> None:
    answer = access.too_fast(12.3)
    assert answer.status == 429
    assert answer.headers["Retry-After"] == str(math.ceil(12.3))
    assert b"112" in (answer.body or b"")


def test_without_a_token_none_is_right() -> None:
    for shown in ("", "Bearer", "Bearer ", "bearer x"):
        assert not RestToken(None).is_shown_by(request(authorization=shown))
    assert RestToken(b"right").is_shown_by(request(authorization="bearer right"))
    assert not RestToken(b"right").is_shown_by(request(authorization="Bearer \udcff"))
