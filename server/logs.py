"""Logs that say what happened, never what a patient wrote."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import TextIO

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class WithoutWords(logging.Formatter):
    """Leaves the text of exceptions out: it can quote the message that led to them."""

    def formatException(  # noqa: N802 - the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The exception's type and the places it came through."""
        kind, _, trace = ei
        places = "".join(traceback.format_tb(trace))
        return f"{places}{kind.__name__ if kind else 'unknown error'}"


def configure(level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Send the logs of everything in this process to one place.

    Args:
        level: lowest level that is logged. Below WARNING Rasa logs what patients write: for
            development only.
        stream: where to, standard error unless given.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(WithoutWords(FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("sanic.root", "sanic.error", "sanic.access", "rasa", "apscheduler"):
        logging.getLogger(name).setLevel(level)
