"""How many answers go to somebody else behind HAProxy and nginx while strangers try: `make mixed-up`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.mixed_up.proxies import KINDS, in_front, mixed_up

EACH = 20_000


def main(serves: str = "door", each: str = str(EACH)) -> None:
    """Print a line a proxy.

    Args:
        serves: ``door``, or ``sanic`` for Sanic's own server.
        each: messages through each proxy.
    """
    command = [sys.executable, "-m", "benchmarks.mixed_up.small_server", serves]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            lines = server.stdout or ()
            upstream = next(line for line in lines if line.startswith("http://")).strip()[7:]
            for kind in KINDS:
                with tempfile.TemporaryDirectory() as folder, in_front(kind, upstream, Path(folder)) as port:
                    started = time.monotonic()
                    counted = asyncio.run(mixed_up(port, int(each)))
                    seconds = time.monotonic() - started
                others = counted["another's"]
                print(
                    f"{kind}: {others} of {each} were another's, {counted['none']} lost,",
                    f"{counted['strangers']} hostile requests, {seconds:.0f} s",
                    flush=True,
                )
        finally:
            server.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
