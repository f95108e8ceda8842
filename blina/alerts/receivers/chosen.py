"""The receivers that the settings name, with their secrets from the environment."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from blina.alerts.receivers.fhir import FhirReceiver
from blina.alerts.receivers.mail import MailReceiver, MailServer
from blina.alerts.receivers.model import Receiver
from blina.alerts.receivers.webhook import WebhookReceiver
from blina.knowledge.settings import Settings
from blina.knowledge.wording import Voice
from blina.stop import Stop

_LEAST_BYTES, _MOST_BYTES = 24, 64  # of a secret, by Standard Webhooks


def names(settings: Settings) -> tuple[str, ...]:
    """What the chosen receivers are called in the book.

    Args:
        settings: name them.
    """
    chosen = {
        WebhookReceiver.name: settings.alert_webhook_url,
        MailReceiver.name: settings.alert_mail_to,
        FhirReceiver.name: settings.alert_fhir_url,
    }
    return tuple(name for name, where in chosen.items() if where)


def receivers(settings: Settings, environ: Mapping[str, str], voice: Voice) -> list[Receiver]:
    """The chosen receivers, ready to be sent to.

    Args:
        settings: name them.
        environ: holds their secrets.
        voice: the words.

    Raises:
        Stop: saying what is missing or could be guessed.
    """
    made: list[Receiver] = []
    if settings.alert_webhook_url:
        variable = settings.alert_webhook_secret_env
        made.append(WebhookReceiver(settings.alert_webhook_url, _secret(variable, environ)))
    if settings.alert_mail_to:
        made.append(_mail(settings, environ, voice))
    if settings.alert_fhir_url:
        token = environ.get(settings.alert_fhir_token_env, "").strip() or None
        made.append(FhirReceiver(settings.alert_fhir_url, token, voice))
    return made


def _secret(variable: str, environ: Mapping[str, str]) -> str:
    given = environ.get(variable, "").strip()
    try:
        length = len(base64.b64decode(given.removeprefix("whsec_"), validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if not _LEAST_BYTES <= length <= _MOST_BYTES:
        raise Stop(
            f"alert_webhook_url needs a secret: set {variable} to {_LEAST_BYTES} to {_MOST_BYTES} random "
            "bytes in base64 (openssl rand -base64 33)."
        )
    return given


def _mail(settings: Settings, environ: Mapping[str, str], voice: Voice) -> MailReceiver:
    if not settings.alert_mail_from or not settings.alert_mail_server:
        raise Stop("alert_mail_to needs alert_mail_from and alert_mail_server.")
    host, _, port = settings.alert_mail_server.rpartition(":")
    user, _, password = environ.get(settings.alert_mail_login_env, "").strip().partition(":")
    server = MailServer(host, int(port), (user, password) if user and password else None)
    recipients = tuple(one.strip() for one in (settings.alert_mail_to or "").split(","))
    return MailReceiver(server, settings.alert_mail_from, recipients, voice)
