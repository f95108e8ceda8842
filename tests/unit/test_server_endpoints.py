"""Where conversations are kept is looked at before anything is loaded; a mistake is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from blina.server import endpoints
from blina.server.serve import ROOT
from blina.stop import Stop

OURS = f"tracker_store: {{type: {endpoints.STORE}, db: a.db}}\n"


def test_the_file_of_the_project_is_right() -> None:
    endpoints.check(ROOT / "endpoints.yml")


@pytest.mark.parametrize("more", ["", "action_endpoint: {url: 'http://127.0.0.1:5055/webhook'}\n"])
def test_what_rasa_knows_is_taken(tmp_path: Path, more: str) -> None:
    file = tmp_path / "endpoints.yml"
    file.write_text(OURS + more)
    endpoints.check(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tracker_store: {type: SQL, db: a.db}", "names the tracker store 'SQL'"),
        ("tracker_store: {type: redis, url: localhost}", "names the tracker store 'redis'"),
        ("lock_store: {type: in_memory}", "names no tracker store"),
        ("traker_store: {type: SQL}", "Rasa knows no 'traker_store'; did you mean tracker_store?"),
        (OURS + "action_endpoints: {url: a}", "'action_endpoints'; did you mean action_endpoint?"),
        (OURS + "x: 1", "Rasa knows no 'x'; it knows nlg, "),
        ("", "must hold keys and values"),
        ("- a", "must hold keys and values"),
        ("a: [", "is not valid YAML"),
        ("models: {url: 'http://127.0.0.1:9'}", "only those in models/ are taken"),
    ],
)
def test_what_would_lose_or_keep_conversations_stops_the_start(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "endpoints.yml"
    file.write_text(text)
    with pytest.raises(Stop) as stopped:
        endpoints.check(file)
    assert says in str(stopped.value)
    assert len(str(stopped.value).splitlines()) == 1


def test_a_file_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"endpoint\.yml cannot be read: No such file or directory"):
        endpoints.check(tmp_path / "endpoint.yml")
