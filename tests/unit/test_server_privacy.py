"""Nothing is reported to outside hosts, in whichever way Rasa is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blina.rasa_adapter import privacy

ROOT = Path(__file__).resolve().parents[2]

# Started as Rasa starts: telemetry and error reports are on before any code of the project is loaded.
AS_RASA_STARTS = """
import sentry_sdk
import rasa.telemetry
sentry_sdk.init("https://key@sentry.invalid/1", default_integrations=False)
assert rasa.telemetry.is_telemetry_enabled()
assert sentry_sdk.Hub.current.client.transport is not None
import {module}
assert not rasa.telemetry.is_telemetry_enabled()
assert sentry_sdk.Hub.current.client.transport is None
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "module",
    [
        "blina.rasa_adapter.guard",  # rasa train, shell, run, test: whatever loads the pipeline
        "blina.channels.rest",  # rasa run
        "blina.rasa_adapter.importer",  # rasa train, rasa data validate: whatever reads the project's files
        "actions",  # rasa run actions
    ],
)
def test_loading_the_project_turns_reports_off(module: str, tmp_path: Path) -> None:
    # Said aloud, because the project's set-up turns it off for every Python that starts in .venv.
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "true"}
    environment |= {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    (tmp_path / "rasa").mkdir()
    (tmp_path / ".config" / "rasa").mkdir(parents=True)
    for folder in (tmp_path / "rasa", tmp_path / ".config" / "rasa"):
        (folder / "global.yml").write_text("metrics:\n  enabled: true\n  rasa_user_id: nobody\n")
    code = AS_RASA_STARTS.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_operator_cannot_turn_them_on_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "true")
    monkeypatch.setenv("SENTRY_DSN", "https://key@sentry.invalid/1")
    privacy.enforce()
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"
    assert "SENTRY_DSN" not in os.environ
