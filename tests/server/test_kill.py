"""Killed a hundred times under load: what was answered is stored, and the database stays sound."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.server.running import ROOT, inherited

pytestmark = [pytest.mark.model, pytest.mark.server, pytest.mark.slow]

KILLS = 100
PATIENTS = 4  # who write at the same time
MOST_IN_A_CONVERSATION = 5
LONGEST_LIFE = 0.3  # seconds from the first answer to the kill
# The server forks, which only a process of one thread may do.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
SERVER = Path(__file__).with_name("killed_server.py")


class Patients:
    """Write without a pause, each one message after the other, and remember what was answered."""

    def __init__(self, url: str) -> None:
        self.answered: list[tuple[str, str]] = []  # conversation and text
        self._url = f"{url}/webhooks/rest/webhook"
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(name,), daemon=True) for name in range(PATIENTS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _write(self, name: int) -> None:
        for number in itertools.count():
            if self._done.is_set():
                return
            sender = f"patient-{name}-{number // MOST_IN_A_CONVERSATION}"
            text = f"I have chills and wrote number {number}"
            if self._is_answered(sender, text):
                self.answered.append((sender, text))

    def _is_answered(self, sender: str, text: str) -> bool:
        body = json.dumps({"sender": sender, "message": text}).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bool(answer.status == 200 and json.loads(answer.read()))
        except (OSError, ValueError):  # the server died while it answered
            return False


@pytest.mark.timeout(600)
def test_what_was_answered_survives_a_hundred_kills(tmp_path: Path) -> None:
    database = tmp_path / "conversations.db"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, str(SERVER)],
            cwd=ROOT,
            env={**inherited(), **ONE_THREAD, "BLINA_DATABASE": str(database)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert server.stdin is not None
    assert server.stdout is not None
    moments = random.Random(5)  # noqa: S311 - the same moments every time
    try:
        patients = Patients(server.stdout.readline().strip())
        patients.start()
        for _ in range(KILLS):
            serving = int(server.stdout.readline())
            before = len(patients.answered)
            while len(patients.answered) == before:
                assert server.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.005)
            time.sleep(moments.uniform(0, LONGEST_LIFE))
            os.kill(serving, signal.SIGKILL)
        patients.stop()
    finally:
        server.stdin.close()
        server.terminate()
        server.wait()
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        said = connection.execute(
            "SELECT substr(sender_id, instr(sender_id, 'patient')), json_extract(data, '$.text')"
            " FROM events WHERE type_name = 'user'"
        )
        stored = set(said)
        halves = connection.execute(
            "SELECT sender_id FROM events GROUP BY sender_id"
            " HAVING sum(type_name = 'user') != sum(type_name = 'slot' AND action_name = 'conversation')"
        ).fetchall()
    assert set(patients.answered) - stored == set()
    assert halves == []
    assert len(patients.answered) > KILLS
