"""Finding Python 3.10, or saying in one sentence how to get it."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.common import ROOT, Stop
from scripts.find_python import find_python, probe


def fake_program(path: Path, answer: str, exit_code: int = 0) -> Path:
    """Write a program that prints `answer`, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{answer}'\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for a machine on which nothing is installed: `bin/` is its whole PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("scripts.find_python._SYSTEM_FOLDERS", ())
    return tmp_path


def search(machine: Path, **settings: str) -> str:
    return find_python({"HOME": str(machine), **settings})


def test_python_on_the_path_is_taken(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "3.10")
    assert search(machine) == "python3.10"


def test_python3_is_taken_if_it_is_the_right_version(machine: Path) -> None:
    fake_program(machine / "bin/python3", "3.10")
    assert search(machine) == "python3"


def test_pyenvs_stand_in_that_does_not_run_is_passed_over(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "pyenv: python3.10: command not found", exit_code=127)
    fake_program(machine / "bin/python3", "3.11")
    real = fake_program(machine / ".pyenv/versions/3.10.13/bin/python3", "3.10")
    assert search(machine) == str(real)


def test_pyenv_elsewhere_is_found(machine: Path) -> None:
    real = fake_program(machine / "opt/pyenv/versions/3.10.2/bin/python3", "3.10")
    assert search(machine, PYENV_ROOT=str(machine / "opt/pyenv")) == str(real)


def test_a_python_that_uv_installed_is_found(machine: Path) -> None:
    real = fake_program(machine / ".local/share/uv/python/cpython-3.10.15-linux/bin/python3", "3.10")
    assert search(machine) == str(real)


def test_the_persons_choice_comes_first(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "3.10")
    mine = fake_program(machine / "mine/python", "3.10")
    assert search(machine, PYTHON=str(mine)) == str(mine)


def test_a_wrong_choice_is_refused_and_nothing_else_is_taken_instead(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "3.10")
    mine = fake_program(machine / "mine/python", "3.12")
    with pytest.raises(Stop, match=r"PYTHON=.*mine/python is not a complete Python 3\.10"):
        search(machine, PYTHON=str(mine))


def test_a_python_without_venv_is_named_with_the_package_that_brings_it(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "3.10 venv ensurepip")
    with pytest.raises(Stop, match=r"python3\.10 lacks venv, ensurepip: .*apt install python3\.10-venv"):
        search(machine)


def test_a_complete_python_is_preferred_to_an_incomplete_one(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "3.10 venv")
    real = fake_program(machine / ".pyenv/versions/3.10.13/bin/python3", "3.10")
    assert search(machine) == str(real)


@pytest.mark.parametrize(
    ("tool", "advice"),
    [("uv", "uv python install 3.10"), ("pyenv", "pyenv install 3.10"), ("brew", "brew install python@3.10")],
)
def test_a_missing_python_ends_in_the_command_that_fits_the_machine(
    machine: Path, tool: str, advice: str
) -> None:
    fake_program(machine / "bin" / tool, "")
    with pytest.raises(Stop) as stopped:
        search(machine)
    assert f"type `{advice}`" in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_a_missing_python_on_a_bare_machine_ends_in_advice(machine: Path) -> None:
    fake_program(machine / "bin/python3", "3.12")
    with pytest.raises(Stop, match=r"needs Python 3\.10 .* which was not found: install it \(Ubuntu"):
        search(machine)


def test_the_probe_tells_the_truth_about_the_python_that_runs_this() -> None:
    assert probe(sys.executable) == ("3.10", [])


def test_any_python_will_do_to_start_the_search(machine: Path) -> None:
    fake_program(machine / "bin/python3.10", "False")
    fake_program(machine / "bin/python3", "True")
    started = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts/any_python.sh"), "-m", "scripts.setup"],
        capture_output=True,
        text=True,
    )
    assert started.stdout == "True\n"


@pytest.mark.usefixtures("machine")
def test_no_python_at_all_is_one_sentence() -> None:
    started = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts/any_python.sh"), "-m", "scripts.setup"],
        capture_output=True,
        text=True,
    )
    assert started.returncode == 1
    assert started.stdout == ""
    assert started.stderr.count("\n") == 1
    assert "install it" in started.stderr
