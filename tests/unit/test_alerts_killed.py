"""Whoever was told to call now is known to the team, whenever the process was killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from blina.storage.tables import is_shared
from tests.unit.alerted import SECRET, Team, at_work

ROOT = Path(__file__).resolve().parents[2]


async def test_killed_between_every_two_steps_no_alert_is_lost_and_none_counts_twice(
    place: str, tmp_path: Path
) -> None:
    team = Team()
    shared = {"BLINA_DATABASE_URL": place} if is_shared(place) else {}
    async with at_work(team):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("killed_alerting.py")),
            cwd=ROOT,
            env={
                **os.environ,
                **shared,
                "BLINA_DATABASE": str(tmp_path / "conversations.db"),
                "BLINA_ALERTS": "true",
                "BLINA_ALERT_WEBHOOK_URL": team.url,
                "BLINA_ALERT_WEBHOOK_SECRET": SECRET,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    points, *answered = (line.split()[1] for line in said.decode().splitlines())
    turns = range(1, int(points) + 1)
    assert set(answered) == {f"message-{number}" for number in turns}
    once = team.once()
    assert [one["number"] for one in once] == list(turns)
    assert len(team.came) > len(once)  # some came twice, and the key says so
