"""The bots as processes: started, paused while the other is measured, weighed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.performance.stock import Stock, environment, rasa
from scripts.common import ROOT, Stop

_SECONDS_TO_START = 300
_LOOK_EVERY = 0.05
_MEGABYTE = 1024 * 1024
_UNHINDERED = {
    "BLINA_CARE_TEAM_PHONE": "+44 113 496 0000",
    "BLINA_MESSAGES_PER_MINUTE": "1000000",  # a conversation of 100 turns takes seconds here
}


class Bot:
    """A running bot.

    Args:
        name: for people.
        command: of the server.
        folder: that it runs in.
        variables: of its environment.
        url: where it answers.
        ready: the path that answers 200 once it is ready.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        variables: Mapping[str, str],
        url: str,
        ready: str,
    ) -> None:
        self.name = name
        self.url = url
        started = time.perf_counter()
        popen = subprocess.Popen(
            command, cwd=folder, env=dict(variables), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.process = psutil.Process(popen.pid)
        self._popen = popen
        self.helpers: list[psutil.Process] = []
        while not answers(url + ready):
            if popen.poll() is not None or time.perf_counter() - started > _SECONDS_TO_START:
                self.stop()
                raise Stop(f"{name} did not start.")
            time.sleep(_LOOK_EVERY)
        self.seconds_to_start = time.perf_counter() - started

    @property
    def megabytes(self) -> float:
        """Memory of the server alone (resident set)."""
        return float(self.process.memory_info().rss / _MEGABYTE)

    @property
    def megabytes_with_helpers(self) -> float:
        """Memory of all its processes."""
        return self.megabytes + float(sum(helper.memory_info().rss for helper in self.helpers) / _MEGABYTE)

    @property
    def busy_seconds(self) -> float:
        """Processor time of all its processes so far."""
        times = [process.cpu_times() for process in (self.process, *self.helpers)]
        return float(sum(spent.user + spent.system for spent in times))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stand still, so that another bot has the machine to itself."""
        for process in (self.process, *self.helpers):
            process.suspend()
        try:
            yield
        finally:
            for process in (self.process, *self.helpers):
                process.resume()

    def stop(self) -> None:
        """End it."""
        self._popen.terminate()
        try:
            self._popen.wait(20)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


@contextmanager
def ours(settings: Mapping[str, str] = _UNHINDERED) -> Iterator[Bot]:
    """This project's assistant, with a database of its own.

    Args:
        settings: variables beside those of this process.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        variables = {
            **os.environ,
            **settings,
            "BLINA_PORT": str(port),
            "BLINA_DATABASE": str(Path(folder) / "conversations.db"),
        }
        bot = Bot(
            "this project",
            [sys.executable, "-m", "blina.server"],
            ROOT,
            variables,
            f"http://127.0.0.1:{port}",
            "/health",
        )
        with ExitStack() as ending:
            ending.callback(bot.stop)
            yield bot


@contextmanager
def stock(project: Stock) -> Iterator[Bot]:
    """The stock bot with its action server, which is there before the bot starts."""
    port, actions_port = free_port(), free_port()
    endpoints = project.folder / "endpoints.yml"
    endpoints.write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n", encoding="utf-8"
    )
    with ExitStack() as ending:
        url = f"http://127.0.0.1:{actions_port}"
        command = rasa("run", "actions", "--port", str(actions_port))
        actions = Bot("the stock action server", command, project.folder, environment(), url, "/health")
        ending.callback(actions.stop)
        command = rasa("run", "--port", str(port), "--endpoints", "endpoints.yml")
        bot = Bot("stock Rasa", command, project.folder, environment(), f"http://127.0.0.1:{port}", "/")
        ending.callback(bot.stop)
        bot.helpers.append(actions.process)
        yield bot


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Whether a server answers 200.

    Args:
        address: to ask.

    Returns:
        False also when nobody is there.
    """
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
