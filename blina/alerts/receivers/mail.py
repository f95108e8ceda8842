"""Alerts as e-mail by SMTP, always under TLS unless the server is this machine."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from blina.alerts.model import Alert
from blina.alerts.receivers.model import SECONDS_FOR_A_TRY, NotTaken
from blina.http_server.addresses import is_loopback
from blina.knowledge.wording import Voice

_TLS_FROM_THE_START = 465
_SAYS_NO = 500  # from here on: for good
_AT_ONCE = 2  # connections


@dataclass(frozen=True)
class MailServer:
    """The server that takes e-mail.

    Args:
        host: its name.
        port: 465 for TLS from the start; on any other the connection is made secure before anything is said.
        login: user and password, None where it asks for none.
        trusted: whose certificates are taken; those that the machine trusts when None.
    """

    host: str
    port: int
    login: tuple[str, str] | None = None
    trusted: ssl.SSLContext | None = None


class MailReceiver:
    """Sends an e-mail for each alert; repeated ones have the same ``Message-ID``."""

    name = "mail"

    def __init__(self, server: MailServer, sender: str, recipients: tuple[str, ...], voice: Voice) -> None:
        """Get ready.

        Args:
            server: takes the e-mail.
            sender: its address.
            recipients: whom it is for.
            voice: the words.
        """
        self._server = server
        self._tls = server.trusted or ssl.create_default_context()
        self._sender = sender
        self._recipients = recipients
        self._voice = voice
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def send(self, alert: Alert) -> None:
        """Deliver an alert.

        Args:
            alert: what the team is told.

        Raises:
            NotTaken: the server did not say that it has it.
        """
        async with self._at_once:
            try:
                await asyncio.wait_for(self._send(self._message(alert)), SECONDS_FOR_A_TRY)
            except aiosmtplib.SMTPResponseException as error:
                # the code only: the text may hold an address
                of_this = isinstance(error, aiosmtplib.SMTPDataError) and error.code >= _SAYS_NO
                raise NotTaken(f"code {error.code}", of_this) from None
            except (aiosmtplib.SMTPException, asyncio.TimeoutError, OSError) as error:
                raise NotTaken(type(error).__name__) from None

    async def close(self) -> None:
        """Nothing: each e-mail has a connection of its own."""

    async def _send(self, message: EmailMessage) -> None:
        user, password = self._server.login or (None, None)
        from_the_start = self._server.port == _TLS_FROM_THE_START
        plain = is_loopback(self._server.host) and self._server.trusted is None
        await aiosmtplib.send(
            message,
            hostname=self._server.host,
            port=self._server.port,
            username=user,
            password=password,
            use_tls=from_the_start,
            start_tls=not from_the_start and not plain,
            tls_context=self._tls,
            timeout=SECONDS_FOR_A_TRY,
        )

    def _message(self, alert: Alert) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = ", ".join(self._recipients)
        message["Date"] = format_datetime(alert.time)
        message["Message-ID"] = f"<{alert.key}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Subject"] = self._voice.say("alert", "subject")
        body = [self._voice.say("alert", "waits")]
        if alert.hand_over:
            body.append(alert.hand_over.text)
        message.set_content("\n\n".join(body) + "\n")
        return message
