"""Stand-ins for those whom alerts reach, on loopback: they check what they get as real ones do."""

from __future__ import annotations

import asyncio
import base64
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from blina.alerts.model import HandedOver, Kind, NewAlert

SECRET = base64.b64encode(b"a secret of thirty-three bytes ...").decode()
KEY = b"a key of these tests"
NEW = NewAlert(
    key="key-1",
    conversation="conversation-1",
    time=datetime(2026, 11, 28, 15, 0, tzinfo=timezone.utc),
    centre="St. Anna",
    urgency="contact_now",
    rule="red_flag",
    kind=Kind.ADVICE,
)
WORDS = HandedOver("She said: I have chills", "<svg/>", '{"resourceType": "Bundle", "type": "document"}')
_PATIENCE = 30.0  # seconds


def new(number: int, conversation: int = 1, **changes: Any) -> NewAlert:
    """An alert of a conversation, raised now."""
    changes = {"time": datetime.now(timezone.utc), **changes}
    return replace(NEW, key=f"key-{number}", conversation=f"conversation-{conversation}", **changes)


async def until(holds: Callable[[], bool], seconds: float = _PATIENCE) -> None:
    """Wait until something holds."""

    async def look() -> None:
        while not holds():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(look(), seconds)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of nobody's for this machine, and its key."""
    files = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=localhost",
            ),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-out", str(files[0]), "-keyout", str(files[1])),
        ],
        check=True,
        capture_output=True,
    )
    return files


def server_side(files: tuple[Path, Path]) -> ssl.SSLContext:
    """What a server with this certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def trusting(files: tuple[Path, Path]) -> ssl.SSLContext:
    """What somebody speaks who trusts this certificate."""
    return ssl.create_default_context(cafile=str(files[0]))


@dataclass
class Team:
    """Takes webhooks, or does something else with them.

    Args:
        answers: status of the next answers; 0 hangs up, None never answers.
        takes: whether it keeps what came, whatever it answers.
        slow: seconds before each answer.
    """

    answers: int | None = 200
    takes: bool = True
    slow: float = 0.0
    came: list[dict[str, Any]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    calls: int = 0
    url: str = ""

    @property
    def keys(self) -> list[str]:
        """The keys of all that came, in their order."""
        return [one["key"] for one in self.came]

    def once(self) -> list[dict[str, Any]]:
        """What a team acts on that honours the key."""
        return list({one["key"]: one for one in reversed(self.came)}.values())[::-1]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Check and take one webhook."""
        self.calls += 1
        body = await request.read()
        told = Webhook(SECRET).verify(body, dict(request.headers))
        assert request.headers["webhook-id"] == told["data"]["key"]
        if self.answers is None:
            await asyncio.sleep(_PATIENCE * 2)
        await asyncio.sleep(self.slow)
        if self.takes and self.answers is not None and 200 <= self.answers < 300:
            self.came.append(told["data"])
            self.moments.append(datetime.now(timezone.utc).timestamp())
        if not self.answers:
            assert request.transport
            request.transport.close()
        headers = {"Location": self.url} if self.answers in (301, 302, 307) else {}
        return web.Response(status=self.answers or 500, headers=headers)

    async def handle_fhir(self, request: web.Request) -> web.StreamResponse:
        """Take one resource as a FHIR server does."""
        self.calls += 1
        assert request.content_type == "application/fhir+json"
        known = request.headers["If-None-Exist"]
        resource = await request.json()
        if known in [one["known"] for one in self.came]:
            return web.Response(status=200)
        self.came.append({**resource, "known": known, "token": request.headers.get("Authorization")})
        return web.Response(status=201)


@asynccontextmanager
async def at_work(team: Team, secure: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[int]:
    """Let a team be reached as long as the block lasts.

    Args:
        team: takes what comes.
        secure: for HTTPS.
        port: any free one when 0.

    Yields:
        The port.
    """
    app = web.Application(client_max_size=2**20)
    app.router.add_post("/alerts", team.handle)
    app.router.add_post("/fhir/Communication", team.handle_fhir)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=secure, reuse_address=True)
    await site.start()
    found: int = runner.addresses[0][1]
    scheme, host = ("https", "localhost") if secure else ("http", "127.0.0.1")
    team.url = f"{scheme}://{host}:{found}/alerts"
    try:
        yield found
    finally:
        await runner.cleanup()


@dataclass
class Post:
    """Takes e-mail, or refuses it.

    Args:
        answer: to each e-mail.
    """

    answer: str = "250 OK"
    came: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    was_secure: list[bool] = field(default_factory=list)

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one e-mail."""
        if self.answer.startswith("2"):
            content = envelope.content
            self.came.append(content.decode() if isinstance(content, bytes) else str(content))
            self.to += envelope.rcpt_tos
            self.was_secure.append(session.ssl is not None)
        return self.answer

    @asynccontextmanager
    async def open(self, secure: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        """Let it be reached as long as the block lasts; yields the port."""
        loop = asyncio.get_running_loop()

        def connected() -> SMTP:
            return SMTP(self, tls_context=secure, require_starttls=secure is not None, loop=loop)

        server = await loop.create_server(connected, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
