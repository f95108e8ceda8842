"""Alerts as webhooks, signed as the Standard Webhooks specification says (version 1.0.0, symmetric keys)."""

from __future__ import annotations

import json
import ssl
from datetime import datetime, timezone

from standardwebhooks import Webhook

from blina.alerts.forms import as_json
from blina.alerts.model import Alert
from blina.alerts.receivers.http import HttpCaller

TYPE = "alert.raised"


class WebhookReceiver:
    """Posts each alert to one address; the receiver knows a repeated one by its ``webhook-id``."""

    name = "webhook"

    def __init__(self, url: str, secret: str, trusted: ssl.SSLContext | None = None) -> None:
        """Get ready.

        Args:
            url: where to.
            secret: signs; base64, with ``whsec_`` in front or without.
            trusted: whose certificates are taken; those that the machine trusts when None.
        """
        self._caller = HttpCaller(url, trusted)
        self._signer = Webhook(secret)

    async def send(self, alert: Alert) -> None:
        """Deliver an alert.

        Args:
            alert: what the team is told.

        Raises:
            NotTaken: the receiver did not say that it has it.
        """
        now = datetime.now(timezone.utc)
        body = json.dumps(
            {"type": TYPE, "timestamp": alert.time.isoformat(), "data": as_json(alert)}, ensure_ascii=False
        )
        headers = {
            "Content-Type": "application/json",
            "webhook-id": alert.key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(alert.key, now, body),
        }
        await self._caller.post(body.encode("utf-8"), headers)

    async def close(self) -> None:
        """Hang up."""
        await self._caller.close()
