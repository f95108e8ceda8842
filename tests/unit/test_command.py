"""The command `blina`, and what says so to those who install it."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from blina.server import cli, environment
from blina.stop import Stop

ROOT = Path(__file__).resolve().parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The programs that a command starts, with a stand-in for each."""
    programs: list[list[str]] = []

    def run(arguments: list[str], **_: Any) -> SimpleNamespace:
        programs.append(arguments)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    return programs


def test_the_command_of_the_project_is_this_function() -> None:
    found = re.search(r'^blina = "([\w.]+):(\w+)"$', PROJECT, re.MULTILINE)
    assert found is not None
    module, function = found.groups()
    assert getattr(importlib.import_module(module), function) is cli.script


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "blina" / "py.typed").is_file()


@pytest.mark.parametrize("name", ["train", "check", "generate"])
def test_the_project_has_what_a_command_starts(name: str, started: list[list[str]]) -> None:
    assert cli.main([name]) == 0
    ((program, _, module),) = started
    assert program == sys.executable
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


def test_a_script_that_fails_is_the_commands_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=1))
    with pytest.raises(SystemExit) as left:
        cli.main(["check"])
    assert left.value.code == 1


@pytest.mark.parametrize("arguments", [[], ["serve"]])
def test_without_a_command_it_serves(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[bool] = []
    monkeypatch.setattr(environment, "prepare", lambda: None)
    monkeypatch.setattr("blina.server.serve.serve", lambda: served.append(True))
    assert cli.main(arguments) == 0
    assert served == [True]


def test_a_reason_to_stop_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def shell() -> None:
        raise Stop("There is no model: type `make train`.")

    monkeypatch.setattr(environment, "prepare", lambda: None)
    monkeypatch.setattr("blina.server.shell.shell", shell)
    assert cli.main(["shell"]) == cli.BAD_START
    assert capsys.readouterr().err == "There is no model: type `make train`.\n"


@pytest.mark.parametrize("arguments", [["run"], ["serve", "now"]])
def test_what_is_no_command_is_answered_with_what_is(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == cli.BAD_START
    assert re.findall(r"^  blina (\w+)", capsys.readouterr().err, re.MULTILINE) == list(cli.COMMANDS)
