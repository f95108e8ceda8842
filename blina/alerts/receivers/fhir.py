"""Alerts for a FHIR server: each is created there as a Communication."""

from __future__ import annotations

import json
import ssl

from blina.alerts.forms import IDENTIFIERS, communication
from blina.alerts.model import Alert
from blina.alerts.receivers.http import HttpCaller
from blina.knowledge.wording import Voice


class FhirReceiver:
    """Creates a resource for each alert; one that was sent before is not created twice."""

    name = "fhir"

    def __init__(
        self, url: str, token: str | None, voice: Voice, trusted: ssl.SSLContext | None = None
    ) -> None:
        """Get ready.

        Args:
            url: the server's base address.
            token: a bearer token, None where it asks for none.
            voice: the words.
            trusted: whose certificates are taken; those that the machine trusts when None.
        """
        self._caller = HttpCaller(f"{url}/Communication", trusted)
        self._token = token
        self._voice = voice

    async def send(self, alert: Alert) -> None:
        """Deliver an alert.

        Args:
            alert: what the team is told.

        Raises:
            NotTaken: the server did not say that it has it.
        """
        headers = {
            "Content-Type": "application/fhir+json",
            "If-None-Exist": f"identifier={IDENTIFIERS}|{alert.key}",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        body = json.dumps(communication(alert, self._voice), ensure_ascii=False)
        await self._caller.post(body.encode("utf-8"), headers)

    async def close(self) -> None:
        """Hang up."""
        await self._caller.close()
