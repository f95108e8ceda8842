"""Compare the locked packages with what is known of them: `make audit`.

First without any network: no locked version may be in `requirements/known-bad.yml`. Then
pip-audit runs in an environment of its own, because Rasa holds a package that it needs at an old
version. What it finds has to be listed in `requirements/accepted-findings.yml`, with the reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml
from packaging.version import Version

from scripts.common import ROOT, Stop, digest, main, say

LOCK = ROOT / "requirements.txt"
KNOWN_BAD = ROOT / "requirements" / "known-bad.yml"
ACCEPTED = ROOT / "requirements" / "accepted-findings.yml"
TOOL = ROOT / "requirements" / "audit.txt"
ENVIRONMENT = ROOT / ".audit"
_LOCKED = re.compile(r"^([a-z0-9-]+)==([^ ;]+)", re.MULTILINE)
_COLUMNS = ("Package", "Known as", "What it is", "Does our use reach it?", "What stands in front")


@dataclass(frozen=True)
class Accepted:
    """What is known of one package at one version, and why it is no danger here."""

    package: str
    version: str
    findings: tuple[str, ...]
    what: str
    reached: str
    in_front: str


def read_accepted(file: Path = ACCEPTED) -> list[Accepted]:
    """Read the list of accepted findings.

    Args:
        file: the list.

    Returns:
        one entry a package.
    """
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Accepted(**{**entry, "findings": tuple(entry["findings"])}) for entry in entries]


@dataclass(frozen=True)
class KnownBad:
    """A weakness that every version of a package below one has."""

    package: str
    below: str
    finding: str
    what: str


def read_known_bad(file: Path = KNOWN_BAD) -> list[KnownBad]:
    """Read the list that needs no network.

    Args:
        file: the list.
    """
    return [KnownBad(**entry) for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]


def locked(*files: Path) -> dict[str, str]:
    """The version of every locked package.

    Args:
        files: lock files; the one of the server when none is named.
    """
    text = "".join(file.read_text(encoding="utf-8") for file in files or (LOCK,))
    return dict(_LOCKED.findall(text))


def judge_offline(
    versions: Mapping[str, str], bad: Sequence[KnownBad], accepted: Sequence[Accepted]
) -> list[str]:
    """Tell which locked versions are known to be bad, without asking anybody.

    Args:
        versions: by package.
        bad: what must not be there.
        accepted: what has been looked at.

    Returns:
        one line a finding; empty when there is none.
    """
    known = {(entry.package, entry.version, name) for entry in accepted for name in entry.findings}
    return [
        f"{entry.package} {version}: {entry.finding} ({entry.what}), fixed in {entry.below}"
        for entry in bad
        if (version := versions.get(entry.package))
        and Version(version) < Version(entry.below)
        and (entry.package, version, entry.finding) not in known
    ]


def judge(report: dict[str, Any], accepted: Sequence[Accepted]) -> list[str]:
    """Tell what a report holds that nobody has looked at.

    Args:
        report: pip-audit's, as JSON.
        accepted: what has been looked at.

    Returns:
        one line a finding; empty when all is known.

    Raises:
        Stop: packages could not be compared, so that the report says nothing of them.
    """
    packages = report["dependencies"]
    unknown = [entry["name"] for entry in packages if "skip_reason" in entry]
    if unknown or not packages:
        first = f" ({unknown[0]} is the first)" if unknown else ""
        raise Stop(
            "the list of known weaknesses could not be asked about "
            f"{len(unknown)} of {len(packages)} packages{first}: nothing can be said of them. "
            "It is kept by the Python Package Index; a mirror may not have it."
        )
    known = {(entry.package, entry.version, name) for entry in accepted for name in entry.findings}
    lines = []
    for entry in packages:
        for finding in entry["vulns"]:
            names = [finding["id"], *finding.get("aliases", [])]
            if not any((entry["name"], entry["version"], name) in known for name in names):
                fixed = ", ".join(finding.get("fix_versions", [])) or "no version"
                lines.append(f"{entry['name']} {entry['version']}: {' '.join(names)}, fixed in {fixed}")
    return lines


def table(accepted: Sequence[Accepted]) -> str:
    """Show the accepted findings.

    Args:
        accepted: what has been looked at.

    Returns:
        a table for `docs/security.md`.
    """
    rows = [_COLUMNS, ("---",) * len(_COLUMNS)]
    for entry in accepted:
        names = ", ".join(entry.findings)
        rows.append((f"{entry.package} {entry.version}", names, entry.what, entry.reached, entry.in_front))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def tool() -> Path:
    """Install pip-audit, if that has not been done.

    Returns:
        the Python that has it.

    Raises:
        Stop: it could not be installed.
    """
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "made-from"
    made_from = digest([TOOL])
    if not stamp.exists() or stamp.read_text() != made_from:
        say("Installing pip-audit into .audit")
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
            [*pip, "--require-hashes", "--only-binary=:all:", "-r", str(TOOL)],
        ):
            if subprocess.run(command, cwd=ROOT).returncode != 0:
                raise Stop("pip-audit could not be installed; the lines above say why.")
        stamp.write_text(made_from)
    return python


def run(python: Path) -> dict[str, Any]:
    """Ask about every locked package.

    Args:
        python: has pip-audit.

    Returns:
        its report.

    Raises:
        Stop: nobody could be asked.
    """
    command = [str(python), "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format=json"]
    done = subprocess.run(
        [*command, "--progress-spinner=off", "-r", str(LOCK)], cwd=ROOT, capture_output=True, text=True
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Stop(f"the list of known weaknesses could not be asked: {reason}") from None
    return report


def script() -> None:
    """Compare, or print the table.

    Raises:
        Stop: something is found that nobody has looked at, or nothing can be said.
    """
    accepted = read_accepted()
    if sys.argv[1:] == ["table"]:
        print(table(accepted))
        return
    new = judge_offline(locked(), read_known_bad(), accepted)
    if sys.argv[1:] != ["offline"]:
        new += judge(run(tool()), accepted)
    if new:
        print("\n".join(new))
        raise Stop(
            f"{len(new)} findings are not in requirements/{ACCEPTED.name}: upgrade, or say there why not."
        )
    say(f"Nothing new: what is known of {len(accepted)} packages is in docs/security.md")


if __name__ == "__main__":
    main(script)
