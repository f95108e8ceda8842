"""Secrets come from the environment and cannot be guessed; without them other machines are not served."""

from __future__ import annotations

import pytest

from blina.http_server.signing_keys import WeakKey, from_environment
from blina.server import serve
from blina.stop import Stop

STRONG, OTHER = "Zx8-first-secret-of-the-tests-19af", "Qy4-other-secret-of-the-tests-73bd"
TOKEN, SECRET = "BLINA_REST_TOKEN", "BLINA_SESSION_SECRET"


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (TOKEN, SECRET):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("key", ["short", "x" * 31, "a" * 40, "abc" * 20, "password" * 5])
def test_a_key_that_can_be_guessed_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(WeakKey, match=r"^KEY must hold at least") as refused:
        from_environment("KEY", {"KEY": key})
    assert key not in str(refused.value)


@pytest.mark.parametrize("environ", [{}, {"KEY": ""}, {"KEY": "  "}])
def test_there_is_no_default(environ: dict[str, str]) -> None:
    assert from_environment("KEY", environ) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_secrets(host: str) -> None:
    serve.check_secrets(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "blina.example"])  # noqa: S104
@pytest.mark.parametrize(
    ("given", "missing"),
    [({}, f"{TOKEN} and {SECRET}"), ({TOKEN: STRONG}, SECRET), ({SECRET: STRONG}, TOKEN)],
)
def test_other_machines_need_both(
    host: str, given: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, key in given.items():
        monkeypatch.setenv(name, key)
    with pytest.raises(Stop, match=f"can reach {host}: set {missing} to a random text"):
        serve.check_secrets(host)


def test_with_both_secrets_other_machines_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, STRONG)
    monkeypatch.setenv(SECRET, OTHER)
    serve.check_secrets("0.0.0.0")  # noqa: S104


def test_one_secret_does_not_serve_for_two(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (TOKEN, SECRET):
        monkeypatch.setenv(name, STRONG)
    with pytest.raises(Stop, match="must differ"):
        serve.check_secrets("127.0.0.1")


@pytest.mark.parametrize("name", [TOKEN, SECRET])
def test_a_weak_secret_is_refused_on_this_machine_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "changeme")
    with pytest.raises(Stop, match=rf"^{name} must hold at least 32 characters\.$"):
        serve.check_secrets("127.0.0.1")
