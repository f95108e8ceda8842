"""From what a patient writes to what a nurse sees, through the whole server."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from blina.channels.team import accounts
from tests.server.running import Assistant
from tests.server.team import Nurse, until

pytestmark = [pytest.mark.model, pytest.mark.server]

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("whole")
    accounts.keep(folder / accounts.FILE, "ada", PASSWORD)
    settings = {"ALERTS": "true", "TEAM_INBOX": "true", "TEAM_LOCAL_ACCOUNTS": "true"}
    running = Assistant(
        [sys.executable, "-m", "blina.server"],
        folder,
        {f"BLINA_{name}": value for name, value in settings.items()},
    )
    running.wait_until_ready()
    yield running
    running.stop()


def test_what_a_patient_is_told_to_call_about_is_there_for_the_nurse(server: Assistant) -> None:
    nurse = Nurse(server.url)
    form = {"name": "ada", "password": PASSWORD}
    nurse.http.post(f"{server.url}/team/local", data=form, headers={"Origin": server.url})
    assert nurse.get("/team/alerts").json()["open"] == []
    server.say("my husband cannot be woken up")
    until(lambda: nurse.get("/team/alerts").json()["open"])
    (alert,) = nurse.get("/team/alerts").json()["open"]
    assert (alert["urgency"], alert["rule"]) == ("emergency", "emergency.cannot_be_woken")
    assert nurse.post(f"/team/alerts/{alert['id']}/close", {"note": "Ambulance is there."}).status_code == 204
    assert nurse.get("/team/alerts").json()["open"] == []


def test_without_the_setting_there_is_nothing(assistant: Assistant) -> None:
    for path in ("/team", "/team/alerts", "/team/sign-in", "/team/team.js"):
        assert assistant.get(path)[0] == 404
