"""Logs say what happened and where, and quote nobody."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from blina.server import logs

WORDS = "my secret words"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is logged once patients can write; all is as before afterwards."""
    for module, hook in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    monkeypatch.setattr(logs, "_formatter", logs.WithoutWords(logs.FORMAT))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = StringIO()
    logs.configure(stream=stream)
    logs.patients_can_write()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def failed() -> None:
    raise ValueError(WORDS)


def test_errors_are_named_and_not_quoted(log: StringIO) -> None:
    try:
        failed()
    except ValueError:
        logging.getLogger("blina.rasa_adapter.lock_store").exception("an action failed")
    assert "blina.rasa_adapter.lock_store: an action failed" in log.getvalue()
    assert log.getvalue().endswith("ValueError\n")
    assert "in failed" in log.getvalue()
    assert "secret" not in log.getvalue()


def test_what_other_code_says_is_located_and_not_quoted(log: StringIO) -> None:
    logging.getLogger("rasa.core.processor").error(f"cannot handle {WORDS}")
    logging.getLogger("some.library").warning("got %s", WORDS)
    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert all("test_server_logs.py, line " in line for line in lines)
    assert "secret" not in log.getvalue()


def test_while_the_server_starts_other_code_is_quoted_in_one_line() -> None:
    try:
        failed()
    except ValueError:
        record = logging.LogRecord("rasa", logging.ERROR, "x.py", 1, "no file %s", ("a",), sys.exc_info())
    assert logs.WithoutWords(logs.FORMAT).format(record).endswith("ERROR rasa: no file a")


def test_an_error_in_a_task_that_nobody_waits_for_is_not_quoted(log: StringIO) -> None:
    async def forgets_a_task() -> None:
        async def fails() -> None:
            failed()

        task = asyncio.ensure_future(fails())
        await asyncio.sleep(0)
        del task

    asyncio.run(forgets_a_task())
    assert "asyncio: see " in log.getvalue()
    assert "secret" not in log.getvalue()


def test_an_error_that_ends_a_thread_is_not_quoted(log: StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    thread = threading.Thread(target=failed)
    thread.start()
    thread.join()
    assert "an error that nothing caught" in log.getvalue()
    assert "secret" not in log.getvalue() + capsys.readouterr().err


def test_an_error_that_ends_the_process_is_not_quoted(log: StringIO) -> None:
    try:
        failed()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert "ValueError" in log.getvalue()
    assert "secret" not in log.getvalue()


def test_an_error_while_something_is_thrown_away_is_not_quoted(
    log: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Fails:
        def __del__(self) -> None:
            failed()

    Fails()
    assert "ValueError" in log.getvalue()
    assert "secret" not in log.getvalue() + capsys.readouterr().err


def test_below_warning_nothing_is_logged(log: StringIO) -> None:
    for name in ("rasa", "sanic.access", "server", "some.library"):
        logging.getLogger(name).info("a message: %s", WORDS)
    assert log.getvalue() == ""


def test_an_error_that_other_code_tells_in_words_is_named_with_its_true_place(log: StringIO) -> None:
    try:
        failed()
    except ValueError as error:
        logging.getLogger("rasa.core.processor").error(f"Encountered an error: {error}")
    (line,) = log.getvalue().splitlines()
    raised_in = failed.__code__.co_firstlineno + 1
    assert line.endswith(f"(ValueError in test_server_logs.py, line {raised_in})")
    assert "secret" not in line


@pytest.mark.parametrize(
    "error", [ConnectionResetError, BrokenPipeError, asyncio.IncompleteReadError(b"", 1)]
)
def test_a_connection_that_breaks_off_is_no_error(log: StringIO, error: Any) -> None:
    try:
        raise error
    except (ConnectionError, asyncio.IncompleteReadError):
        logging.getLogger("asyncio").exception("Fatal write error on socket transport")
        logging.getLogger("websockets").error("it is gone")
    logging.getLogger("asyncio").warning("socket.send() raised exception.")
    assert log.getvalue() == ""
    try:
        raise ConnectionResetError
    except ConnectionResetError:
        logging.getLogger("blina.channels.messaging").error("a provider hung up")
        logging.getLogger("rasa.core.brokers").error("another server hung up")
    assert "a provider hung up" in log.getvalue()
    assert "rasa.core.brokers" in log.getvalue()


def test_nothing_that_is_logged_can_write_a_line_of_its_own(log: StringIO) -> None:
    forged = "x\n2026-01-01 00:00:00 ERROR blina: all is well\r\u2028\x1b[2J"
    logging.getLogger("blina.channels").error("a packet of %s", forged)
    logging.getLogger(f"some{forged}").error("no %s", forged)
    assert len(log.getvalue().splitlines()) == 2
    assert "\x1b" not in log.getvalue()
