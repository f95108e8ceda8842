"""`make learn` sets up once, says what is missing, and teaches a reader that the assistant can load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from blina.reading.learned.model import FILES, LearnedModel
from scripts import learn
from scripts.common import ROOT, Stop
from scripts.find_python import find_python


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a set-up in an empty folder would start; the programs themselves do nothing."""
    calls: list[str] = []

    def call(arguments: list[str], problem: str) -> None:
        step = "venv" if "venv" in arguments else "install"
        calls.append(step)
        if step == "venv":
            python = tmp_path / ".venv-learn" / "bin" / "python"
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
        elif (tmp_path / "broken").exists():
            raise Stop(problem)

    monkeypatch.setattr(learn, "VENV", tmp_path / ".venv-learn")
    monkeypatch.setattr(learn, "call", call)
    monkeypatch.setattr(learn, "check_disk", lambda _: None)
    monkeypatch.setattr(learn, "find_python", lambda *_: sys.executable)
    return calls


def test_it_is_set_up_once(started: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    learn.set_up()
    learn.set_up()
    assert started == ["venv", "install"]
    monkeypatch.setattr(learn, "fingerprint", lambda: "another lock")
    learn.set_up()
    assert started == ["venv", "install"] * 2


def test_what_was_interrupted_is_made_anew(started: list[str], tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    with pytest.raises(Stop, match="could not be installed"):
        learn.set_up()
    (tmp_path / "broken").unlink()
    learn.set_up()
    assert started == ["venv", "install"] * 2


def test_without_its_python_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("scripts.find_python._SYSTEM_FOLDERS", ())
    with pytest.raises(Stop, match=r"make learn needs Python 3\.11 .* which was not found: install it"):
        find_python({"HOME": str(tmp_path)}, "3.11")
    with pytest.raises(
        Stop, match=r"LEARN_PYTHON=/none is not a complete Python 3\.11, which make learn needs"
    ):
        find_python({"HOME": str(tmp_path), "LEARN_PYTHON": "/none"}, "3.11")


@pytest.mark.slow
@pytest.mark.timeout(600)  # the first time, PyTorch is installed
@pytest.mark.parametrize(
    "start", [[], ["--go-on", "--again", "0.5"]], ids=["anew", "from the reader of today"]
)
def test_a_small_reader_is_taught_and_loaded(tmp_path: Path, start: list[str]) -> None:
    command = [sys.executable, "-m", "scripts.learn", "--most", "200", "--epochs", "1"]
    done = subprocess.run(
        [*command, *start, "--target", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=590
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "learning: 100%" in done.stderr
    model = LearnedModel(tmp_path)
    prediction = model.predict("no fever, but I am dizzy", "screening")
    assert prediction.statuses.shape == (len(model.labels), len(model.statuses))
    assert abs(float(prediction.acts.sum()) - 1) < 1e-3
    noted = json.loads((tmp_path / "reader.json").read_text())
    assert noted["held_out"]["messages"] > 0
    today = json.loads((FILES / "reader.json").read_text())
    assert noted.get("went_on_from", {}).get("sha256") == (today["sha256"] if start else None)
    with (tmp_path / "reader.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(RuntimeError, match=r"reader\.onnx is not the one that was measured"):
        LearnedModel(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_weights_that_were_kept_are_gone_on_from(tmp_path: Path) -> None:
    kept, target = tmp_path / "kept.pt", tmp_path / "reader"
    command = [
        sys.executable,
        "-m",
        "scripts.learn",
        "--most",
        "100",
        "--epochs",
        "1",
        "--target",
        str(target),
    ]
    for more in (["--keep", str(kept)], ["--go-on", str(kept)]):
        subprocess.run([*command, *more], cwd=ROOT, check=True, capture_output=True, timeout=290)
    noted = json.loads((target / "reader.json").read_text())
    assert noted["went_on_from"]["plan"] == noted["plan"]
    assert "went_on_from" not in noted["went_on_from"]
