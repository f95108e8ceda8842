"""Training happens when something that the model depends on changed, and only then."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from blina.knowledge import KnowledgeError, Problem
from scripts import check_knowledge, train
from scripts.common import ROOT, Stop


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out a small project whose model is current."""
    for name in train.INPUTS:
        path = tmp_path / name
        if path.suffix:
            path.write_text(f"{name}\n")
        else:
            (path / "deeper").mkdir(parents=True)
            (path / "deeper" / "file.yml").write_text(f"{name}\n")
    (tmp_path / "models").mkdir()
    train.model_file(tmp_path).write_bytes(b"model")
    train.stamp_file(tmp_path).write_text(train.inputs_digest(tmp_path))
    return tmp_path


def a_file_of(project: Path, name: str) -> Path:
    path = project / name
    return path if path.is_file() else path / "deeper" / "file.yml"


def test_nothing_changed_so_nothing_is_trained(project: Path) -> None:
    assert train.is_current(project)


@pytest.mark.parametrize("name", train.INPUTS)
def test_a_changed_file_asks_for_training(project: Path, name: str) -> None:
    a_file_of(project, name).write_text("changed\n")
    assert not train.is_current(project)


@pytest.mark.parametrize("name", train.INPUTS)
def test_a_removed_file_asks_for_training(project: Path, name: str) -> None:
    a_file_of(project, name).unlink()
    assert not train.is_current(project)


def test_a_new_file_asks_for_training(project: Path) -> None:
    (project / "data" / "more.yml").write_text("more\n")
    assert not train.is_current(project)


def test_a_renamed_file_asks_for_training(project: Path) -> None:
    a_file_of(project, "data").rename(project / "data" / "renamed.yml")
    assert not train.is_current(project)


@pytest.mark.parametrize("line", ["drug: exempline", "drug: exempline # the second"])
def test_another_drug_asks_for_training(project: Path, line: str) -> None:
    (project / "settings.yml").write_text("drug: null # the only one\n")
    assert train.is_current(project)
    (project / "settings.yml").write_text(f"{line}\n")
    assert train.chosen_drug(project) == "exempline"
    assert not train.is_current(project)


def test_the_environment_chooses_the_drug_too(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLINA_DRUG", " exempline ")
    assert train.chosen_drug(project) == "exempline"
    assert not train.is_current(project)


def test_a_missing_model_asks_for_training(project: Path) -> None:
    train.model_file(project).unlink()
    assert not train.is_current(project)


def test_a_model_of_unknown_origin_asks_for_training(project: Path) -> None:
    train.stamp_file(project).unlink()
    assert not train.is_current(project)


@pytest.mark.parametrize(
    "name",
    [
        "blina/rasa_adapter/__pycache__/guard.cpython-310.pyc",
        "knowledge/.symptoms.yml.swp",
        "README.md",
        "web/chat.js",
    ],
)
def test_files_that_the_model_does_not_depend_on_ask_for_nothing(project: Path, name: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("noise\n")
    assert train.is_current(project)


def test_touching_a_file_asks_for_nothing(project: Path) -> None:
    a_file_of(project, "knowledge").touch()
    assert train.is_current(project)


def test_the_inputs_exist_in_this_project() -> None:
    assert [name for name in train.INPUTS if not (ROOT / name).exists()] == []


def test_deciding_takes_less_than_a_second_and_does_not_import_rasa() -> None:
    code = "import sys; from scripts.train import is_current; is_current(); sys.exit('rasa' in sys.modules)"
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT)
    assert done.returncode == 0
    assert time.monotonic() - start < 1


class Programs:
    """Stand in for the programs that training starts."""

    def __init__(self, project: Path, failing: str = "") -> None:
        self.project = project
        self.failing = failing
        self.started: list[str] = []
        self.environment: dict[str, str] = {}

    def run(self, arguments: list[str], **options: Any) -> SimpleNamespace:
        module = arguments[2]
        self.started.append(module)
        if module == "scripts.rasa_train":
            self.environment = options["env"]
        if module == self.failing:
            return SimpleNamespace(returncode=1)
        if module == "scripts.rasa_train":
            train.model_file(self.project).write_bytes(b"new model")
        return SimpleNamespace(returncode=0)


@pytest.fixture
def started_from(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Programs]:
    """Make the script work on the small project, with stand-ins for the programs it starts."""

    def start(failing: str = "") -> Programs:
        programs = Programs(project, failing)
        for function in (train.model_file, train.stamp_file, train.inputs_digest, train.is_current):
            monkeypatch.setattr(function, "__defaults__", (project,))
        monkeypatch.setattr(train, "LOCK_FILE", project / ".lock")
        monkeypatch.setattr(train, "VENV_PYTHON", Path(sys.executable))
        monkeypatch.setattr(subprocess, "run", programs.run)
        return programs

    return start


def test_a_current_model_starts_no_program(started_from: Callable[..., Programs]) -> None:
    programs = started_from()
    train.script()
    assert programs.started == []


def test_a_change_is_trained_once(project: Path, started_from: Callable[..., Programs]) -> None:
    programs = started_from()
    a_file_of(project, "data").write_text("changed\n")
    train.script()
    train.script()
    assert programs.started == ["scripts.generate", "scripts.rasa_train"]


def test_rasa_reports_nothing_to_outside_while_training(
    project: Path, started_from: Callable[..., Programs]
) -> None:
    programs = started_from()
    train.model_file(project).unlink()
    train.script()
    assert programs.environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_broken_knowledge_stops_before_rasa_starts(
    project: Path, started_from: Callable[..., Programs]
) -> None:
    programs = started_from(failing="scripts.generate")
    a_file_of(project, "knowledge").write_text("changed\n")
    with pytest.raises(SystemExit) as left:
        train.script()
    assert left.value.code == 1
    assert programs.started == ["scripts.generate"]


def test_a_failed_training_is_tried_again_the_next_time(
    project: Path, started_from: Callable[..., Programs]
) -> None:
    started_from(failing="scripts.rasa_train")
    a_file_of(project, "data").write_text("changed\n")
    with pytest.raises(Stop, match="could not train"):
        train.script()
    assert not train.is_current(project)


def test_an_edit_during_training_is_trained_the_next_time(
    project: Path, started_from: Callable[..., Programs], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = started_from()
    a_file_of(project, "data").write_text("changed\n")

    def run_while_someone_edits(arguments: list[str], **options: Any) -> SimpleNamespace:
        if "scripts.rasa_train" in arguments:
            a_file_of(project, "knowledge").write_text("edited meanwhile\n")
        return programs.run(arguments, **options)

    monkeypatch.setattr(subprocess, "run", run_while_someone_edits)
    train.script()
    assert not train.is_current(project)


def test_what_is_made_from_the_knowledge_asks_for_no_second_training(
    project: Path, started_from: Callable[..., Programs], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = started_from()
    a_file_of(project, "knowledge").write_text("a new symptom\n")

    def run_that_generates(arguments: list[str], **options: Any) -> SimpleNamespace:
        if "scripts.generate" in arguments:
            a_file_of(project, "domain.yml").write_text("with the new intent\n")
        return programs.run(arguments, **options)

    monkeypatch.setattr(subprocess, "run", run_that_generates)
    train.script()
    assert train.is_current(project)


def test_broken_knowledge_is_named_with_file_and_line(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("knowledge/symptoms.yml", 3, "symptoms[0].urgency", "missing")
    monkeypatch.setattr("blina.knowledge.load_knowledge", Mock(side_effect=KnowledgeError([problem])))
    with pytest.raises(Stop, match=r"knowledge/symptoms\.yml:3: symptoms\[0\]\.urgency: missing"):
        check_knowledge.check()
