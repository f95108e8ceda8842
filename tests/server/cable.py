"""The line between the assistant and a server, which a test can cut without touching the server."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit, urlunsplit

_HOST = "127.0.0.1"


class Cable:
    """A port on loopback behind which a server answers, as long as the line is whole.

    Args:
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._server = (parts.hostname, parts.port)
        self._listening = socket.create_server((_HOST, 0))
        login, at, _ = parts.netloc.rpartition("@")
        port = self._listening.getsockname()[1]
        self.url = urlunsplit(parts._replace(netloc=f"{login}{at}{_HOST}:{port}"))
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._is_cut = self._is_dead = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection; new ones are closed at once."""
        with self._lock:
            self._is_cut = True
            ends, self._ends = self._ends, []
        for end in ends:
            _shut(end)

    def fall_silent(self) -> None:
        """Let nothing through any more, and say so to nobody: what is sent is never answered."""
        self._is_dead = True

    def mend(self) -> None:
        """Let new connections through again; those from before are broken."""
        self.cut()
        self._is_cut = self._is_dead = False

    def close(self) -> None:
        """Stop listening, and break every connection."""
        _shut(self._listening)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._server, 5)
            except OSError:
                _shut(near)
                continue
            far.settimeout(None)
            with self._lock:
                is_cut = self._is_cut
                if not is_cut:
                    self._ends += [near, far]
            if is_cut:
                _shut(near)
                _shut(far)
                continue
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self._is_dead:
                    target.sendall(data)
        if not self._is_dead:
            _shut(source)
            _shut(target)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
