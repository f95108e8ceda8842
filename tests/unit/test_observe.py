"""What is counted and logged names no patient and quotes nobody."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timezone
from io import StringIO
from pathlib import Path

import pytest

from blina.observe import correlation, metrics
from blina.server import counts, logs
from blina.stop import Stop
from blina.storage.conversations import Row
from blina.storage.events import Database
from tests.stored import added

WORDS = "my secret words"


def value(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def json_log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """A log of JSON lines; the root logger is as before afterwards."""
    root, stream = logging.getLogger(), StringIO()
    monkeypatch.setattr(root, "handlers", root.handlers[:])
    monkeypatch.setattr(logs, "_formatter", logs.WithoutWords(logs.FORMAT))
    logs.configure(stream=stream)
    logs.as_json()
    monkeypatch.setattr(logs._formatter, "patients_write", True)
    return stream


def test_a_line_of_the_log_is_json_with_the_safe_id_of_the_conversation(json_log: StringIO) -> None:
    with correlation.about("rest-anna.smith@example.org"):
        logging.getLogger("blina.storage").error("the database fails (%s)", "OperationalError")
    line = json.loads(json_log.getvalue())
    assert line["level"] == "ERROR"
    assert line["logger"] == "blina.storage"
    assert line["message"] == "the database fails (OperationalError)"
    assert datetime.fromisoformat(line["time"]).tzinfo == timezone.utc
    assert line["conversation"] == correlation.safe_id("rest-anna.smith@example.org")
    assert "anna" not in json_log.getvalue()


def test_no_json_line_quotes_a_patient(json_log: StringIO) -> None:
    logging.getLogger("rasa.core.processor").error("cannot handle %s", WORDS)
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("blina.assistant").exception("a turn failed")
    first, second = [json.loads(line) for line in json_log.getvalue().splitlines()]
    assert "test_observe.py, line " in first["message"]
    assert second["message"] == "a turn failed"
    assert second["places"][-1] == "ValueError"
    assert "secret" not in json_log.getvalue()


def test_an_id_is_the_same_with_the_same_key_and_tells_nobody_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = []
    for key in (b"one" * 11, b"two" * 11, b"one" * 11):
        monkeypatch.setattr(correlation, "_key", key)
        ids.append(correlation.safe_id("anna"))
    assert ids[0] == ids[2] != ids[1]
    assert correlation.current() is None


async def test_two_conversations_at_once_keep_their_ids() -> None:
    async def handled(name: str) -> bool:
        with correlation.about(name):
            await asyncio.sleep(0.01)
            return correlation.current() == correlation.safe_id(name)

    assert list(await asyncio.gather(handled("anna"), handled("berta"))) == [True, True]


@pytest.mark.usefixtures("json_log")
def test_an_error_that_is_logged_is_counted() -> None:
    before = value("blina_errors_total", logger="blina.channels"), value("blina_errors_total", logger="other")
    logging.getLogger("blina.channels").error("it failed")
    logging.getLogger("blina.channels").warning("it is slow")
    logging.getLogger("some.library").error("it failed")
    after = value("blina_errors_total", logger="blina.channels"), value("blina_errors_total", logger="other")
    assert after == (before[0] + 1, before[1] + 1)


def test_a_phase_is_measured_also_when_it_fails() -> None:
    before = value("blina_phase_seconds_count", phase="read")
    with pytest.raises(ValueError, match="it failed"), metrics.timed("read"):
        raise ValueError("it failed")
    assert value("blina_phase_seconds_count", phase="read") == before + 1
    assert b"blina_phase_seconds_bucket" in metrics.exposition()


# --- the clinicians' page


def slot(memory: dict[str, object]) -> Row:
    data = json.dumps({"event": "slot", "name": "conversation", "value": memory})
    return Row("slot", 100.0, None, "conversation", data)


def said(*entities: dict[str, object]) -> Row:
    data = {"event": "user", "text": WORDS, "parse_data": {"text": WORDS, "entities": entities}}
    return Row("user", 100.0, "fever", None, json.dumps(data))


def test_the_clinicians_page_counts_and_quotes_nobody(tmp_path: Path) -> None:
    file = tmp_path / "conversations.db"
    kept = {"text": WORDS, "turn": 1, "complaint": True}
    added(
        Database(str(file)),
        {
            "anna": [
                said(),
                slot({"turn": 1, "last_urgency": "contact_now", "unclear": [kept]}),
                said({"entity": "disagreement", "value": "fever"}, {"entity": "symptom", "value": "fever"}),
                slot({"turn": 2, "last_urgency": "contact_now", "unclear": [kept]}),
                slot({"forgotten": True}),
            ],
            "berta": [
                said({"entity": "note", "value": "other", "language": "other"}),
                slot({"turn": 1, "last_urgency": None, "unclear": [{**kept, "complaint": False}]}),
            ],
        },
    )
    found = counts.counted(file)
    assert (found.conversations, found.messages) == (2, 3)
    assert found.urgencies == {"contact_now": 2, "none": 1}
    assert (found.not_understood, found.no_complaint, found.other_language) == (1, 1, 1)
    assert found.differed == {"fever": 1}
    page = counts.page(found)
    assert "| not understood, may be a complaint | 1 |" in page
    assert "| fever | 1 |" in page
    assert "1 January 1970" in page
    assert "secret" not in page
    assert "anna" not in page


def test_a_page_without_conversations_says_so(tmp_path: Path) -> None:
    file = tmp_path / "conversations.db"
    Database(str(file)).close()
    assert "nothing is kept" in counts.page(counts.counted(file))
    with pytest.raises(Stop, match="cannot be read"):
        counts.counted(tmp_path / "no.db")
