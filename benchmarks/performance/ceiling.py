"""What no bot on this machine can be faster than: the encoder alone, an empty web server, the disk.

Run as a program it is the empty web server: `python -m benchmarks.performance.ceiling PORT`.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import aiohttp
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks import store
from benchmarks.performance.processes import answers, free_port
from scripts.common import ROOT, Stop

_REQUESTS = 500
_SECONDS_TO_START = 30


def encoder(texts: Sequence[str]) -> float:
    """The sentence encoder alone, on one thread.

    Args:
        texts: messages.

    Returns:
        Median milliseconds of a message.
    """
    from blina.reading.learned.model import default_model

    encode = default_model().encode
    taken = []
    with threadpool_limits(1):
        for text in texts:
            started = time.perf_counter()
            encode([text])
            taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def storing() -> float:
    """Storing a turn on the disk that holds temporary files.

    Returns:
        Median milliseconds.
    """
    return statistics.median(store.measure())


def empty_handler() -> float:
    """A handler of Sanic's that does nothing but answer.

    Returns:
        Median milliseconds of a request.
    """
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", __name__, str(port)], cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}/")
        return 1000 * statistics.median(asyncio.run(_ask(f"http://127.0.0.1:{port}/")))
    finally:
        server.terminate()
        server.wait()


def _wait(address: str) -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while not answers(address):
        if time.monotonic() > end:
            raise Stop("the empty web server did not start.")
        time.sleep(0.05)


async def _ask(address: str) -> list[float]:
    taken = []
    async with aiohttp.ClientSession() as session:
        for _ in range(_REQUESTS):
            started = time.perf_counter()
            async with session.post(address, json={"sender": "a", "message": "hello"}) as answer:
                await answer.json()
            taken.append(time.perf_counter() - started)
    return taken


def _serve(port: int) -> None:
    app = Sanic("empty")

    @app.route("/", methods=["GET", "POST"])
    async def answer(_: Request) -> HTTPResponse:
        return json([{"recipient_id": "a", "text": "hello"}])

    app.run("127.0.0.1", port, access_log=False, motd=False)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
