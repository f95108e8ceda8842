"""The lock files pin everything by hash, fit each other and name no machine."""

import re
from pathlib import Path

import pytest

from scripts.common import ROOT
from scripts.lock import LOCKS


def pins(lock: Path) -> dict[str, str]:
    """Read name and version of each package in a lock file."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock.read_text(), re.MULTILINE))


def asked_for(source: Path) -> set[str]:
    """Read the packages that a person asked for."""
    lines = (line.split("#")[0].strip() for line in source.read_text().splitlines())
    return {re.split(r"[=<>~!\[ ]", line)[0].lower() for line in lines if line and not line.startswith("-")}


@pytest.mark.parametrize(("source", "target"), LOCKS.items())
def test_everything_asked_for_is_locked(source: str, target: str) -> None:
    assert asked_for(ROOT / source) - pins(ROOT / target).keys() == set()


@pytest.mark.parametrize("target", LOCKS.values())
def test_every_package_has_a_version_and_a_hash(target: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / target).read_text(), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("target", LOCKS.values())
def test_a_lock_names_no_registry_and_no_folder_of_a_machine(target: str) -> None:
    text = (ROOT / target).read_text()
    assert re.findall(r"\S*(?:://|--find-links|--index-url|\s/\w+)\S*", text) == []


@pytest.mark.parametrize("target", ["requirements/test.txt", "requirements/installer.txt"])
def test_the_groups_agree_on_versions(target: str) -> None:
    run, other = pins(ROOT / "requirements.txt"), pins(ROOT / target)
    assert {name: version for name, version in other.items() if run.get(name, version) != version} == {}


@pytest.mark.parametrize("source", LOCKS)
def test_a_person_can_read_why_each_package_is_there(source: str) -> None:
    lines = (ROOT / source).read_text().splitlines()
    bare = {
        "pytest-asyncio",
        "pytest-timeout",
        "hypothesis",
        "ruff",
        "mypy",
        "types-PyYAML",
    }  # say it themselves
    assert [line for line in lines if line[:1].isalpha() and "#" not in line and line not in bare] == []
