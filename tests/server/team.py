"""The nurses' page on a port of its own, the OpenID provider that it asks, and a nurse without a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from blina.alerts.model import Alert, HandedOver, Kind, NewAlert
from blina.alerts.shared_store import store_at
from blina.channels.team.records import FILE
from blina.storage.audit import Entry, breaks, read
from scripts import provider
from tests.server.running import PATIENCE, ROOT, SECONDS_TO_START, free_port, inherited

SECRET = "of the tests of the nurses' page, long enough"
CLIENT, CLIENT_SECRET = "blina", "the secret of this client"
ADA, BEN, EVE = "ada@ward.example", "ben@ward.example", "eve@elsewhere.example"
SERVER = Path(__file__).with_name("team_server.py")
_numbers = count(1)


def until(happened: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


def answers(url: str) -> bool:
    """Whether somebody answers there."""
    try:
        return requests.get(url, timeout=PATIENCE).ok
    except requests.ConnectionError:
        return False


class OpenIdProvider:
    """A provider from a package, with three people."""

    def __init__(self) -> None:
        self.issuer = f"http://127.0.0.1:{free_port()}"
        people = [
            {"sub": "1", "email": ADA, "email_verified": True},
            {"sub": "2", "preferred_username": "ben", "groups": ["nurses"]},
            {"sub": "3", "email": EVE, "email_verified": True},
            {"sub": "4", "email": ADA, "email_verified": False},
        ]
        users = [part for person in people for part in ("--user-claims", json.dumps(person))]
        port = self.issuer.rpartition(":")[2]
        self._process = subprocess.Popen(
            [str(provider.set_up()), "--port", port, "--require-nonce", "True", *users],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: answers(f"{self.issuer}/jwks"), SECONDS_TO_START)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


class Team:
    """The nurses' page as a process, with the stores that it uses."""

    def __init__(self, folder: Path, port: int = 0, **settings: str) -> None:
        """Start it.

        Args:
            folder: for its databases.
            port: where; any when 0.
            settings: variables without their prefix.
        """
        self.url = f"http://127.0.0.1:{port or free_port()}"
        self.folder = folder
        self.log = folder / "team.log"
        self._environment = {
            **inherited(),
            "PYTHONPATH": str(ROOT),
            "BLINA_DATABASE": str(folder / "conversations.db"),
            "BLINA_CENTRE_NAME": "St. Anna, Ward 3",
            "BLINA_ALERTS": "true",
            "BLINA_TEAM_INBOX": "true",
            **{f"BLINA_{name}": value for name, value in settings.items()},
        }
        self.start()
        self.shared = settings.get("DATABASE_URL")
        self.alerts = store_at(self.shared or str(folder / "alerts.db"))

    def start(self) -> None:
        """Start the process and wait until it answers."""
        command = [sys.executable, "-W", "ignore", str(SERVER), self.url.rpartition(":")[2]]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=log)
        until(lambda: answers(f"{self.url}/team") or self._process.poll() is not None, SECONDS_TO_START)
        assert self._process.poll() is None, self.log.read_text()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()

    def close(self) -> None:
        """End it for good."""
        self.stop()
        self.alerts.close()

    def raised(self, minutes: float = 1, hand_over: HandedOver | None = None, **changes: Any) -> Alert:
        """An alert as a patient's message raises it.

        Args:
            minutes: since the message.
            hand_over: kept with it.
            changes: of what it is otherwise.
        """
        number = next(_numbers)
        new = NewAlert(
            key=f"key {number}",
            conversation=f"{number:06x}a7",
            time=datetime.now(timezone.utc) - timedelta(minutes=minutes),
            centre="St. Anna, Ward 3",
            urgency="contact_now",
            rule="crs.single",
            kind=Kind.ADVICE,
            hand_over=hand_over,
        )
        alert = self.alerts.add(replace(new, **changes), (), time.time())
        assert alert is not None
        return alert

    def clear(self) -> None:
        """Delete every alert."""
        self.alerts.clear(words=float("inf"), closed=float("inf"), opened=float("inf"))

    def audit(self) -> list[Entry]:
        """The audit log, which must be whole."""
        entries, end = read(self.shared or str(self.folder / FILE))
        assert list(breaks(entries, end, SECRET.encode())) == []
        return entries

    def acts(self) -> list[tuple[str, str]]:
        """Who did what, in the order of the log."""
        return [(entry.who, entry.act) for entry in self.audit()]


def by_provider(issuer: str, port: int) -> dict[str, str]:
    """The settings of a page on which a provider's people sign in."""
    return {
        "SESSION_SECRET": SECRET,
        "TEAM_URL": f"http://127.0.0.1:{port}",
        "TEAM_ISSUER": issuer,
        "TEAM_CLIENT_ID": CLIENT,
        "TEAM_CLIENT_SECRET": CLIENT_SECRET,
        "TEAM_EMAILS": ADA,
        "TEAM_CLAIM": "groups",
        "TEAM_CLAIM_VALUES": "nurses, night-nurses",
    }


class Nurse:
    """Somebody with a browser's cookies and no browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask for something; redirects are not followed."""
        return self.http.get(f"{self.url}{path}", headers=headers, allow_redirects=False, timeout=PATIENCE)

    def begin(self) -> str:
        """Begin to sign in; the address of the provider that the browser is sent to."""
        answer = self.get("/team/sign-in")
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def at_the_provider(self, address: str, subject: str) -> str:
        """Sign in there; the path with which the browser comes back."""
        answer = self.http.post(address, data={"sub": subject}, allow_redirects=False, timeout=PATIENCE)
        assert answer.status_code == 302, answer.text
        back = urllib.parse.urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def sign_in(self, subject: str) -> requests.Response:
        """All of it."""
        return self.get(self.at_the_provider(self.begin(), subject))

    def token(self) -> str:
        """What has to come with every change."""
        found = re.search(r'"token": "(\w+)"', self.get("/team").text)
        assert found
        return found[1]

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> requests.Response:
        """Ask for a change as the page does."""
        given = {"Origin": self.url, "Blina-Token": self.token(), **headers}
        sent = {name.replace("_", "-"): value for name, value in given.items() if value}
        return self.http.post(
            f"{self.url}{path}", json=fields or {}, headers=sent, allow_redirects=False, timeout=PATIENCE
        )

    def is_in(self) -> bool:
        """Whether the alerts are shown."""
        return self.get("/team/alerts").status_code == 200
