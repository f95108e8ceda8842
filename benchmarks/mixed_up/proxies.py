"""HAProxy and nginx in front of the assistant, and strangers who try to confuse them."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

SEARCHED = "/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"

HAPROXY = """\
global
    maxconn 500
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    http-reuse {reuse}
frontend here
    bind 127.0.0.1:{port}
    default_backend assistant
backend assistant
    server one {upstream}
"""

NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 500; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream assistant {{ server {upstream}; keepalive 8; }}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""

LOCATION = """\
        location / {{
            proxy_pass http://assistant;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host {upstream};
        }}
"""

_MESSAGES_A_CONNECTION = 16
_SECONDS_A_PATIENT_WAITS = 10.0
_SECONDS_A_STRANGER_WAITS = 0.3  # for what a proxy keeps back: the more they send, the sooner one succeeds
_OF_A_PROXY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
KINDS = ("haproxy safe", "haproxy aggressive", "haproxy always", "nginx")

_LINE = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
_CHUNKED = _LINE + b"Transfer-Encoding: chunked\r\n\r\n"
HARMLESS = _LINE + b"\r\n"
POISON = (
    _CHUNKED + b"1\r\na\r\n0\r\nXX: /health HTTP/1.1\r\n\r\n",
    _CHUNKED + b"0\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
    _CHUNKED + b"+1\r\na\r\n0\r\n\r\n" + _LINE + b"\r\n",
    _CHUNKED + b"0x1\r\na\r\n0\r\n\r\n" + _LINE + b"\r\n",
    _LINE + b"Content-Length : 40\r\n\r\n" + _LINE + b"\r\n",
    _LINE + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + _LINE + b"\r\n",
    _LINE + b"Host: other\r\n\r\n",
    _LINE + b"X: a\rb\r\n\r\n",
    _LINE + b"Content-Length: 43\r\n\r\n" + _LINE + b"\r\n",
)


def program(name: str) -> str | None:
    """Where a proxy is installed."""
    return shutil.which(name, path=SEARCHED)


@contextmanager
def in_front(kind: str, upstream: str, folder: Path, location: str = "") -> Iterator[int]:
    """Run a proxy.

    Args:
        kind: one of ``KINDS``.
        upstream: host and port of the assistant.
        folder: for its files.
        location: what nginx does with a request, instead of passing it on under the assistant's own name.

    Yields:
        The port that it listens on.

    Raises:
        FileNotFoundError: when it is not installed.
    """
    name, _, reuse = kind.partition(" ")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    text = HAPROXY if name == "haproxy" else NGINX
    configuration = folder / f"{name}.conf"
    location = location or LOCATION.format(upstream=upstream)
    configuration.write_text(
        text.format(reuse=reuse, port=port, upstream=upstream, folder=folder, location=location)
    )
    found = program(name)
    if not found:
        raise FileNotFoundError(f"{name}: sh scripts/install_programs.sh haproxy:haproxy nginx:nginx-light")
    command = [found, "-db", "-f"] if name == "haproxy" else [found, "-p", str(folder), "-c"]
    process = subprocess.Popen([*command, str(configuration)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError("the proxy does not listen")


async def mixed_up(port: int, messages: int, patients: int = 4, strangers: int = 8) -> Counter[str]:
    """Let patients write while strangers send what could confuse a server.

    Args:
        port: of the proxy.
        messages: how many patients' messages.
        patients: how many write at the same time.
        strangers: how many send nonsense at the same time.

    Returns:
        How many answers were ``own``, ``another's`` (anything that is no answer to this patient) or ``none``,
        and how many requests the ``strangers`` sent meanwhile.
    """
    counted: Counter[str] = Counter()
    todo = iter(range(messages))

    async def patient() -> None:
        line = Line(port)
        for number in todo:
            if number % _MESSAGES_A_CONNECTION == 0:
                line.close()
            counted[await line.says(uuid.uuid4().hex)] += 1
        line.close()

    over = asyncio.Event()

    async def stranger() -> None:
        while not over.is_set():
            number = counted["strangers"] = counted["strangers"] + 1
            with suppress(OSError, asyncio.TimeoutError):
                # a request that is none of these first: some proxies share only what comes after it;
                # and the first of them, which is the one that worked, every second time
                poison = POISON[0 if number % 2 else number // 2 % len(POISON)]
                await _send(port, [HARMLESS, poison], _SECONDS_A_STRANGER_WAITS)
            await asyncio.sleep(0.005)

    hostile = [asyncio.ensure_future(stranger()) for _ in range(strangers)]
    await asyncio.gather(*(patient() for _ in range(patients)))
    over.set()
    await asyncio.gather(*hostile)
    return counted


class Line:
    """A patient's connection, kept open as browsers and programs do.

    Args:
        port: of the proxy.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def says(self, sender: str) -> str:
        """Send a message; whose answer comes."""
        body = json.dumps({"sender": sender, "message": "thank you"}).encode()
        head = (
            b"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        try:
            if self._open is None:
                self._open = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._open
            writer.write(head + body)
            status, answer = await asyncio.wait_for(_response(reader), _SECONDS_A_PATIENT_WAITS)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            self.close()
            return "none"
        if status == HTTPStatus.OK and sender.encode() in answer:
            return "own"
        return "none" if status in _OF_A_PROXY else "another's"

    def close(self) -> None:
        """Hang up; the next message opens a new one."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


async def _response(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split()[1])
    length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
    if length:
        return status, await reader.readexactly(int(length))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size + 2)
    await reader.readline()
    return status, body


async def _send(port: int, parts: list[bytes], seconds: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await asyncio.wait_for(reader.read(65536), seconds)
    finally:
        writer.close()
