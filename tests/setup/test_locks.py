"""The lock files pin everything by hash, fit each other and name no machine."""

import re
import subprocess
from pathlib import Path

import pytest
import tomli

from scripts.common import ROOT, VENV_PYTHON
from scripts.lock import ALONE, EXPORTS, export

PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text())
TARGETS = [*EXPORTS, *ALONE.values()]
ASKED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements/test.txt": PROJECT["dependency-groups"]["test"],
    "requirements/installer.txt": PROJECT["dependency-groups"]["installer"],
    **{
        target: [
            line.split("#")[0] for line in (ROOT / source).read_text().splitlines() if line[:1].isalpha()
        ]
        for source, target in ALONE.items()
    },
}


def pins(lock: Path) -> dict[str, str]:
    """Read name and version of each package in a lock file."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock.read_text(), re.MULTILINE))


def without_command(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#    uv export")]


@pytest.mark.parametrize("target", TARGETS)
def test_everything_asked_for_is_locked(target: str) -> None:
    asked = {re.split(r"[=<>~!\[ ]", wanted)[0].lower() for wanted in ASKED[target]}
    assert asked
    assert asked - pins(ROOT / target).keys() == set()


def test_the_lock_is_of_what_the_project_asks_for() -> None:
    check = [str(VENV_PYTHON), "-m", "uv", "lock", "--check", "--offline", "--no-config"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"run: make lock\n{done.stderr}"


@pytest.mark.parametrize("target", EXPORTS)
def test_what_is_installed_is_what_the_lock_holds(target: str, tmp_path: Path) -> None:
    written = tmp_path / "exported.txt"
    command = [str(VENV_PYTHON), "-m", "uv", *export(target), f"--output-file={written}"]
    command.remove(f"--output-file={target}")
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    assert without_command((ROOT / target).read_text()) == without_command(written.read_text())


@pytest.mark.parametrize("target", TARGETS)
def test_every_package_has_a_version_and_a_hash(target: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / target).read_text(), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("target", TARGETS)
def test_a_lock_names_no_registry_and_no_folder_of_a_machine(target: str) -> None:
    text = (ROOT / target).read_text()
    assert re.findall(r"\S*(?:://|--find-links|--index-url|\s/\w+)\S*", text) == []


def test_the_lock_of_all_names_the_public_index_alone() -> None:
    text = (ROOT / "uv.lock").read_text()
    assert set(re.findall(r"\w+://[^/\"]+", text)) == {"https://pypi.org", "https://files.pythonhosted.org"}


@pytest.mark.parametrize("target", ["requirements/test.txt", "requirements/installer.txt"])
def test_the_groups_agree_on_versions(target: str) -> None:
    run, other = pins(ROOT / "requirements.txt"), pins(ROOT / target)
    assert {name: version for name, version in other.items() if run.get(name, version) != version} == {}


@pytest.mark.parametrize("source", ["pyproject.toml", *ALONE])
def test_a_person_can_read_why_each_package_is_there(source: str) -> None:
    text = (ROOT / source).read_text()
    if source == "pyproject.toml":
        text = text[text.index("dependencies = [") : text.index("[project.scripts]")]
        text = re.sub(r'^    "([^"]+)",', r"\1", text, flags=re.MULTILINE)
    packages = [line for line in text.splitlines() if line[:1].isalpha() and "= [" not in line]
    assert packages
    bare = {
        "pytest-asyncio",
        "pytest-timeout",
        "hypothesis",
        "ruff",
        "mypy",
        "types-PyYAML",
    }  # say it themselves
    assert [line for line in packages if "#" not in line and line not in bare] == []
