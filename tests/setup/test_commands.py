"""The commands that a person types, without what takes long."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.common import ROOT, VENV, Stop, main, one_at_a_time

BROWSER_SCRIPT = str(ROOT / "scripts/install_browser.sh")


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    # What a `make test` hands on would make these commands part of it.
    outside = {
        name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    }
    return subprocess.run(
        arguments, cwd=ROOT, env={**outside, **environment}, capture_output=True, text=True, timeout=30
    )


def program(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_make_alone_lists_every_command_with_what_it_does() -> None:
    listed = re.findall(r"^make (\S+) +\S.*$", run("make").stdout, re.MULTILINE)
    assert {"run", "test", "train", "shell", "lint", "lock", "clean", "help"} <= set(listed)


@pytest.mark.parametrize("command", ["run", "shell", "train", "test", "lint"])
def test_every_command_sets_up_first(command: str) -> None:
    steps = run("make", "--dry-run", command).stdout.splitlines()
    assert "scripts.setup" in steps[0]


@pytest.mark.parametrize("command", ["run", "shell", "test"])
def test_what_needs_the_model_trains_before(command: str) -> None:
    steps = run("make", "--dry-run", command).stdout
    last = {"run": "-m blina.server", "shell": "-m blina.server shell", "test": "-m pytest"}[command]
    assert 0 < steps.index("scripts.train") < steps.index(last)


def test_a_reason_to_stop_is_printed_as_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def script() -> None:
        raise Stop("the port is taken.")

    with pytest.raises(SystemExit) as left:
        main(script)
    assert left.value.code == 1
    assert capsys.readouterr().err.strip() == "Stopped: the port is taken."


def test_a_folder_that_is_read_only_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))  # also root is refused there

    def script() -> None:
        with one_at_a_time(tmp_path / ".setup.lock"):
            pytest.fail("it must not go on")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SystemExit) as left:
        main(script)
    assert left.value.code == 1
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert said.startswith(f"Stopped: nothing can be written in {tmp_path} (Read-only file system): copy ")


def test_ctrl_c_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def script() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as left:
        main(script)
    assert left.value.code == 130
    assert "Interrupted" in capsys.readouterr().err


def test_setup_says_what_it_wants_to_know() -> None:
    done = run(sys.executable, "-m", "scripts.setup", "everything")
    assert done.returncode == 1
    assert "run|test" in done.stderr


@pytest.mark.skipif(Path(sys.prefix) != VENV, reason="only what make set up has the default")
def test_telemetry_is_off_for_whoever_starts_python_here() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RASA_")}
    code = "from rasa.telemetry import is_telemetry_enabled as on; print(on())"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_the_browser_of_the_persons_choice_is_taken(tmp_path: Path) -> None:
    mine = program(tmp_path / "my-chrome")
    assert run("/bin/sh", BROWSER_SCRIPT, CHROMIUM=str(mine)).stdout.strip() == str(mine)


def test_a_wrong_choice_of_browser_is_refused(tmp_path: Path) -> None:
    done = run("/bin/sh", BROWSER_SCRIPT, CHROMIUM=str(tmp_path / "nothing"))
    assert done.returncode == 1
    assert "is not a program" in done.stderr


def test_a_browser_on_the_path_is_taken(tmp_path: Path) -> None:
    chrome = program(tmp_path / "google-chrome")
    assert run("/bin/sh", BROWSER_SCRIPT, CHROMIUM="", PATH=str(tmp_path)).stdout.strip() == str(chrome)


def test_debians_browser_is_installed_if_there_is_none(tmp_path: Path) -> None:
    program(tmp_path / "id", "echo 0")
    chromium = tmp_path / "chromium"
    installs = (
        f'case "$*" in *install*chromium) echo "#!/bin/sh" > {chromium}; /bin/chmod +x {chromium};; esac'
    )
    program(tmp_path / "apt-get", installs)
    done = run("/bin/sh", BROWSER_SCRIPT, CHROMIUM="", PATH=str(tmp_path))
    assert done.stdout.strip() == str(chromium)


def test_without_a_browser_and_without_root_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    program(tmp_path / "id", "echo 1000")
    done = run("/bin/sh", BROWSER_SCRIPT, CHROMIUM="", PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "install one" in done.stderr
