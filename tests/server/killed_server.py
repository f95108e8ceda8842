"""The real server, to be killed again and again: the model is loaded once, the rest starts anew.

A first process loads the model and listens. It forks the process that serves, with its own
connection to the database, and forks the next one when that has been killed. It prints its
address, then the number of each serving process; it ends when its input does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def load() -> tuple[Any, Any, Any]:
    """The agent without a database, the application, and where conversations are to be kept."""
    from rasa.core import run
    from rasa.core.agent import load_agent
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from blina.server.model_file import newest_model

    configure_structlog(logging.WARNING)
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    kept, endpoints.tracker_store = endpoints.tracker_store, None
    agent = asyncio.run(load_agent(str(newest_model()), endpoints=endpoints))
    asyncio.run(agent.handle_text("I have chills"))  # the first message loads what is left to load
    end_reading_threads()
    channels = run.create_http_input_channels(None, "credentials.yml")
    return agent, run.configure_app(channels, enable_api=False, endpoints=endpoints), kept


def end_reading_threads() -> None:
    """Leave no thread that a forked process would wait for; its own start with its first message."""
    from blina.rasa_adapter import reading_threads

    for name in ("_short", "_long"):
        getattr(reading_threads, name).shutdown()
        setattr(reading_threads, name, ThreadPoolExecutor(1, thread_name_prefix=name))


def serve(agent: Any, app: Any, kept: Any, listener: socket.socket) -> None:
    """Serve until killed."""
    from rasa.core.tracker_store import TrackerStore

    from blina.http_server import door

    agent.tracker_store = agent._create_tracker_store(TrackerStore.create(kept), agent.domain)
    agent.processor.tracker_store = agent.tracker_store
    app.ctx.agent = agent
    door.serve(app, listener)


def main() -> None:
    """Load, then fork servers until the input ends."""
    from blina.server import environment

    environment.prepare()
    from blina.http_server.port import listen, url_of
    from blina.server import logs
    from blina.server.serve import ROOT

    os.chdir(ROOT)
    logs.configure()
    agent, app, kept = load()
    # a forked process has one thread only: there must be no other that it could miss
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    with listen("127.0.0.1", 0) as listener:
        listener.setblocking(False)
        tell(url_of(listener))
        while not select.select([sys.stdin], [], [], 0)[0]:
            serving = os.fork()
            if serving == 0:
                serve(agent, app, kept, listener)
                os._exit(0)
            tell(str(serving))
            os.waitpid(serving, 0)


def tell(line: str) -> None:
    """Say something to the test."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
