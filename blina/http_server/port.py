"""The port: taken once, answered from the first moment, handed over when the assistant is ready."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
from typing import Any

from blina.assistant import safe_answer
from blina.stop import Stop

HOST_VARIABLE, PORT_VARIABLE = "BLINA_HOST", "BLINA_PORT"
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 5005  # reached from this machine only
_BACKLOG = 128
_HIGHEST_PORT = 65_535
_LOOK_EVERY = 0.2  # seconds between two looks whether to stop
_LONGEST_REQUEST = 64 * 1024


def address() -> tuple[str, int]:
    """Where to listen: the variables ``BLINA_HOST`` and ``BLINA_PORT``, else this machine only.

    Returns:
        Host and port.

    Raises:
        Stop: when the port is no port number.
    """
    host = os.environ.get(HOST_VARIABLE) or DEFAULT_HOST
    port = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not (port.isascii() and port.isdecimal()) or int(port) > _HIGHEST_PORT:
        raise Stop(f"{PORT_VARIABLE} must be a number from 0 to {_HIGHEST_PORT}.")
    return host, int(port)


def url_of(listener: socket.socket) -> str:
    """The address of a listening socket as a browser takes it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int, at_once: bool = True) -> socket.socket:
    """Take a port.

    Args:
        host: address or name to bind.
        port: number, 0 for any free one.
        at_once: whether connections are taken from now on, else not before a server listens.

    Returns:
        The listening socket.

    Raises:
        Stop: when it is taken or must not be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        if at_once:
            listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            remedy = f"stop the program that uses it, or choose another with {PORT_VARIABLE}"
            raise Stop(f"Port {port} is taken: {remedy}.") from error
        raise Stop(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener


def busy() -> bytes:
    """What a client is told when there are too many connections."""
    return _unavailable("Too many connections.")


def _unavailable(error: str, **more: str) -> bytes:
    """A whole response, for where no web server answers; a patient gets the phone numbers."""
    content = json.dumps({**more, "error": error, "text": safe_answer()}).encode()
    return (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
        b"X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
    )


class Waiting:
    """Answers 503 on a listening socket until the assistant takes it over.

    Loading takes seconds. A monitor learns that the assistant is starting, and a patient who
    writes meanwhile gets the phone numbers, instead of a refused connection. One of several replicas
    refuses it: the proxy in front then asks another one.

    Args:
        listener: the socket.
        answers: whether this process is the only one.
    """

    def __init__(self, listener: socket.socket, answers: bool = True) -> None:
        self._answers = answers
        self._listener = listener
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._answer, name="waiting", daemon=True)
        self._response = _unavailable("The assistant is starting.", status="starting")

    def __enter__(self) -> Waiting:
        if self._answers:
            self._listener.settimeout(_LOOK_EVERY)
            self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop answering; may be called more than once."""
        if self._done.is_set():
            return
        self._done.set()
        if self._answers:
            self._thread.join()
        self._listener.setblocking(False)

    def _answer(self) -> None:
        while not self._done.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # nobody came
                continue
            with connection:
                try:
                    connection.settimeout(_LOOK_EVERY)
                    connection.recv(_LONGEST_REQUEST)
                    connection.sendall(self._response)
                except OSError:  # gone, or too slow
                    continue
