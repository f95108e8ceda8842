"""Logs that say what happened, never what a patient wrote."""

from __future__ import annotations

import copy
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any, TextIO

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# What these log quotes nobody. Everything else is somebody else's code.
OURS = ("actions", "channels", "nlu", "reading", "server", "triage")

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
                record.msg, record.args = f"see {record.filename}, line {record.lineno}", None
            else:
                record.exc_info = None
        return super().format(record)

    def formatException(  # noqa: N802 - the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The exception's type and the places it came through."""
        kind, _, trace = ei
        places = "".join(traceback.format_tb(trace))
        return f"{places}{kind.__name__ if kind else 'unknown error'}"


_formatter = WithoutWords(FORMAT)


def configure(level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Send the logs of everything in this process to one place.

    Args:
        level: lowest level that is logged. Below WARNING Rasa logs what patients write: for
            development only.
        stream: where to, standard error unless given.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("sanic.root", "sanic.error", "sanic.access", "rasa", "apscheduler"):
        logging.getLogger(name).setLevel(level)


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
