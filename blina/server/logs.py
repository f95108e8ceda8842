"""Logs that say what happened, never what a patient wrote."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import sys
import threading
import traceback
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from blina.observe import correlation, metrics

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# What these log quotes nobody. Everything else is somebody else's code.
OURS = ("actions", "blina")
_OF_CONNECTIONS = ("asyncio", "engineio", "sanic", "socketio", "uvicorn", "websockets", "wsproto")
_BROKEN_OFF = (ConnectionError, asyncio.IncompleteReadError, TimeoutError)
_WRITTEN_AFTER_THE_END = "socket.send() raised exception."  # of asyncio and uvloop

_log = logging.getLogger(__name__)


class WithoutWords(logging.Formatter):
    """Leaves the text of exceptions out: it can quote the message that led to them.

    While the server starts, other people's code is quoted and leaves no trace: what is wrong then
    is in a file, and the last line says what to do. Once patients can write it is the other way
    round, since such a message can quote them: what remains is where in that code to look.
    """

    patients_write = False

    def format(self, record: logging.LogRecord) -> str:
        """The line in the log."""
        if record.name.partition(".")[0] not in OURS:
            record = copy.copy(record)
            record.exc_text = record.stack_info = None
            if self.patients_write:
                record.msg, record.args = f"see {record.filename}, line {record.lineno}{_cause(record)}", None
            else:
                record.exc_info = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """One line, whatever is in it: nobody can write lines of their own."""
        return "".join(map(_printable, super().formatMessage(record)))

    def formatException(  # noqa: N802 - the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The exception's type and the places it came through."""
        kind, _, trace = ei
        places = "".join(traceback.format_tb(trace))
        return f"{places}{kind.__name__ if kind else 'unknown error'}"


class JsonLines(WithoutWords):
    """The same as one JSON object a line, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The line in the log: what `WithoutWords` lets through, and the safe id of the conversation."""
        text, _, places = super().format(record).partition("\n")
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": text,
            "conversation": correlation.current(),
            "places": places.splitlines(),
        }
        return json.dumps({name: value for name, value in line.items() if value})


class CountedErrors(logging.Handler):
    """Counts the errors that are logged, by who logs them."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        """Count one; other people's loggers together."""
        ours = record.name.partition(".")[0] in OURS
        metrics.ERRORS.labels(record.name if ours else "other").inc()


def _cause(record: logging.LogRecord) -> str:
    """Type and place of the error that was being handled, where the record does not bring it along."""
    kind, _, trace = sys.exc_info()
    if record.exc_info or kind is None or trace is None:
        return ""
    place = traceback.extract_tb(trace)[-1]
    return f" ({kind.__name__} in {Path(place.filename).name}, line {place.lineno})"


def _printable(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]


def is_worth_a_line(record: logging.LogRecord) -> bool:
    """Whether a record is no connection that broke off, as connections of phones do.

    Args:
        record: that is to be logged.
    """
    if record.name.partition(".")[0] not in _OF_CONNECTIONS:
        return True
    kind = record.exc_info[0] if record.exc_info else sys.exc_info()[0]
    return record.msg != _WRITTEN_AFTER_THE_END and not (kind and issubclass(kind, _BROKEN_OFF))


_formatter: WithoutWords = WithoutWords(FORMAT)


def configure(level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Send the logs of everything in this process to one place.

    Args:
        level: lowest level that is logged. Below WARNING Rasa logs what patients write: for
            development only.
        stream: where to, standard error unless given.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter)
    handlers = [handler, CountedErrors()]
    for each in handlers:
        each.addFilter(is_worth_a_line)
    logging.basicConfig(level=level, handlers=handlers, force=True)
    for name in ("sanic.root", "sanic.error", "sanic.access", "rasa", "apscheduler"):
        logging.getLogger(name).setLevel(level)


def as_json() -> None:
    """From now on every line is a JSON object."""
    global _formatter
    _formatter = JsonLines()
    for handler in logging.getLogger().handlers:
        if not isinstance(handler, CountedErrors):
            handler.setFormatter(_formatter)


def patients_can_write() -> None:
    """From now on what other people's code says, and what nobody catches, is named and not quoted."""
    _formatter.patients_write = True
    sys.excepthook = _nobody_caught
    threading.excepthook = lambda failed: _nobody_caught(
        failed.exc_type, failed.exc_value, failed.exc_traceback
    )
    sys.unraisablehook = lambda failed: _nobody_caught(
        failed.exc_type, failed.exc_value, failed.exc_traceback
    )


def _nobody_caught(kind: type[BaseException], error: Any, trace: TracebackType | None) -> None:
    _log.critical("an error that nothing caught", exc_info=(kind, error or kind(), trace))
