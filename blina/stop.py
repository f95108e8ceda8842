"""Ending with one sentence instead of a traceback."""

from __future__ import annotations


class Stop(Exception):
    """The assistant cannot start; the text says why and what to do, for the person at the terminal."""
