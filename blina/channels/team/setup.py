"""Whether the settings of the inbox fit together: looked at before anything starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from blina.channels.team.people import Allowed
from blina.channels.team.provider import Provider
from blina.http_server.addresses import is_loopback
from blina.knowledge.settings import Settings
from blina.stop import Stop

CALLBACK = "/team/signed-in"


def check(settings: Settings) -> None:
    """Refuse settings with which nobody, or anybody, could open the inbox.

    Args:
        settings: with the inbox turned on.

    Raises:
        Stop: saying which setting is missing.
    """
    if not settings.alerts:
        raise Stop("team_inbox shows alerts, and alerts is off: turn both on, or both off.")
    if not settings.team_issuer:
        if not settings.team_local_accounts:
            raise Stop(
                "team_inbox is on and nobody can sign in: set team_issuer, or team_local_accounts to try it."
            )
        return
    for name in ("team_client_id", "team_url"):
        if not getattr(settings, name):
            raise Stop(f"team_issuer is set and {name} is not: see docs/team.md.")
    if Allowed.by(settings).is_nobody:
        raise Stop(
            "team_issuer is set and nobody is let in: set team_emails, or team_claim and team_claim_values."
        )
    for name in ("team_issuer", "team_url"):
        parts = urlsplit(getattr(settings, name))
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise Stop(f"{name} must begin with https://, unless it is of this machine.")


def provider_of(settings: Settings, environ: Mapping[str, str] = os.environ) -> Provider | None:
    """The OpenID provider of the settings, None without one.

    Args:
        settings: that were checked.
        environ: holds the client's secret; without one the client counts as a public one.
    """
    if not (settings.team_issuer and settings.team_client_id):
        return None
    secret = environ.get(settings.team_client_secret_env, "").strip() or None
    redirect = f"{settings.team_url}{CALLBACK}"
    return Provider(settings.team_issuer, settings.team_client_id, secret, redirect)
