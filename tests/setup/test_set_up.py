"""Set-up installs what is missing, repairs what was interrupted, and is quick when nothing changed."""

import json
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from scripts import setup
from scripts.common import Stop

Usage = namedtuple("Usage", "total used free")
PLENTY = Usage(10**12, 0, 10**12)


class Machine:
    """A project folder whose set-up starts no real program; `calls` notes what it would have started."""

    def __init__(self, folder: Path) -> None:
        self.venv = folder / ".venv"
        self.python = self.venv / "bin" / "python"
        self.calls: list[str] = []
        self.failing = ""

    def call(self, arguments: list[str], problem: str) -> None:
        step = next(word for word in ("--clear", "install", "sync", "check") if word in arguments)
        self.calls.append(step)
        if step == self.failing:
            raise Stop(problem)
        if step == "--clear":
            self.python.parent.mkdir(parents=True, exist_ok=True)
            self.python.touch()
            (self.venv / "lib/python3.10/site-packages").mkdir(parents=True, exist_ok=True)
            (self.venv / "setup.json").unlink(missing_ok=True)

    def set_up(self, group: str) -> list[str]:
        self.calls.clear()
        setup.set_up(group)
        return self.calls


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    for name in ("installer.txt", "requirements.txt", "test.txt"):
        (tmp_path / name).write_text(f"{name}\n")
    installer, run, test = (tmp_path / name for name in ("installer.txt", "requirements.txt", "test.txt"))
    monkeypatch.setattr(setup, "GROUPS", {"run": [installer, run], "test": [installer, run, test]})
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", machine.venv)
    monkeypatch.setattr(setup, "VENV_PYTHON", machine.python)
    monkeypatch.setattr(setup.read_stamp, "__defaults__", (machine.venv,))
    monkeypatch.setattr(setup, "digest", lambda paths: "+".join(path.read_text() for path in paths[:-1]))
    monkeypatch.setattr(setup, "call", machine.call)
    monkeypatch.setattr(setup, "find_python", lambda: sys.executable)
    monkeypatch.setattr("shutil.disk_usage", lambda _: PLENTY)
    return machine


ALL_STEPS = ["--clear", "install", "sync", "install", "check"]
NO_STEPS: list[str] = []


def test_the_first_time_everything_is_installed(machine: Machine) -> None:
    assert machine.set_up("run") == ALL_STEPS


def test_the_second_time_nothing_is_done(machine: Machine) -> None:
    machine.set_up("run")
    assert machine.set_up("run") == NO_STEPS


def test_the_tests_packages_are_added_to_what_is_there(machine: Machine) -> None:
    machine.set_up("run")
    assert machine.set_up("test") == ["install", "sync", "install", "check"]


def test_running_after_testing_takes_nothing_away(machine: Machine) -> None:
    machine.set_up("test")
    assert machine.set_up("run") == NO_STEPS


def test_after_a_new_lock_the_tests_packages_are_kept(machine: Machine, tmp_path: Path) -> None:
    machine.set_up("test")
    (tmp_path / "requirements.txt").write_text("newer\n")
    assert machine.set_up("run") == ["install", "sync", "install", "check"]
    assert setup.read_stamp() == {"group": "test", "fingerprint": setup.fingerprint("test")}


@pytest.mark.parametrize("name", ["installer.txt", "requirements.txt"])
def test_a_new_lock_is_installed(machine: Machine, tmp_path: Path, name: str) -> None:
    machine.set_up("run")
    (tmp_path / name).write_text("newer\n")
    assert machine.set_up("run") == ["install", "sync", "install", "check"]


@pytest.mark.parametrize("step", sorted(set(ALL_STEPS)))
def test_whatever_was_interrupted_is_made_anew(machine: Machine, step: str) -> None:
    machine.failing = step
    with pytest.raises(Stop):
        machine.set_up("run")
    machine.failing = ""
    assert machine.set_up("run") == ALL_STEPS
    assert machine.set_up("run") == NO_STEPS


def test_an_interrupted_update_is_made_anew(machine: Machine, tmp_path: Path) -> None:
    machine.set_up("run")
    (tmp_path / "requirements.txt").write_text("newer\n")
    machine.failing = "sync"
    with pytest.raises(Stop):
        machine.set_up("run")
    machine.failing = ""
    assert machine.set_up("run") == ALL_STEPS


def test_an_environment_whose_python_is_gone_is_made_anew(machine: Machine) -> None:
    machine.set_up("run")
    machine.python.unlink()
    assert machine.set_up("run") == ALL_STEPS


def test_a_moved_environment_is_made_anew(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.set_up("run")
    monkeypatch.setattr(setup, "ROOT", tmp_path / "moved")
    assert machine.set_up("run") == ALL_STEPS


@pytest.mark.parametrize("text", ["", "{", "[]", '{"group": "unknown"}'])
def test_a_damaged_stamp_counts_as_none(machine: Machine, text: str) -> None:
    machine.set_up("run")
    (machine.venv / "setup.json").write_text(text)
    assert setup.read_stamp() is None
    assert machine.set_up("run") == ALL_STEPS


def test_every_python_started_here_has_telemetry_off(machine: Machine) -> None:
    machine.set_up("run")
    line = (machine.venv / "lib/python3.10/site-packages" / setup.PRIVACY_FILE).read_text()
    assert "setdefault('RASA_TELEMETRY_ENABLED', 'false')" in line


def test_another_kind_of_machine_is_one_sentence_and_changes_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    with pytest.raises(Stop, match="Linux on x86_64, and this is Darwin arm64: use such a machine"):
        machine.set_up("run")
    assert machine.calls == NO_STEPS


def test_too_little_disk_space_is_one_sentence_and_changes_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**11, 10**11 - 10**9, 10**9))
    with pytest.raises(Stop) as stopped:
        machine.set_up("run")
    sentence = str(stopped.value)
    assert "needs about 4 GB of disk space" in sentence
    assert "has 1.0 GB free" in sentence
    assert "\n" not in sentence
    assert machine.calls == NO_STEPS


def test_a_full_disk_does_not_matter_once_all_is_installed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.set_up("run")
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10, 10, 0))
    assert machine.set_up("run") == NO_STEPS


def test_a_stamp_is_only_written_when_all_is_done(machine: Machine) -> None:
    machine.failing = "check"
    with pytest.raises(Stop):
        machine.set_up("run")
    assert not (machine.venv / "setup.json").exists()
    machine.failing = ""
    machine.set_up("run")
    assert json.loads((machine.venv / "setup.json").read_text())["group"] == "run"


def test_the_project_itself_is_installed_without_fetching_anything(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def call(arguments: list[str], problem: str) -> None:
        commands.append(arguments)
        machine.call(arguments, problem)

    monkeypatch.setattr(setup, "call", call)
    machine.set_up("run")
    (own,) = [command for command in commands if "-e" in command]
    assert own[-1] == str(machine.venv.parent)
    assert {"--no-deps", "--no-build-isolation", "--offline"} <= set(own)


def test_settings_of_pip_that_change_what_is_installed_are_left_out() -> None:
    settings = {
        "PIP_FIND_LINKS": "/wheels",
        "PIP_CONSTRAINT": "/limits.txt",
        "PYTHONPATH": "/x",
        "PATH": "/bin",
    }
    result = setup.installer_environment(settings)
    assert set(result) == {"PATH", "VIRTUAL_ENV"}


def test_a_mirror_that_pip_uses_serves_the_fast_installer_too() -> None:
    settings = {"PIP_INDEX_URL": "https://mirror.example/simple", "PIP_CERT": "/mirror.pem"}
    result = setup.installer_environment(settings)
    assert result["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert result["SSL_CERT_FILE"] == "/mirror.pem"


def test_a_program_that_fails_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: PLENTY)
    with pytest.raises(Stop, match="installing the packages failed; the lines above say why"):
        setup.call([sys.executable, "-c", "raise SystemExit(3)"], "installing the packages failed")


def test_a_disk_that_filled_up_meanwhile_is_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10, 10, 0))
    with pytest.raises(Stop, match="disk space"):
        setup.call([sys.executable, "-c", "raise SystemExit(3)"], "installing the packages failed")
