"""Requests whose length can be believed."""

from __future__ import annotations

from typing import Any

from sanic.exceptions import InvalidUsage
from sanic.request import Request


class CheckedRequest(Request):
    """Refuses a length that is no number, and a length beside chunks.

    Sanic 21.12 takes a negative ``Content-Length`` at its word and reads in circles: one such
    request stops the whole server. Two ways of saying the length let one request hide in
    another behind a proxy that believes the other way.
    """

    __slots__ = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lengths = self.headers.getall("content-length", [])
        chunked = "transfer-encoding" in self.headers
        if len(lengths) + chunked > 1 or not all(length.isascii() and length.isdigit() for length in lengths):
            raise InvalidUsage("Bad Request")
