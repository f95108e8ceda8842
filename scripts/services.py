"""The servers that several replicas stand on, for tests and measurements: found on this machine, or started.

    with services.postgres() as server:              # a database of its own, dropped afterwards
        ... server.url ...
    with services.rabbitmq(private=True) as server:   # one that may be killed and started again
        server.kill()
        server.start()

`sh scripts/install_programs.sh postgres:postgresql redis-server:redis-server rabbitmq-server:rabbitmq-server`
installs the programs; a server that they bring along may run or not.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg2

from scripts.common import Stop

_HOST = "127.0.0.1"
_SECONDS_TO_START = 90.0
_SECONDS_TO_STOP = 30.0
_SECONDS_TO_ANSWER = 5.0
_FOUND_POSTGRES = f"postgresql://postgres@{_HOST}:5432/postgres"
_REDIS_PORT = 6379
_RABBITMQ_PORT = 5672
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/lib/rabbitmq/bin", "/usr/sbin", "/sbin")
_NOBODY_SPECIAL = "postgres"  # PostgreSQL does not run as root; its package makes this user


class Service:
    """A server on loopback."""

    def __init__(self, url: str) -> None:
        """Note where a server is that somebody else started.

        Args:
            url: with the user and what on the server to use.
        """
        self.url = url


class OwnService(Service):
    """A server that was started here, with a folder and a port of its own."""

    def __init__(
        self,
        url: str,
        port: int,
        command: Sequence[str],
        answers: Callable[[int], bool],
        log: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        """Say how to start it.

        Args:
            url: with the user and what on the server to use.
            port: where it listens.
            command: starts it in the foreground.
            answers: whether a server on a port serves.
            log: for what it prints.
            environment: variables beside this process's.
            user: whom it runs as, the same as this process when None.
        """
        super().__init__(url)
        self.port = port
        self._command = command
        self._answers = answers
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of its first process; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start it, and wait until it serves.

        Raises:
            Stop: it ended, or does not serve in time.
        """
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
                **({"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}),  # type: ignore[call-overload]
            )
        end = time.monotonic() + _SECONDS_TO_START
        while not self._answers(self.port):
            if self._process.poll() is not None or time.monotonic() > end:
                raise Stop(f"{self._command[0]} does not start: {self._log.read_text(errors='replace')}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it in order."""
        self._end(signal.SIGINT if "postgres" in self._command[0] else signal.SIGTERM)

    def kill(self) -> None:
        """End it from one moment to the next, as a power cut does."""
        self._end(signal.SIGKILL)

    def hold_up(self) -> None:
        """Let it answer nobody, with its connections open, as a machine that hangs does."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again, also what was sent meanwhile."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, what: signal.Signals) -> None:
        """Signal the server and all that it started: PostgreSQL's processes are in groups of their own."""
        if self._process is not None:
            first = psutil.Process(self._process.pid)
            for process in [first, *first.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(what)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            if how is signal.SIGKILL:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(ProcessLookupError):  # what it started and left behind: RabbitMQ's script does not wait
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def postgres(private: bool = False) -> Iterator[Service]:
    """A database of its own on PostgreSQL, dropped at the end.

    Args:
        private: whether the server has to be one that is started here.

    Yields:
        The server; an `OwnService` when it was started here.

    Raises:
        Stop: there is none, and none can be started.
    """
    if not private and _postgres_answers(_FOUND_POSTGRES):
        with _database(_FOUND_POSTGRES) as url:
            yield Service(url)
        return
    with _folder(_NOBODY_SPECIAL if os.geteuid() == 0 else None) as (folder, user):
        data = folder / "data"
        made = subprocess.run(
            [_program("initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"],
            capture_output=True,
            check=False,
            text=True,
            **({"user": user, "group": user, "extra_groups": []} if user else {}),  # type: ignore[call-overload]
        )
        if made.returncode:
            raise Stop(f"PostgreSQL cannot be set up: {made.stderr}")
        port = free_port()
        server = f"postgresql://postgres@{_HOST}:{port}/postgres"
        options = ["-D", str(data), "-p", str(port), "-h", _HOST, "-k", str(folder)]
        own = OwnService(
            server,
            port,
            [_program("postgres"), *options],
            lambda _: _postgres_answers(server),
            folder / "log",
            user=user,
        )
        with _running(own):
            yield own


@contextmanager
def redis(private: bool = False) -> Iterator[Service]:
    """Redis; who uses a server that was found gives every key a prefix of its own.

    Args:
        private: whether the server has to be one that is started here.

    Yields:
        The server; an `OwnService` when it was started here.

    Raises:
        Stop: there is none, and none can be started.
    """
    if not private and _redis_answers(_REDIS_PORT):
        yield Service(f"redis://{_HOST}:{_REDIS_PORT}/0")
        return
    with _folder(None) as (folder, _user):
        port = free_port()
        options = ["--port", str(port), "--bind", _HOST, "--dir", str(folder), "--save", ""]
        url = f"redis://{_HOST}:{port}/0"
        own = OwnService(url, port, [_program("redis-server"), *options], _redis_answers, folder / "log")
        with _running(own):
            yield own


@contextmanager
def rabbitmq(private: bool = False) -> Iterator[Service]:
    """RabbitMQ; who uses a server that was found gives every exchange and queue a name of its own.

    Args:
        private: whether the server has to be one that is started here.

    Yields:
        The server; an `OwnService` when it was started here.

    Raises:
        Stop: there is none, and none can be started.
    """
    if not private and _rabbitmq_answers(_RABBITMQ_PORT):
        yield Service(f"amqp://guest:guest@{_HOST}:{_RABBITMQ_PORT}/")
        return
    with _folder(None) as (folder, _user):
        port = free_port()
        environment = {
            "HOME": str(folder),  # the cookie of Erlang
            "RABBITMQ_NODENAME": f"blina-{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": _HOST,
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "no_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        url = f"amqp://guest:guest@{_HOST}:{port}/"
        command = [_program("rabbitmq-server", "/usr/lib/rabbitmq/bin")]
        own = OwnService(url, port, command, _rabbitmq_answers, folder / "log", environment)
        with _running(own):
            yield own


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        number: int = probe.getsockname()[1]
    return number


@contextmanager
def _running(own: OwnService) -> Iterator[None]:
    try:
        own.start()
        yield
    finally:
        own.stop()


@contextmanager
def _folder(user: str | None) -> Iterator[tuple[Path, str | None]]:
    """A folder for a server's data that the user owns it runs as."""
    folder = Path(tempfile.mkdtemp(prefix="blina-service-"))
    try:
        if user:
            shutil.chown(folder, user, user)
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str, place: str = "") -> str:
    places = [place] if place else ["", *_PLACES]
    for pattern in places:
        if not pattern:
            found = shutil.which(name)
        else:
            folders = sorted(Path("/").glob(pattern.lstrip("/")))
            found = next((str(folder / name) for folder in folders if (folder / name).is_file()), None)
        if found:
            return found
    raise Stop(f"{name} is not installed: see the head of scripts/services.py.")


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"blina_{uuid.uuid4().hex}"
    _execute(server, f'CREATE DATABASE "{name}"')
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(server: str, statement: str) -> None:
    connection = psycopg2.connect(server, connect_timeout=int(_SECONDS_TO_ANSWER))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


def _postgres_answers(server: str) -> bool:
    try:
        _execute(server, "SELECT 1")
    except psycopg2.OperationalError:
        return False
    return True


def _redis_answers(port: int) -> bool:
    return _says(port, b"PING\r\n").startswith(b"+PONG")


def _rabbitmq_answers(port: int) -> bool:
    # its first frame answers the protocol's head
    return _says(port, b"AMQP\x00\x00\x09\x01").startswith(b"\x01")


def _says(port: int, greeting: bytes) -> bytes:
    """What a server answers to a greeting, nothing when it does not."""
    try:
        with socket.create_connection((_HOST, port), _SECONDS_TO_ANSWER) as connection:
            connection.settimeout(_SECONDS_TO_ANSWER)
            connection.sendall(greeting)
            return connection.recv(16)
    except OSError:
        return b""
