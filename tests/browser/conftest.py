"""Chromium and a server of its own for the browser tests.

`make train` has to have run before; the variable CHROMIUM names another browser than Debian's.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chat import Chat
from tests.server.running import Assistant, free_port

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
OPEN = Callable[..., Chat]

expect.set_options(timeout=15_000)  # a machine that pauses for a while is no fault of the page


class Server:
    """The assistant on one port, which can be killed and started again."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = {
            "BLINA_PORT": str(free_port()),
            "BLINA_SESSION_SECRET": "of the browser tests, long enough for a key",
            **environment,
        }
        self._running = self.start()
        self.url = self._running.url
        self.database = self._running.database

    def start(self) -> Assistant:
        """Start it and wait until it is ready."""
        self._running = Assistant([sys.executable, "-m", "blina.server"], self._folder, self._environment)
        self._running.wait_until_ready()
        return self._running

    def kill(self) -> None:
        """End it at once, without a chance to tidy up."""
        self._running.process.kill()
        self._running.finish()

    def stop(self) -> None:
        """Stop it as a service manager does."""
        self._running.stop()


class OtherSite:
    """Another web site: one page that holds the line that embeds the chat."""

    def __init__(self) -> None:
        self.chat = ""

        def page(handler: BaseHTTPRequestHandler) -> None:
            body = (
                f'<!doctype html><title>Ward 3</title><script src="{self.chat}/chat/embed.js" async></script>'
            )
            handler.send_response(200)
            handler.send_header("Content-Type", "text/html")
            handler.end_headers()
            handler.wfile.write(body.encode())

        handlers: dict[str, Any] = {"do_GET": page, "log_message": lambda *_: None}
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Page", (BaseHTTPRequestHandler,), handlers)
        )
        self.port = self._server.server_port
        self.allowed = f"http://localhost:{self.port}"
        self.not_allowed = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def other_site() -> Iterator[OtherSite]:
    site = OtherSite()
    yield site
    site.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, other_site: OtherSite) -> Iterator[Server]:
    running = Server(
        tmp_path_factory.mktemp("chat"),
        {
            "BLINA_ALLOWED_ORIGINS": other_site.allowed,
            "BLINA_MESSAGES_PER_MINUTE_PER_ADDRESS": "1200",  # many people write from this machine
        },
    )
    other_site.chat = running.url
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; closed after each file, because Playwright's event loop would disturb async tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_chat(browser: Browser, server: Server) -> Iterator[OPEN]:
    """Opens the page in a browser context of its own: a new person."""
    opened: list[Chat] = []

    def open_one(**options: Any) -> Chat:
        opened.append(Chat(browser, server.url, **options))
        return opened[-1]

    yield open_one
    for chat in opened:
        chat.close()
