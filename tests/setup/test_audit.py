"""What is known of the locked packages has been looked at, and what has not been fails `make audit`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import audit
from scripts.common import ROOT, Stop

ACCEPTED = [
    audit.Accepted("aiohttp", "3.9.5", ("CVE-2025-53643",), "what", "reached", "in front"),
]


def report(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(packages), "fixes": []}


def package(name: str, version: str, *findings: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": version, "vulns": list(findings)}


def finding(*names: str) -> dict[str, Any]:
    return {"id": names[0], "aliases": list(names[1:]), "fix_versions": ["9.9"], "description": ""}


@pytest.mark.parametrize("names", [("CVE-2025-53643",), ("GHSA-9548-qrrj-x5pj", "CVE-2025-53643")])
def test_what_was_looked_at_passes_under_any_of_its_names(names: tuple[str, ...]) -> None:
    assert audit.judge(report(package("aiohttp", "3.9.5", finding(*names))), ACCEPTED) == []


@pytest.mark.parametrize(
    ("name", "version", "known_as"),
    [
        ("aiohttp", "3.9.5", "CVE-2099-1"),
        ("aiohttp", "3.9.6", "CVE-2025-53643"),
        ("sanic", "3.9.5", "CVE-2025-53643"),
    ],
)
def test_anything_else_is_named(name: str, version: str, known_as: str) -> None:
    (line,) = audit.judge(report(package(name, version, finding(known_as))), ACCEPTED)
    assert line == f"{name} {version}: {known_as}, fixed in 9.9"


def test_a_service_that_knows_nothing_is_not_taken_for_good_news() -> None:
    skipped = {"name": "sanic", "skip_reason": "Dependency not found on PyPI"}
    with pytest.raises(Stop, match=r"could not be asked about 1 of 2 packages \(sanic is the first\)"):
        audit.judge(report(package("aiohttp", "3.9.5"), skipped), ACCEPTED)
    with pytest.raises(Stop, match="nothing can be said"):
        audit.judge(report(), ACCEPTED)


def tool_that(tmp_path: Path, does: str) -> Path:
    made = tmp_path / "python"
    made.write_text(f"#!/bin/sh\n{does}\n")
    made.chmod(0o755)
    return made


def test_a_service_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    broken = tool_that(tmp_path, "echo Traceback >&2; echo 'ConnectionError: no route' >&2; exit 1")
    with pytest.raises(
        Stop, match=r"^the list of known weaknesses could not be asked: ConnectionError: no route$"
    ):
        audit.run(broken)


def test_every_locked_package_is_asked_about(tmp_path: Path) -> None:
    says = tool_that(tmp_path, f'echo "$@" > {tmp_path}/asked; echo \'{{"dependencies": []}}\'')
    assert audit.run(says) == {"dependencies": []}
    asked = (tmp_path / "asked").read_text()
    assert f"-r {ROOT / 'requirements.txt'}" in asked
    assert "--require-hashes" in asked


def test_the_list_is_of_versions_that_are_locked() -> None:
    locked = audit.locked()
    accepted = audit.read_accepted()
    assert accepted
    assert {
        entry.package: entry.version for entry in accepted if locked.get(entry.package) != entry.version
    } == {}
    assert len({entry.package for entry in accepted}) == len(accepted)


def test_every_accepted_finding_says_what_it_is_and_why() -> None:
    for entry in audit.read_accepted():
        assert all(
            re.fullmatch(r"(CVE-\d{4}-\d{4,}|GHSA(-\w{4}){3}|PYSEC-\d{4}-\d+)", name)
            for name in entry.findings
        )
        assert min(len(entry.what), len(entry.reached), len(entry.in_front)) > 20


def test_the_manual_shows_the_list() -> None:
    assert audit.table(audit.read_accepted()) in (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_the_table_can_be_printed() -> None:
    command = [sys.executable, "-m", "scripts.audit", "table"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == audit.table(audit.read_accepted())


# --- without a network

BAD = [audit.KnownBad("aiohttp", "3.10.11", "CVE-2025-53643", "it reads what is not there")]


@pytest.mark.parametrize(("version", "lines"), [("3.9.4", 1), ("3.9.5", 0), ("3.10.11", 0), ("3.11.0", 0)])
def test_a_bad_version_is_named_unless_it_was_looked_at(version: str, lines: int) -> None:
    found = audit.judge_offline({"aiohttp": version, "sanic": "1"}, BAD, ACCEPTED)
    assert len(found) == lines
    assert all(f"aiohttp {version}: CVE-2025-53643" in line for line in found)


def test_no_locked_version_is_known_to_be_bad() -> None:
    files = [ROOT / "requirements" / name for name in ("test.txt", "installer.txt", "audit.txt")]
    for file in (audit.LOCK, *files):
        assert audit.judge_offline(audit.locked(file), audit.read_known_bad(), audit.read_accepted()) == []


def test_every_known_bad_version_is_of_a_package_that_is_locked() -> None:
    names = set(audit.locked(audit.LOCK, ROOT / "requirements" / "test.txt"))
    assert {entry.package for entry in audit.read_known_bad()} <= names
