"""Calling a receiver over HTTP: in limited time, to where it was meant, and nowhere else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping

import aiohttp

from blina.alerts.receivers.model import SECONDS_FOR_A_TRY, NotTaken

_CALLS_AT_ONCE = 20
_LONGEST_ASKED_WAIT = 60.0  # seconds; a receiver that asks for more is asked again earlier
# The receiver speaks of this very alert; anything else speaks of the receiver.
_OF_THIS_ALERT = frozenset({400, 409, 413, 415, 422})


class HttpCaller:
    """Posts to one address."""

    def __init__(self, url: str, trusted: ssl.SSLContext | None = None) -> None:
        """Get ready.

        Args:
            url: where to.
            trusted: whose certificates are taken; those that the machine trusts when None.
        """
        self._url = url
        self._trusted = trusted
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Post a body; no redirect is followed, and no answer is read.

        Args:
            body: what to post.
            headers: its type and what the receiver wants to know.

        Raises:
            NotTaken: the answer was no 2xx, or there was none in time.
        """
        try:
            async with self._opened().post(
                self._url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status, wait = response.status, response.headers.get("Retry-After", "")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # the type only: the text of an error holds the address
            raise NotTaken(type(error).__name__) from None
        if not 200 <= status < 300:
            asked = min(float(wait), _LONGEST_ASKED_WAIT) if wait.isascii() and wait.isdecimal() else None
            raise NotTaken(f"status {status}", status in _OF_THIS_ALERT, asked)

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_CALLS_AT_ONCE, ssl=self._trusted or True)
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=SECONDS_FOR_A_TRY),
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,  # hospitals reach the internet through proxies
            )
        return self._session
