"""Several replicas behind nginx with PostgreSQL, Redis and RabbitMQ, all on this machine's loopback.

    python -m scripts.replicas [HOW_MANY]     # or `make replicas`; `make train` has to have run before

Everything is started for itself, kept in a folder of its own and gone afterwards: for trying, testing and
measuring, and as an example of what a centre sets up (docs/operations.md, "Many replicas").
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts import services
from scripts.common import ROOT, Stop, main, say
from scripts.services import OwnService, free_port

HOW_MANY = 3
SECONDS_TO_START = 300.0  # all of them load a model at the same time
_SITE = ROOT / "deploy" / "nginx" / "blina-replicas.conf"
_NGINX_PLACES = "/usr/sbin:/sbin:/usr/local/sbin"
_MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
worker_processes 1;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Replica:
    """One process of the assistant.

    Args:
        port: on loopback.
        environment: its variables.
        log: for what it says.
    """

    def __init__(self, port: int, environment: Mapping[str, str], log: Path) -> None:
        self.port = port
        self.log = log
        self._environment = {**environment, "BLINA_PORT": str(port)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; see `wait_until_ready`."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "blina.server"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Wait until it answers.

        Raises:
            Stop: it ended, or does not get ready in time.
        """
        end = time.monotonic() + SECONDS_TO_START
        while not _answers(f"http://127.0.0.1:{self.port}/health"):
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise Stop(f"a replica does not get ready: {self.log.read_text(errors='replace')}")
            time.sleep(0.2)

    def kill(self) -> None:
        """End it from one moment to the next, as a machine that loses power does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it as a service manager does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Group:
    """What runs.

    Args:
        url: of nginx.
        token: of the REST channel.
        replicas: the processes of the assistant.
        postgres: keeps conversations and messages under way.
        redis: has locks and limits.
        rabbitmq: takes events.
        folder: with the logs.
        nginx: in front of them.
    """

    url: str
    token: str
    postgres: OwnService
    redis: OwnService
    rabbitmq: OwnService
    folder: Path
    nginx: subprocess.Popen[bytes]
    replicas: list[Replica] = field(default_factory=list)

    def serve_with(self, how_many: int) -> None:
        """Let nginx pass everything on to some of the replicas only, from now on.

        Args:
            how_many: from the first on.
        """
        port = int(self.url.rpartition(":")[2])
        _write_site(self.folder, port, [replica.port for replica in self.replicas[:how_many]])
        self.nginx.send_signal(signal.SIGHUP)


@contextmanager
def running(how_many: int = HOW_MANY, environment: Mapping[str, str] | None = None) -> Iterator[Group]:
    """Start everything; stop it and remove its files at the end.

    Args:
        how_many: replicas.
        environment: variables of the replicas beside those that they need.

    Yields:
        What runs, once every replica answers.

    Raises:
        Stop: something is not installed or does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="blina-replicas-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        own = [stack.enter_context(make(private=True)) for make in _SERVICES]
        postgres, redis, rabbitmq = (one for one in own if isinstance(one, OwnService))
        token = secrets.token_urlsafe(33)
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BLINA_")},
            "BLINA_DATABASE_URL": postgres.url,
            "BLINA_REDIS_URL": redis.url,
            "BLINA_BROKER_URL": rabbitmq.url,
            "BLINA_DATA_FOLDER": str(folder),
            "BLINA_SESSION_SECRET": secrets.token_urlsafe(33),
            "BLINA_REST_TOKEN": token,
            "BLINA_TRUSTED_PROXIES": "1",
            **(environment or {}),
        }
        replicas = [
            Replica(free_port(), variables, folder / f"replica-{number}.log") for number in range(how_many)
        ]
        for replica in replicas:
            stack.callback(replica.stop)
            replica.start()
        for replica in replicas:
            replica.wait_until_ready()
        port, nginx = stack.enter_context(_nginx(folder, [replica.port for replica in replicas]))
        yield Group(f"http://127.0.0.1:{port}", token, postgres, redis, rabbitmq, folder, nginx, replicas)


_SERVICES = (services.postgres, services.redis, services.rabbitmq)


def site(text: str, port: int, upstreams: list[int]) -> str:
    """The example's site for this machine: other addresses, and no TLS.

    Args:
        text: of the example.
        port: of nginx.
        upstreams: the replicas' ports.
    """
    servers = "".join(f"    server 127.0.0.1:{one} max_fails=1 fail_timeout=2s;\n" for one in upstreams)
    text = re.sub(r"(?:    server 10\.\S+:5005 .*\n)+", servers, text)
    text = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", text, flags=re.DOTALL)
    text = re.sub(r"    ssl_.*\n|    add_header Strict-Transport-Security.*\n", "", text)
    text = text.replace("X-Forwarded-Proto https", "X-Forwarded-Proto http")
    return text.replace("proxy_set_header Host $host;", "proxy_set_header Host $http_host;").replace(
        "listen 443 ssl;", f"listen 127.0.0.1:{port};"
    )


@contextmanager
def _nginx(folder: Path, upstreams: list[int]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:{_NGINX_PLACES}")
    if program is None:
        raise Stop("nginx is not installed: sh scripts/install_programs.sh nginx:nginx-light")
    port = free_port()
    _write_site(folder, port, upstreams)
    configuration = folder / "nginx.conf"
    configuration.write_text(_MAIN.format(folder=folder))
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + SECONDS_TO_START
        while not _answers(f"http://127.0.0.1:{port}/health"):
            if process.poll() is not None or time.monotonic() > end:
                raise Stop(f"nginx does not start: {(folder / 'nginx.log').read_text(errors='replace')}")
            time.sleep(0.1)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def _write_site(folder: Path, port: int, upstreams: list[int]) -> None:
    text = site(_SITE.read_text(encoding="utf-8"), port, upstreams)
    (folder / "site.conf").write_text(text, encoding="utf-8")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - of this machine
            return bool(answer.status == 200)
    except OSError:
        return False


def script() -> None:
    """Run a group until Ctrl-C.

    Raises:
        Stop: see `running`.
    """
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else HOW_MANY
    say(f"Starting PostgreSQL, Redis, RabbitMQ, {how_many} replicas and nginx: this takes a minute ...")
    with running(how_many) as group:
        say(f"Ready: open {group.url}/chat; REST takes the token {group.token} (Ctrl-C stops everything)")
        for replica in group.replicas:
            say(f"a replica on port {replica.port}, its log is {replica.log}")
        signal.pause()


if __name__ == "__main__":
    main(script)
