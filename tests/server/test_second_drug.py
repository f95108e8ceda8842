"""Another drug, made up: the recipe of docs/new-drug.md is followed, its patients talk with the server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.running import CARE_TEAM, ROOT, Assistant, texts

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(1200)]  # the first test trains

PARTS = """actions blina data knowledge scripts tests/second_drug web
config.yml credentials.yml domain.yml endpoints.yml requirements.txt settings.yml""".split()
LEFT_OUT = shutil.ignore_patterns("__pycache__", "messages")  # labelled messages are for the reader alone
SCREENFUL = 24  # lines of a terminal
SERVER = ".venv/bin/python -m blina.server"
OTHER_DRUGS = re.compile("blinatumomab|blincyto|pump|cytokine", re.IGNORECASE)


def recipe() -> list[str]:
    """What docs/new-drug.md says to type, command by command."""
    blocks = re.findall(r"```\n(.*?)```", (ROOT / "docs/new-drug.md").read_text(encoding="utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the recipe was followed, up to the server."""
    copy = tmp_path_factory.mktemp("exempline")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)
    *commands, last = recipe()
    assert last == SERVER
    for command in commands:
        done = subprocess.run(command, shell=True, cwd=copy, capture_output=True, text=True)  # noqa: S602 - our docs
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        (copy / "typed.log").write_text(done.stdout + done.stderr, encoding="utf-8")  # of the last: training
    return copy


@pytest.fixture(scope="module")
def exempline(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The made-up drug's server."""
    server = Assistant(
        [sys.executable, "-m", "blina.server"], tmp_path_factory.mktemp("exempline_server"), project=trained
    )
    server.wait_until_ready()
    yield server
    server.stop()


class Talk:
    """A conversation of its own; all that is said in it is about this drug."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._sender = uuid.uuid4().hex
        self.text = ""
        self.chips: list[str] = []
        self.payload: dict[str, Any] = {}

    def say(self, *messages: str) -> Talk:
        for message in messages:
            replies = self._assistant.say(message, self._sender)
            self.text = texts(replies)
            self.chips = [button["title"] for reply in replies for button in reply.get("buttons", ())]
            self.payload = next((reply["custom"] for reply in replies if "custom" in reply), {})
            about_others = OTHER_DRUGS.search(self.text.replace(message, ""))
            assert about_others is None, f"{message!r} is answered with {self.text!r}"
        return self

    @property
    def urgency(self) -> str | None:
        return self.payload.get("urgency")

    @property
    def rules(self) -> set[str]:
        return {reason["rule"] for reason in self.payload.get("reasons", ())}

    @property
    def symptoms(self) -> list[str]:
        there = ("present", "uncertain")
        return [entry["id"] for entry in self.payload.get("symptoms", ()) if entry["status"] in there]

    @property
    def handed_over(self) -> dict[str, Any]:
        status, content = self._assistant.get(f"/webhooks/rest/hand-over?sender={self._sender}")
        assert status == 200, content
        assert isinstance(content, dict)
        return content


def test_the_project_it_was_made_from_is_not_in_it(trained: Path) -> None:
    intents = (trained / "domain.yml").read_text(encoding="utf-8")
    assert "woolly_tongue" in intents
    assert "hallucinations" not in intents
    assert "blinatumomab" not in (trained / "docs/triage.md").read_text(encoding="utf-8").lower()


def test_training_prints_a_screenful_and_no_warnings_of_others(trained: Path) -> None:
    said = re.split(r"[\r\n]+", (trained / "typed.log").read_text(encoding="utf-8").strip())
    assert any("trained and saved" in line for line in said)
    assert len(said) <= SCREENFUL
    assert [line for line in said if "warning" in line.lower()] == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("my oxygen is 84", "number.oxygen"),
        ("bp is 70/40", "number.blood_pressure"),
        ("my temperature is 38.6", "number.temperature"),
        ("I can't breathe properly", "syndrome.single"),
    ],
)
def test_what_must_alarm_alarms(text: str, rule: str, exempline: Assistant) -> None:
    talk = Talk(exempline).say(text)
    assert talk.urgency == "contact_now"
    assert rule in talk.rules
    assert CARE_TEAM in talk.text


@pytest.mark.parametrize("text", ["I want to die", "she won't wake up"])
def test_the_emergencies_are_those_of_every_drug(text: str, exempline: Assistant) -> None:
    assert Talk(exempline).say(text).urgency == "emergency"


def test_two_signs_of_its_own_syndrome_add_up(exempline: Assistant) -> None:
    talk = Talk(exempline).say("I have gained weight fast")
    assert talk.chips == ["Fever or chills", "Trouble breathing", "None of these", "Not sure"]
    talk.say("now my ankles are swollen too")
    assert talk.urgency == "contact_now"
    assert "syndrome.two_signs" in talk.rules
    assert "differentiation syndrome" in talk.text


def test_its_check_question_is_answered_and_settles(exempline: Assistant) -> None:
    talk = Talk(exempline).say("I have gained weight fast", "None of these")
    assert talk.urgency == "tell_team"
    assert "screening.open" not in talk.rules


def test_its_own_side_effect_is_understood(exempline: Assistant) -> None:
    talk = Talk(exempline).say("my tongue feels woolly")
    assert (talk.urgency, talk.symptoms) == ("tell_team", ["woolly_tongue"])
    assert "The made-up leaflet" in talk.say("why?").text


@pytest.mark.parametrize(
    "text",
    [
        "I have a sore throat",
        "I have a splitting headache",
        "he can't get his words out",
        "I had a seizure",
        "the pump is beeping",
    ],
)
def test_what_it_does_not_list_is_a_complaint_all_the_same(text: str, exempline: Assistant) -> None:
    talk = Talk(exempline).say(text)
    assert talk.symptoms == ["unlisted"]
    assert talk.urgency in ("tell_team", "call_today")
    assert CARE_TEAM in talk.text


@pytest.mark.parametrize("text", ["no headache today", "is hair loss a side effect?"])
def test_what_is_denied_or_asked_is_no_complaint(text: str, exempline: Assistant) -> None:
    assert Talk(exempline).say(text).symptoms == []


def test_a_question_about_it_is_answered_from_its_documents(exempline: Assistant) -> None:
    assert "You swallow it once a day" in Talk(exempline).say("what is exempline").text


def test_the_summary_names_the_drug(exempline: Assistant) -> None:
    talk = Talk(exempline).say("my temperature is 38.6", "summary")
    assert "Treatment: exempline." in talk.text
    assert talk.handed_over["treatment"]["drug"] == "exempline"


def test_its_daily_check_asks_what_its_own_file_names(exempline: Assistant) -> None:
    talk = Talk(exempline).say("daily check", "Anybody", "37.0")
    assert "Is the weight the same as yesterday?" in talk.text
    assert talk.say("no").urgency == "contact_now"


@pytest.mark.parametrize(
    "text", ["hello", "what can you do?", "will it rain tomorrow?", "I am on the way to the ward"]
)
def test_small_talk_speaks_of_this_drug(text: str, exempline: Assistant) -> None:
    assert Talk(exempline).say(text).text
