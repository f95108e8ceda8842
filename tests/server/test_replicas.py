"""Three replicas behind nginx, two hundred patients, and everything that can fail fails while they write."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from benchmarks.scaling.kept import Flaws, flaws
from benchmarks.scaling.patients import PagePatient, Patient, RestPatient
from benchmarks.scaling.storm import Seen, Storm
from scripts import replicas
from scripts.replicas import Group
from tests.channels.people import TelegramPerson
from tests.channels.stubs import Stubs
from tests.server.running import until
from tests.server.test_web import Page

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.slow]

PAGES, PROGRAMS, CHATS = 110, 60, 30
SECONDS_OF_A_CUT = 5.0
SECONDS_TO_AN_ALARM = 20.0  # what nobody may wait longer for, whatever fails
CREDENTIALS = """\
blina.channels.rest.RestChannel:
blina.channels.web.channel.WebChannel:
blina.channels.health.HealthChannel:
blina.channels.messaging.telegram.TelegramChannel:
  bot_token: ${TELEGRAM_BOT_TOKEN}
  secret_token: ${TELEGRAM_SECRET_TOKEN}
  api_url: ${TELEGRAM_STUB}
"""
A_MINUTE = 60  # messages of one conversation
MANY = "1000000"  # they all come from one address, and none of them is a flood


class ChatPatient:
    """Somebody who writes with Telegram, which delivers again what was not taken."""

    def __init__(self, group: Group, stubs: Stubs, name: str) -> None:
        self.name = name
        self.resends = 0
        self.person = TelegramPerson(group, stubs)  # type: ignore[arg-type]  # it is only asked for messages
        self._url = f"{group.url}/webhooks/telegram/webhook"

    async def say(self, text: str) -> str:
        """See `Patient.say`."""
        before = len(self.person.whole_screen)
        body, headers = self.person.message(text)
        async with aiohttp.ClientSession() as session:
            while not await self._is_taken(session, body, headers):
                self.resends += 1
                await asyncio.sleep(0.3)
        while len(self.person.whole_screen) == before:
            await asyncio.sleep(0.1)
        return "\n".join(shown.text for shown in self.person.whole_screen[before:])

    async def leave(self) -> None:
        """See `Patient.leave`."""

    async def _is_taken(self, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str]) -> bool:
        try:
            async with session.post(self._url, data=body, headers=headers) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


@pytest.fixture(scope="module")
def stubs() -> Iterator[Stubs]:
    """The providers' APIs."""
    opened = Stubs()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, stubs: Stubs) -> Iterator[Group]:
    """Three replicas with everything."""
    credentials = tmp_path_factory.mktemp("replicas") / "credentials.yml"
    credentials.write_text(CREDENTIALS, encoding="utf-8")
    environment = {
        **stubs.environment(),
        "BLINA_CREDENTIALS": str(credentials),
        "BLINA_MESSAGES_PER_MINUTE_PER_ADDRESS": MANY,
        "BLINA_MESSAGES_PER_MINUTE_WITH_TOKEN": MANY,
        "BLINA_MESSAGES_PER_MINUTE": str(A_MINUTE),
        "BLINA_OPEN_CONNECTIONS": "5000",
        "BLINA_OPEN_CONNECTIONS_PER_ADDRESS": "5000",
    }
    with replicas.running(3, environment) as running:
        yield running


@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_or_mixed_and_red_flags_are_answered_all_the_time(
    group: Group, stubs: Stubs
) -> None:
    seen, patients = asyncio.run(_storm(group, stubs))
    # programs that got no answer ask again, and get two
    repeating = [patient.name for patient in patients if isinstance(patient, RestPatient)]
    assert flaws(group.postgres.url, seen, repeating) == Flaws()
    assert [alarm for alarm in seen.alarms if not alarm[2]] == []
    assert max(seen.alarms, key=lambda alarm: alarm[1])[1] < SECONDS_TO_AN_ALARM
    assert stubs.telegram.complaints == []


async def test_a_page_on_another_replica_is_told_that_the_conversation_is_forgotten(group: Group) -> None:
    here, there = await Page(at(group, 0)).connect(), await Page(at(group, 1)).connect()
    await here.join()
    await here.say("I have a bad headache")
    assert (await there.join(here.token))["fresh"] is False
    assert (await here.client.call("forget", {})) == {"ok": True}
    await until(lambda: bool(there.forgotten))
    assert await there.say("and now?") == {"ok": False, "error": "join"}
    await here.close()
    await there.close()


async def test_a_message_that_another_replica_is_answering_is_not_answered_twice(group: Group) -> None:
    here, there = await Page(at(group, 0)).connect(), await Page(at(group, 1)).connect()
    await here.join()
    await here.say("I have a bad headache")
    await there.join(here.token)
    key = uuid.uuid4().hex
    await asyncio.gather(*(page.say("and chills", key, again=True) for page in (here, there)))
    said = (await there.join(here.token))["messages"]
    assert [item["text"] for item in said if item["from"] == "user"] == [
        "I have a bad headache",
        "and chills",
    ]
    await here.close()
    await there.close()


async def test_a_limit_holds_over_all_replicas(group: Group) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {group.token}"}) as session:

        async def status(number: int) -> int:
            body = {"sender": "too-fast", "message": "thank you"}
            address = f"{at(group, number % len(group.replicas))}/webhooks/rest/webhook"
            async with session.post(address, json=body) as answer:
                return answer.status

        found = [await status(number) for number in range(A_MINUTE + 3)]
    assert found.count(429) == 3


def at(group: Group, number: int) -> str:
    """The address of one of the replicas, past nginx."""
    return f"http://127.0.0.1:{group.replicas[number].port}"


def test_the_site_of_the_example_is_the_one_that_is_tried() -> None:
    example = Path(replicas._SITE).read_text(encoding="utf-8")
    made = replicas.site(example, 8080, [5001, 5002])
    assert "ssl" not in made
    assert "10.0.0." not in made
    assert made.count("server 127.0.0.1:5001 max_fails=1 fail_timeout=2s;") == 2
    assert "listen 127.0.0.1:8080;" in made


async def _storm(group: Group, stubs: Stubs) -> tuple[Seen, list[Patient]]:
    patients: list[Patient] = [
        *(PagePatient(group.url, f"page-{number}") for number in range(PAGES)),
        *(RestPatient(group.url, group.token, f"rest-{number}") for number in range(PROGRAMS)),
        *(ChatPatient(group, stubs, f"chat-{number}") for number in range(CHATS)),
    ]
    return await Storm(group, patients, SECONDS_OF_A_CUT).rage(), patients
